//! The scores of a run, as Parquet and as an Inspect log, against the `scores.jsonl` that they are made from. The run is
//! a simulated one, through the program's own commands.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt32Type, UInt64Type};
use arrow_array::{Array, RecordBatch};
use introspec::scores::{Outcome, ScoredAnswer};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use zip::ZipArchive;

fn introspec(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_introspec"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .unwrap()
}

/// Simulates the gamblers experiment in a folder, with whatever verdicts.
fn simulated(out: &Path) -> Vec<ScoredAnswer<'static>> {
    let spec = "specs/gamblers/gamblers.ispec";
    let output = introspec(&["simulate", spec, "--runs", "2", "--out", out.to_str().unwrap()]);
    let ended = output.status.code().unwrap();
    assert!([0, 3, 4].contains(&ended), "{ended}: {}", String::from_utf8_lossy(&output.stderr));
    let lines = std::fs::read_to_string(out.join("scores.jsonl")).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> &'a dyn Array {
    batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}")).as_ref()
}

fn member(log: &mut ZipArchive<File>, name: &str) -> Value {
    let mut text = String::new();
    log.by_name(name).unwrap_or_else(|_| panic!("no {name} in the log")).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_scored_answer_is_a_row_and_a_sample() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let answers = simulated(&out);
    let (rows, log) = (out.join("scores.parquet"), out.join("logs/run.eval"));
    let paths = [&out, &rows, &log].map(|path| path.to_str().unwrap());
    let [run, parquet, inspect] = paths;
    let output = introspec(&["report", run, "--parquet", parquet, "--inspect", inspect]);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains(&format!("scores.parquet ({} rows)", answers.len())), "{shown}");
    assert!(shown.contains(&format!("run.eval ({} samples)", answers.len())), "{shown}");
    are_rows(&answers, &rows);
    are_samples(&answers, &log);
}

fn are_rows(answers: &[ScoredAnswer<'_>], path: &Path) {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let mut expected = answers.iter();
    for batch in reader {
        let batch = batch.unwrap();
        for row in 0..batch.num_rows() {
            let answer = expected.next().unwrap();
            let text = |name| column(&batch, name).as_string::<i32>().value(row);
            let score = answer.score.as_ref();
            assert_eq!([text("question"), text("arm"), text("about")], [&*score.question, &*score.arm, &*score.about]);
            assert_eq!([text("order"), text("outcome")], [&*score.order, score.outcome.word()]);
            assert_eq!([text("model"), text("answer")], [&*answer.model, &*answer.answer]);
            assert_eq!(text("messages"), serde_json::to_string(&answer.messages).unwrap());
            let number = |name| column(&batch, name).as_primitive::<UInt32Type>().value(row);
            assert_eq!(
                [number("wording"), number("item"), number("sample")],
                [score.wording, score.item, score.sample]
            );
            let seeds = column(&batch, "seed").as_primitive::<UInt64Type>();
            assert_eq!(seeds.is_valid(row).then(|| seeds.value(row)), score.run.seed);
            let scores = column(&batch, "score").as_primitive::<Float64Type>();
            assert_eq!(scores.is_valid(row).then(|| scores.value(row)), score.outcome.value());
        }
    }
    assert_eq!(expected.len(), 0);
}

fn are_samples(answers: &[ScoredAnswer<'_>], path: &Path) {
    let mut log = ZipArchive::new(File::open(path).unwrap()).unwrap();
    let header = member(&mut log, "header.json");
    assert_eq!(header["results"]["total_samples"], answers.len());
    let summaries = member(&mut log, "summaries.json");
    assert_eq!(summaries.as_array().unwrap().len(), answers.len());
    let mut scored: BTreeMap<String, u64> = BTreeMap::new();
    let mut names = BTreeSet::new();
    for (answer, summary) in answers.iter().zip(summaries.as_array().unwrap()) {
        let name = format!("samples/{}_epoch_{}.json", summary["id"].as_str().unwrap(), summary["epoch"]);
        let sample = member(&mut log, &name);
        let score = answer.score.as_ref();
        assert_eq!(sample["metadata"]["outcome"], score.outcome.word());
        assert_eq!(
            sample["scores"].pointer(&format!("/{}/value", score.question)),
            score.outcome.value().map(Value::from).as_ref()
        );
        assert_eq!(sample["input"][0]["content"], answer.messages[0].content);
        if score.outcome != Outcome::Error {
            assert_eq!(sample["output"]["completion"], *answer.answer);
        }
        *scored.entry(score.question.clone()).or_default() += u64::from(score.outcome.value().is_some());
        assert!(names.insert(name));
    }
    for of in header["results"]["scores"].as_array().unwrap() {
        assert_eq!(of["scored_samples"], scored[of["name"].as_str().unwrap()]);
    }
}

#[test]
fn a_report_is_the_same_again_and_without_its_scores_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    simulated(&out);
    let page = || std::fs::read(out.join("report.html")).unwrap();
    let first = page();
    let run = out.to_str().unwrap();
    introspec(&["report", run]);
    assert_eq!(first, page());
    std::fs::remove_file(out.join("scores.jsonl")).unwrap();
    let output = introspec(&["report", run, "--parquet", out.join("scores.parquet").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("scores.jsonl"));
    assert!(!out.join("scores.parquet").exists());
}
