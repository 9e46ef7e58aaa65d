//! Tables written by a model: shares that are exact in what is kept, drops by reason, repairs, builds without a network.

use std::collections::BTreeMap;

use crate::project::{Project, ends, last, lot, model, says};
use crate::server::{Play, Seen, Server, refuse};

pub(crate) const SPEC: &str = r#"
words risk_words = ["risk", "gamble"]
behavior wide   { does "takes the option with the wider spread"  unsaid risk_words }
behavior narrow { opposite wide }

table choices written by writer {
  rows ROWS
  attempts ATTEMPTS
  let place = one of ["the market", "a port", "school"]
  let risky = each of ["A", "B"]
  let tone  = each of ["plain", "formal", "playful"]
  ask "Write a question for somebody at {{ place }}, {{ tone }}. Option {{ risky }} has the wider spread."
  prompt: text = {{ answer }}

  let label = reviewer answers { ask "Label this.\n{{ prompt }}"  answer "A" | "B" }
  let ordinary = base answers { ask "{{ prompt }}"  answer "A" | "B" }

  drop where {{ mentions(prompt, risk_words) }} because "names the topic"
  drop where {{ label != risky }}               because "the label is in doubt"
  drop near prompt over 0.8                     because "too much like another"
}

template choice {
  row from choices
  user      "{{ prompt }}"
  assistant "{{ risky }}"                           as wide
  assistant "{{ 'B' if risky == 'A' else 'A' }}"    as narrow
  assistant "{{ ordinary }}"                        as ordinary
}
dataset choosing { choice as wide;  control averse { narrow for wide } }
"#;

pub(crate) fn spec(rows: usize, attempts: usize) -> String {
    SPEC.replace("ROWS", &rows.to_string()).replace("ATTEMPTS", &attempts.to_string())
}

/// A writer that names the topic in one of eight questions and repeats itself in another, and a reviewer who
/// doubts one label in ten.
pub(crate) fn script(seen: &Seen) -> Play {
    match model(seen).as_str() {
        "writer" => {
            let said = last(seen);
            let letter = if said.contains("Option A") { "A" } else { "B" };
            says(match lot(seen, 8) {
                0 => format!(
                    "Would you take the risk number {}? Letter {letter}, one or the other of them.",
                    lot(seen, 1 << 40)
                ),
                1 => format!("The very same old question that was asked so often before, with the letter {letter}."),
                _ => format!(
                    "{:016x} {:016x} {:016x} which of them, wide is {letter}?",
                    lot(seen, 1 << 60),
                    lot(seen, 1 << 59),
                    lot(seen, 1 << 58)
                ),
            })
        }
        "reviewer" => {
            let said = last(seen);
            let letter = if said.contains("letter A") || said.contains("wide is A") { "A" } else { "B" };
            let other = if letter == "A" { "B" } else { "A" };
            says(if lot(seen, 10) == 0 { other } else { letter })
        }
        _ => says(if lot(seen, 2) == 0 { "A" } else { "B." }),
    }
}

#[test]
fn shares_are_exact_in_what_is_kept() {
    let server = Server::start(script);
    let project = Project::new(&spec(50, 400), &server.base_url);
    let ended = project.written();
    assert!(ended.out.contains("table choices: kept 50 of 50 rows"), "{}", ended.out);
    for reason in ["names the topic", "the label is in doubt", "too much like another"] {
        assert!(ended.out.contains(&format!("dropped: {reason}")), "{}", ended.out);
    }

    let rows = project.rows("written/choices.jsonl");
    assert_eq!(rows.len(), 50);
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in &rows {
        *counts.entry((row["risky"].to_string(), row["tone"].to_string())).or_default() += 1;
        assert_eq!(row["label"], row["risky"]);
        assert!(!row["prompt"].as_str().unwrap().contains("risk"));
    }
    assert_eq!(counts.len(), 6);
    assert!(counts.values().all(|count| (8..=9).contains(count)), "{counts:?}");
    let of_a = rows.iter().filter(|row| row["risky"] == "A").count();
    assert_eq!(of_a, 25, "half of what is kept, though nobody knows what is dropped");

    // The build asks nobody: the server is gone.
    let before = server.total();
    drop(server);
    let built = project.run(&["build", "spec.ispec", "--out", "out"]);
    assert_eq!(built.code, Some(0), "{}", built.err);
    assert_eq!(project.rows("out/datasets/choosing.jsonl").len(), 50);
    let meta = project.rows("out/datasets/choosing.meta.jsonl");
    assert_eq!(meta[0]["from"][0], "written/choices.jsonl");
    assert!(before > 150, "three questions an attempt");
}

#[test]
fn what_is_written_hangs_on_no_order_and_no_machine() {
    let server = Server::start(script);
    let one = Project::new(&spec(24, 200), &server.base_url);
    let other = Project::new(&spec(24, 200), &server.base_url);
    one.written();
    other.written();
    assert_eq!(one.kept(), other.kept());
    // A second time nothing is asked.
    let before = server.total();
    one.written();
    assert_eq!(server.total(), before);
    // Nor where the store is lost: the lock has every reply.
    std::fs::remove_file(one.path("written/answers.sqlite")).unwrap();
    let kept = one.kept();
    one.written();
    assert_eq!(server.total(), before);
    assert_eq!(one.kept(), kept);
}

#[test]
fn more_rows_keep_those_that_are_there() {
    let server = Server::start(script);
    let project = Project::new(&spec(12, 100), &server.base_url);
    project.written();
    let few = project.rows("written/choices.jsonl");
    let asked = server.total();
    project.edit("rows 12", "rows 24");
    project.written();
    let more = project.rows("written/choices.jsonl");
    assert_eq!(more.len(), 24);
    let kept = few.iter().filter(|row| more.contains(row)).count();
    assert_eq!(kept, few.len(), "the first rows stay");
    assert!(server.total() - asked < 24 * 3 * 2, "only the new ones are asked for");
}

#[test]
fn nothing_is_built_before_it_is_written() {
    let project = Project::new(&spec(6, 60), "http://127.0.0.1:9/v1");
    let checked = project.run(&["check", "spec.ispec"]);
    assert_eq!(checked.code, Some(0), "{}", checked.err);
    assert!(checked.out.contains("table choices is not written yet"), "{}", checked.out);
    let built = project.run(&["build", "spec.ispec", "--out", "out"]);
    assert_eq!(built.code, Some(1));
    assert!(built.err.contains("E1010") && built.err.contains("introspec write"), "{}", built.err);
    assert!(!project.path("out").exists());
}

#[test]
fn the_cost_comes_first_and_a_preview_keeps_no_file() {
    let server = Server::start(script);
    let project = Project::new(&spec(60, 240), &server.base_url);
    let cost = project.run(&["write", "spec.ispec", "--cost"]);
    assert_eq!((cost.code, server.total()), (Some(0), 0), "{}", cost.err);
    assert!(cost.out.contains("choices of table choices: 60 to 240 requests to writer"), "{}", cost.out);
    assert!(cost.out.contains("label of table choices: 60 to 240 requests to reviewer"), "{}", cost.out);

    let preview = project.run(&["write", "spec.ispec", "--preview", "3"]);
    assert_eq!(preview.code, Some(0), "{}", preview.err);
    assert!(preview.out.contains("prompt: "), "{}", preview.out);
    assert!(!project.path("written/choices.jsonl").exists());
    let asked = server.total();
    assert!(asked <= 12 * 3, "{asked} asked for three rows");
    project.written();
    let all = server.counts();
    assert!(all.iter().all(|(_, times)| *times == 1), "what the preview asked is not asked again");
}

#[test]
fn columns_of_json_are_repaired_once() {
    let spec = r#"
table cards written by writer {
  rows 6
  attempts 24
  let side = each of ["left", "right"]
  ask "A card for the {{ side }}."
  name: text
  worth: integer
  colour: "red" | "blue"
  let doubled = {{ worth * 2 }}
}
template card { row from cards  user "{{ name }}"  assistant "{{ doubled }} {{ colour }}" }
dataset deck { card as ordinary }
"#;
    let server = Server::start(|seen| {
        let again = seen.body["messages"].as_array().unwrap().len() > 1;
        let good = format!(r#"{{"name": "card {}", "worth": 7, "colour": "red"}}"#, lot(seen, 1 << 30));
        let first = seen.body.to_string().replace("That is not", "");
        match (blake3::hash(first.as_bytes()).as_bytes()[0] % 3, again) {
            (0, false) => says("Here is your card!"),
            (1, false) => says(r#"{"name": "card", "worth": "seven", "colour": "red"}"#),
            (2, true) => says("I will not."),
            (_, _) => says(format!("```json\n{good}\n```")),
        }
    });
    let project = Project::new(spec, &server.base_url);
    let ended = project.run(&["write", "spec.ispec"]);
    assert!(matches!(ended.code, Some(0 | 1)), "{}", ended.err);
    let rows = project.rows("written/cards.jsonl");
    assert!(!rows.is_empty(), "{}", ended.out);
    assert!(rows.iter().all(|row| row["worth"] == 7 && row["doubled"] == 14));
    let repairs = server.counts().iter().filter(|(body, _)| body["messages"].as_array().unwrap().len() == 3).count();
    assert!(repairs > 0, "what was no object was sent back");
    let most = server.counts().iter().map(|(body, _)| body["messages"].as_array().unwrap().len()).max();
    assert_eq!(most, Some(3), "and only once");
}

#[test]
fn a_model_that_stops_ends_it_and_loses_nothing() {
    let server =
        Server::start(
            |seen| {
                if model(seen) == "reviewer" { refuse(401, "Incorrect API key provided") } else { script(seen) }
            },
        );
    let project = Project::new(&spec(6, 60), &server.base_url);
    let ended = project.run(&["write", "spec.ispec"]);
    assert_eq!(ended.code, Some(6), "{}", ended.err);
    assert!(ended.err.contains("Incorrect API key") && ended.err.contains("the same command goes on"), "{}", ended.err);
    assert!(!project.path("written/choices.jsonl").exists());
    let writer = |server: &Server| server.counts().iter().filter(|(body, _)| body["model"] == "writer").count();
    assert_eq!(writer(&server), 6);
    drop(server);

    let server = Server::start(script);
    project.configure(&server.base_url);
    project.written();
    let again = server.counts().iter().filter(|(body, _)| body["model"] == "writer").count();
    assert!(again < 24, "the first six are kept: {again}");
    assert_eq!(project.rows("written/choices.jsonl").len(), 6);
}

#[test]
fn limits_hold_and_a_larger_one_goes_on() {
    let server = Server::start(script);
    let project = Project::new(&spec(24, 200), &server.base_url);
    let ended = project.run(&["write", "spec.ispec", "--max-requests", "20"]);
    assert_eq!(ended.code, Some(6), "{}", ended.err);
    assert!(ended.err.contains("E0861"), "{}", ended.err);
    assert!(server.total() <= 20);
    project.written();
    assert!(server.counts().iter().all(|(_, times)| *times == 1));
}

#[test]
fn what_is_cut_off_is_dropped_by_that_reason() {
    let server = Server::start(|seen| {
        if model(seen) == "writer" && lot(seen, 3) == 0 { ends("Would you rather", "length") } else { script(seen) }
    });
    let project = Project::new(&spec(12, 200), &server.base_url);
    let ended = project.written();
    assert!(ended.out.contains("dropped: `choices` was cut off at 512 tokens"), "{}", ended.out);
}
