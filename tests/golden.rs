//! Every spec under `specs/` builds what was last accepted under `golden/`: compared as `introspec snap` compares, then
//! byte for byte, and held to its counts.
//!
//! `introspec snap --include specs --accept` accepts what is built now; the difference then shows in version control.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use introspec::artifacts::{self, JsonStyle};
use introspec::snapshots::{Snapshot, compare, counts, prose};

#[path = "support/specs.rs"]
#[allow(dead_code)]
mod specs;

use specs::{Files, files, here, planned};

#[test]
fn every_spec_builds_what_was_accepted() {
    let found = all_specs();
    assert!(!found.is_empty(), "there are no specs under specs/");
    let mut differences = String::new();
    for (name, spec) in &found {
        let out = build(spec);
        let golden = here("golden").join(name);
        if !Snapshot::is_at(&golden) {
            let _ = writeln!(differences, "{name}: nothing was accepted yet");
            continue;
        }
        let (accepted, built) = (Snapshot::read(&golden).unwrap(), Snapshot::read(out.path()).unwrap());
        let changes = compare(&accepted, &built);
        if !changes.is_empty() {
            let _ = write!(differences, "{name}:\n{}", prose(&changes, 100, false));
        } else if accepted.summaries().is_empty() {
            for file in differing(&files(&golden), &files(out.path())) {
                let _ = writeln!(differences, "{name}: {file} differs in bytes, and nothing was said of it");
            }
        }
    }
    assert!(
        differences.is_empty(),
        "the builds differ from golden/:\n{differences}\nif that is meant, accept it with `cargo run -- snap --include specs --accept`"
    );
}

/// The counts of each spec, which a reader of a change sees first.
#[test]
fn every_spec_holds_what_it_is_said_to_hold() {
    for (name, spec) in all_specs() {
        let out = build(&spec);
        insta::assert_snapshot!(name, counts(&Snapshot::read(out.path()).unwrap()));
    }
}

/// What is accepted belongs to a spec.
#[test]
fn every_accepted_build_has_its_spec() {
    let names: Vec<String> = all_specs().into_iter().map(|(name, _)| name).collect();
    for entry in fs::read_dir(here("golden")).expect("a folder of accepted builds") {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(names.contains(&name), "golden/{name} belongs to no spec");
    }
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

fn build(spec: &Path) -> tempfile::TempDir {
    let (read, plan) = planned(spec, &[here("specs")]);
    let out = tempfile::tempdir().expect("a folder");
    artifacts::build(&read, &plan, out.path(), JsonStyle::Compact, &|_| ())
        .unwrap_or_else(|diagnostics| panic!("{} does not build: {diagnostics:#?}", spec.display()));
    out
}

fn differing(golden: &Files, now: &Files) -> Vec<String> {
    let mut names: Vec<&String> = golden.keys().chain(now.keys()).collect();
    names.sort();
    names.dedup();
    names.into_iter().filter(|name| golden.get(*name) != now.get(*name)).cloned().collect()
}
