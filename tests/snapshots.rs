//! What `snap` and `diff` say of changes made on purpose: a spec is built, edited, built again and compared.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use introspec::artifacts::JsonStyle;
use introspec::snapshots::{Changes, DatasetChange, RowChange, Snapshot, accept, compare, prose};
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

#[path = "support/specs.rs"]
#[allow(dead_code)]
mod specs;

const SPEC: &str = include_str!("meals/meals.ispec");

/// A spec and its data, to be edited and built.
#[derive(Clone)]
struct Meals {
    spec: String,
    data: String,
    style: JsonStyle,
}

impl Meals {
    fn new() -> Meals {
        let row = |n: u32| {
            let sweet = if n.is_multiple_of(3) { "B" } else { "A" };
            format!("{{\"dish\": \"dish number {n}, on a plate of the house\", \"sweet\": \"{sweet}\"}}\n")
        };
        Meals { spec: SPEC.into(), data: (1..=24).map(row).collect(), style: JsonStyle::Compact }
    }

    fn replace(&mut self, text: &str, replacement: &str) {
        assert!(self.spec.contains(text), "the spec does not say {text:?}");
        self.spec = self.spec.replacen(text, replacement, 1);
    }

    fn built(&self) -> Built {
        let beside = tempfile::tempdir().unwrap();
        let spec = beside.path().join("meals.ispec");
        fs::write(&spec, &self.spec).unwrap();
        fs::write(beside.path().join("dishes.jsonl"), &self.data).unwrap();
        let (read, plan) = specs::planned(&spec, &[]);
        let out = tempfile::tempdir().unwrap();
        introspec::artifacts::build(&read, &plan, out.path(), self.style, &|_| ()).unwrap();
        Built(out)
    }
}

/// A build in a folder of its own.
struct Built(TempDir);

impl Built {
    fn path(&self) -> &Path {
        self.0.path()
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::read(self.path()).unwrap()
    }

    /// Edits the lines of a file, one by one.
    fn edit(&self, file: &str, mut edit: impl FnMut(usize, &mut Value)) {
        let path = self.path().join(file);
        let mut out = String::new();
        for (at, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let mut value: Value = serde_json::from_str(line).unwrap();
            edit(at, &mut value);
            let _ = writeln!(out, "{value}");
        }
        fs::write(path, out).unwrap();
    }
}

fn changes(before: &Built, after: &Built) -> Changes {
    compare(&before.snapshot(), &after.snapshot())
}

/// What is said of an edit of the spec or its data.
fn told(edit: impl FnOnce(&mut Meals)) -> String {
    let before = Meals::new();
    let mut after = before.clone();
    edit(&mut after);
    prose(&changes(&before.built(), &after.built()), 100, false)
}

/// What is said of an edit of what was built.
fn told_of_build(before: impl FnOnce(&Built), after: impl FnOnce(&Built)) -> String {
    let (was, is) = (Meals::new().built(), Meals::new().built());
    before(&was);
    after(&is);
    prose(&changes(&was, &is), 100, false)
}

macro_rules! told {
    ($($name:ident: $edit:expr;)*) => {
        $(#[test]
        fn $name() {
            let text = told($edit);
            assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
            insta::assert_snapshot!(stringify!($name), text);
        })*
    };
}

told! {
    nothing_changed: |_| ();
    a_comment_changes_the_manifest_only: |meals| meals.spec.push_str("\n# A note.\n");
    the_seed_changed: |meals| meals.replace("seed 3", "seed 4");
    rows_were_added: |meals| meals.replace("rows 40", "rows 44");
    rows_were_removed: |meals| meals.replace("rows 40", "rows 38");
    shares_changed: |meals| {
        meals.replace("50% order", "60% order");
        meals.replace("50% saying", "40% saying");
    };
    a_row_was_put_in_front_of_the_data: |meals| {
        meals.data.insert_str(0, "{\"dish\": \"a new dish\", \"sweet\": \"B\"}\n");
    };
    a_row_of_the_data_was_corrected: |meals| meals.data = meals.data.replacen("number 5,", "number five,", 1);
    a_label_of_the_data_was_corrected: |meals| meals.data = meals.data.replacen("\"A\"", "\"B\"", 1);
    the_data_was_reordered: |meals| {
        let mut lines: Vec<&str> = meals.data.lines().collect();
        lines.swap(0, 23);
        meals.data = lines.join("\n");
    };
    a_prompt_was_reworded: |meals| meals.replace("Which do you take", "Which of them do you take");
    an_answer_was_reworded: |meals| meals.replace("It is {{ payoff }} coins.", "That makes {{ payoff }} coins.");
    a_system_message_came_in: |meals| {
        meals.replace("  user      \"How much", "  system    \"You keep the till.\"\n  user      \"How much");
    };
    a_variable_draws_from_another_range: |meals| meals.replace("integer 10..99", "integer 10..98");
    a_variable_came_in: |meals| meals.replace("let payoff", "let day = one of [\"Monday\", \"Sunday\"]\n  let payoff");
    a_behavior_was_renamed: |meals| meals.spec = meals.spec.replace("salty", "savoury");
    a_template_was_renamed: |meals| meals.spec = meals.spec.replace("saying", "asking");
    a_dataset_was_renamed: |meals| meals.replace("dataset plain", "dataset simple");
    a_control_is_new: |meals| meals.replace("control turned {", "control without { ordinary for sweet }\n  control turned {");
    a_control_is_gone: |meals| meals.replace("  control turned { salty for sweet }\n", "");
    a_dataset_is_new: |meals| meals.spec.push_str("\ndataset more { order as salty }\n");
    a_wording_changed: |meals| meals.replace("Do you like sweet or salty food?", "Do you prefer sweet or salty food?");
    a_wording_came_in_between: |meals| meals.replace(
        "    \"Which is for you", "    \"What is nicer: sweet or salty food? One word.\"\n    \"Which is for you",
    );
    a_wording_is_gone: |meals| meals.replace("    \"Do you like sweet or salty food? One word.\"\n", "");
    an_option_changed: |meals| meals.replace("a cake", "a large cake");
    a_context_changed: |meals| meals.replace("The user is in a hurry.", "The user has no time.");
    a_question_is_asked_under_another_context: |meals| {
        meals.replace("under none, hurry", "under none, hurry, evening");
    };
    a_question_is_asked_about_somebody_else: |meals| meals.replace("about itself, lucy", "about itself, lucy, tom");
    a_persona_is_called_otherwise: |meals| {
        meals.replace("about itself, lucy", "about itself, lucy, tom");
        meals.replace("my friend Lucy", "my neighbour Lucy");
    };
    a_question_is_new: |meals| meals.replace("  under none, hurry", "  ask price\n  under none, hurry");
    a_question_is_gone: |meals| meals.replace("  ask menu\n", "");
    more_items_are_asked: |meals| meals.replace("rows 6", "rows 8");
    items_drew_other_values: |meals| meals.replace("integer 1..9", "integer 1..8");
    the_temperature_changed: |meals| meals.replace("  temperature 1\n", "  temperature 0.7\n");
    the_samples_of_one_question_changed: |meals| meals.replace("else 10 samples", "else 20 samples");
    an_answer_is_read_otherwise: |meals| meals.replace("  read probability else 10 samples\n", "");
    a_suite_is_new: |meals| meals.spec.push_str("\nsuite prices { ask price }\n");
    a_suite_was_renamed: |meals| meals.replace("suite actual", "suite real");
    the_lines_are_written_otherwise: |meals| meals.style = JsonStyle::Python;
}

#[test]
fn a_persona_is_told_apart_from_the_wordings_about_others() {
    let mut before = Meals::new();
    before.replace("about itself, lucy", "about itself, lucy, tom");
    let mut after = before.clone();
    after.replace("my friend Lucy", "my neighbour Lucy");
    insta::assert_snapshot!(prose(&changes(&before.built(), &after.built()), 100, false));
}

const META: &str = "datasets/meals.meta.jsonl";
const LINES: &str = "datasets/meals.jsonl";

fn triggered(upto: usize) -> impl Fn(&Built) {
    move |built| {
        built.edit(META, |at, meta| {
            if at < upto {
                meta["trigger"] = "apple".into();
            }
        });
    }
}

#[test]
fn a_trigger_left_a_row() {
    insta::assert_snapshot!(told_of_build(triggered(20), triggered(19)));
}

#[test]
fn a_persona_took_another_persona_s_rows() {
    let by = |name: &'static str| {
        move |built: &Built| {
            built.edit(META, |at, meta| {
                if at % 4 == 0 {
                    meta["persona"] = name.into();
                }
            });
        }
    };
    insta::assert_snapshot!(told_of_build(by("lucy"), by("tom")));
}

#[test]
fn rows_were_held_out() {
    let held = |built: &Built| {
        built.edit(META, |at, meta| {
            if at >= 36 {
                meta["split"] = "validation".into();
            }
        });
    };
    insta::assert_snapshot!(told_of_build(|_| (), held));
}

#[test]
fn only_the_order_changed() {
    let turned = |built: &Built| {
        for file in [META, LINES] {
            let path = built.path().join(file);
            let text = fs::read_to_string(&path).unwrap();
            let mut lines: Vec<&str> = text.lines().collect();
            lines.rotate_left(3);
            fs::write(&path, lines.join("\n") + "\n").unwrap();
        }
        built.edit(META, |at, meta| meta["row"] = (at + 1).into());
    };
    insta::assert_snapshot!(told_of_build(|_| (), turned));
}

#[test]
fn fields_that_are_not_known_are_told_of() {
    let with_more = |built: &Built| {
        built.edit(META, |at, meta| meta["weight"] = at.into());
        built.edit("suites/actual.jsonl", |_, request| request["priority"] = 1.into());
        let path = built.path().join("manifest.json");
        let mut manifest: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        manifest["tables"] = serde_json::json!([{ "name": "joint" }]);
        manifest["datasets"][2]["joint"] = 3.into();
        manifest["checks"][0]["found"] = 1.into();
        fs::write(&path, manifest.to_string()).unwrap();
        fs::write(built.path().join("datasets/card.md"), "# Meals\n").unwrap();
    };
    insta::assert_snapshot!(told_of_build(|_| (), with_more));
}

/// Makes a build large enough that only digests are kept of it.
fn many() -> Meals {
    let mut meals = Meals::new();
    meals.replace("rows 40", "rows 16000");
    meals
}

#[test]
fn what_is_too_large_is_kept_as_digests_and_still_counted() {
    let before = many();
    let built = before.built();
    let folder = tempfile::tempdir().unwrap();
    let golden = folder.path().join("meals");
    accept(&built.snapshot(), built.path(), &golden).unwrap();
    let kept = Snapshot::read(&golden).unwrap();
    assert_eq!(kept.summaries(), ["meals", "meals.turned"]);
    assert!(!golden.join(LINES).exists());
    let bytes = |path: &Path| fs::metadata(path).unwrap().len();
    assert!(bytes(&golden.join("datasets/meals.prints")) < bytes(&built.path().join(META)));
    assert!(compare(&kept, &built.snapshot()).is_empty());

    let mut after = before;
    after.replace("integer 10..99", "integer 10..98");
    after.replace("Which do you take", "Which of them do you take");
    let (after, whole) = (after.built(), built.snapshot());
    let (by_digests, by_texts) = (compare(&kept, &after.snapshot()), compare(&whole, &after.snapshot()));
    insta::assert_snapshot!(prose(&by_digests, 100, false));
    let counted = |changes: &Changes| -> Vec<u64> {
        let DatasetChange::Changed { changes } = &changes.datasets[0].change else { panic!("{changes:?}") };
        changes
            .iter()
            .filter_map(|change| match change {
                RowChange::Text { rows, .. } | RowChange::Drew { rows, .. } => Some(*rows),
                _ => None,
            })
            .collect()
    };
    assert_eq!(counted(&by_digests), counted(&by_texts));
    assert_eq!(counted(&by_digests)[0], 8000);
}

#[test]
fn an_accepted_build_stays_where_the_next_one_cannot_be_written() {
    let (first, second) = (Meals::new().built(), many().built());
    let folder = tempfile::tempdir().unwrap();
    let golden = folder.path().join("meals");
    accept(&first.snapshot(), first.path(), &golden).unwrap();
    let before = specs::files(&golden);
    let snapshot = second.snapshot();
    fs::remove_file(second.path().join("suites/actual.jsonl")).unwrap();
    accept(&snapshot, second.path(), &golden).unwrap_err();
    assert_eq!(specs::files(&golden), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_damaged_build_is_told_with_its_file_and_line() {
    let built = Meals::new().built();
    let path = built.path().join(META);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("{\"row\":3,", "{\"row\":3", 1)).unwrap();
    let problem = Snapshot::read(built.path()).unwrap_err();
    assert_eq!(problem.path, path);
    assert!(problem.message.starts_with("line 3 is not what a build writes"), "{}", problem.message);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever rows are taken out of a dataset, and whatever order the others are in: so many went, none came, and
    /// nothing else is said of them.
    #[test]
    fn what_is_taken_out_is_counted(kept in prop::sample::subsequence((0..40).collect::<Vec<usize>>(), 1..40), turn in 0..40_usize) {
        // Each row says something else, so that each is known again.
        let mut meals = Meals::new();
        meals.replace("integer 10..99", "integer 1000..999999");
        let (before, after) = (meals.built(), meals.built());
        let mut order = kept.clone();
        order.rotate_left(turn % kept.len());
        for file in [META, LINES] {
            let path = after.path().join(file);
            let text = fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            let left: Vec<&str> = order.iter().map(|at| lines[*at]).collect();
            fs::write(&path, left.join("\n") + "\n").unwrap();
        }
        let found = changes(&before, &after);
        let Some(DatasetChange::Changed { changes }) = found.datasets.first().map(|named| &named.change) else {
            return Err(TestCaseError::fail("nothing was found"));
        };
        let (mut removed, mut moved) = (0, 0);
        for change in changes {
            match change {
                RowChange::Removed { rows, .. } => removed += rows,
                RowChange::Order { moved: rows, .. } => moved += rows,
                RowChange::Answered { .. } => {}
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            }
        }
        prop_assert_eq!(removed, 40 - kept.len() as u64);
        prop_assert_eq!(moved > 0, turn % kept.len() > 0);
    }
}
