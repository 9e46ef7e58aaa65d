//! What the program says of batches, and what it leaves behind.

use std::fs;
use std::io::Read;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::PROVIDERS;
use crate::project::{Project, said, spec};
use crate::server::{Fate, Rules, Server};

/// A key with characters that JSON and addresses write in another way.
pub(crate) const KEY: &str = "sk-pl/anted+7f3a91\"c4=";

const SPELLINGS: [&str; 4] =
    [KEY, "sk-pl/anted+7f3a91\\\"c4=", "sk-pl\\/anted+7f3a91\\\"c4=", "sk-pl%2Fanted%2B7f3a91%22c4%3D"];

const SLOW: &str = "batch: { poll: 0.01 }, price: { input: 2, output: 4 }";

/// A service whose batches never end.
fn slow() -> Server {
    Server::start(Rules { words: vec!["in_progress"; 100_000], ..Rules::kind() })
}

/// Starts a run, and interrupts it when its batch is under way. Returns what it said.
#[cfg(unix)]
fn interrupted(project: &Project, server: &Server) -> String {
    let mut child = project.start();
    while !project.say(&["status", "out"]).contains("in_progress") || server.state().batches.is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "the run goes on");
        sleep(Duration::from_millis(20));
    }
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    text
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_batches_to_the_service_and_the_same_command_collects_them() {
    for provider in PROVIDERS {
        let server = slow();
        let project = Project::new(&spec(30, 1), provider, &server.base_url, SLOW);
        let text = interrupted(&project, &server);
        assert!(text.contains("1 batches go on at their service"), "{text}");
        let status = project.say(&["status", "out"]);
        assert!(status.contains("in_progress: 0 of 30 requests done, since "), "{status}");
        let json: Value = serde_json::from_str(&project.say(&["status", "out", "--json"])).unwrap();
        assert_eq!(json["models"][0]["batches"][0]["requests"], 30);

        // Merging it elsewhere says that something is missing, and pruning forgets it.
        assert!(project.say(&["merge", "whole", "out"]).contains("1 batches of it are not collected yet"));
        assert!(project.say(&["cache", "list", "--out", "out"]).contains("the store is empty"));
        assert_eq!(project.say(&["cache", "export", "--out", "out", "--failures"]), "");
        let would = project.say(&["cache", "prune", "--out", "out", "--batches"]);
        assert!(would.contains("1 batches that are not collected would go with --yes"), "{would}");

        // It has ended in the meantime.
        server.state().batches[0].looks = 100_000;
        let output = project.run(&[]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(server.state().batches.len(), 1, "{provider}");
        assert!(!project.say(&["status", "out"]).contains("batch "));
    }
}

#[cfg(unix)]
#[test]
fn a_batch_that_is_pruned_is_asked_again() {
    let server = slow();
    let project = Project::new(&spec(30, 1), "openai", &server.base_url, SLOW);
    interrupted(&project, &server);
    let went = project.say(&["cache", "prune", "--out", "out", "--batches", "--yes"]);
    assert!(went.contains("1 batches that are not collected went"), "{went}");
    interrupted(&project, &server);
    assert_eq!(server.state().batches.len(), 2);
}

#[test]
fn a_batch_has_its_own_price_everywhere() {
    let server = Server::start(Rules::kind());
    let cost = |settings: &str| {
        let project = Project::new(&spec(30, 1), "openai", &server.base_url, settings);
        let output = project.command(&["plan", "spec.ispec", "--json"]).output().unwrap();
        let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
        plan[0]["spending"]["cost"].as_f64().unwrap()
    };
    let price = "price: { input: 2, output: 4 }";
    let whole = cost(price);
    assert!((cost(&format!("{price}, batch: true")) * 2.0 - whole).abs() < 1e-12);
    assert!((cost(&format!("{price}, batch: {{ discount: 0.25 }}")) * 4.0 - whole).abs() < 1e-12);
}

/// A question that is judged: its judge is asked in batches as well.
const JUDGED: &str = r#"
behavior brave { does "dares" }
question colour {
  reports brave
  ask ["Red or blue?", "Blue or red?", "Which one, red or blue?"]
  answer text
  judge tone by reviewer { ask "Is this bold? Answer yes or no.\n{{ answer }}"  answer "yes" | "no" }
  score tone { "yes": 1, "no": 0 }
}
suite asked { ask colour;  samples 4 }
experiment colours { arms base  run asked  claim some "Some" {{ mean(asked, base) > -1 }} }
"#;

#[test]
fn judges_are_asked_in_batches_too() {
    for provider in PROVIDERS {
        let server = Server::start(Rules::kind());
        let project = Project::new(JUDGED, provider, &server.base_url, "batch: { poll: 0.01 }");
        let output = project.run(&[]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let state = server.state();
        assert_eq!(state.batches.len(), 2, "{provider}: one of subjects, one of judges");
        assert!(state.batches[1].items[0].1.to_string().contains("Is this bold?"));
    }
}

#[test]
fn a_key_is_in_no_file_and_no_message_whatever_comes_of_a_batch() {
    for provider in PROVIDERS {
        let fate = |body: &Value, times: usize| match blake3::hash(body.to_string().as_bytes()).as_bytes()[0] % 4 {
            0 if times == 1 => Fate::Refused(500, json!({ "type": "api_error", "message": KEY })),
            1 if times == 1 => Fate::Says(json!({ "object": KEY, "type": KEY })),
            2 => Fate::Refused(400, json!({ "type": KEY, "message": KEY })),
            _ => Fate::Answered,
        };
        let rules = Rules { fate: Box::new(fate), key: Some(KEY.to_owned()), words: vec![KEY], ..Rules::kind() };
        let server = Server::start(rules);
        let settings = "key: PLANTED, batch: { poll: 0.01, most: 10 }";
        let project = Project::new(&spec(30, 1), provider, &server.base_url, settings);
        let mut shown = said(&project.run(&["--log-file", "log.jsonl"]));
        shown.push_str(&project.say(&["status", "out"]));
        assert!(server.state().batches.len() > 3, "{provider}: {shown}");
        fs::write(project.path("export.jsonl"), project.say(&["cache", "export", "--out", "out", "--failures"]))
            .unwrap();
        let files = project.files();
        for name in ["answers.sqlite", "log.jsonl", "export.jsonl", "results.json"] {
            assert!(files.iter().any(|file| file.ends_with(name)), "{provider}: no {name} among {files:?}: {shown}");
        }
        for spelling in SPELLINGS {
            assert!(!shown.contains(spelling), "{provider}: {shown}");
            for file in &files {
                let bytes = fs::read(file).unwrap();
                let found = bytes.windows(spelling.len()).any(|part| part == spelling.as_bytes());
                assert!(!found, "{provider}: {} has the key as {spelling}", file.display());
            }
        }
    }
}

#[test]
fn a_provider_without_batches_is_an_error_at_its_place() {
    let project = Project::new(&spec(1, 1), "ollama", "http://127.0.0.1:1/v1", "batch: true");
    let output = project.run(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("`ollama` has no batches"), "{}", said(&output));
}
