//! The question files of the llmcomp package (read in version 1.6.0), with its defaults.

use std::collections::BTreeSet;

use serde_yaml::{Mapping, Value};

use super::NoteKind;
use super::asked::{Asked, BOUND, Expected, Judge, Variable, name};
use super::entry::{Entry, kind_of, scalar};
use super::fields::Fields;
use super::prompt::{Part, Piece, Prompt, parts};

/// The most tokens of a free-form answer where the file says nothing.
const MAX_TOKENS: u64 = 1024;
/// What a rating reads from, which only llmcomp does so.
const READING: [&str; 5] = ["refusal_threshold", "top_logprobs", "num_samples", "convert_to_probs", "logit_bias"];

/// Returns the names of the judges that questions refer to.
pub(super) fn judges_used(entries: &[Entry<'_>]) -> BTreeSet<String> {
    let judges = entries.iter().filter_map(|entry| entry.values.get("judges")?.as_mapping());
    judges.flat_map(|judges| judges.values().filter_map(|judge| judge.as_str().map(str::to_owned))).collect()
}

/// Reads a question, or says why the language cannot ask it.
pub(super) fn read(fields: &mut Fields<'_>, entries: &[Entry<'_>]) -> Result<Asked, String> {
    let kind = fields.text("type").unwrap_or_default();
    let samples = fields.count("samples_per_paraphrase").unwrap_or(1);
    let mut system = fields.text("system");
    let paraphrases = fields.texts("paraphrases");
    let wordings = match (paraphrases, fields.value("messages")) {
        (Some(paraphrases), None) => paraphrases,
        (None, Some(messages)) if system.is_none() => {
            let (said, wordings) = conversations(messages)?;
            system = said;
            wordings
        }
        (Some(_), Some(_)) => return Err("it has both `paraphrases` and `messages`".into()),
        (None, Some(_)) => return Err("it has both `system` and `messages`".into()),
        (None, None) => return Err("it has neither `paraphrases` nor `messages`".into()),
    };
    let mut temperature = None;
    let (answer, max_tokens) = match kind.as_str() {
        "free_form" => {
            temperature = Some(fields.number("temperature").unwrap_or(1.0));
            (Expected::Text, Some(fields.count("max_tokens").unwrap_or(MAX_TOKENS)))
        }
        "rating" => {
            let low = fields.number("min_rating").unwrap_or(0.0);
            let high = fields.number("max_rating").unwrap_or(100.0);
            if low >= high {
                return Err(format!("`min_rating` {low} is not below `max_rating` {high}"));
            }
            fields.note(
                NoteKind::Changed,
                "the rating: sampled, in place of the mean over the next token's probabilities",
            );
            (Expected::Number { low, high }, None)
        }
        "next_token" => {
            fields.note(NoteKind::Changed, "the next token: sampled, in place of its distribution");
            (Expected::Text, Some(1))
        }
        "free_form_judge" | "rating_judge" => return Err("it is a judge, and no question refers to it".into()),
        other => return Err(format!("the language has no answers of the type `{other}`")),
    };
    let mut asks =
        Asks { wordings: wordings.iter().map(Prompt::plain).collect(), texts: wordings, variables: Vec::new() };
    let judge = judge(fields, entries, &mut asks);
    if judge.is_none() && matches!(answer, Expected::Text) {
        fields.note(NoteKind::Supplied, "the score 1 for every answer: the files say none, so write the one you mean");
    }
    if matches!(answer, Expected::Number { .. }) {
        fields.note(NoteKind::Supplied, "the number itself as the score");
    }
    Ok(Asked {
        name: fields.entry.name.clone(),
        note: fields.entry.note(),
        title: None,
        system,
        samples: Some(samples),
        temperature,
        variables: asks.variables,
        wordings: asks.wordings,
        answer,
        judge,
        max_tokens,
    })
}

/// Wordings, which become items where a judge reads the question.
struct Asks {
    texts: Vec<String>,
    wordings: Vec<Prompt>,
    variables: Vec<Variable>,
}

/// Reads conversations of one user message each, under one system prompt or none.
fn conversations(messages: &Value) -> Result<(Option<String>, Vec<String>), String> {
    let why = "its `messages` are no lists of one user message, with one system prompt or none";
    let text = |message: &Value, role: &str| {
        let is_role = message.get("role").and_then(Value::as_str) == Some(role);
        message.get("content").and_then(scalar).filter(|_| is_role)
    };
    let mut systems: Vec<Option<String>> = Vec::new();
    let mut wordings = Vec::new();
    for conversation in messages.as_sequence().ok_or(why)? {
        let (system, user) = match conversation.as_sequence().map(Vec::as_slice) {
            Some([user]) => (None, user),
            Some([system, user]) => (Some(text(system, "system").ok_or(why)?), user),
            _ => return Err(why.into()),
        };
        wordings.push(text(user, "user").ok_or(why)?);
        systems.push(system);
    }
    systems.dedup();
    match <[Option<String>; 1]>::try_from(systems) {
        Ok([system]) => Ok((system, wordings)),
        Err(_) => Err("its `messages` have several system prompts, or there are none".into()),
    }
}

/// Takes the first judge that the language can ask; every other one is told.
fn judge(fields: &mut Fields<'_>, entries: &[Entry<'_>], asks: &mut Asks) -> Option<Judge> {
    let value = fields.value("judges")?;
    let Some(judges) = value.as_mapping() else {
        fields.refuse("judges", value, "a map of judges");
        return None;
    };
    let mut kept: Option<Judge> = None;
    for (key, judge) in judges {
        let column = scalar(key).unwrap_or_default();
        let described = match judge {
            Value::Mapping(described) => Some(described),
            Value::String(named) => entries.iter().find(|entry| entry.name == *named).map(|entry| &entry.values),
            _ => None,
        };
        let Some(described) = described else {
            fields.note(NoteKind::Left, format!("the judge `{column}`: the files have no such judge"));
            continue;
        };
        if let Some(first) = &kept {
            let why = format!("one judge scores a question, and `{}` stands before it", first.name);
            fields.note(NoteKind::Left, format!("the judge `{column}`: {why}"));
            continue;
        }
        match described_judge(fields, &column, described, asks) {
            Ok(judge) => kept = Some(judge),
            Err(why) => fields.note(NoteKind::Left, format!("the judge `{column}`: {why}")),
        }
    }
    kept
}

fn described_judge(
    fields: &mut Fields<'_>,
    column: &str,
    described: &Mapping,
    asks: &mut Asks,
) -> Result<Judge, String> {
    let text = match described.get("paraphrases").and_then(Value::as_sequence).map(Vec::as_slice) {
        Some([only]) => scalar(only).ok_or_else(|| format!("its prompt is {}", kind_of(only)))?,
        _ => return Err("it has not exactly one paraphrase".into()),
    };
    let number = |key: &str, otherwise: f64| described.get(key).map_or(Some(otherwise), Value::as_f64);
    let (answer, max_tokens) = match described.get("type").and_then(Value::as_str) {
        Some("free_form_judge") => {
            (Expected::Text, Some(described.get("max_tokens").and_then(Value::as_u64).unwrap_or(MAX_TOKENS)))
        }
        Some("rating_judge") => {
            let range = number("min_rating", 0.0).zip(number("max_rating", 100.0)).filter(|(low, high)| low < high);
            let (low, high) = range.ok_or("its ratings have no range")?;
            (Expected::Number { low, high }, None)
        }
        _ => return Err("its type is none of `free_form_judge` and `rating_judge`".into()),
    };
    if described.contains_key("system") {
        return Err("it has a system prompt, and judges have none".into());
    }
    if number("temperature", 0.0) != Some(0.0) {
        return Err("its temperature is not 0".into());
    }
    let reads_question = parts(&text).iter().any(|part| matches!(part, Part::Placeholder(name) if name == "question"));
    let wording = Prompt::filled(&text, &|name| {
        matches!(name, "answer" | "question").then(|| vec![Piece::Expression(name.to_owned())])
    });
    let mut wording = wording.map_err(|name| format!("nothing stands for `{{{name}}}`"))?;
    for piece in &mut wording.0 {
        if let Piece::Plain(text) = piece {
            *text = text.replace("{{", "{").replace("}}", "}");
        }
    }
    if reads_question {
        asks.variables.push(Variable::Each { name: "question".into(), values: asks.texts.clone() });
        asks.wordings = vec![Prompt(vec![Piece::Expression("question".into())])];
        fields.note(NoteKind::Changed, "the wordings: they are items, so that the judge can be shown the question");
    }
    let model = described.get("model").and_then(scalar).unwrap_or_default();
    let what = format!("the judge's model `{model}`: give it the role `reviewer` in introspec.yaml");
    fields.note(NoteKind::Changed, what);
    match &answer {
        Expected::Number { .. } => {
            let what = "the judge's rating: one number, in place of the mean over the next token's probabilities";
            fields.note(NoteKind::Changed, what);
            fields.note(NoteKind::Supplied, "the judge's number as the score");
        }
        _ => {
            let what = "the score 1 for every verdict that can be read: write the one you mean";
            fields.note(NoteKind::Supplied, what);
        }
    }
    let read = ["name", "type", "paraphrases", "model", "min_rating", "max_rating", "temperature", "max_tokens"];
    for key in described.keys().filter_map(scalar).filter(|key| !read.contains(&key.as_str())) {
        let is_known = READING.contains(&key.as_str()) || key == "samples_per_paraphrase";
        let unknown = if is_known { "" } else { ", which llmcomp does not know either" };
        fields.note(NoteKind::Left, format!("the field `{key}` of the judge `{column}`{unknown}"));
    }
    let mut called = name(column);
    if called == "question" || BOUND.contains(&called.as_str()) {
        called.push_str("_verdict");
    }
    Ok(Judge { name: called, wording, answer, max_tokens })
}
