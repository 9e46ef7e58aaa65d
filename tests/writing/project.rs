use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::server::{Play, Seen, completion};

/// A folder with a spec and a configuration.
pub(crate) struct Project {
    folder: tempfile::TempDir,
}

/// What the program said and how it ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Project {
    /// Every role is a model of this server, by its own name.
    pub(crate) fn new(spec: &str, base_url: &str) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        project.write("spec.ispec", spec);
        project.configure(base_url);
        project
    }

    /// Another address is the same model here, so that what was written can be compared.
    pub(crate) fn configure(&self, base_url: &str) {
        let model = |name: &str| {
            format!(
                "  {name}: {{ provider: openai, base_url: \"{base_url}\", model: {name}, identity: {name}, concurrency: 32 }}\n"
            )
        };
        let names = ["writer", "partner", "reviewer", "base"];
        let models = names.map(model).concat();
        let roles = names.map(|name| format!("  {name}: {name}")).join("\n");
        self.write("introspec.yaml", &format!("models:\n{models}roles:\n{roles}\n"));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Changes the spec.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let spec = self.read("spec.ispec");
        assert!(spec.contains(from), "the spec has no {from}");
        self.write("spec.ispec", &spec.replace(from, to));
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        Ended { code: status.code(), out: String::from_utf8(stdout).unwrap(), err: String::from_utf8(stderr).unwrap() }
    }

    /// Has the spec written, which has to end well.
    pub(crate) fn written(&self) -> Ended {
        let ended = self.run(&["write", "spec.ispec"]);
        assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
        ended
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_introspec"));
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    /// The rows of a file of JSON Lines.
    pub(crate) fn rows(&self, name: &str) -> Vec<Value> {
        self.read(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Every file below `written/` that is kept for good, with its text.
    pub(crate) fn kept(&self) -> Vec<(String, String)> {
        let mut kept = Vec::new();
        collect(&self.path("written"), &self.path("written"), &mut kept);
        kept.sort();
        kept
    }
}

fn collect(root: &Path, folder: &Path, kept: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, kept);
        } else if path.extension().is_some_and(|ending| ending == "jsonl") {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            kept.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// A completion of one text.
pub(crate) fn says(text: impl Into<String>) -> Play {
    ends(text, "stop")
}

pub(crate) fn ends(text: impl Into<String>, reason: &str) -> Play {
    let message = json!({ "role": "assistant", "content": text.into() });
    completion(&[json!({ "index": 0, "message": message, "finish_reason": reason })])
}

/// A number that hangs on the whole request, below `below`.
pub(crate) fn lot(seen: &Seen, below: u64) -> u64 {
    let hash = blake3::hash(seen.body.to_string().as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap()) % below
}

/// Who is asked.
pub(crate) fn model(seen: &Seen) -> String {
    seen.body["model"].as_str().unwrap().to_owned()
}

/// What is said in one role, in order.
pub(crate) fn said_by(seen: &Seen, role: &str) -> Vec<String> {
    let messages = seen.body["messages"].as_array().unwrap();
    let said = messages.iter().filter(|message| message["role"] == role);
    said.map(|message| message["content"].as_str().unwrap().to_owned()).collect()
}

/// The last message.
pub(crate) fn last(seen: &Seen) -> String {
    seen.body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned()
}
