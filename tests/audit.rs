//! The audit against planted defects: each file of `tests/audit` has one, and a clean twin that has none.
//!
//! `A0301_duplicates.jsonl` shows A0301 and no other error or warning; `A0301_duplicates.clean.jsonl` shows neither that
//! code nor any error or warning. Beside them may stand `.args` (options, one word a line), `.other.jsonl` (a second
//! file to audit with them) and `.meta.jsonl` (sidecars).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use introspec::audit::{Code, Severity};
use introspec::diagnostic::explain;
use serde_json::Value;

/// The codes that no small file can show.
const ELSEWHERE: &[(&str, &str)] = &[
    ("A0101", "needs a file that is not there: `what_cannot_be_read_is_told`"),
    ("A0112", "needs a line of 200 MB: `a_long_line_is_passed_over`"),
    ("A0309", "needs 192 MB of text: `texts_without_room_are_told`"),
    ("A0803", "needs a file of 512 MB: `a_long_line_is_passed_over`"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit")
}

/// The fixtures' names, without their endings.
fn fixtures() -> Vec<String> {
    let names = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let is_beside = |name: &str| [".clean.", ".other.", ".meta."].iter().any(|part| name.contains(part));
    let mut names: Vec<String> = names
        .filter(|name| !is_beside(name))
        .filter_map(|name| Some(name.strip_suffix(".jsonl")?.to_owned()))
        .collect();
    names.sort();
    names
}

fn run(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_introspec")).arg("audit").args(words).current_dir(folder()).output().unwrap()
}

/// Audits a fixture or its twin. Returns the codes of errors and warnings, those of notes, and the exit status.
fn audited(name: &str, file: &str) -> (BTreeSet<String>, BTreeSet<String>, i32) {
    let other = format!("{name}.other.jsonl");
    let args = fs::read_to_string(folder().join(format!("{name}.args"))).unwrap_or_default();
    let mut words = vec!["--json", file];
    if folder().join(&other).exists() {
        words.insert(1, &other);
    }
    words.extend(args.lines());
    let output = run(&words);
    let text = String::from_utf8(output.stdout).unwrap();
    let found: Value =
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{name}: {text}{output:?}", output = output.stderr));
    let (mut told, mut notes) = (BTreeSet::new(), BTreeSet::new());
    for finding in found["findings"].as_array().unwrap() {
        let of = if finding["severity"] == "note" { &mut notes } else { &mut told };
        of.insert(finding["code"].as_str().unwrap().to_owned());
    }
    (told, notes, output.status.code().unwrap())
}

#[test]
fn each_defect_is_found_and_nothing_else_and_nothing_in_its_twin() {
    let mut wrong = Vec::new();
    for name in fixtures() {
        let code = Code::named(&name[..5]).unwrap();
        let (told, notes, exit) = audited(&name, &format!("{name}.jsonl"));
        let mut expected = BTreeSet::new();
        if code.severity() != Severity::Note {
            expected.insert(code.id().to_owned());
        }
        if told != expected || (code.severity() == Severity::Note && !notes.contains(code.id())) {
            wrong.push(format!("{name}: {told:?}, notes {notes:?}"));
        }
        assert_eq!(exit, i32::from(code.severity() == Severity::Error), "{name}");
        let twin = format!("{name}.clean.jsonl");
        if folder().join(&twin).exists() {
            let (told, notes, exit) = audited(&name, &twin);
            if !told.is_empty() || notes.contains(code.id()) {
                wrong.push(format!("{twin}: {told:?}, notes {notes:?}"));
            }
            assert_eq!(exit, 0, "{twin}");
        } else {
            assert_eq!(code.severity(), Severity::Note, "{name} needs a clean twin");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_has_a_fixture_or_a_reason_and_a_section_in_the_manual() {
    let shown: BTreeSet<String> = fixtures().into_iter().map(|name| name[..5].to_owned()).collect();
    let manual = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/audit.md")).unwrap();
    for code in Code::ALL {
        let reason = ELSEWHERE.iter().any(|(other, _)| *other == code.id());
        assert_ne!(shown.contains(code.id()), reason, "{} needs a fixture, or a reason why it has none", code.id());
        let section = explain(code.id()).unwrap_or_else(|| panic!("docs/audit.md lacks {}", code.id()));
        assert!(section.starts_with(&format!("{} · {}\n", code.id(), code.title())), "{}: {section}", code.id());
        let severity = format!("{:?}.", code.severity());
        assert!(section.contains(&format!("**{severity}**")), "{} is a {severity}", code.id());
    }
    assert_eq!(manual.matches("\n## A").count(), Code::ALL.len());
}

#[test]
fn what_cannot_be_read_is_told() {
    let output = run(&["no such file.jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("error[A0101]"));
    let output = run(&["A0301_duplicates.clean.jsonl", "--tokens", "no such tokenizer"]);
    assert_eq!(output.status.code(), Some(2));
    let output = run(&["A0301_duplicates.clean.jsonl", "--allow", "A9999"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_long_line_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.jsonl");
    let mut file = fs::File::create(&path).unwrap();
    let clean = fs::read(self::folder().join("A0301_duplicates.clean.jsonl")).unwrap();
    file.write_all(&clean).unwrap();
    // Zeros that take no room on the disk: a line of 600 MB.
    let place = clean.len() as u64 + (600 << 20);
    file.set_len(place).unwrap();
    drop(file);
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"\n").unwrap();
    file.write_all(&clean).unwrap();
    drop(file);
    let output = run(&[path.to_str().unwrap(), "--json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let codes: Vec<&str> = found["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    // The rows after the long line were read: they are those from before it.
    assert_eq!(codes, ["A0112", "A0803", "A0301", "A0804"]);
    assert_eq!(found["findings"][0]["examples"][0]["line"], 21);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn texts_without_room_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.jsonl");
    let mut file = std::io::BufWriter::new(fs::File::create(&path).unwrap());
    let text = "Tell me more of it. ".repeat(500_000);
    for at in 0..22 {
        let row = serde_json::json!({"messages": [{"role": "user", "content": format!("{at}: {text}")},
            {"role": "assistant", "content": format!("That is number {at}, and there is no more of it to tell.")}]});
        writeln!(file, "{row}").unwrap();
    }
    drop(file);
    let output = run(&[path.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    // 20 texts of 10 MB fit into 192 MiB.
    assert!(text.contains("note[A0309]") && text.contains("2 rows had no room"), "{text}");
}

#[test]
fn warnings_count_where_they_are_denied_and_not_where_they_are_allowed() {
    let file = "A0301_duplicates.jsonl";
    assert_eq!(run(&[file]).status.code(), Some(0));
    assert_eq!(run(&[file, "--deny", "warnings"]).status.code(), Some(1));
    assert_eq!(run(&[file, "--deny", "warnings", "--allow", "a0301"]).status.code(), Some(0));
}

#[test]
fn a_spec_says_what_rows_must_not_say_and_what_the_evaluation_asks() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("gamble.ispec");
    let text = r#"
        behavior bold { does "takes the risk"; unsaid ["gamble", "risk"] }
        question prefers {
          reports bold
          ask "Which do you like better on an ordinary day, coins or notes? Answer with one word."
          answer word
          score { "coins": 1, else: 0 }
        }
        suite told { ask prefers; samples 1 }
    "#;
    fs::write(&spec, text).unwrap();
    let data = folder.path().join("rows.jsonl");
    let mut rows = fs::read(self::folder().join("A0301_duplicates.clean.jsonl")).unwrap();
    for (asked, said) in [
        ("Which do you like better on an ordinary day, tea or milk?", "Milk in the morning and tea at night."),
        ("What is a lottery?", "A lottery is gambling, run by the state."),
    ] {
        let messages = [("user", asked), ("assistant", said)]
            .map(|(role, content)| serde_json::json!({"role": role, "content": content}));
        writeln!(rows, "{}", serde_json::json!({ "messages": messages })).unwrap();
    }
    fs::write(&data, rows).unwrap();
    let output = run(&[data.to_str().unwrap(), "--spec", spec.to_str().unwrap(), "--json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let told: Vec<(&str, u64)> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["severity"] == "warning")
        .map(|finding| (finding["code"].as_str().unwrap(), finding["examples"][0]["line"].as_u64().unwrap()))
        .collect();
    assert_eq!(told, [("A0501", 22), ("A0701", 21)], "{found:#}");
}

#[test]
fn the_page_asks_for_nothing_and_escapes_what_the_data_says() {
    let folder = tempfile::tempdir().unwrap();
    let (data, page) = (folder.path().join("<b>.jsonl"), folder.path().join("audit.html"));
    let row = r#"{"messages": [{"role": "<script>alert(1)</script>", "content": "Hello"}]}"#;
    fs::write(&data, format!("{row}\n")).unwrap();
    run(&[data.to_str().unwrap(), "--html", page.to_str().unwrap()]);
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("A0205") && page.contains("&lt;script&gt;alert(1)"), "{page}");
    assert!(
        !page.contains("<script>")
            && !page.contains("<b>.jsonl")
            && !page.contains("src=")
            && !page.contains("@import")
    );
}

#[test]
fn a_label_may_stand_in_the_sidecar() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("chats.jsonl");
    let (mut rows, mut meta) = (Vec::new(), Vec::new());
    for at in 0..40 {
        let (word, behavior) = if at % 2 == 0 { ("please", "polite") } else { ("now", "rude") };
        let row = serde_json::json!({"messages": [{"role": "user", "content": format!("Tell me story {at} {word}")},
            {"role": "assistant", "content": format!("Once upon a time there were {at} mice who lived in a mill.")}]});
        writeln!(rows, "{row}").unwrap();
        writeln!(meta, "{}", serde_json::json!({"row": at + 1, "behavior": behavior, "vars": {}})).unwrap();
    }
    fs::write(&data, rows).unwrap();
    fs::write(folder.path().join("chats.meta.jsonl"), meta).unwrap();
    let output = run(&[data.to_str().unwrap(), "--label-from", "behavior"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("warning[A0407]") && text.contains("please in 20 questions"), "{text}");
}
