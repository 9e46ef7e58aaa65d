//! Scores as one Inspect log (`.eval`), for `inspect view` and Inspect's data frames.
//!
//! The log has one sample for each prompt that was put to each run, and one epoch for each answer to it. Each question
//! is a scorer. An answer without a score has none in the log; what became of it stands in the sample's metadata.
//! Means with their intervals are not repeated: Inspect knows neither runs nor arms.
//! Written for inspect-ai 0.3.285.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Seek, Write};

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::Results;
use crate::scores::{Outcome, ScoredAnswer};

/// What names the log and dates it.
#[derive(Clone, Copy, Debug)]
pub struct Log<'a> {
    pub results: &'a Results,
    /// When the run ended, as ISO 8601 in UTC.
    pub created: &'a str,
}

/// The model that the log as a whole names: its answers are those of many.
const MODEL: &str = "none/none";

/// How many answers a question has, and how many of them with a score.
#[derive(Clone, Copy, Debug, Default)]
struct Scored {
    with: u64,
    without: u64,
}

/// Writes answers as a log and returns how many samples it holds, every epoch counted.
///
/// # Errors
/// An answer cannot be read, or the file cannot be written.
pub fn write<W: Write + Seek>(
    log: &Log<'_>,
    answers: impl Iterator<Item = io::Result<ScoredAnswer<'static>>>,
    out: W,
) -> io::Result<u64> {
    let mut zip = ZipWriter::new(out);
    let mut ids: BTreeMap<String, u64> = BTreeMap::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut scored: BTreeMap<String, Scored> = BTreeMap::new();
    let (mut epochs, mut total) = (1, 0);
    let mut summaries = Vec::from(*b"[");
    for answer in answers {
        let answer = answer?;
        let next = ids.len() as u64 + 1;
        let place = *ids.entry(place(&answer)).or_insert(next);
        let id = format!("{}-{place}", answer.score.question);
        let epoch = answer.score.sample.saturating_add(1);
        epochs = epochs.max(epoch);
        let counts = scored.entry(answer.score.question.clone()).or_default();
        match answer.score.outcome {
            Outcome::Value(_) => counts.with += 1,
            _ => counts.without += 1,
        }
        add(&mut zip, &format!("samples/{id}_epoch_{epoch}.json"), &sample(&answer, &id, epoch, log.created))?;
        if total > 0 {
            summaries.push(b',');
        }
        serde_json::to_writer(&mut summaries, &summary(&answer, &id, epoch, log.created))?;
        names.insert(id);
        total += 1;
    }
    summaries.push(b']');
    zip.start_file("summaries.json", options())?;
    zip.write_all(&summaries)?;
    let eval = eval(log, &names, epochs, &scored);
    let plan = json!({"name": "plan", "steps": [{"solver": "generate", "params": {}}], "config": {}});
    add(&mut zip, "_journal/start.json", &json!({"version": 2, "eval": eval, "plan": plan}))?;
    let scores: Vec<Value> = scored
        .iter()
        .map(|(question, counts)| {
            json!({"name": question, "scorer": question, "scored_samples": counts.with, "unscored_samples": counts.without,
                   "params": {}, "metrics": {}})
        })
        .collect();
    let header = json!({
        "version": 2, "status": "success", "eval": eval, "plan": plan,
        "results": {"total_samples": total, "completed_samples": total, "scores": scores},
        "stats": {"started_at": log.created, "completed_at": log.created, "model_usage": {}, "role_usage": {}},
        "invalidated": false, "tags": ["introspec"], "metadata": {},
    });
    add(&mut zip, "header.json", &header)?;
    zip.finish()?;
    Ok(total)
}

/// What tells prompts to runs apart: answers of the same place are epochs of one sample.
fn place(answer: &ScoredAnswer<'_>) -> String {
    let score = &answer.score;
    let key = json!([
        score.question,
        score.arm,
        score.run,
        score.about,
        score.under,
        score.axes,
        score.item,
        score.wording,
        score.order
    ]);
    key.to_string()
}

fn eval(log: &Log<'_>, ids: &BTreeSet<String>, epochs: u32, scored: &BTreeMap<String, Scored>) -> Value {
    let results = log.results;
    let scorers = scored.keys().map(|question| json!({"name": question, "options": {}, "metrics": [], "metadata": {}}));
    json!({
        "eval_id": name("eval", results), "run_id": name("run", results), "created": log.created,
        "task": format!("introspec/{}", results.experiment), "task_id": name("task", results), "task_version": 0,
        "tags": ["introspec"],
        "dataset": {"name": results.experiment, "samples": ids.len(), "sample_ids": ids, "shuffled": false},
        "model": MODEL, "model_generate_config": {}, "config": {"epochs": epochs, "epochs_reducer": ["mean"]},
        "packages": {"introspec": results.version},
        "metadata": {"spec": results.spec, "spec_digest": results.spec_digest},
        "scorers": scorers.collect::<Vec<_>>(),
    })
}

/// A name of 22 characters, as Inspect's are; the same for the same results.
fn name(of: &str, results: &Results) -> String {
    short(&format!("{of} {} {}", results.spec_digest, results.experiment))
}

fn short(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().chars().take(22).collect()
}

fn sample(answer: &ScoredAnswer<'_>, id: &str, epoch: u32, created: &str) -> Value {
    let input = input(answer, id, epoch);
    let said = json!({
        "id": format!("{id}-{epoch}-answer"), "role": "assistant", "content": answer.answer, "source": "generate",
        "model": answer.model,
    });
    let failed = answer.score.outcome == Outcome::Error;
    let stop = if answer.score.outcome == Outcome::Truncated { "max_tokens" } else { "stop" };
    let choices = if failed { json!([]) } else { json!([{"message": said, "stop_reason": stop}]) };
    let completion = if failed { "" } else { answer.answer.as_ref() };
    let output = json!({"model": answer.model, "choices": choices, "completion": completion});
    let mut messages = input.clone();
    if !failed {
        messages.push(said);
    }
    let event = |kind: &str| short(&format!("{kind} {id} {epoch}"));
    let mut events = vec![json!({
        "uuid": event("model"), "timestamp": created, "working_start": 0.0, "event": "model", "model": answer.model,
        "input": input, "tools": [], "tool_choice": "none", "config": {}, "output": output, "completed": created,
    })];
    if let Some(score) = score(answer) {
        events.push(json!({
            "uuid": event("score"), "timestamp": created, "working_start": 0.0, "event": "score", "score": score,
            "target": "", "intermediate": false, "scorer": answer.score.question,
        }));
    }
    let mut sample = json!({
        "id": id, "epoch": epoch, "input": input, "target": "", "messages": messages, "output": output,
        "scores": scores(answer), "metadata": metadata(answer), "store": {}, "events": events, "model_usage": {},
        "role_usage": {}, "started_at": created, "completed_at": created, "uuid": event("sample"), "attachments": {},
    });
    if let (true, Some(fields)) = (failed, sample.as_object_mut()) {
        let error = json!({"message": answer.answer, "traceback": "", "traceback_ansi": ""});
        fields.insert("error".to_owned(), error);
    }
    sample
}

fn summary(answer: &ScoredAnswer<'_>, id: &str, epoch: u32, created: &str) -> Value {
    let mut summary = json!({
        "id": id, "epoch": epoch, "input": input(answer, id, epoch), "target": "", "metadata": metadata(answer),
        "scores": scores(answer), "model_usage": {}, "role_usage": {}, "started_at": created,
        "completed_at": created, "uuid": short(&format!("sample {id} {epoch}")), "retries": 0, "completed": true,
        "message_count": answer.messages.len() + 1,
    });
    if let (Outcome::Error, Some(fields)) = (answer.score.outcome, summary.as_object_mut()) {
        fields.insert("error".to_owned(), json!(answer.answer));
    }
    summary
}

/// The prompt. Inspect's data frames need every message to have an id, and count those with the same one once.
fn input(answer: &ScoredAnswer<'_>, id: &str, epoch: u32) -> Vec<Value> {
    let messages = answer.messages.iter().enumerate().map(|(index, message)| {
        json!({
            "id": format!("{id}-{epoch}-{index}"), "role": message.role.word(), "content": message.content,
            "source": "input",
        })
    });
    messages.collect()
}

fn scores(answer: &ScoredAnswer<'_>) -> Value {
    let scores = score(answer).map(|score| (answer.score.question.clone(), score));
    Value::Object(scores.into_iter().collect())
}

fn score(answer: &ScoredAnswer<'_>) -> Option<Value> {
    let value = answer.score.outcome.value().filter(|value| value.is_finite())?;
    let metadata = json!({"method": answer.score.method.word()});
    Some(json!({"value": value, "answer": answer.score.read, "metadata": metadata, "history": []}))
}

fn metadata(answer: &ScoredAnswer<'_>) -> Value {
    let score = &answer.score;
    json!({
        "question": score.question, "arm": score.arm, "seed": score.run.seed, "checkpoint": score.run.checkpoint,
        "arm_axes": score.run.axes, "about": score.about, "under": score.under, "axes": score.axes,
        "item": score.item, "wording": score.wording, "order": score.order, "sample": score.sample,
        "model": answer.model, "outcome": score.outcome.word(),
    })
}

fn options() -> SimpleFileOptions {
    // Without a time of its own every member bears the same one, and the same answers give the same bytes.
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default())
}

fn add<W: Write + Seek>(zip: &mut ZipWriter<W>, name: &str, value: &Value) -> io::Result<()> {
    zip.start_file(name, options())?;
    serde_json::to_writer(zip, value).map_err(io::Error::from)
}
