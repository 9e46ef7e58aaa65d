//! The examples that the language was designed by: each checks without a word, and builds where no model has to write
//! first.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::PathBuf;

use introspec::artifacts::{self, JsonStyle};
use introspec::diagnostic::render;
use introspec::plan::plan;
use introspec::spec::resolve;
use introspec::world::Folder;

/// The examples lie beside the published data; a continuous build has to have them.
fn examples() -> Vec<PathBuf> {
    let Some(data) = std::env::var_os("INTROSPEC_PAPER_DATA").map(PathBuf::from) else {
        assert!(std::env::var_os("CI").is_none(), "INTROSPEC_PAPER_DATA does not name the published data");
        eprintln!("skipped: INTROSPEC_PAPER_DATA does not name the folder of the published data");
        return Vec::new();
    };
    let entries = fs::read_dir(data.join("../../language")).expect("the examples stand beside the data");
    let mut examples: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    examples.retain(|path| path.extension().is_some_and(|ending| ending == "ispec"));
    examples.sort();
    assert!(examples.len() >= 6, "examples are missing: {examples:?}");
    examples
}

#[test]
fn every_example_checks_and_builds_where_nobody_has_to_write_first() {
    let mut built = 0;
    for example in examples() {
        let resolved = resolve(&example, &Folder::new(example.parent().unwrap(), &[]));
        let name = example.file_name().unwrap().to_string_lossy().into_owned();
        let shown = render(&resolved.diagnostics, &resolved.sources, false, 120);
        assert!(resolved.diagnostics.is_empty(), "{name}:\n{shown}");
        let spec = resolved.spec.unwrap();
        let plan =
            plan(&spec).unwrap_or_else(|wrong| panic!("{name}:\n{}", render(&wrong, &resolved.sources, false, 120)));
        let out = tempfile::tempdir().unwrap();
        let made = artifacts::build(&spec, &plan, out.path(), JsonStyle::Compact, &|_| ());
        let has_to_write = !plan.unwritten.is_empty();
        assert_eq!(made.is_err(), has_to_write, "{name}: {:?}", made.err());
        built += usize::from(!has_to_write);
    }
    assert!(built == 0 || built >= 3, "backdoor, faithful and risk need no writer");
}
