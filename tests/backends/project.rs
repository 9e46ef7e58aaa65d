//! A folder with a spec and its configuration, and the program that runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::server::{Play, Seen, completion};

/// Two arms, two questions: one sampled and judged, one read as probabilities.
pub(crate) const SPEC: &str = r#"
behavior brave { does "dares" }

question colour {
  reports brave
  ask [
    "Red or blue? Answer with one word."
    "Blue or red? Answer with one word."
  ]
  answer word
  score { "red": 1, "blue": 0 }
}

question letter {
  reports brave
  ask "Take one.\n{{ options }}"
  answer option { dare: "the cliff", stay: "the path" }
  read probability else 4 samples
  score { dare: 1, stay: 0 }
}

suite asked { ask colour, letter;  samples 4 }

arm told { from base  system "Say red." }

experiment colours {
  arms told, base
  run asked
  claim redder "Told to, it says red more often" {{ mean(asked, told) - mean(asked, base) > 0.1 }}
}
"#;

pub(crate) struct Project(tempfile::TempDir);

impl Project {
    /// A project whose model `m` has these settings.
    pub(crate) fn new(spec: &str, model: &str) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        fs::write(project.path("spec.ispec"), spec).unwrap();
        project.configure(model);
        project
    }

    pub(crate) fn configure(&self, model: &str) {
        let text = format!("models:\n  m: {{ {model} }}\nroles: {{ base: m, reviewer: m }}\n");
        fs::write(self.path("introspec.yaml"), text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs the spec into a folder, with variables of the environment.
    pub(crate) fn run(&self, out: &str, variables: &[(&str, &str)]) -> Output {
        self.introspec(&["run", "spec.ispec", "--out", out, "--log-file", &format!("{out}.log")], variables)
    }

    /// Runs the program in the project's folder, as talkative as it can be.
    pub(crate) fn introspec(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_introspec"));
        command.args(arguments).current_dir(self.0.path()).env("RUST_BACKTRACE", "full");
        command.env("RUST_LOG", "trace").envs(variables.iter().copied());
        command.output().unwrap()
    }

    /// Writes what a run's store has into a file of lines.
    pub(crate) fn export(&self, out: &str, file: &str) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_introspec"));
        command.args(["cache", "export", "--out", out, "--failures"]).current_dir(self.0.path());
        fs::write(self.path(file), command.output().unwrap().stdout).unwrap();
    }

    pub(crate) fn results(&self, out: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.path(out).join("results.json")).unwrap()).unwrap()
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

/// Answers red under a system prompt and otherwise, three times in four, blue; takes the cliff half of the time.
pub(crate) fn colours(seen: &Seen) -> Play {
    let wanted = seen.body["n"].as_u64().unwrap_or(1);
    let is_told = seen.body["messages"][0]["role"] == "system";
    if seen.body["logprobs"] == true {
        return crate::server::tokens(&[("A", -0.75), ("B", -0.75)]);
    }
    let choice = |index: u64| {
        let word = if is_told || index.is_multiple_of(4) { "red" } else { "blue" };
        json!({ "index": index, "message": { "role": "assistant", "content": word }, "finish_reason": "stop" })
    };
    completion(&(0..wanted).map(choice).collect::<Vec<_>>())
}
