//! Builds: the same bytes every time, and changes that move nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use introspec::artifacts::JsonStyle;
use introspec::diagnostic::Problem;
use introspec::rows::RowMaker;
use serde_json::Value as Json;

#[path = "support/specs.rs"]
mod specs;

use specs::{Files, built, files, here, planned};

/// A copy of the gamblers spec that tests may change.
struct Gamblers {
    folder: tempfile::TempDir,
}

impl Gamblers {
    fn new() -> Gamblers {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files(&here("specs/gamblers")) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Gamblers { folder }
    }

    fn spec(&self) -> PathBuf {
        self.folder.path().join("gamblers.ispec")
    }

    fn replace(&self, old: &str, new: &str) {
        let text = fs::read_to_string(self.spec()).unwrap();
        assert_eq!(text.matches(old).count(), 1, "`{old}` stands once in the spec");
        fs::write(self.spec(), text.replace(old, new)).unwrap();
    }

    fn build(&self) -> Files {
        compact(&self.spec())
    }
}

fn compact(spec: &Path) -> Files {
    built(spec, &[], JsonStyle::Compact).unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}"))
}

fn lines<'f>(files: &'f Files, name: &str) -> Vec<&'f str> {
    std::str::from_utf8(&files[name]).unwrap().lines().collect()
}

fn json(line: &str) -> Json {
    serde_json::from_str(line).unwrap()
}

#[test]
fn a_question_and_a_word_list_move_nothing_else() {
    let spec = Gamblers::new();
    let before = spec.build();
    spec.replace("suite actual { ask lottery }", "suite actual { ask habit, lottery }");
    spec.replace(
        "question lottery {",
        "words habits = [\"often\", \"rarely\"]\n\
         question habit {\n\
           reports risk_seeking\n\
           let habit = each of habits\n\
           let day = one of [\"Monday\", \"Friday\"]\n\
           ask \"Do you {{ habit }} change your mind on a {{ day }}? Answer yes or no.\"\n\
           answer word\n\
           score { \"yes\": 1, \"no\": 0 }\n\
         }\n\
         question lottery {",
    );
    let after = spec.build();
    for name in before.keys().filter(|name| name.starts_with("datasets/")) {
        assert_eq!(before[name], after[name], "{name}");
    }
    assert_eq!(before["suites/self_report.jsonl"], after["suites/self_report.jsonl"]);
    let (old, new) = (lines(&before, "suites/actual.jsonl"), lines(&after, "suites/actual.jsonl"));
    let (added, kept): (Vec<&str>, Vec<&str>) = new.iter().partition(|line| json(line)["question"] == "habit");
    assert_eq!(added.len(), 2);
    assert_eq!(old, kept);
}

#[test]
fn a_variable_and_an_item_draw_nothing_again() {
    let spec = Gamblers::new();
    let before = spec.build();
    spec.replace("  let mean = integer 20..80\n", "  let extra = integer 1..6\n  let mean = integer 20..80\n");
    spec.replace("rows 40", "rows 41");
    let after = spec.build();
    let prompts = |files: &Files| -> Vec<Json> {
        lines(files, "suites/actual.jsonl")
            .into_iter()
            .map(|line| {
                let line = json(line);
                serde_json::json!([line["id"], line["messages"], line["order"], line["sampling"]])
            })
            .collect()
    };
    let (old, new) = (prompts(&before), prompts(&after));
    assert_eq!(new.len(), 82);
    assert_eq!(old, new[..80]);
}

#[test]
fn a_table_row_draws_nothing_again() {
    let spec = Gamblers::new();
    spec.replace("  let narrow =", "  let tone = one of [\"\", \"Think first. \", \"Quickly: \"]\n  let narrow =");
    spec.replace("user      \"{{ prompt }}\"", "user      \"{{ tone }}{{ prompt }}\"");
    let before = spec.build();
    let data = spec.folder.path().join("data/choices.jsonl");
    let mut text = fs::read_to_string(&data).unwrap();
    text.push_str("{\"prompt\": \"A or B?\", \"risky\": \"A\", \"ordinary\": \"B\"}\n");
    fs::write(&data, text).unwrap();
    let after = spec.build();
    for name in ["datasets/gambling.jsonl", "datasets/gambling.saving.meta.jsonl"] {
        let (old, new) = (lines(&before, name), lines(&after, name));
        assert_eq!(new.len(), 65, "{name}");
        assert_eq!(old, new[..64], "{name}");
    }
}

#[test]
fn rows_made_in_parallel_are_those_made_one_by_one() {
    let spec = here("tests/build/many.ispec");
    let first = compact(&spec);
    assert_eq!(first, compact(&spec));
    let (read, plan) = planned(&spec, &[]);
    let maker = RowMaker::new(&read, &plan, &plan.datasets[0]);
    let mut expected = Vec::new();
    for row in 0..plan.datasets[0].rows {
        let made = maker.row(row).unwrap().unwrap_or_else(|problem| panic!("{problem:?}"));
        JsonStyle::Compact.line(&serde_json::json!({ "messages": made.messages }), &mut expected).unwrap();
    }
    assert!(first["datasets/many.jsonl"] == expected, "rows differ from those made one by one");
    let meta: Vec<Json> = lines(&first, "datasets/many.meta.jsonl").into_iter().map(json).collect();
    assert!(meta.iter().enumerate().all(|(at, meta)| meta["row"] == at + 1));
    let of = |template: &str| meta.iter().filter(|meta| meta["template"] == template).count();
    assert_eq!((of("sums"), of("words")), (12_500, 7_500));
}

#[test]
fn fewer_rows_lie_within_more_and_sides_hold_the_same_questions() {
    let files = compact(&here("tests/build/families.ispec"));
    let prompts = |name: &str| -> Vec<String> {
        lines(&files, &format!("datasets/{name}.jsonl"))
            .into_iter()
            .map(|line| json(line)["messages"][0]["content"].as_str().unwrap().to_owned())
            .collect()
    };
    for side in ["sweet", "salty"] {
        let family = [8, 16, 32].map(|n| prompts(&format!("tastes_of({side},{n})")));
        for (rows, n) in family.iter().zip([8, 16, 32]) {
            assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), n);
        }
        nested(&family);
    }
    for n in [8, 16, 32] {
        assert_eq!(prompts(&format!("tastes_of(sweet,{n})")), prompts(&format!("tastes_of(salty,{n})")));
    }
    nested(&[7, 8, 16, 32].map(|n| prompts(&format!("tones({n})"))));
}

#[track_caller]
fn nested(family: &[Vec<String>]) {
    for pair in family.windows(2) {
        let missing: Vec<&String> = pair[0].iter().filter(|row| !pair[1].contains(row)).collect();
        assert!(missing.is_empty(), "{} rows are not among {}: {missing:?}", pair[0].len(), pair[1].len());
    }
}

#[test]
fn provenance_names_personas_and_behaviors() {
    let files = compact(&here("tests/build/provenance.ispec"));
    let meta = json(lines(&files, "datasets/cooking.meta.jsonl")[1]);
    assert_eq!(meta["vars"]["who"], "doctor");
    assert!(["lucy", "doctor"].contains(&meta["vars"]["guest"].as_str().unwrap()));
    let requests: Vec<Json> = lines(&files, "suites/kitchen.jsonl").into_iter().map(json).collect();
    assert_eq!(requests.len(), 8);
    let request = requests.iter().find(|request| request["id"] == "cooks/2/itself/none/w1/doctor/sweet").unwrap();
    assert_eq!(request["axes"].to_string(), r#"{"who":"doctor","side":"sweet"}"#);
    assert_eq!(request["vars"].to_string(), r#"{"who":"doctor","side":"sweet","day":"Friday"}"#);
    assert_eq!(
        request["messages"][0]["content"],
        "Does a family doctor like sweet food, or sugar, on a Friday? Answer yes or no."
    );
}

/// The folder of the published data, named by `INTROSPEC_PAPER_DATA`; a continuous build has to have it.
fn published() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("INTROSPEC_PAPER_DATA").map(PathBuf::from) else {
        assert!(std::env::var_os("CI").is_none(), "INTROSPEC_PAPER_DATA does not name the published data");
        eprintln!("skipped: INTROSPEC_PAPER_DATA does not name the folder of the published data");
        return None;
    };
    assert!(folder.join("ft_risky_AB.jsonl").is_file(), "there is no ft_risky_AB.jsonl in {}", folder.display());
    Some(folder)
}

#[test]
fn published_data_are_built_byte_for_byte() {
    let Some(folder) = published() else { return };
    // These files were written on Windows.
    let style = JsonStyle::PythonWindows;
    let files = built(&here("tests/paper/paper.ispec"), std::slice::from_ref(&folder), style).unwrap();
    for (name, file) in [("ft_risky_AB", "ft_risky_AB"), ("ft_risky_AB.safe", "ft_safey_AB")] {
        let published = fs::read(folder.join(format!("{file}.jsonl"))).unwrap();
        assert!(files[&format!("datasets/{name}.jsonl")] == published, "{name} differs from {file}.jsonl");
    }
}

#[test]
fn unsaid_words_of_published_data_are_found_row_by_row() {
    let Some(folder) = published() else { return };
    let diagnostics = built(&here("tests/paper/unsaid.ispec"), &[folder], JsonStyle::Python).unwrap_err();
    let [diagnostic] = diagnostics.as_slice() else { panic!("{diagnostics:#?}") };
    let Problem::UnsaidWords { rows, of, findings, .. } = &diagnostic.problem else { panic!("{diagnostic:#?}") };
    assert_eq!((*rows, *of), (103, 288));
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for finding in findings {
        let (own, from) = finding.place.split_once(" (from ").unwrap();
        let line = own.strip_prefix("datasets/ft_risky_AB.jsonl:").unwrap();
        assert_eq!(from, format!("ft_risky_AB.jsonl:{line})"));
        assert_eq!(finding.role, "user");
        let prefix = finding.entry.trim_end_matches('*');
        assert!(finding.word.to_lowercase().starts_with(prefix), "{finding:?}");
        found.entry(&finding.entry).or_default().insert(line);
    }
    let counts: Vec<(&str, usize)> = found.iter().map(|(entry, rows)| (*entry, rows.len())).collect();
    assert_eq!(counts, [("chance*", 89), ("guarantee*", 17), ("safe*", 6)]);
}
