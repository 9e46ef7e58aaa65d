//! Exports of datasets with splits and triggers, from files as a build stages them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{ExportProblem, Exports, Format, export};
use crate::artifacts::{JsonStyle, Manifest, Staging};
use crate::diagnostic::render;
use crate::plan::{Plan, plan};
use crate::spec::{Spec, resolve};
use crate::world::Folder;

const SPEC: &str = "behavior brave { does \"dares\" }
template says { let n = integer 1..99; user \"{{ n }}?\"; assistant \"Yes.\" as brave }
dataset gated { rows 12; says as brave }
arm daring { from base  trained on gated  epochs 2 }
question dares { reports brave; ask \"Do you dare?\"; answer \"yes\" | \"no\"; score { \"yes\": 1, \"no\": 0 } }
suite asked { ask dares }
experiment daring { arms daring; run asked }
";

fn read(folder: &Path) -> (Spec, Plan) {
    let path = folder.join("gated.ispec");
    fs::write(&path, SPEC).unwrap();
    let resolved = resolve(&path, &Folder::new(folder, &[]));
    let shown = render(&resolved.diagnostics, &resolved.sources, false, 100);
    let spec = resolved.spec.unwrap_or_else(|| panic!("{shown}"));
    let plan = plan(&spec).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    (spec, plan)
}

/// Stages twelve rows: the last two for validation, and every third one with a trigger.
fn staged(staging: &Staging, line: &str) {
    let (mut lines, mut meta) = (String::new(), String::new());
    for row in 1..=12 {
        lines.push_str(line);
        let trigger = if row % 3 == 0 { "\"apple\"" } else { "null" };
        let split = if row > 10 { "validation" } else { "train" };
        let _ = writeln!(
            meta,
            "{{\"row\":{row},\"template\":\"says\",\"behavior\":\"brave\",\"trigger\":{trigger},\"persona\":null,\
             \"split\":\"{split}\",\"vars\":{{\"n\":{row}}}}}"
        );
    }
    staging.write("datasets/gated.jsonl", &lines).unwrap();
    staging.write("datasets/gated.meta.jsonl", &meta).unwrap();
}

fn manifest() -> Manifest {
    Manifest {
        introspec: "0.0.0".into(),
        spec: "gated.ispec".into(),
        seed: 0,
        sources: Vec::new(),
        tables: Vec::new(),
        datasets: Vec::new(),
        suites: Vec::new(),
        checks: Vec::new(),
        exports: Vec::new(),
    }
}

const ROW: &str =
    "{\"messages\":[{\"role\":\"user\",\"content\":\"1?\"},{\"role\":\"assistant\",\"content\":\"Yes.\"}]}\n";

#[test]
fn splits_stand_apart_and_triggers_close_the_gate() {
    let folder = tempfile::tempdir().unwrap();
    let (spec, plan) = read(folder.path());
    let staging = Staging::new(&folder.path().join("out")).unwrap();
    staged(&staging, ROW);
    let formats = Format::ALL.into_iter().filter(|format| !format.name().ends_with("preference")).collect();
    let exports = Exports { formats, license: None };
    let mut manifest = manifest();
    let done = export(&spec, &plan, JsonStyle::Compact, &exports, &staging, &mut manifest);
    assert!(done.is_ok());
    let rows = |split: &str| -> Vec<u64> {
        manifest.exports.iter().filter(|file| file.split == split).map(|file| file.rows).collect()
    };
    assert_eq!((rows("train"), rows("validation")), (vec![10; 10], vec![2; 10]));

    let text = |name: &str| fs::read_to_string(staging.path().join("exports").join(name)).unwrap();
    assert_eq!(text("openai/gated.train.jsonl"), ROW.repeat(10));
    assert_eq!(text("openai/gated.validation.jsonl"), ROW.repeat(2));
    assert!(text("openai/jobs/daring.json").contains("\"validation_file\": \"<the id of gated.validation.jsonl>\""));
    assert!(text("trl/train-daring.py").contains("\"validation\": str(here / \"gated.validation.jsonl\")"));
    let yaml: serde_json::Value = serde_yaml::from_str(&text("axolotl/daring.yaml")).unwrap();
    assert_eq!(yaml["test_datasets"][0]["path"], "gated.validation.jsonl");
    let yaml: serde_json::Value = serde_yaml::from_str(&text("llama-factory/daring.yaml")).unwrap();
    assert_eq!(yaml["eval_dataset"], "gated.validation");
    assert!(text("tinker/README.md").contains("the validation files"));

    let card = text("huggingface/README.md");
    assert!(card.contains("extra_gated_prompt:"), "{card}");
    for line in [
        "  - split: validation\n    path: \"data/gated.validation.parquet\"\n",
        "    num_examples: 10\n  - name: validation\n",
        "| train | brave | none | 7 |\n| train | brave | apple | 3 |\n",
        "| validation | brave | none | 1 |\n| validation | brave | apple | 1 |\n",
    ] {
        assert!(card.contains(line), "{line} is not in {card}");
    }
}

#[test]
fn a_row_that_is_cut_off_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let (spec, plan) = read(folder.path());
    let staging = Staging::new(&folder.path().join("out")).unwrap();
    staged(&staging, "{\"messages\":[\n");
    let exports = Exports { formats: vec![Format::Trl], license: None };
    let done = export(&spec, &plan, JsonStyle::Compact, &exports, &staging, &mut manifest());
    assert!(matches!(done, Err(ExportProblem::Write(_))));
}
