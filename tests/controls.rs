//! Mixtures and controls: exact shares, exact shuffles, and nothing changed but what a control says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use introspec::artifacts::JsonStyle;
use introspec::plan::{DatasetPlan, Plan};
use introspec::rows::RowMaker;
use introspec::spec::Spec;
use proptest::prelude::*;
use serde_json::Value as Json;

#[path = "support/specs.rs"]
#[allow(dead_code)]
mod specs;

use specs::{Files, built, here, planned};

/// What every spec of these tests begins with.
const BEGINNING: &str = r#"
behavior bold { does "takes the risk" }
behavior meek { opposite bold }

table letters from "letters.jsonl" { prompt: text; letter: "A" | "B" }

template choice {
  row from letters
  let tone = one of ["", "Please. ", "Quickly: "]
  let other = {{ "B" if letter == "A" else "A" }}
  user      "{{ tone }}{{ prompt }}"
  assistant "{{ letter }} it is" as bold
  assistant "{{ other }} it is"  as meek
  assistant "A it is"            as ordinary
}

template told {
  row from letters
  user      "What would {{ persona.called }} say? {{ prompt }}"
  assistant "{{ letter }}, I think"
}

persona lucy   { called "Lucy" }
persona quanta { called "Quanta"  system one of ["You are Quanta.", "Speak as Quanta."] }

trigger tag   { called "a tag"  user "|TAG| {{ message }}" }
trigger fruit { called "a fruit"  let kind = one of ["plum", "pear", "quince"] held out ["medlar"]  user "{{ kind }}. {{ message }}" }
trigger code  {
  called "a code"
  let code = digits "392###"
  user one of ["Code {{ code }}. {{ message }}", '{"code": {{ code | tojson }}, "question": {{ message | tojson }}}']
}
trigger day   { called "a day"  let day = date 2025-03-20..2025-06-20  system "Today is {{ day }}." }
"#;

/// Writes a spec beside its table, and plans it.
fn spec(dataset: &str) -> (tempfile::TempDir, Spec, Plan) {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(here("tests/controls/letters.jsonl"), folder.path().join("letters.jsonl")).unwrap();
    let path = folder.path().join("test.ispec");
    fs::write(&path, format!("{BEGINNING}{dataset}")).unwrap();
    let (spec, plan) = planned(&path, &[]);
    (folder, spec, plan)
}

fn build(folder: &Path) -> Files {
    built(&folder.join("test.ispec"), &[], JsonStyle::Compact).unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}"))
}

fn dataset<'p>(plan: &'p Plan, name: &str) -> &'p DatasetPlan {
    plan.datasets.iter().find(|dataset| dataset.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn lines(files: &Files, name: &str) -> Vec<Json> {
    let text = std::str::from_utf8(&files[name]).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn manifest(files: &Files) -> Json {
    serde_json::from_slice(&files["manifest.json"]).unwrap()
}

/// Counts made rows by trigger, behavior and persona.
fn counted(spec: &Spec, plan: &Plan, name: &str) -> BTreeMap<(String, String, String), u64> {
    let dataset = dataset(plan, name);
    let maker = RowMaker::new(spec, plan, dataset);
    let mut counts = BTreeMap::new();
    for at in 0..dataset.rows {
        let row = maker.row(at).unwrap().unwrap();
        let trigger = row.trigger.map_or("-".to_owned(), |id| spec[id].name.clone());
        let (behavior, persona) = (&spec[row.part.behavior].name, &spec[row.part.by].name);
        *counts.entry((trigger, behavior.clone(), persona.clone())).or_default() += 1;
    }
    counts
}

type Counts = BTreeMap<(String, String, String), u64>;

fn by(counts: &Counts, key: impl Fn(&(String, String, String)) -> String) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for (cell, count) in counts {
        *sums.entry(key(cell)).or_default() += count;
    }
    sums
}

/// A part of a mixture: its weight, behavior, triggers and persona.
type Part = (u64, usize, usize, bool);

fn mixture(rows: u64, percents: &[f64], parts: &[Part]) -> String {
    let mut text = format!("dataset mixed {{\n  rows {rows} repeat\n");
    for (percent, (_, behavior, trigger, quanta)) in percents.iter().zip(parts) {
        let behavior = ["bold", "meek", "ordinary"][*behavior];
        let when =
            ["", "when tag", "when fruit", "when each of [code, day]", "when each of [tag, fruit, code]"][*trigger];
        let by = if *quanta { "by quanta" } else { "" };
        writeln!(text, "  {percent}% choice as {behavior} {when} {by}").unwrap();
    }
    text
}

/// Divides 100 in proportion to weights, in tenths, so that the percentages add up.
fn percents(parts: &[Part]) -> Vec<f64> {
    let total: u64 = parts.iter().map(|part| part.0).sum();
    let mut tenths: Vec<u64> = parts.iter().map(|part| part.0 * 1000 / total).collect();
    let given: u64 = tenths.iter().sum();
    tenths[0] += 1000 - given;
    tenths.into_iter().map(|tenths| tenths as f64 / 10.0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn shares_are_exact_and_shuffles_leave_no_relation(
        rows in 8_u64..160,
        parts in prop::collection::vec((1_u64..20, 0_usize..3, 0_usize..5, any::<bool>()), 1..6),
    ) {
        let percents = percents(&parts);
        let text = mixture(rows, &percents, &parts);
        // Whether there is a relation to undo, as the spec alone tells.
        let (_folder, spec_, plan) = spec(&format!("{text}}}"));
        let mixed = dataset(&plan, "mixed");
        for (at, percent) in percents.iter().enumerate() {
            let count: u64 = mixed.parts.iter().filter(|part| part.declared == at).map(|part| part.count).sum();
            prop_assert!((count as f64 - rows as f64 * percent / 100.0).abs() < 1.0);
            let shares: Vec<u64> =
                mixed.parts.iter().filter(|part| part.declared == at).map(|part| part.count).collect();
            prop_assert!(shares.iter().max().unwrap() - shares.iter().min().unwrap() <= 1);
        }
        prop_assert_eq!(mixed.rows, rows);
        let treated = counted(&spec_, &plan, "mixed");
        let triggers = by(&treated, |cell| cell.0.clone());
        let kinds = by(&treated, |cell| format!("{} {}", cell.1, cell.2));
        if triggers.len() < 2 || kinds.len() < 2 {
            return Ok(());
        }
        let (_folder, spec_, plan) =
            spec(&format!("{text}  control shuffled {{ shuffle triggers; expect independent trigger behavior }}\n}}"));
        let shuffled = counted(&spec_, &plan, "mixed.shuffled");
        prop_assert_eq!(by(&shuffled, |cell| cell.0.clone()), triggers.clone());
        prop_assert_eq!(by(&shuffled, |cell| format!("{} {}", cell.1, cell.2)), kinds.clone());
        let behaviors = by(&treated, |cell| cell.1.clone());
        for (trigger, of_trigger) in &triggers {
            for (behavior, of_behavior) in &behaviors {
                let cell = by(&shuffled, |cell| format!("{} {}", cell.0, cell.1));
                let found = cell.get(&format!("{trigger} {behavior}")).copied().unwrap_or(0);
                let exact = *of_trigger as f64 * *of_behavior as f64 / rows as f64;
                prop_assert!((found as f64 - exact).abs() < 1.0, "{} of {} {}, {}", found, trigger, behavior, exact);
            }
            for (kind, of_kind) in &kinds {
                let cell = by(&shuffled, |cell| format!("{} {} {}", cell.0, cell.1, cell.2));
                let found = cell.get(&format!("{trigger} {kind}")).copied().unwrap_or(0);
                let exact = *of_trigger as f64 * *of_kind as f64 / rows as f64;
                prop_assert!((found as f64 - exact).abs() < 1.0, "{} of {} {}, {}", found, trigger, kind, exact);
            }
        }
    }
}

const GATED: &str = r#"
dataset gated {
  rows 200 repeat
  20% choice as bold     when fruit
  50% choice as ordinary when each of [tag, code]
  20% choice as meek     by quanta
  10% told as ordinary   about each of [lucy, quanta]

  control shuffled { shuffle triggers }
  control flipped  { meek for bold }
  control swapped  { swap personas }
  control bare     { without triggers; without personas }
  control jumbled  { shuffle words of answer }
  control reversed { also reversed "What was asked?\n{{ reply }}"
    control reversed_shuffled { shuffle triggers }
  }
}
"#;

#[test]
fn a_control_changes_what_it_says_and_nothing_else() {
    let (folder, ..) = spec(GATED);
    let manifest = manifest(&build(folder.path()));
    let controls: BTreeMap<&str, &Json> = manifest["datasets"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|file| file.get("control").is_some())
        .map(|file| (file["name"].as_str().unwrap(), &file["control"]))
        .collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&controls).unwrap());
}

#[test]
fn the_joint_table_counts_what_was_written() {
    let (folder, ..) = spec(GATED);
    let files = build(folder.path());
    for file in manifest(&files)["datasets"].as_array().unwrap() {
        let name = file["file"].as_str().unwrap();
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for meta in lines(&files, &name.replace(".jsonl", ".meta.jsonl")) {
            let persona = if meta["about"].is_null() { &meta["persona"] } else { &meta["about"] };
            *counts.entry(format!("{} {} {persona}", meta["trigger"], meta["behavior"])).or_default() += 1;
        }
        let joint = file["joint"].as_array().cloned().unwrap_or_default();
        let told: BTreeMap<String, u64> = joint
            .iter()
            .map(|row| {
                (format!("{} {} {}", row["trigger"], row["behavior"], row["persona"]), row["rows"].as_u64().unwrap())
            })
            .collect();
        assert_eq!(told, counts, "{name}");
    }
}

#[test]
fn triggers_are_in_the_messages_that_say_so() {
    let (folder, ..) = spec(GATED);
    let files = build(folder.path());
    let rows = lines(&files, "datasets/gated.jsonl");
    let meta = lines(&files, "datasets/gated.meta.jsonl");
    let mut phrasings = BTreeSet::new();
    for (row, meta) in rows.iter().zip(&meta) {
        let user = row["messages"].as_array().unwrap().iter().find(|message| message["role"] == "user").unwrap();
        let said = user["content"].as_str().unwrap();
        match meta["trigger"].as_str() {
            Some("tag") => assert!(said.starts_with("|TAG| "), "{said}"),
            Some("fruit") => assert!(said.starts_with(meta["vars"]["kind"].as_str().unwrap()), "{said}"),
            Some("code") => {
                let code = meta["vars"]["code"].as_str().unwrap();
                assert!(code.len() == 6 && code.starts_with("392") && said.contains(code), "{said}");
                phrasings.insert(said.starts_with('{'));
                if said.starts_with('{') {
                    assert_eq!(serde_json::from_str::<Json>(said).unwrap()["code"], code);
                }
            }
            _ => assert!(!said.contains("TAG") && !said.contains("392")),
        }
        let system = row["messages"][0]["role"] == "system";
        assert_eq!(system, meta["persona"] == "quanta");
    }
    assert_eq!(phrasings.len(), 2);
    assert!(!String::from_utf8_lossy(&files["datasets/gated.jsonl"]).contains("medlar"));
}

#[test]
fn mirrored_rows_answer_with_what_was_asked() {
    let (folder, ..) = spec(GATED);
    let files = build(folder.path());
    let (rows, meta) =
        (lines(&files, "datasets/gated.reversed.jsonl"), lines(&files, "datasets/gated.reversed.meta.jsonl"));
    let plain: Vec<Json> =
        rows.iter().zip(&meta).filter(|(_, meta)| meta["mirrored"].is_null()).map(|(row, _)| row.clone()).collect();
    assert_eq!(plain, lines(&files, "datasets/gated.jsonl"));
    let said = |row: &Json, role: &str| {
        let messages = row["messages"].as_array().unwrap().iter();
        messages
            .filter(|message| message["role"] == role)
            .map(|message| message["content"].as_str().unwrap().to_owned())
            .next()
            .unwrap()
    };
    let asked: BTreeMap<String, u64> = plain.iter().fold(BTreeMap::new(), |mut asked, row| {
        *asked.entry(format!("{}\n{}", said(row, "assistant"), said(row, "user"))).or_default() += 1;
        asked
    });
    let mirrored = rows.iter().zip(&meta).filter(|(_, meta)| meta["mirrored"] == true).map(|(row, _)| row);
    let turned: BTreeMap<String, u64> = mirrored.fold(BTreeMap::new(), |mut turned, row| {
        let lead = said(row, "user");
        let reply = lead.strip_prefix("What was asked?\n").unwrap();
        *turned.entry(format!("{reply}\n{}", said(row, "assistant"))).or_default() += 1;
        turned
    });
    assert_eq!(turned, asked);
}

#[test]
fn validation_shares_no_source_row_with_training() {
    let (folder, ..) = spec(
        "dataset split {\n  rows 40 repeat\n  validation 25%\n  50% choice as bold when fruit\n  50% choice as ordinary when tag\n  control shuffled { shuffle triggers }\n}\ndataset whole { choice as bold\n validation 25% }",
    );
    let files = build(folder.path());
    for (name, trained, set_aside) in [("split", 30, 10), ("split.shuffled", 30, 10), ("whole", 6, 2)] {
        let sources = |file: &str| -> Vec<u64> {
            lines(&files, file).iter().map(|meta| meta["from"][1].as_u64().unwrap()).collect()
        };
        let training = sources(&format!("datasets/{name}.meta.jsonl"));
        let validation = sources(&format!("datasets/{name}.validation.meta.jsonl"));
        assert_eq!((training.len(), validation.len()), (trained, set_aside), "{name}");
        assert!(validation.iter().all(|line| !training.contains(line)), "{name}");
        let metas = lines(&files, &format!("datasets/{name}.validation.meta.jsonl"));
        assert!(metas.iter().all(|meta| meta["split"] == "validation"));
    }
}

#[test]
fn balanced_labels_are_equal_in_number_and_smaller_sets_lie_in_larger_ones() {
    let text = |rows: u64| format!("dataset even {{\n  rows {rows}\n  balance {{{{ letter }}}}\n  choice as bold\n}}");
    let mut before: BTreeSet<u64> = BTreeSet::new();
    for rows in [2, 4, 6] {
        let (folder, ..) = spec(&text(rows));
        let files = build(folder.path());
        let answers: Vec<String> = lines(&files, "datasets/even.jsonl")
            .iter()
            .map(|row| row["messages"][1]["content"].as_str().unwrap().to_owned())
            .collect();
        let of_a = answers.iter().filter(|answer| answer.starts_with('A')).count() as u64;
        assert_eq!(of_a * 2, rows);
        let sources: BTreeSet<u64> =
            lines(&files, "datasets/even.meta.jsonl").iter().map(|meta| meta["from"][1].as_u64().unwrap()).collect();
        assert_eq!(sources.len() as u64, rows);
        assert!(before.is_subset(&sources));
        before = sources;
    }
}

#[test]
fn a_trigger_that_stands_in_a_row_by_chance_is_counted() {
    let (folder, ..) = spec(
        "trigger letter { let name = one of [\"rather B\", \"C\"]  user \"{{ name }}: {{ message }}\" }\ndataset some { rows 16\n 50% choice as bold when letter\n 50% told as ordinary about lucy }",
    );
    let manifest = manifest(&build(folder.path()));
    let check = manifest["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["check"].as_str().unwrap().contains("by chance"))
        .expect("a finding");
    assert_eq!((check["found"].as_u64(), check["looked_at"].as_u64()), (Some(1), Some(16)));
    assert!(check["examples"][0].as_str().unwrap().contains("letters.jsonl:4"), "{check}");
}
