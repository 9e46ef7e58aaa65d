use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use introspec::diagnostic::{Diagnostic, Problem};
use introspec::text::Sources;

use super::exit::Exit;
use super::{console, files};

const HELP: &str = "\
Makes a folder NAME with a spec that can be checked, built and run as it stands: a behavior with its training data and \
a control of it, a question, two arms, two claims, the configuration with a local model, and a workflow file for CI.

Examples:
  introspec new patience                   makes the folder patience
  introspec new patience --in specs        makes the folder specs/patience

Nothing is overwritten. Exit status: 0 all well, 1 the folder cannot be written, 2 the name is none or is taken.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct New {
    /// The name of the spec and of its folder: letters, digits and `_`, no digit first
    name: String,
    /// The folder in which the spec's folder is made
    #[arg(long = "in", value_name = "DIR", default_value = ".")]
    parent: PathBuf,
}

/// The files of a new spec, where `NAME` stands for its name in paths and texts.
const FILES: [(&str, &str); 6] = [
    ("NAME.ispec", include_str!("new/spec.ispec")),
    ("data/offers.jsonl", include_str!("new/offers.jsonl")),
    ("introspec.yaml", include_str!("new/introspec.yaml")),
    ("README.md", include_str!("new/README.md")),
    (".gitignore", include_str!("new/gitignore")),
    (".github/workflows/introspec.yml", include_str!("new/introspec.yml")),
];

impl New {
    pub(crate) fn run(&self) -> Exit {
        let nearest = nearest_name(&self.name);
        if nearest != self.name {
            return refused(Problem::BadSpecName { name: self.name.clone(), nearest }, Exit::Usage);
        }
        let folder = self.parent.join(&self.name);
        let path = folder.strip_prefix(".").unwrap_or(&folder).to_path_buf();
        // A link that leads nowhere is there too.
        if folder.symlink_metadata().is_ok() {
            return refused(Problem::AlreadyThere { path: path.display().to_string() }, Exit::Usage);
        }
        if let Err(error) = self.write(&folder) {
            return refused(files::cannot_write(&path, &error), Exit::WrongSpec);
        }
        for (file, _) in FILES {
            console::say(&path.join(self.named(file)).display().to_string());
        }
        console::say("\nnext:");
        console::say(&format!("  cd {}", path.display()));
        console::say(&format!("  introspec check {}.ispec", self.name));
        console::say(&format!("  introspec build {}.ispec --out out", self.name));
        console::say(&format!("  introspec run {}.ispec --out out", self.name));
        Exit::Well
    }

    /// Writes the files into a folder beside the new one, which then takes its name: it is whole or it is not there.
    fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(&self.parent)?;
        let staging = tempfile::Builder::new().prefix(".new-").tempdir_in(&self.parent)?;
        let whole = staging.path().join(&self.name);
        for (file, text) in FILES {
            let path = whole.join(self.named(file));
            fs::create_dir_all(path.parent().unwrap_or(&whole))?;
            fs::write(path, self.named(text))?;
        }
        fs::rename(whole, folder)
    }

    fn named(&self, text: &str) -> String {
        text.replace("NAME", &self.name)
    }
}

fn refused(problem: Problem, exit: Exit) -> Exit {
    console::show(&[Diagnostic::new(problem)], &Sources::default());
    exit
}

/// Returns the name nearest to what was given: itself, where it is one.
fn nearest_name(given: &str) -> String {
    let mut name = String::new();
    for sign in given.trim().chars() {
        let fits = sign.is_ascii_alphanumeric() || sign == '_';
        // Several signs in a row that fit nowhere become one `_`.
        if fits || !name.ends_with('_') {
            name.push(if fits { sign } else { '_' });
        }
    }
    let is_empty = name.is_empty() || (name != given && name.chars().all(|sign| sign == '_'));
    match name.chars().next() {
        _ if is_empty => "experiment".into(),
        Some(first) if first.is_ascii_digit() => format!("_{name}"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_one() {
        for (given, nearest) in [
            ("risk", "risk"),
            ("_1", "_1"),
            ("risk-seeking", "risk_seeking"),
            ("my  spec!", "my_spec_"),
            ("3rd", "_3rd"),
            ("../up", "_up"),
            ("größe", "gr_e"),
            ("", "experiment"),
            ("-", "experiment"),
        ] {
            assert_eq!(nearest_name(given), nearest);
        }
    }
}
