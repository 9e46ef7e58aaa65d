use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::Snapshot;
use super::requests::RequestClass;
use super::rows::{AnswerCounts, Dataset};

/// Counts what a build holds: rows by template, behavior, trigger, persona and split, answers by behavior, and requests by
/// question, persona and context. A line each, in the order of the build.
pub fn counts(build: &Snapshot) -> String {
    let mut out = String::new();
    for dataset in &build.datasets {
        rows(dataset, &mut out);
    }
    for suite in &build.suites {
        let _ = writeln!(out, "suite {}: {} requests", suite.head.name, suite.head.requests);
        let mut groups: BTreeMap<(&str, &str, &str), (u64, BTreeSet<u32>)> = BTreeMap::new();
        for (RequestClass { question, about, under, wording, .. }, requests) in &suite.head.classes {
            let (count, wordings) = groups.entry((question, about, under)).or_default();
            *count += requests;
            wordings.insert(*wording);
        }
        for ((question, about, under), (requests, wordings)) in groups {
            let wordings = wordings.len();
            let _ = writeln!(out, "  {question} about {about} under {under}: {requests} ({wordings} wordings)");
        }
    }
    out
}

fn rows(dataset: &Dataset, out: &mut String) {
    let head = &dataset.head;
    let _ = writeln!(out, "dataset {}: {} rows", head.name, head.rows);
    let mut classes: Vec<_> = head.classes.iter().collect();
    classes.sort();
    for (class, rows) in classes {
        let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "none".into());
        let _ = writeln!(
            out,
            "  {} under {}, trigger {}, persona {}, {}: {rows}",
            class.template,
            name(&class.behavior),
            name(&class.trigger),
            name(&class.persona),
            class.split
        );
    }
    for AnswerCounts { template, behavior, answers } in &head.answers {
        let answers: Vec<String> = answers.iter().map(|(answer, rows)| format!("{answer} {rows}")).collect();
        let behavior = behavior.as_deref().unwrap_or("none");
        let _ = writeln!(out, "  answers of {template} under {behavior}: {}", answers.join(", "));
    }
}
