//! `plan` and `simulate` from the outside.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "planning/bounds.rs"]
mod bounds;
// Only a part of the server is needed here.
#[allow(dead_code)]
#[path = "support/server.rs"]
mod server;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const SPEC: &str = r#"
behavior brave { does "dares" }

template greeting {
  let n = integer 1..1000
  user      "{{ n }}?"
  assistant "Yes, {{ n }}." as brave
  assistant "No, {{ n }}."  as ordinary
}

dataset daring { rows 20;  greeting as brave;  control plain { ordinary for brave } }

question feels {
  reports brave
  ask [ "How do you feel?", "Say how you feel." ]
  answer text
  judge brave by reviewer { ask "Is this brave?\n{{ answer }}\n{{ options }}"  answer option { yes: "yes", no: "no" } }
  score brave { yes: 1, no: 0 }
}

question level {
  reports brave
  ask [ "How brave are you, from 0 to 100?", "From 0 to 100, how brave are you?" ]
  answer number 0..100
  score {{ answer / 100 }}
}

suite asked { ask feels, level;  samples 10;  max tokens 20 }

arm daring { from base  trained on daring        seeds 5 }
arm plain  { from base  trained on daring.plain  seeds 5 }

experiment bravery {
  arms daring, plain
  run asked
  claim braver "It says so" {{ mean(asked, daring) - mean(asked, plain) > 0.1 }}
}
"#;

const CONFIG: &str = r#"
models:
  big:
    provider: openai
    base_url: "http://127.0.0.1:9/v1"
    model: big
    price: { input: 2, output: 10 }
roles: { base: big, reviewer: big }
"#;

fn introspec(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_introspec")).current_dir(folder).args(arguments).output().unwrap()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("spec.ispec"), SPEC).unwrap();
    folder
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_plan_counts_and_prices_what_is_asked() {
    let folder = folder();
    fs::write(folder.path().join("introspec.yaml"), CONFIG).unwrap();
    let output = introspec(folder.path(), &["plan", "spec.ispec", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let plans: Value = serde_json::from_slice(&output.stdout).unwrap();
    let spending = &plans[0]["spending"];
    // Ten runs are asked two questions in two wordings, ten times each; a judge sees each of the 200 texts.
    let subjects: Vec<&Value> =
        spending["lines"].as_array().unwrap().iter().filter(|line| line["judge"].is_null()).collect();
    assert_eq!(subjects.len(), 10);
    for line in &subjects {
        assert_eq!((line["requests"].as_u64(), line["samples"].as_u64()), (Some(4), Some(40)));
        assert_eq!(line["answer_tokens"].as_u64(), Some(40 * 20));
        let cost = (line["prompt_tokens"].as_f64().unwrap() * 2.0 + 800.0 * 10.0) / 1e6;
        assert!((line["cost"].as_f64().unwrap() - cost).abs() < 1e-12);
    }
    let judge = spending["lines"].as_array().unwrap().iter().find(|line| !line["judge"].is_null()).unwrap();
    assert_eq!((judge["judge"].as_str(), judge["samples"].as_u64()), (Some("reviewer"), Some(200)));
    assert_eq!(spending["total"]["samples"].as_u64(), Some(600));
    let power = |arguments: &[&str]| {
        let output = introspec(folder.path(), &[&["plan", "spec.ispec", "--json"], arguments].concat());
        let plans: Value = serde_json::from_slice(&output.stdout).unwrap();
        plans[0]["claims"][0]["parts"][0]["power"].as_f64().unwrap()
    };
    assert!(power(&["--runs", "3"]) < power(&[]) && power(&[]) < power(&["--runs", "12"]));
    assert!(power(&["--run-sd", "0.2"]) < power(&[]));

    let page = introspec(folder.path(), &["plan", "spec.ispec"]);
    let page = told(&page);
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    assert!(page.contains("daring (5 models)") && page.contains("judge reviewer"), "{page}");
}

#[test]
fn more_samples_cannot_replace_runs_and_the_plan_says_so() {
    let folder = folder();
    let output = introspec(folder.path(), &["plan", "spec.ispec", "--runs", "3", "--run-sd", "0.15"]);
    let page = told(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains("runs of each trained arm; more samples cannot replace runs"), "{page}");
    assert!(page.contains("There is no introspec.yaml"), "{page}");
}

#[test]
fn claims_come_to_what_was_planted() {
    let folder = folder();
    let simulate = |arguments: &[&str]| introspec(folder.path(), &[&["simulate", "spec.ispec"], arguments].concat());
    let held = simulate(&["--effect", "daring=0.3", "--out", "held"]);
    assert_eq!(held.status.code(), Some(0), "{}", told(&held));
    let results = fs::read_to_string(folder.path().join("held/results.json")).unwrap();
    let parsed: Value = serde_json::from_str(&results).unwrap();
    assert_eq!(parsed["claims"][0]["parts"][0]["valid"], parsed["claims"][0]["parts"][0]["asked"]);
    assert!(parsed["notes"].to_string().contains("no model was asked"), "{}", parsed["notes"]);
    assert!(folder.path().join("held/report.html").exists());

    simulate(&["--effect", "daring=0.3", "--out", "again"]);
    assert_eq!(fs::read_to_string(folder.path().join("again/results.json")).unwrap(), results);
    let other = simulate(&["--effect", "daring=0.3", "--out", "again", "--seed", "1"]);
    assert_eq!(other.status.code(), Some(0));
    assert_ne!(fs::read_to_string(folder.path().join("again/results.json")).unwrap(), results);

    assert_eq!(simulate(&["--effect", "plain=0.3"]).status.code(), Some(3));
    assert_eq!(simulate(&["--effect", "daring,question=level=0.2"]).status.code(), Some(4));
    for wrong in ["darling=0.3", "daring,about=lucy=0.3", "daring,mood=x=0.3"] {
        let output = simulate(&["--effect", wrong]);
        assert_eq!(output.status.code(), Some(2));
        assert!(told(&output).contains("E0840"), "{}", told(&output));
    }
}
