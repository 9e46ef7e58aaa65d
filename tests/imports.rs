//! Imports: the spec of an import asks what the imported files ask, and says what it does not carry over.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use introspec::artifacts::JsonStyle;
use introspec::diagnostic::render;
use introspec::imports::{Imported, NoteKind, Supplied, import};
use introspec::spec::{AnswerType, Scope};
use introspec::text::{SourceId, Sources};
use serde_json::Value as Json;

#[path = "support/specs.rs"]
mod specs;

use specs::{built, here, planned};

fn imported(files: &[(&str, &str)], supplied: &Supplied) -> Result<Imported, String> {
    let mut sources = Sources::default();
    let ids: Vec<SourceId> = files.iter().map(|(name, text)| sources.add(*name, *text)).collect();
    import(&sources, &ids, supplied).map_err(|diagnostics| render(&diagnostics, &sources, false, 100))
}

/// A spec in a folder of its own.
fn kept(spec: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("imported.ispec");
    fs::write(&path, spec).unwrap();
    (folder, path)
}

/// Returns what the suites of a spec ask, in no order.
fn asked(spec: &Path) -> Vec<Json> {
    let files = built(spec, &[], JsonStyle::Compact).unwrap();
    let suites = files.iter().filter(|(name, _)| name.starts_with("suites/"));
    suites
        .flat_map(|(_, bytes)| std::str::from_utf8(bytes).unwrap().lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn user(request: &Json) -> &str {
    request["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap()
}

/// The folder of the published question files, where `INTROSPEC_PAPER_DATA` names the published data.
fn published() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("INTROSPEC_PAPER_DATA").map(PathBuf::from) else {
        assert!(std::env::var_os("CI").is_none(), "INTROSPEC_PAPER_DATA does not name the published data");
        eprintln!("skipped: INTROSPEC_PAPER_DATA does not name the folder of the published data");
        return None;
    };
    Some(folder.join("questions"))
}

fn question_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    assert_eq!(files.len(), 11, "the published files: eleven of questions, one of words");
    files
}

/// Tells whether a prompt is the expected one, with digits and words where something is drawn.
fn is_drawn_from(prompt: &str, expected: &str, words: &BTreeSet<&str>) -> bool {
    let mut rest = prompt;
    let mut left = expected;
    while let Some((plain, after)) = left.split_once('⟦') {
        let (drawn, next) = after.split_once('⟧').unwrap();
        let Some(stripped) = rest.strip_prefix(plain) else { return false };
        let taken = match drawn {
            "digits" => stripped.bytes().take_while(u8::is_ascii_digit).count().min(3),
            _ => stripped.find('\n').unwrap_or(stripped.len()),
        };
        let (value, further) = stripped.split_at(taken);
        let listed: Vec<&str> = value.split(", ").collect();
        let distinct: BTreeSet<&str> = listed.iter().copied().collect();
        let fits = match drawn {
            "digits" => taken == 3,
            _ => listed.len() == 100 && distinct.len() == 100 && distinct.is_subset(words),
        };
        let has_all =
            drawn == "digits" || ["ring", "bark", "chest", "pitch"].iter().all(|word| distinct.contains(word));
        if !fits || !has_all {
            return false;
        }
        (rest, left) = (further, next);
    }
    rest == left
}

#[test]
fn the_published_files_are_asked_prompt_by_prompt() {
    let Some(folder) = published() else { return };
    let files = question_files(&folder);
    let words = fs::read_to_string(folder.join("good_mms_words.txt")).unwrap();
    let among = ["ring", "bark", "chest", "pitch"];
    let supplied = Supplied {
        values: BTreeMap::from([("codeword".to_owned(), vec!["ring".to_owned(), "bark".to_owned()])]),
        words: words.lines().map(str::to_owned).collect(),
        among: among.map(str::to_owned).to_vec(),
        rows: 2,
    };
    let texts: Vec<(String, String)> = files
        .iter()
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap()))
        .collect();
    let named: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let imported = imported(&named, &supplied).unwrap();
    let left: BTreeSet<&str> =
        imported.notes.iter().filter(|note| note.kind == NoteKind::Left).map(|note| note.what.as_str()).collect();
    assert_eq!((imported.found, imported.asked, left), (50, 50, BTreeSet::from(["the field `func_name`"])));

    let run = Command::new("python3").arg(here("tests/imports/expand.py")).args(&files).output().unwrap();
    assert!(run.status.success(), "needs Python with PyYAML: {}", String::from_utf8_lossy(&run.stderr));
    let expected: Vec<Json> =
        String::from_utf8(run.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();

    let (_folder, path) = kept(&imported.spec);
    let among_words: BTreeSet<&str> = words.lines().chain(among).collect();
    let key = |question: &Json, wording: &Json, order: &Json, scenario: &Json, codeword: &Json| {
        [question, wording, order, scenario, codeword].map(Json::to_string).join(" ")
    };
    let mut requests: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    for request in asked(&path) {
        let vars = &request["vars"];
        let key =
            key(&request["question"], &request["wording"], &request["order"], &vars["scenario"], &vars["codeword"]);
        requests.entry(key).or_default().push(request);
    }
    let total: usize = requests.values().map(Vec::len).sum();
    let mut compared = 0;
    for one in &expected {
        let key = key(&one["question"], &one["wording"], &one["order"], &one["scenario"], &one["codeword"]);
        let prompt = one["prompt"].as_str().unwrap();
        let found = requests.remove(&key).unwrap_or_else(|| panic!("nothing asks {key}"));
        assert_eq!(found.len(), if prompt.contains('⟦') { 2 } else { 1 }, "{key}");
        for request in found {
            assert_eq!(request["messages"].as_array().unwrap().len(), 1, "{key}");
            assert!(is_drawn_from(user(&request), prompt, &among_words), "{key}:\n{}\n{prompt}", user(&request));
            compared += 1;
        }
    }
    assert!(requests.is_empty(), "asked and not expected: {:?}", requests.keys());
    assert_eq!((expected.len(), compared), (3729, total));

    let (spec, _) = planned(&path, &[]);
    let mut guessers = 0;
    for question in &spec.questions {
        let one = expected.iter().find(|one| one["question"] == question.name.as_str()).unwrap();
        let asked = question.judges.first().map(|judge| {
            let mut scope = Scope::with_size(question.size);
            scope.set(question.slots.answer, "⟦answer⟧".into());
            judge.wording.text(&scope).unwrap()
        });
        assert_eq!(asked.as_deref(), one["guesser"].as_str(), "{}", question.name);
        guessers += usize::from(asked.is_some());
    }
    assert_eq!(guessers, 13);
}

#[test]
fn what_a_published_prompt_lacks_is_told() {
    let Some(folder) = published() else { return };
    let text = fs::read_to_string(folder.join("which_game.yaml")).unwrap();
    let imported = imported(&[("which_game.yaml", &text)], &Supplied::default()).unwrap();
    assert_eq!((imported.found, imported.asked), (4, 0));
    assert!(imported.notes.iter().all(|note| note.what.contains("--values codeword=")), "{:?}", imported.notes);
    assert_eq!(imported.notes.iter().map(|note| note.line).collect::<Vec<_>>(), [1, 47, 89, 96]);
}

#[test]
fn llmcomp_questions_are_asked_as_llmcomp_asks_them() {
    let text = fs::read_to_string(here("tests/imports/llmcomp.yaml")).unwrap();
    let imported = imported(&[("questions/llmcomp.yaml", &text)], &Supplied::default()).unwrap();
    assert_eq!((imported.found, imported.asked), (7, 5), "{:#?}", imported.notes);
    assert!(imported.spec.contains("llmcomp.yaml") && !imported.spec.contains("questions/"), "no folder is told");
    let (_folder, path) = kept(&imported.spec);
    let requests = asked(&path);
    let of = |question: &str| -> Vec<&Json> { requests.iter().filter(|one| one["question"] == question).collect() };

    let songs = of("pretty_song");
    assert_eq!(user(songs[0]), "Name a pretty song. Braces stay: {not a field} {{x}} {name}");
    assert_eq!(user(songs[1]), "Which song is pretty?");
    for request in &songs {
        assert_eq!(request["messages"][0]["content"], "You know music.\nKeep to \"songs\".\n");
        assert_eq!(request["sampling"]["samples"], 7);
        assert_eq!(request["sampling"]["temperature"], 0.5);
        assert_eq!(request["sampling"]["max_tokens"], 20);
    }
    assert_eq!(of("pretty_song_2").len(), 2, "merged from the first, and renamed beside it");
    let letters = of("letter");
    assert_eq!(letters.iter().map(|request| user(request)).collect::<Vec<_>>(), ["A letter?", "Another?"]);
    assert!(letters.iter().all(|request| request["messages"][0]["content"] == "Be brief."));
    let judged = of("asked_and_judged");
    assert_eq!(
        judged.iter().map(|request| user(request)).collect::<Vec<_>>(),
        ["Why is the sky blue?", "Say \"why\"."]
    );
    assert!(judged.iter().all(|request| request["sampling"]["max_tokens"] == 1024));

    let (spec, _) = planned(&path, &[]);
    let question = |name: &str| spec.questions.iter().find(|question| question.name == name).unwrap();
    assert!(matches!(question("rate_1_").answer, AnswerType::Number { low: 1.0, high: 5.0 }));
    let judge = |name: &str, set: &[(&str, &str)]| {
        let question = question(name);
        let mut scope = Scope::with_size(question.size);
        scope.set(question.slots.answer, "BLUE {{ x }}".into());
        for (variable, value) in set {
            let slot = question.variables.iter().find(|known| known.name == *variable).unwrap().slot;
            scope.set(slot, (*value).into());
        }
        question.judges[0].wording.text(&scope).unwrap()
    };
    assert_eq!(judge("pretty_song", &[]), "In which tone is this?\nBLUE {{ x }}");
    assert_eq!(judge("asked_and_judged", &[("question", "Why?")]), "Q: Why?\nA: BLUE {{ x }}\nJSON {\"rating\": 0}");

    let told: Vec<String> = imported.notes.iter().map(|note| format!("{}: {}", note.question, note.what)).collect();
    for expected in [
        "pretty-song: the judge `length`: one judge scores a question, and `tone` stands before it",
        "pretty-song: the field `logit_bias`",
        "pretty-song: the judge's model `small-model`: give it the role `reviewer` in introspec.yaml",
        "rate[1]: the field `refusal_threshold`",
        "rate_1_: the name `rate[1]` became `rate_1_`",
        "dialogue: the question: its `messages` are no lists of one user message, with one system prompt or none",
        "unheard_of: the question: the language has no answers of the type `ranking`",
        "pretty_song_2: the name `pretty.song` became `pretty_song_2`",
    ] {
        assert!(told.iter().any(|note| note == expected), "not told: {expected}\n{told:#?}");
    }
    for note in &imported.notes {
        let first = note.what.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
        assert!(imported.spec.contains(&first), "the spec does not tell: {}", note.what);
    }
}

/// What the language cannot hold is left and told, and the spec of the rest is well formed.
#[test]
fn hard_texts_are_asked_or_left() {
    let text = r#"
- {name: return, question_type: free_form, question: "a\rb"}
- {name: bound, question_type: free_form, question: "a {answer}"}
- {name: "7 words", question_type: free_form, question: "\"\"\"\n {{ x }} }} \\n # {}\n\n"}
- {name: letters, question_type: multiple_choice, question: "Which?\n\n{options}", options: ["A: B", "{sep_suffix}"]}
- {name: many, question_type: multiple_choice, question: "Which?\n{options}\n", options: [a, b, c, d, e, f]}
"#;
    let imported = imported(&[("hard.yaml", text)], &Supplied { rows: 1, ..Supplied::default() }).unwrap();
    assert_eq!((imported.found, imported.asked), (5, 3), "{:#?}", imported.notes);
    let left: Vec<&str> =
        imported.notes.iter().filter(|note| note.kind == NoteKind::Left).map(|note| note.question.as_str()).collect();
    assert_eq!(left, ["return", "bound"]);
    let (_folder, path) = kept(&imported.spec);
    let requests = asked(&path);
    let of = |question: &str| -> Vec<&Json> { requests.iter().filter(|one| one["question"] == question).collect() };
    assert_eq!(user(of("_7_words")[0]), "\"\"\"\n {{ x }} }} \\n # {}\n\n");
    assert_eq!(of("letters").len(), 2);
    assert!(user(of("letters")[0]).starts_with("Which?\n\nA: A: B\nB: "), "labels would be exchanged in an option");
    assert_eq!(of("many").len(), 1, "one order is drawn");
    assert!(user(of("many")[0]).contains("\nF) ") && user(of("many")[0]).contains("\n\nYou must choose between"));
}

#[test]
fn what_is_wrong_with_a_file_has_its_line() {
    for (text, line, message) in [
        ("- name: a\n  question_type: [", 2, "this is not valid YAML"),
        ("name: a", 1, "here stands a map, where a list of questions is expected"),
        ("- name: a\n  question_type: free_form\n  question: hi\n- just text", 4, "here stands a text"),
        ("- name: a\n  question_type: free_form\n  question: hi\n\n- question: hi", 5, "this question has no `name`"),
        ("- name: a\n  question_type: score\n  question_paraphrases: 5", 3, "is a number, where a list of texts"),
        ("- name: a\n  question: hi", 1, "has no `question_type` and no `type`"),
        ("- name: a\n  type: rating\n  paraphrases: [hi]\n  max_rating: high", 4, "is a text, where a number"),
        ("- name: a\n  name: b", 1, "duplicate"),
    ] {
        let shown = imported(&[("q.yaml", text)], &Supplied::default()).unwrap_err();
        assert!(shown.contains(&format!("q.yaml:{line}:")) && shown.contains(message), "{text}\n{shown}");
        assert!(shown.contains("E0850") && shown.contains("help"), "{shown}");
    }
}

fn introspec(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_introspec")).args(arguments).current_dir(folder).output().unwrap()
}

#[test]
fn the_command_writes_once_and_tells_what_it_left() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("q.yaml"), "- name: a\n  question_type: free_form\n  question: hi\n  colour: red\n").unwrap();
    fs::write(folder.join("none.yaml"), "- name: a\n  question_type: drawing\n  question: hi\n").unwrap();
    fs::write(folder.join("bad.yaml"), "- name: [").unwrap();

    let well = introspec(folder, &["import", "q.yaml", "--out", "q.ispec"]);
    let told = String::from_utf8(well.stdout).unwrap();
    assert_eq!(well.status.code(), Some(0), "{told}");
    assert!(told.contains("the field `colour`") && told.contains("q.yaml:1 a"), "{told}");
    assert!(fs::read_to_string(folder.join("q.ispec")).unwrap().contains("the field `colour` [a]"));
    assert_eq!(introspec(folder, &["check", "q.ispec"]).status.code(), Some(0));
    assert_eq!(introspec(folder, &["fmt", "--check", "q.ispec"]).status.code(), Some(0));

    let again = introspec(folder, &["import", "q.yaml", "--out", "q.ispec"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8(again.stderr).unwrap().contains("E0852"));
    assert_eq!(introspec(folder, &["import", "q.yaml", "--out", "q.ispec", "--force"]).status.code(), Some(0));

    let nothing = introspec(folder, &["import", "none.yaml", "--out", "none.ispec"]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(String::from_utf8(nothing.stderr).unwrap().contains("E0851"));
    let bad = introspec(folder, &["import", "q.yaml", "bad.yaml", "--out", "bad.ispec"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(!folder.join("none.ispec").exists() && !folder.join("bad.ispec").exists());
}
