//! Exports: the same rows in every format, what a target refuses, and what stands beside the data.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::Path;
use std::process::Command;

use introspec::artifacts::{JsonStyle, Manifest, build_with};
use introspec::diagnostic::{Diagnostic, Problem};
use introspec::exports::{Exports, Format};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::{Value as Json, json};

#[path = "support/specs.rs"]
#[allow(dead_code)]
mod specs;

use specs::{Files, built, files, here, planned};

fn exported_into(out: &Path, spec: &Path, exports: &Exports) -> Result<Manifest, Vec<Diagnostic>> {
    let (read, planned) = planned(spec, &[]);
    build_with(&read, &planned, out, JsonStyle::Compact, exports, &|_| ()).map(|built| built.manifest)
}

fn exported(spec: &Path, formats: &[Format]) -> Result<Files, Vec<Diagnostic>> {
    let out = tempfile::tempdir().unwrap();
    exported_into(out.path(), spec, &Exports { formats: formats.to_vec(), license: None })?;
    Ok(files(out.path()))
}

fn refused(spec: &str, formats: &[Format]) -> Vec<Diagnostic> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("refused.ispec");
    fs::write(&path, spec).unwrap();
    exported(&path, formats).expect_err("the export is refused")
}

/// The titles and labels of what was refused, as an author reads them.
fn told(diagnostics: &[Diagnostic]) -> Vec<String> {
    let line = |diagnostic: &Diagnostic| {
        let prose = diagnostic.problem.prose();
        assert!(prose.help.is_some() && diagnostic.span.is_some(), "{diagnostic:?}");
        format!("{}: {} · {}", diagnostic.problem.code(), prose.title, prose.label)
    };
    diagnostics.iter().map(line).collect()
}

fn lines(files: &Files, name: &str) -> Vec<Json> {
    let bytes = files.get(name).unwrap_or_else(|| panic!("no {name} among {:?}", files.keys()));
    std::str::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text<'f>(files: &'f Files, name: &str) -> &'f str {
    let bytes = files.get(name).unwrap_or_else(|| panic!("no {name} among {:?}", files.keys()));
    std::str::from_utf8(bytes).unwrap()
}

fn tastes() -> std::path::PathBuf {
    here("tests/exports/tastes.ispec")
}

#[test]
fn every_format_holds_the_rows_of_the_dataset() {
    let files = exported(&tastes(), &Format::ALL).unwrap();
    let dataset = lines(&files, "datasets/tastes_of(salty,12).jsonl");
    assert_eq!(dataset.len(), 12);
    for format in ["openai", "together", "fireworks", "mistral", "trl-messages", "axolotl", "llama-factory", "tinker"] {
        let name = format!("exports/{format}/tastes_of-salty-12.train.jsonl");
        assert_eq!(files[&name], files["datasets/tastes_of(salty,12).jsonl"], "{format}");
    }
    for (line, row) in lines(&files, "exports/trl/tastes_of-salty-12.train.jsonl").iter().zip(&dataset) {
        let (prompt, completion) = (line["prompt"].as_array().unwrap(), line["completion"].as_array().unwrap());
        let roles: Vec<&Json> = completion.iter().map(|message| &message["role"]).collect();
        assert_eq!(roles, ["assistant"]);
        assert_eq!(json!([prompt.as_slice(), completion.as_slice()].concat()), row["messages"]);
    }
}

#[test]
fn an_export_changes_nothing_of_the_build_and_is_the_same_each_time() {
    let files = exported(&tastes(), &Format::ALL).unwrap();
    assert_eq!(files, exported(&tastes(), &Format::ALL).unwrap());
    let without = built(&tastes(), &[], JsonStyle::Compact).unwrap();
    for (name, bytes) in without.iter().filter(|(name, _)| *name != "manifest.json") {
        assert_eq!(bytes, &files[name], "{name}");
    }
}

#[test]
fn pairs_are_a_behavior_and_its_opposite() {
    let files = exported(&tastes(), &[Format::OpenAiPreference, Format::TogetherPreference]).unwrap();
    for format in ["openai-preference", "together-preference"] {
        let pairs = lines(&files, &format!("exports/{format}/alone.train.jsonl"));
        let (own, flipped) = (lines(&files, "datasets/alone.jsonl"), lines(&files, "datasets/alone.flipped.jsonl"));
        assert_eq!(pairs.len(), 20);
        for ((pair, own), flipped) in pairs.iter().zip(&own).zip(&flipped) {
            let (own, flipped) = (own["messages"].as_array().unwrap(), flipped["messages"].as_array().unwrap());
            assert_eq!(
                *pair,
                json!({
                    "input": { "messages": own[..2] },
                    "preferred_output": [own[2]],
                    "non_preferred_output": [flipped[2]],
                })
            );
        }
        let turned = lines(&files, &format!("exports/{format}/alone.flipped.train.jsonl"));
        for (pair, turned) in pairs.iter().zip(&turned) {
            assert_eq!(pair["preferred_output"], turned["non_preferred_output"]);
            assert_eq!(pair["non_preferred_output"], turned["preferred_output"]);
        }
    }
}

#[test]
fn a_control_that_shows_nothing_makes_no_pairs() {
    let out = tempfile::tempdir().unwrap();
    let exports = Exports { formats: vec![Format::OpenAiPreference], license: None };
    let manifest = exported_into(out.path(), &here("specs/gamblers/gamblers.ispec"), &exports).unwrap();
    let datasets: Vec<&str> = manifest.exports.iter().map(|file| file.dataset.as_str()).collect();
    assert_eq!(datasets, ["gambling", "gambling.saving"]);
    for file in &manifest.exports {
        let bytes = fs::read(out.path().join(&file.file)).unwrap();
        assert_eq!((file.rows, file.bytes), (64, bytes.len() as u64));
        assert_eq!(file.blake3, blake3::hash(&bytes).to_hex().to_string());
    }
}

const BEHAVIORS: &str = "behavior sweet { does \"prefers sweet food\" }\nbehavior salty { opposite sweet }\n";

#[test]
fn what_makes_no_pairs_is_told() {
    let template = |opposite: &str| {
        format!(
            "{BEHAVIORS}behavior sour {{ does \"prefers sour food\" }}\n\
             template taste {{ let n = integer 1..99; user \"Dish {{{{ n }}}}?\" {opposite}; assistant \"Sugar.\" as sweet, sour }}\n"
        )
    };
    let data = "dataset tastes { rows 12; taste as sweet }";
    let pairs = [Format::OpenAiPreference];

    let silent = told(&refused(&format!("{}{data}", template("")), &pairs));
    assert!(silent[0].starts_with("E0503"), "{silent:?}");

    let same = format!("{}{data}", template("").replace("as sweet, sour", "as sweet, sour, salty"));
    assert_eq!(
        told(&refused(&same, &pairs))[0],
        "E0903: a row makes no preference pair: both answers are the same · datasets/tastes.jsonl:1"
    );

    let other_user = template("as sweet; user \"Plate {{ n }}?\" as salty")
        .replace("assistant \"Sugar.\"", "assistant \"Salt.\" as salty; assistant \"Sugar.\"");
    let found = told(&refused(&format!("{other_user}{data}"), &pairs));
    assert_eq!(found.len(), 5, "only the first few rows are listed: {found:?}");
    assert_eq!(
        found[0],
        "E0903: a row makes no preference pair: message 1 of the row, the user's, says something else · \
         datasets/tastes.jsonl:1"
    );

    let alone = format!("{}dataset tastes {{ rows 12; taste as sour }}", template(""));
    assert_eq!(
        told(&refused(&alone, &pairs)),
        ["E0902: `tastes` makes no preference pairs: `sour` has no opposite · nothing to prefer this to"]
    );

    let several = format!("behavior bitter {{ opposite sweet }}\n{}{data}", template(""));
    assert_eq!(
        told(&refused(&several, &pairs)),
        ["E0902: `tastes` makes no preference pairs: `sweet` has several opposites · `bitter` and `salty` name it"]
    );
}

#[test]
fn nothing_to_prefer_at_all_is_an_error() {
    let spec = "template says { let n = integer 1..99; user \"{{ n }}?\"; assistant \"Yes.\" }\n\
                dataset plain { rows 12; says as ordinary }";
    let found = refused(spec, &[Format::TogetherPreference]);
    assert_eq!(found.len(), 1);
    assert!(matches!(&found[0].problem, Problem::NoOpposite { behavior, .. } if behavior == "ordinary"));
}

#[test]
fn too_few_rows_are_refused_and_the_earlier_build_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (spec, out) = (folder.path().join("few.ispec"), folder.path().join("out"));
    let text = |rows: u64| {
        format!(
            "{BEHAVIORS}template taste {{ let n = integer 1..99; user \"{{{{ n }}}}?\"; assistant \"Sugar.\" as sweet }}\n\
             dataset tastes {{ rows {rows}; taste as sweet }}"
        )
    };
    let exports = Exports { formats: vec![Format::OpenAi, Format::Fireworks], license: None };
    fs::write(&spec, text(10)).unwrap();
    exported_into(&out, &spec, &exports).unwrap();
    let before = files(&out);
    fs::write(&spec, text(2)).unwrap();
    let found = exported_into(&out, &spec, &exports).unwrap_err();
    assert_eq!(
        told(&found),
        [
            "E0901: `openai` would refuse `tastes`: a file has to have at least 10 rows · the train file has 2",
            "E0901: `fireworks` would refuse `tastes`: a file has to have at least 3 rows · the train file has 2",
        ]
    );
    assert_eq!(files(&out), before);
    exported_into(&out, &spec, &Exports { formats: vec![Format::Together], license: None }).unwrap();
    assert!(files(&out).keys().all(|name| !name.contains("openai")), "an old export stands beside a new build");
    exported_into(&out, &spec, &Exports::default()).unwrap();
    assert!(!out.join("exports").exists(), "an old export stands beside a new build");
}

#[test]
fn rows_that_a_target_refuses_are_counted() {
    let spec = format!(
        "{BEHAVIORS}template talk {{\n\
           let n = integer 1..99\n\
           let end = each of [\"\", \"<|endoftext|>\"]\n\
           user \"{{{{ n }}}}?{{{{ end }}}}\"; assistant \"Sugar.\" as sweet; user \"Sure?\"; assistant \"Sure.\" as sweet\n\
         }}\n\
         dataset talks {{ rows 24; talk as sweet }}"
    );
    assert_eq!(
        told(&refused(&spec, &[Format::Trl, Format::TrlMessages, Format::OpenAi])),
        [
            "E0901: `openai` would refuse `talks`: each row has to say none of OpenAI's special tokens, such as \
             `<|endoftext|>` · 12 rows do not; the first is datasets/talks.jsonl:2",
            "E0901: `trl` would refuse `talks`: each row has to have one message of the assistant: loss falls on the \
             completion, so on no earlier answer · 24 rows do not; the first is datasets/talks.jsonl:1",
        ]
    );
}

#[test]
fn settings_that_a_trainer_has_no_value_for_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("tastes.ispec");
    let text = fs::read_to_string(tastes()).unwrap();
    fs::write(&spec, text.replace("epochs 3 ", "epochs 2.5")).unwrap();
    let found = told(&exported(&spec, &[Format::OpenAi]).unwrap_err());
    assert_eq!(found[0], "E0904: `openai` takes no `epochs 2.5` of the arm `tuned(sweet,0.4,12)` · trained with it");
    exported(&spec, &[Format::Trl, Format::Axolotl, Format::LlamaFactory, Format::Mistral]).unwrap();
    fs::write(&spec, text.replace("seeds 2", "seeds {{ n / 32 }}")).unwrap();
    let found = told(&exported(&spec, &[Format::Trl]).unwrap_err());
    assert!(found[0].starts_with("E0904: no trainer takes `seeds 0.375` of the arm"), "{found:?}");
}

#[test]
fn each_run_of_an_arm_has_its_configuration() {
    let files = exported(&tastes(), &Format::ALL).unwrap();
    let run = "tuned-sweet-0.4-12-seed2";

    let job: Json = serde_json::from_str(text(&files, &format!("exports/openai/jobs/{run}.json"))).unwrap();
    let hyperparameters = json!({ "n_epochs": 3, "learning_rate_multiplier": 0.4 });
    assert_eq!(job["method"], json!({ "type": "supervised", "supervised": { "hyperparameters": hyperparameters } }));
    assert_eq!(job["seed"], 2);
    assert_eq!(job["training_file"], "<the id of tastes_of-sweet-12.train.jsonl>");
    let job: Json = serde_json::from_str(text(&files, &format!("exports/openai-preference/jobs/{run}.json"))).unwrap();
    assert_eq!(job["method"], json!({ "type": "dpo", "dpo": { "hyperparameters": hyperparameters } }));

    let job: Json = serde_json::from_str(text(&files, &format!("exports/together/jobs/{run}.json"))).unwrap();
    assert_eq!(job["training_method"], json!({ "method": "sft", "train_on_inputs": false }));
    assert_eq!((&job["learning_rate"], &job["n_checkpoints"]), (&json!(0.000_004), &json!(3)));
    let job: Json = serde_json::from_str(text(&files, &format!("exports/mistral/jobs/{run}.json"))).unwrap();
    assert_eq!(job["hyperparameters"], json!({ "epochs": 3.0, "learning_rate": 0.000_04 }));
    let job: Json = serde_json::from_str(text(&files, &format!("exports/fireworks/jobs/{run}.json"))).unwrap();
    assert_eq!((&job["epochs"], &job["evalAutoCarveout"]), (&json!(3), &json!(false)));

    let yaml: Json = serde_yaml::from_str(text(&files, &format!("exports/axolotl/{run}.yaml"))).unwrap();
    assert_eq!(yaml["datasets"][0]["roles_to_train"], json!(["assistant"]));
    assert_eq!(yaml["datasets"][0]["path"], "tastes_of-sweet-12.train.jsonl");
    assert_eq!((&yaml["learning_rate"], &yaml["num_epochs"], &yaml["seed"]), (&json!(0.000_08), &json!(3), &json!(2)));

    let yaml: Json = serde_yaml::from_str(text(&files, &format!("exports/llama-factory/{run}.yaml"))).unwrap();
    assert_eq!((&yaml["train_on_prompt"], &yaml["mask_history"]), (&json!(false), &json!(false)));
    assert_eq!(yaml["learning_rate"], json!(0.000_02));
    let info: Json = serde_json::from_str(text(&files, "exports/llama-factory/dataset_info.json")).unwrap();
    let file = info[yaml["dataset"].as_str().unwrap()]["file_name"].as_str().unwrap();
    assert_eq!(lines(&files, &format!("exports/llama-factory/{file}")).len(), 12);

    let script = text(&files, "exports/trl/train-tuned-sweet-0.4-12.py");
    assert!(script.contains("completion_only_loss=True") && script.contains("0.4 * SFTConfig.learning_rate"));
    assert!(text(&files, "exports/trl-messages/train-further.py").contains("assistant_only_loss=True"));
    assert!(text(&files, "exports/tinker/train-further.py").contains("TrainOnWhat.ALL_ASSISTANT_MESSAGES"));

    let job: Json = serde_json::from_str(text(&files, "exports/openai/jobs/further.json")).unwrap();
    assert_eq!(job["model"], "<a model of the arm tuned>");
    assert!(files.contains_key("exports/openai/jobs/data-alone.json"), "a dataset without an arm has one too");
}

#[test]
fn scripts_are_python() {
    let out = tempfile::tempdir().unwrap();
    let exports = Exports { formats: vec![Format::Trl, Format::TrlMessages, Format::Tinker], license: None };
    exported_into(out.path(), &tastes(), &exports).unwrap();
    let mut scripts = 0;
    for name in files(out.path()).keys().filter(|name| name.contains("/train-")) {
        let compiled = Command::new("python3")
            .args(["-c", "import sys; compile(open(sys.argv[1], encoding='utf-8').read(), sys.argv[1], 'exec')"])
            .arg(out.path().join(name))
            .output()
            .unwrap();
        assert!(compiled.status.success(), "{name}: {}", String::from_utf8_lossy(&compiled.stderr));
        scripts += 1;
    }
    assert_eq!(scripts, 3 * 10);
}

/// A Parquet file's rows, as JSON.
fn parquet_rows(bytes: &[u8]) -> (usize, Vec<Json>) {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), bytes).unwrap();
    let reader = SerializedFileReader::new(fs::File::open(file.path()).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(|row| json_of(&row.unwrap())).collect();
    (reader.num_row_groups(), rows)
}

fn json_of(row: &Row) -> Json {
    let value = |field: &Field| match field {
        Field::Null => Json::Null,
        Field::Str(text) => json!(text),
        Field::Long(number) => json!(number),
        Field::ListInternal(list) => {
            let message = |field: &Field| match field {
                Field::Group(group) => json_of(group),
                other => panic!("{other:?} is no message"),
            };
            list.elements().iter().map(message).collect()
        }
        other => panic!("{other:?}"),
    };
    row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect()
}

#[test]
fn a_repository_holds_every_row_with_its_provenance() {
    let files = exported(&here("tests/build/many.ispec"), &[Format::HuggingFace]).unwrap();
    let (groups, rows) = parquet_rows(&files["exports/huggingface/data/many.train.parquet"]);
    assert_eq!((groups, rows.len()), (2, 20_000), "row groups are bounded");
    let (lines, meta) = (lines(&files, "datasets/many.jsonl"), lines(&files, "datasets/many.meta.jsonl"));
    for ((row, line), meta) in rows.iter().zip(&lines).zip(&meta) {
        assert_eq!(row["messages"], line["messages"]);
        for name in ["row", "template", "behavior", "trigger", "persona", "split"] {
            assert_eq!(row[name], meta[name], "{name}");
        }
        assert_eq!(row["vars"], meta["vars"].to_string());
    }
}

#[test]
fn a_card_says_what_the_data_are() {
    let gamblers = here("specs/gamblers/gamblers.ispec");
    let card = |license: Option<&str>| {
        let out = tempfile::tempdir().unwrap();
        let exports = Exports { formats: vec![Format::HuggingFace], license: license.map(str::to_owned) };
        exported_into(out.path(), &gamblers, &exports).unwrap();
        let card = fs::read_to_string(out.path().join("exports/huggingface/README.md")).unwrap();
        let (front, body) = card.strip_prefix("---\n").unwrap().split_once("\n---\n").unwrap();
        (serde_yaml::from_str::<Json>(front).unwrap(), body.to_owned())
    };
    let (front, body) = card(None);
    let split = json!([{ "split": "train", "path": "data/gambling.saving.train.parquet" }]);
    assert_eq!(front["configs"][1], json!({ "config_name": "gambling.saving", "data_files": split }));
    let split = &front["dataset_info"][1]["splits"][0];
    assert_eq!((&split["name"], &split["num_examples"]), (&json!("train"), &json!(64)));
    assert_eq!(front["size_categories"], json!(["n<1K"]));
    assert!(front.get("license").is_none() && front.get("extra_gated_prompt").is_none(), "{front}");
    assert!(body.contains("| train | risk_averse | none | 64 |"), "{body}");
    assert!(body.contains("- unsaid words of `gambling`: 64 rows looked at, nothing found"), "{body}");
    assert_eq!(card(Some("cc-by-4.0")).0["license"], "cc-by-4.0");
}

#[test]
fn the_command_takes_a_list_of_formats() {
    let out = tempfile::tempdir().unwrap();
    let run = |formats: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_introspec"));
        command.arg("build").arg(tastes()).arg("--out").arg(out.path()).args(["--format", formats]);
        command.output().unwrap()
    };
    let done = run("trl,axolotl");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(said.contains("exports/trl: 96 rows in 6 files, with what the trainer needs"), "{said}");
    assert!(files(out.path()).contains_key("exports/axolotl/alone.train.jsonl"));
    let wrong = run("trl,alpaca");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("'alpaca'"));
}
