use std::fmt::Write as _;

use serde_json::Value;

use super::screen::{Line, Style};
use super::{count, edits, values};
use crate::snapshots::change::{Cause, Group, Named, RequestChange, SuiteChange};

pub(super) fn lines(named: &Named<SuiteChange>, lines: &mut Vec<Line>) {
    let name = &named.name;
    match &named.change {
        SuiteChange::New { requests } => {
            lines.push(Line::head(format!("new suite {name}: {}", count(*requests, "request"))));
        }
        SuiteChange::Gone { requests } => {
            lines.push(Line::head(format!("suite {name} is gone: {}", count(*requests, "request"))));
        }
        SuiteChange::Renamed { before, requests } => {
            let requests = count(*requests, "request");
            lines.push(Line::head(format!("suite {before} is now called {name}: {requests}, the same")));
        }
        SuiteChange::Changed { changes } => {
            lines.push(Line::head(format!("suite {name}")));
            for change in changes {
                fact(change, lines);
            }
        }
    }
}

fn fact(change: &RequestChange, lines: &mut Vec<Line>) {
    match change {
        RequestChange::Added { group, requests, example } => {
            lines.push(Line::fact(format!("+{} {}", count(*requests, "request"), in_group(group, "is new"))));
            first(example.as_ref(), Style::Added, lines);
        }
        RequestChange::Removed { group, requests, example } => {
            lines.push(Line::fact(format!("-{} {}", count(*requests, "request"), in_group(group, "is gone"))));
            first(example.as_ref(), Style::Removed, lines);
        }
        RequestChange::Text { cause, requests, of, edits: found } => {
            let what = match cause {
                Cause::Wording { question, wording, of_other } => format!(
                    "wording {wording}{} of question {question} changed",
                    if *of_other { " about others" } else { "" }
                ),
                Cause::Context { name } => format!("what context {name} adds changed"),
                Cause::Persona { name } => format!("what is said of persona {name} changed"),
            };
            let many = if requests == of {
                count(*requests, "request")
            } else {
                format!("{requests} of {}", count(*of, "request"))
            };
            lines.push(Line::fact(format!("{what}, in {many}")));
            edits(found, *requests, "request", lines);
        }
        RequestChange::Renumbered { question, of_other, before, after, requests } => {
            let other = if *of_other { " about others" } else { "" };
            lines.push(Line::fact(format!(
                "wording {before}{other} of question {question} is now wording {after}, in {}",
                count(*requests, "request")
            )));
        }
        RequestChange::Option { question, option, requests, edits: found } => {
            let which = option.as_ref().map_or("options".to_owned(), |option| format!("option {option}"));
            let many = count(*requests, "request");
            lines.push(Line::fact(format!("{which} of question {question} changed, in {many}")));
            edits(found, *requests, "request", lines);
        }
        RequestChange::NewOption { question, option, requests } => {
            let many = count(*requests, "request");
            lines.push(Line::fact(format!("option {option} of question {question} is new, in {many}")));
        }
        RequestChange::GoneOption { question, option, requests } => {
            let many = count(*requests, "request");
            lines.push(Line::fact(format!("option {option} of question {question} is gone, from {many}")));
        }
        RequestChange::OptionOrder { question, requests } => {
            let many = count(*requests, "request");
            lines.push(Line::fact(format!("options of question {question} in another order, in {many}")));
        }
        RequestChange::Drew { question, variable, requests, examples } => {
            lines.push(Line::fact(format!(
                "variable {variable} of question {question}: {} drew other values",
                count(*requests, "request")
            )));
            values(examples, lines);
        }
        RequestChange::NewVariable { question, variable, requests } => {
            let many = count(*requests, "request");
            lines.push(Line::fact(format!("variable {variable} of question {question} is new, in {many}")));
        }
        RequestChange::GoneVariable { question, variable, requests } => {
            let many = count(*requests, "request");
            lines.push(Line::fact(format!("variable {variable} of question {question} is gone, from {many}")));
        }
        RequestChange::Setting { field, before, after, question, requests } => {
            let value = |value: &Option<String>| value.as_deref().map_or("none".to_owned(), number);
            let many = match question {
                None if *requests == 1 => "in its one request".to_owned(),
                None => format!("in all {requests} requests"),
                Some(question) => format!("in {} of question {question}", count(*requests, "request")),
            };
            lines.push(Line::fact(format!("{field} {} → {}, {many}", value(before), value(after))));
        }
        RequestChange::Read { question, before, after, requests } => {
            let many = count(*requests, "request");
            lines.push(Line::fact(format!("question {question} is read otherwise, in {many}")));
            let mut line = Line::example("by ");
            line.push(Style::Removed, &reading(before));
            line.push(Style::Plain, " → ");
            line.push(Style::Added, &reading(after));
            lines.push(line);
        }
        RequestChange::Seeds { requests, of } => {
            lines.push(Line::fact(format!("another seed in {requests} of {}", count(*of, "request"))));
        }
        RequestChange::Ids { question, requests } => {
            let many = count(*requests, "request");
            lines.push(Line::fact(format!("{many} of question {question} under other ids, asking the same")));
        }
        RequestChange::Order { only: true, moved, of } => {
            lines.push(Line::fact(format!(
                "order of requests changed, requests the same: {moved} of {of} stand elsewhere"
            )));
        }
        RequestChange::Order { only: false, moved, of } => {
            lines.push(Line::fact(format!("order of requests changed: {moved} of {of} kept requests stand elsewhere")));
        }
        RequestChange::Otherwise { requests } => {
            lines.push(Line::fact(format!("{} differ in other fields", count(*requests, "request"))));
        }
        RequestChange::Written => {
            lines.push(Line::fact("the lines are written in another way, and ask the same"));
        }
    }
}

fn in_group(group: &Group, verb: &str) -> String {
    match group {
        Group::Question { question } => format!("(question {question} {verb})"),
        Group::Wording { question, wording, of_other } => {
            let other = if *of_other { " about others" } else { "" };
            format!("(wording {wording}{other} of question {question} {verb})")
        }
        Group::Context { question, under } => format!("(question {question} under {under})"),
        Group::Persona { question, about } => format!("(question {question} about {about})"),
        Group::Items { question, under, about } => {
            let mut text = format!("(question {question}");
            if about != "itself" {
                let _ = write!(text, " about {about}");
            }
            if under != "none" {
                let _ = write!(text, " under {under}");
            }
            text + ")"
        }
    }
}

fn first(example: Option<&String>, style: Style, lines: &mut Vec<Line>) {
    if let Some(id) = example {
        let mut line = Line::example("first ");
        line.push(style, id);
        lines.push(line);
    }
}

/// Writes `1.0` as `1`, and texts without their quotes.
fn number(json: &str) -> String {
    json.strip_suffix(".0").unwrap_or(json).trim_matches('"').to_owned()
}

/// `samples`, `probability of A, B`.
fn reading(json: &str) -> String {
    let value: Value = serde_json::from_str(json).unwrap_or_default();
    let continuations = value.get("probability").and_then(|read| read.get("continuations")).and_then(Value::as_array);
    match (continuations, value.as_str()) {
        (Some(texts), _) => {
            let texts: Vec<&str> = texts.iter().filter_map(Value::as_str).collect();
            format!("probability of {}", texts.join(", "))
        }
        (None, Some(word)) => word.to_owned(),
        (None, None) => json.to_owned(),
    }
}
