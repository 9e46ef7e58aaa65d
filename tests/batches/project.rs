//! A folder with a spec and its configuration, and the program that runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A question with so many wordings, each asked so often, and a judge of one more.
pub(crate) fn spec(wordings: usize, samples: usize) -> String {
    let wordings: Vec<String> = (0..wordings).map(|number| format!("    \"{number}: red or blue?\"")).collect();
    format!(
        "question colour {{\n  ask [\n{}\n  ]\n  answer word\n  score {{ \"red\": 1, \"blue\": 0 }}\n}}\n\
         suite asked {{ ask colour;  samples {samples} }}\n\
         experiment colours {{\n  arms base\n  run asked\n  claim some \"Some\" {{{{ mean(asked, base) > 0.1 }}}}\n}}\n",
        wordings.join("\n")
    )
}

pub(crate) struct Project(tempfile::TempDir);

impl Project {
    /// A project whose model has these settings beside its name. Another address is the same model here, so that
    /// results can be compared.
    pub(crate) fn new(spec: &str, provider: &str, base_url: &str, settings: &str) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        fs::write(project.path("spec.ispec"), spec).unwrap();
        project.configure(provider, base_url, settings);
        project
    }

    pub(crate) fn configure(&self, provider: &str, base_url: &str, settings: &str) {
        let model = format!("provider: {provider}, base_url: \"{base_url}\", model: m, identity: m, {settings}");
        let text = format!("models:\n  m: {{ {model} }}\nroles: {{ base: m, reviewer: m }}\n");
        fs::write(self.path("introspec.yaml"), text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_introspec"));
        command.args(arguments).current_dir(self.0.path()).env("PLANTED", crate::program::KEY).env("RUST_LOG", "trace");
        command
    }

    pub(crate) fn start(&self) -> Child {
        let mut command = self.command(&["run", "spec.ispec", "--out", "out"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub(crate) fn run(&self, more: &[&str]) -> Output {
        self.command(&[&["run", "spec.ispec", "--out", "out"], more].concat()).output().unwrap()
    }

    pub(crate) fn say(&self, arguments: &[&str]) -> String {
        said(&self.command(arguments).output().unwrap())
    }

    pub(crate) fn results(&self) -> String {
        fs::read_to_string(self.path("out/results.json")).unwrap()
    }

    /// Every file below the project's folder.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        walk(self.0.path(), &mut files);
        files
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
