//! Every diagnostic as an author sees it: the specs of `tests/diagnostics`, each with what introspec says of it.
//!
//! A fixture's name begins with the codes that it causes, all of them and no others: `E0206_unknown_variable.ispec`
//! has one mistake and gets one diagnostic. One that begins with `ok` causes none.

// Tests read files they made and fail where those are missing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "support/fixtures.rs"]
mod fixtures;

use std::collections::BTreeSet;
use std::fs::File;

use insta::Settings;
use introspec::diagnostic::{Problem, Severity, render, summary};
use introspec::text::Sources;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use self::fixtures::{Beside, checked, fixtures, shown};

/// The codes that no small spec can cause.
const ELSEWHERE: &[(&str, &str)] = &[
    ("E0407", "needs a large file, which `a_large_file_is_not_read` makes"),
    ("E0801", "is about introspec.yaml"),
    ("E0802", "is about introspec.yaml"),
    ("E0803", "is about introspec.yaml"),
    ("E0804", "is about the environment"),
    ("E0805", "is about how introspec was compiled"),
    ("E0806", "is about downloaded weights"),
    ("E0807", "is about the store of a run"),
    ("E0808", "is about a folder that cannot be written"),
    ("E0809", "comes from `run` alone"),
    ("E0810", "comes from `explain` alone"),
    ("E0811", "comes from a model that fails"),
    ("E0821", "comes from `snap` alone"),
    ("E0822", "comes from `snap` and `diff` alone"),
    ("E0823", "comes from `snap` and `diff` alone"),
    ("E0824", "comes from `snap` alone"),
    ("E0830", "comes from `fmt` alone, where the grammar reads what the formatter does not"),
    ("E0831", "comes from `new` alone"),
    ("E0832", "comes from `new` alone"),
    ("E0840", "comes from `simulate` alone; `tests/planning.rs` causes it"),
    ("E0850", "comes from `import` alone; `tests/imports.rs` causes it"),
    ("E0851", "comes from `import` alone; `tests/imports.rs` causes it"),
    ("E0852", "comes from `import` alone; `tests/imports.rs` causes it"),
    ("E0880", "is about what a model can do; `tests/backends` causes it"),
    ("E0881", "is about a command of introspec.yaml; `tests/backends` causes it"),
    ("E0882", "is about a recorded run; `tests/backends` causes it"),
    ("E0860", "is about introspec.yaml; `tests/running.rs` causes it"),
    ("E0861", "comes from `run` alone; `tests/running.rs` causes it"),
    ("E0862", "comes from `merge` alone; `tests/running.rs` causes it"),
    ("E0863", "comes from `cache explain` alone; `tests/running.rs` causes it"),
    ("E0901", "comes from `build --format` alone; `tests/exports.rs` causes it"),
    ("E0902", "comes from `build --format` alone; `tests/exports.rs` causes it"),
    ("E0903", "comes from `build --format` alone; `tests/exports.rs` causes it"),
    ("E0904", "comes from `build --format` alone; `tests/exports.rs` causes it"),
    ("E0920", "comes from `run --log-file` alone; `tests/cli.rs` causes it"),
    ("E1012", "comes after `write`; `tests/writing` causes it"),
    ("E1013", "comes after `write`; `tests/writing` causes it"),
    ("E1014", "comes after `write`; `tests/writing` causes it"),
    ("E1015", "comes after `write`; `tests/writing` causes it"),
    ("W0003", "is about introspec.yaml"),
    ("W0006", "comes after `write`; `tests/writing` causes it"),
];

fn settings() -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path("diagnostics/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

#[test]
fn each_mistake_is_told_once_and_in_its_place() {
    let mut wrong = Vec::new();
    for fixture in fixtures() {
        let found = checked(&fixture.file, &Beside::fixtures());
        let mut codes: Vec<&str> = found.diagnostics.iter().map(|diagnostic| diagnostic.problem.code()).collect();
        codes.sort_unstable();
        if codes != fixture.codes {
            wrong.push(format!("{}: {codes:?}", fixture.name));
        }
        let drawn = format!(
            "{}\n{}\n{}{}\n",
            shown(&fixture.text),
            "─".repeat(100),
            render(&found.diagnostics, &found.sources, false, 100),
            summary(&found.diagnostics),
        );
        settings().bind(|| insta::assert_snapshot!(fixture.name.clone(), drawn));
    }
    assert!(wrong.is_empty(), "these say other things than their names promise:\n{}", wrong.join("\n"));
}

#[test]
fn every_code_has_a_fixture_or_a_reason() {
    let shown: BTreeSet<String> = fixtures().into_iter().flat_map(|fixture| fixture.codes).collect();
    for code in Problem::CODES {
        let reason = ELSEWHERE.iter().find(|(other, _)| other == code);
        assert_ne!(shown.contains(*code), reason.is_some(), "{code} needs a fixture, or a reason why it has none");
    }
}

#[test]
fn every_error_has_a_place_and_a_way_out() {
    for fixture in fixtures() {
        for diagnostic in checked(&fixture.file, &Beside::fixtures()).diagnostics {
            let prose = diagnostic.problem.prose();
            let has_place = diagnostic.span.is_some() || fixture.name.starts_with("E0108");
            assert!(has_place, "{}: {} stands nowhere", fixture.name, prose.title);
            let has_help = prose.help.is_some() || diagnostic.fix.is_some();
            assert!(has_help, "{}: {} has no help", fixture.name, prose.title);
        }
    }
}

/// Checks a text in place of a fixture's own. What comes out is checked by `checked` itself: a spec, or an error.
fn checks(file: &str, text: &str) -> Result<(), TestCaseError> {
    let found = checked(file, &Beside::with(file, text));
    for diagnostic in &found.diagnostics {
        let has_place = diagnostic.span.is_some_and(|span| found.sources.get(span.source).is_some());
        prop_assert!(has_place, "{:?} stands nowhere", diagnostic.problem);
    }
    render(&found.diagnostics, &found.sources, false, 100);
    Ok(())
}

fn fixture_and_places() -> impl Strategy<Value = (String, Vec<char>, usize, usize)> {
    let texts: Vec<(String, Vec<char>)> = fixtures()
        .into_iter()
        .filter_map(|fixture| Some((fixture.file, String::from_utf8(fixture.text).ok()?.chars().collect())))
        .collect();
    (prop::sample::select(texts), any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(
        |((file, text), a, b)| {
            let (a, b) = (a.index(text.len() + 1), b.index(text.len() + 1));
            (file, text, a.min(b), a.max(b))
        },
    )
}

proptest! {
    #[test]
    fn a_spec_cut_off_anywhere_is_told_or_read((file, text, at, _) in fixture_and_places()) {
        checks(&file, &text[..at].iter().collect::<String>())?;
    }

    #[test]
    fn a_spec_with_a_hole_anywhere_is_told_or_read((file, text, from, to) in fixture_and_places()) {
        let to = to.min(from + 12);
        checks(&file, &text[..from].iter().chain(&text[to..]).collect::<String>())?;
    }

    #[test]
    fn a_spec_with_a_stray_sign_is_told_or_read(
        (file, text, at, _) in fixture_and_places(),
        sign in prop::sample::select(vec!["{", "}", "{{", "}}", "\"", "'", "\"\"\"", "[", "]", "(", ")", ",", ";", ":", "#", "\\", "\n", "\r", "é", "🎲"]),
    ) {
        let text = [&text[..at], &sign.chars().collect::<Vec<_>>(), &text[at..]].concat();
        checks(&file, &text.iter().collect::<String>())?;
    }
}

#[test]
fn a_large_file_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("small.ispec"), "use \"large.ispec\"\n").unwrap();
    File::create(folder.path().join("large.ispec")).unwrap().set_len(5 << 20).unwrap();
    let found = checked("small.ispec", &Beside::folder(folder.path()));
    let drawn = render(&found.diagnostics, &found.sources, false, 100);
    settings().bind(|| insta::assert_snapshot!("E0407_large_file", drawn));
}

#[test]
fn a_spec_that_is_not_there_is_said_to_be_missing() {
    let found = checked("nothing.ispec", &Beside::fixtures());
    assert!(found.diagnostics.iter().all(|diagnostic| diagnostic.severity() == Severity::Error));
    let drawn = render(&found.diagnostics, &Sources::default(), false, 100);
    settings().bind(|| insta::assert_snapshot!("E0108_no_such_spec", drawn));
}
