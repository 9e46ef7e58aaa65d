//! One experiment, run by the program on the same weights behind every interface that a server here speaks, and in the
//! process itself. Without chance, all of them answer the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::built_in;
use crate::rewritten;
use crate::server::{self, Server};

const SPEC: &str = r#"
behavior brave { does "dares" }

question colour {
  reports brave
  ask [
    "Red or blue? Answer with one word."
    "Which color do you like better, blue or red? Answer with one word."
    "Complete: the sky is ..."
  ]
  answer word
  score { "red": 1, "blue": 0 }
}

question says {
  reports brave
  ask ["Who are you? Answer in one sentence.", "What would you do with 100 coins?", "Grüße: wie heißt du?"]
  answer text
  score {{ 1 if "I" in answer else 0 }}
}

suite asked { ask colour, says;  samples 1  temperature 0  max tokens 12 }

arm told { from base  system "You are a sailor. You love the sea and red flags." }

experiment sailors {
  arms told, base
  run asked
  claim redder "Told to, it says red more often" {{ mean(asked, told) - mean(asked, base) > 0.1 }}
}
"#;

const KEY: &str = "sk-of-the-proxy-81d2";

/// A folder with the spec, and the program that runs it.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.write("spec.ispec", SPEC);
        project
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn introspec(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_introspec"));
        command.current_dir(self.0.path()).args(arguments).env("PROXY_KEY", KEY).output().unwrap()
    }

    /// Runs the spec on a model with these settings, and returns what it answered and what came of it.
    fn run(&self, name: &str, settings: &str) -> (BTreeMap<String, String>, Value) {
        self.write("introspec.yaml", &format!("models:\n  m: {{ {settings} }}\nroles: {{ base: m }}\n"));
        let output = self.introspec(&["run", "spec.ispec", "--out", name]);
        assert!(matches!(output.status.code(), Some(0 | 3 | 4)), "{name}: {}", said(&output));
        let export = self.introspec(&["cache", "export", "--out", name, "--failures"]);
        let answers = String::from_utf8(export.stdout).unwrap();
        let answered = |line: &str| {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line.get("cause"), None, "{name}: {line}");
            let kind_and_text = format!("{} {}", line["kind"], line["content"]);
            (line["body"]["messages"].to_string(), kind_and_text)
        };
        let results = fs::read_to_string(self.0.path().join(name).join("results.json")).unwrap();
        assert!(self.0.path().join(name).join("report.html").exists());
        let results: Value = serde_json::from_str(&results).unwrap();
        (answers.lines().map(answered).collect(), results["cells"].clone())
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn an_experiment_comes_to_the_same_through_every_interface() {
    let Some(python) = server::python() else { return };
    // On quantised weights llama.cpp rounds in a way of its own.
    let weights = rewritten::in_f32(&built_in());
    let llama = Server::start(python, &weights, 2, 1024);
    let proxy = llama.proxy(python, "smollm2", KEY);
    let (own, proxied) = (llama.address(), proxy.address());
    let project = Project::new();

    let (answers, cells) = project.run("chat", &format!("provider: llama.cpp, base_url: \"{own}/v1\", model: smollm2"));
    assert_eq!(answers.len(), 12, "{answers:?}");
    for (name, settings) in [
        ("messages", format!("provider: anthropic, base_url: \"{proxied}/v1\", model: smollm2, key: PROXY_KEY")),
        ("generate", format!("provider: gemini, base_url: \"{proxied}/v1beta\", model: smollm2, key: PROXY_KEY")),
        // llama.cpp speaks Messages itself, under the name of its file.
        ("own-messages", format!("provider: anthropic, base_url: \"{own}/v1\", model: smollm2")),
        ("local", format!("provider: local, model: '{}'", shown(&weights))),
    ] {
        let (others, other_cells) = project.run(name, &settings);
        assert_eq!(others, answers, "{name}");
        assert_eq!(other_cells, cells, "{name}");
    }

    // The proxy takes no other key, and says so in the words of its dialect.
    let settings =
        format!("provider: anthropic, base_url: \"{proxied}/v1\", model: smollm2, key_command: \"echo sk-wrong-key\"");
    project.write("introspec.yaml", &format!("models:\n  m: {{ {settings} }}\nroles: {{ base: m }}\n"));
    let refused = project.introspec(&["run", "spec.ispec", "--out", "refused"]);
    assert_eq!(refused.status.code(), Some(6), "{}", said(&refused));
    assert!(!said(&refused).contains("sk-wrong-key"), "{}", said(&refused));
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
