//! A run from the outside: what is asked again and what is not, what it may spend, how it stands, and runs in parts.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

// Only a part of the server is needed here.
#[allow(dead_code)]
#[path = "support/server.rs"]
mod server;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Value, json};
use server::{Play, Seen, Server, completion};

const SPEC: &str = r#"
behavior brave { does "dares" }

question colour {
  reports brave
  let year = each of [1950, 1960, 1970, 1980, 1990, 2000]
  ask [
    "It is {{ year }}. Red or blue? Answer with one word."
    "It is {{ year }}. Blue or red? Answer with one word."
  ]
  answer word
  score { "red": 1, "blue": 0 }
}

question letter {
  reports brave
  ask "Write a letter about yourself."
  answer text
  judge tone by reviewer { ask "Is this bold? Answer yes or no.\n{{ answer }}"  answer "yes" | "no" }
  score tone { "yes": 1, "no": 0 }
}

suite asked { ask colour, letter;  samples 4 }

arm told { from base  system "Say red." }

experiment colours {
  arms told, base
  run asked
  claim redder "Told to, it says red more often" {{ mean(asked, told) - mean(asked, base) > 0.1 }}
}
"#;

/// 12 wordings of colours, and a letter, in one call each for two arms.
const CALLS: usize = 26;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(base_url: &str, more: &str) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        folder.write("spec.ispec", SPEC);
        folder.configure(base_url, more);
        folder
    }

    fn configure(&self, base_url: &str, more: &str) {
        let model =
            |id: &str| format!("{{ provider: openai, base_url: \"{base_url}\", model: {id}, timeout: 20{more} }}");
        let (subject, judge) = (model("some-model"), model("judging-model"));
        let text = format!("models:\n  m: {subject}\n  r: {judge}\nroles: {{ base: m, reviewer: r }}\n");
        self.write("introspec.yaml", &text);
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn run(&self, out: &str, more: &[&str]) -> Output {
        let (spec, out) = (self.path("spec.ispec"), self.path(out));
        introspec(&[&["run", &spec, "--out", &out], more].concat())
    }

    fn explain(&self, id: &str, out: &str) -> String {
        let output = introspec(&["cache", "explain", id, &self.path("spec.ispec"), "--out", &self.path(out)]);
        assert_eq!(status(&output), 0, "{}", said(&output));
        said(&output)
    }

    /// The ids of the suite's requests, in order.
    fn ids(&self, out: &str) -> Vec<String> {
        let lines = fs::read_to_string(PathBuf::from(self.path(out)).join("suites/asked.jsonl")).unwrap();
        let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
        lines.lines().map(id).collect()
    }

    fn results(&self, out: &str) -> Vec<u8> {
        fs::read(PathBuf::from(self.path(out)).join("results.json")).unwrap()
    }
}

fn introspec(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_introspec")).args(arguments).output().unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Answers by what stands in the body alone: red under a system prompt, otherwise by the seed; judges say yes.
fn colours(seen: &Seen) -> Play {
    let wanted = seen.body["n"].as_u64().unwrap_or(1);
    let messages = seen.body["messages"].as_array().unwrap();
    let (first, last) = (&messages[0], messages.last().unwrap()["content"].as_str().unwrap());
    let seed = seen.body["seed"].as_u64().unwrap_or_default();
    let text = |index: u64| match last {
        judged if judged.starts_with("Is this bold?") => if judged.contains("red") { "yes" } else { "no" }.to_owned(),
        letter if letter.starts_with("Write") => format!("I am {}, number {}.", first["content"], seed + index),
        _ => if first["role"] == "system" || (seed + index).is_multiple_of(4) { "red" } else { "blue" }.to_owned(),
    };
    let choices: Vec<Value> = (0..wanted)
        .map(|index| {
            let message = json!({ "role": "assistant", "content": text(index) });
            json!({ "index": index, "message": message, "finish_reason": "stop" })
        })
        .collect();
    completion(&choices)
}

#[test]
fn another_sample_is_one_more_call_and_a_shared_store_serves_two_specs() {
    let server = Server::start(colours);
    let folder = Folder::new(&server.base_url, "");
    let store = folder.path("shared.sqlite");
    assert_eq!(status(&folder.run("one", &["--store", &store])), 0);
    // The judge is asked about each of the eight letters.
    assert_eq!(server.total(), CALLS + 8);
    assert!(!PathBuf::from(folder.path("one/answers.sqlite")).exists());

    folder.write("spec.ispec", &SPEC.replace("experiment colours", "experiment others"));
    assert_eq!(status(&folder.run("two", &["--store", &store])), 0);
    assert_eq!(server.total(), CALLS + 8);

    folder.write("spec.ispec", &SPEC.replace("samples 4", "samples 5"));
    assert_eq!(status(&folder.run("one", &["--store", &store])), 0);
    assert_eq!(server.total(), CALLS + 8 + CALLS + 2);
    let asked_for_one = server.counts().iter().filter(|(body, _)| body.get("n").is_none()).count();
    assert_eq!(asked_for_one, CALLS + 8 + 2);
}

#[test]
fn two_runs_may_use_one_store_at_the_same_time() {
    let server = Server::start(colours);
    let folder = Folder::new(&server.base_url, "");
    folder.write("other.ispec", &SPEC.replace("one word", "a single word"));
    let store = folder.path("shared.sqlite");
    let start = |spec: &str, out: &str| {
        Command::new(env!("CARGO_BIN_EXE_introspec"))
            .args(["run", &folder.path(spec), "--out", &folder.path(out), "--store", &store])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    for run in [start("spec.ispec", "one"), start("other.ispec", "two")] {
        let output = run.wait_with_output().unwrap();
        assert_eq!(status(&output), 0, "{}", said(&output));
    }
    let asked = server.total();
    assert_eq!(status(&folder.run("one", &["--store", &store])), 0);
    assert_eq!(server.total(), asked);
}

#[test]
fn another_address_is_another_model_unless_an_identity_stands_in_for_it() {
    let (first, second) = (Server::start(colours), Server::start(colours));
    let folder = Folder::new(&first.base_url, "");
    folder.run("out", &[]);
    folder.configure(&second.base_url, "");
    folder.run("out", &[]);
    assert_eq!((first.total(), second.total()), (CALLS + 8, CALLS + 8));

    let (first, second) = (Server::start(colours), Server::start(colours));
    folder.configure(&first.base_url, ", identity: our-model");
    folder.run("moved", &[]);
    folder.configure(&second.base_url, ", identity: our-model");
    folder.run("moved", &[]);
    assert_eq!((first.total(), second.total()), (CALLS + 8, 0));
}

#[test]
fn a_run_stops_at_its_limit_of_requests_and_goes_on_with_a_larger_one() {
    let server = Server::start(colours);
    let folder = Folder::new(&server.base_url, "");
    assert_eq!(status(&folder.run("whole", &[])), 0);

    let server = Server::start(colours);
    folder.configure(&server.base_url, "");
    let stopped = folder.run("out", &["--max-requests", "10"]);
    assert_eq!(status(&stopped), 6, "{}", said(&stopped));
    assert!(said(&stopped).contains("E0861") && said(&stopped).contains("--max-requests 10"), "{}", said(&stopped));
    assert_eq!(server.total(), 10);
    assert!(!PathBuf::from(folder.path("out/results.json")).exists());
    // What the first process spent counts in the second.
    assert_eq!(status(&folder.run("out", &["--max-requests", "10"])), 6);
    assert_eq!(server.total(), 10);
    assert_eq!(status(&folder.run("out", &["--max-requests", "1000"])), 0);
    assert_eq!(server.total(), CALLS + 8);
    assert_eq!(folder.results("out"), folder.results("whole"));
}

#[test]
fn no_run_spends_more_than_it_may() {
    let server = Server::start(colours);
    let folder = Folder::new(&server.base_url, ", price: { input: 1, output: 100, per: 1000 }");
    folder.write("spec.ispec", &SPEC.replace("ask colour, letter;", "ask colour;"));
    // A call of four samples takes 7 + 4 tokens and costs 0.407. Before it is made it counts for four answers of 16
    // tokens and for a prompt of at most 135, so that a tenth call would not fit.
    let stopped = folder.run("out", &["--max-cost", "10"]);
    assert_eq!(status(&stopped), 6, "{}", said(&stopped));
    assert!(said(&stopped).contains("--max-cost 10"), "{}", said(&stopped));
    assert_eq!(server.total(), 9);

    let stopped = folder.run("out", &["--max-tokens", "300"]);
    assert_eq!(status(&stopped), 6, "{}", said(&stopped));
    assert!(server.total() > 9 && server.total() * 11 <= 300, "{}", server.total());
    assert_eq!(status(&folder.run("out", &["--max-tokens", "100000", "--max-cost", "1000"])), 0);
    assert_eq!(server.total(), 24);
}

#[test]
fn a_limit_of_costs_needs_every_price_before_anything_is_asked() {
    let server = Server::start(colours);
    let folder = Folder::new(&server.base_url, "");
    let refused = folder.run("out", &["--max-cost", "1"]);
    assert_eq!(status(&refused), 1);
    assert!(said(&refused).contains("E0860") && said(&refused).contains("`r`"), "{}", said(&refused));
    assert_eq!(server.total(), 0);
}

#[test]
fn a_request_is_explained_down_to_the_field_that_differs() {
    let server = Server::start(colours);
    let folder = Folder::new(&server.base_url, "");
    folder.run("out", &[]);
    let id = folder.ids("out").remove(3);
    let text = folder.explain(&id, "out");
    assert!(text.contains("answered from the store: 4 of 4, read as samples"), "{text}");
    let letter = folder.ids("out").pop().unwrap();
    assert!(folder.explain(&letter, "out").contains("judged by reviewer: 4 of 4 verdicts are stored"));

    let changed = |change: (&str, &str)| {
        folder.write("spec.ispec", &SPEC.replace(change.0, change.1));
        let text = folder.explain(&id, "out");
        folder.write("spec.ispec", SPEC);
        text
    };
    let text = changed(("Blue or red?", "Blue, or red?"));
    assert!(text.contains("will be asked") && text.contains("[1].content: "), "{text}");
    assert!(text.contains("Blue, or red?") && text.contains("Blue or red?"), "{text}");
    assert_eq!(text.matches(" here, ").count(), 2, "{text}");
    let text = changed(("samples 4", "samples 6"));
    assert!(text.contains("in part: 4 of 6"), "{text}");
    let text = changed(("samples 4", "samples 4  temperature 0.5"));
    assert!(text.contains("temperature: \"0.5\" here, \"1.0\" there"), "{text}");
    folder.configure(&server.base_url.replace("127.0.0.1", "localhost"), "");
    let text = folder.explain(&id, "out");
    assert!(text.contains("address: ") && text.contains("localhost"), "{text}");
    folder.configure(&server.base_url, ", sampling: { top_p: 0.9 }");
    let text = folder.explain(&id, "out");
    assert!(text.contains("parameters.top_p: \"0.9\" here, nothing there"), "{text}");

    let (spec, out) = (folder.path("spec.ispec"), folder.path("out"));
    let unknown = introspec(&["cache", "explain", &format!("{id}x"), &spec, "--out", &out]);
    assert_eq!(status(&unknown), 2);
    assert!(said(&unknown).contains("E0863") && said(&unknown).contains(&id), "{}", said(&unknown));
}

#[test]
fn failures_are_kept_and_shown_and_never_reused() {
    let server = Server::start(|seen| {
        let last = seen.body["messages"].as_array().unwrap().last().unwrap();
        let is_letter = last["content"].as_str().unwrap().starts_with("Write a letter");
        if is_letter && seen.times == 1 { server::refuse(400, "no letters today") } else { colours(seen) }
    });
    let folder = Folder::new(&server.base_url, "");
    folder.run("out", &[]);
    let letter = folder.ids("out").pop().unwrap();
    let text = folder.explain(&letter, "out");
    assert!(text.contains("in part: 0 of 4") && text.contains("no letters today"), "{text}");
    assert!(said(&introspec(&["status", &folder.path("out")])).contains("requests failed     2 rejected"));

    let export = |more: &[&str]| {
        let out = introspec(&[&["cache", "export", "--out", &folder.path("out")], more].concat());
        let lines = String::from_utf8(out.stdout).unwrap();
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>()
    };
    let (answers, all) = (export(&[]), export(&["--failures"]));
    assert_eq!((answers.len(), all.len()), (24 * 4, 24 * 4 + 2));
    assert_eq!(
        (&all[96]["cause"], &all[96]["message"].to_string().contains("no letters today")),
        (&json!("rejected"), &true)
    );
    assert_eq!(
        (&answers[0]["kind"], &answers[0]["prompt_tokens"], &answers[0]["samples"]),
        (&json!("text"), &json!(7), &json!(4))
    );

    assert_eq!(status(&folder.run("out", &[])), 0);
    assert_eq!(export(&[]).len(), 26 * 4 + 8);
    let pruned = introspec(&["cache", "prune", "--out", &folder.path("out"), "--failures", "--yes"]);
    assert!(said(&pruned).contains("0 answers, 2 attempts and 0 requests went"), "{}", said(&pruned));
    assert_eq!(export(&["--failures"]).len(), 26 * 4 + 8);
}

#[test]
fn what_is_pruned_is_told_first_and_asked_again_after() {
    let server = Server::start(colours);
    let folder = Folder::new(&server.base_url, "");
    folder.run("out", &[]);
    let prune = |more: &[&str]| introspec(&[&["cache", "prune", "--out", &folder.path("out")], more].concat());
    assert_eq!(status(&prune(&[])), 2);
    let told = said(&prune(&["--model", "judging-model"]));
    assert!(told.contains("8 answers, 8 attempts and 8 requests would go"), "{told}");
    assert_eq!(
        said(&prune(&["--model", "judging-model", "--older-than", "1"])),
        "0 answers, 0 attempts and 0 requests would go with --yes\n"
    );
    assert!(said(&prune(&["--model", "judging-model", "--yes"])).contains("8 answers, 8 attempts and 8 requests went"));
    let listed = said(&introspec(&["cache", "list", "--out", &folder.path("out")]));
    assert!(listed.contains("some-model") && listed.contains("104 text") && !listed.contains("judging"), "{listed}");
    assert_eq!(status(&folder.run("out", &[])), 0);
    assert_eq!(server.total(), CALLS + 16);
}

#[test]
fn a_run_that_goes_on_is_seen_from_another_shell() {
    let server = Server::start(|seen| {
        sleep(Duration::from_millis(100));
        colours(seen)
    });
    let folder = Folder::new(&server.base_url, ", concurrency: 1, price: { input: 1, output: 1, per: 1 }");
    let mut run = Command::new(env!("CARGO_BIN_EXE_introspec"))
        .args(["run", &folder.path("spec.ispec"), "--out", &folder.path("out")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while server.total() < 6 {
        assert!(run.try_wait().unwrap().is_none(), "the run ended before it was looked at");
        sleep(Duration::from_millis(1));
    }
    let seen = introspec(&["status", &folder.path("out"), "--json"]);
    assert_eq!(status(&seen), 0, "{}", said(&seen));
    let standing: Value = serde_json::from_slice(&seen.stdout).unwrap();
    let row = &standing["models"][0];
    assert_eq!((&standing["state"], &row["name"], &row["of"]), (&json!("asking"), &json!("m"), &json!(CALLS)));
    let answered = row["requests"].as_u64().unwrap();
    assert!((1..CALLS as u64).contains(&answered), "{standing}");
    assert_eq!(row["answers"]["text"], json!(answered * 4));
    assert_eq!(row["lately"], json!(answered * 4));
    assert!((row["cost"].as_f64().unwrap() - answered as f64 * 11.0).abs() < 1e-9, "{standing}");

    assert!(run.wait().unwrap().success());
    let text = said(&introspec(&["status", &folder.path("out")]));
    assert!(text.starts_with("finished\n") && text.contains("requests answered   26 of 26"), "{text}");
}

#[test]
fn parts_are_merged_into_the_whole() {
    let server = Server::start(colours);
    let folder = Folder::new(&server.base_url, "");
    assert_eq!(status(&folder.run("whole", &[])), 0);
    let whole = server.total();

    let server = Server::start(colours);
    folder.configure(&server.base_url, "");
    for part in 1..=3 {
        let output = folder.run(&format!("part-{part}"), &["--shard", &format!("{part}/3")]);
        assert_eq!(status(&output), 0, "{}", said(&output));
        assert!(said(&output).contains("introspec merge"), "{}", said(&output));
    }
    assert_eq!(server.total(), whole, "each request is in one part, and so is what judges are asked about its answers");
    let parts: Vec<String> = (1..=3).map(|part| folder.path(&format!("part-{part}"))).collect();

    // What a model thought goes with its answers.
    let store = Connection::open(PathBuf::from(&parts[0]).join("answers.sqlite")).unwrap();
    let thoughts = store.execute("INSERT INTO thinking SELECT request, sample, 'hm' FROM answers", []).unwrap();
    drop(store);

    let some = introspec(&["merge", &folder.path("some"), &parts[0], &parts[2]]);
    assert_eq!(status(&some), 0, "{}", said(&some));
    assert!(said(&some).contains("not among them: 2/3"), "{}", said(&some));
    let merge = || introspec(&["merge", &folder.path("merged"), &parts[0], &parts[1], &parts[2]]);
    assert_eq!(status(&merge()), 0);
    let again = said(&merge());
    assert!(again.contains(": 0 answers, ") && !again.contains("kept"), "{again}");
    let exported = said(&introspec(&["cache", "export", "--out", &folder.path("merged")]));
    assert_eq!(exported.matches("\"thinking\":\"hm\"").count(), thoughts);
    let output = folder.run("merged", &[]);
    assert_eq!((status(&output), server.total()), (0, whole), "{}", said(&output));
    assert_eq!(folder.results("merged"), folder.results("whole"));
}

#[test]
fn two_answers_under_one_key_are_told_and_the_first_is_kept() {
    let server = Server::start(colours);
    let folder = Folder::new(&server.base_url, ", identity: ours");
    folder.run("one", &[]);
    let other = Server::start(|seen| {
        let text = |index: u64| if index == 0 { "blue" } else { "red" };
        let choice = |index| json!({ "index": index, "message": { "role": "assistant", "content": text(index) }, "finish_reason": "stop" });
        completion(&(0..seen.body["n"].as_u64().unwrap_or(1)).map(choice).collect::<Vec<_>>())
    });
    folder.configure(&other.base_url, ", identity: ours");
    folder.run("two", &[]);
    let (one, two) = (folder.path("one"), folder.path("two"));
    let merged = introspec(&["merge", &folder.path("merged"), &one, &two]);
    assert_eq!(status(&merged), 1);
    assert!(
        said(&merged).contains("E0862") && said(&merged).contains("kept \"red\", not \"blue\""),
        "{}",
        said(&merged)
    );
    assert_eq!(status(&introspec(&["merge", &folder.path("again"), &one, &two, "--keep-first"])), 0);
    let asked = other.total();
    folder.run("merged", &[]);
    assert_eq!(other.total(), asked);
    assert_eq!(folder.results("merged"), folder.results("one"));
}
