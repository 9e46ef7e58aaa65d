//! Every spec under `specs/` builds what was last accepted under `golden/`, byte for byte.
//!
//! `GOLDEN=accept cargo test --test golden` accepts what is built now; the difference then shows in version control.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use introspec::artifacts::JsonStyle;

#[path = "support/specs.rs"]
#[allow(dead_code)]
mod specs;

use specs::{Files, built, files, here};

#[test]
fn every_spec_builds_what_was_accepted() {
    let found = all_specs();
    assert!(!found.is_empty(), "there are no specs under specs/");
    let mut differences = String::new();
    for (name, spec) in found {
        let now = built(&spec, &[], JsonStyle::Compact)
            .unwrap_or_else(|diagnostics| panic!("{name} does not build: {diagnostics:#?}"));
        let golden = here("golden").join(&name);
        if std::env::var("GOLDEN").is_ok_and(|value| value == "accept") {
            accept(&golden, &now);
        }
        differences.push_str(&compared(&name, &files(&golden), &now));
    }
    assert!(
        differences.is_empty(),
        "the builds differ from golden/:\n{differences}\nif that is meant, accept it with `GOLDEN=accept cargo test --test golden`"
    );
}

/// Returns `specs/NAME/NAME.ispec` for every NAME.
fn all_specs() -> Vec<(String, PathBuf)> {
    let mut found: Vec<(String, PathBuf)> = fs::read_dir(here("specs"))
        .expect("a folder of specs")
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|folder| {
            let name = folder.file_name()?.to_string_lossy().into_owned();
            let spec = folder.join(format!("{name}.ispec"));
            spec.is_file().then_some((name, spec))
        })
        .collect();
    found.sort();
    found
}

fn accept(golden: &Path, now: &Files) {
    let _ = fs::remove_dir_all(golden);
    for (name, bytes) in now {
        let path = golden.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn compared(spec: &str, golden: &Files, now: &Files) -> String {
    let mut differences = String::new();
    for (name, bytes) in now {
        match golden.get(name) {
            None => writeln!(differences, "golden/{spec}/{name}: built now, not accepted").unwrap(),
            Some(accepted) if accepted != bytes => {
                let (line, accepted, built) = first_difference(accepted, bytes);
                writeln!(differences, "golden/{spec}/{name}:{line}\n  accepted: {accepted}\n  built:    {built}")
                    .unwrap();
            }
            Some(_) => {}
        }
    }
    for name in golden.keys().filter(|name| !now.contains_key(*name)) {
        writeln!(differences, "golden/{spec}/{name}: accepted, not built now").unwrap();
    }
    differences
}

/// Returns the first line that differs, from 1, and what it is on either side.
fn first_difference(a: &[u8], b: &[u8]) -> (usize, String, String) {
    let (a, b) = (String::from_utf8_lossy(a), String::from_utf8_lossy(b));
    let (mut left, mut right) = (a.split_inclusive('\n'), b.split_inclusive('\n'));
    let shown = |line: Option<&str>| line.map_or("the end of the file".to_owned(), |line| format!("{line:?}"));
    for at in 1.. {
        match (left.next(), right.next()) {
            (a, b) if a == b && a.is_some() => {}
            (a, b) => return (at, shown(a), shown(b)),
        }
    }
    (0, String::new(), String::new())
}

#[test]
fn a_difference_names_its_file_and_line() {
    let files = |text: &str| Files::from([("datasets/a.jsonl".to_owned(), text.as_bytes().to_vec())]);
    assert_eq!(compared("s", &files("1\n2\n"), &files("1\n2\n")), "");
    insta::assert_snapshot!(compared("s", &files("1\n2\n3\n"), &files("1\n4\n3\n")), @r#"
    golden/s/datasets/a.jsonl:2
      accepted: "2\n"
      built:    "4\n"
    "#);
    insta::assert_snapshot!(compared("s", &files("1\n"), &files("1")), @r#"
    golden/s/datasets/a.jsonl:1
      accepted: "1\n"
      built:    "1"
    "#);
    assert_eq!(compared("s", &Files::new(), &files("")), "golden/s/datasets/a.jsonl: built now, not accepted\n");
    assert_eq!(compared("s", &files(""), &Files::new()), "golden/s/datasets/a.jsonl: accepted, not built now\n");
}
