//! What each target refuses, as far as it can be told without asking it. A broken rule is an error before anything is
//! put in its place: no target says it as early, and some say nothing at all and leave the row out.

mod content;
mod roles;
mod targets;

use super::{ExportedFile, Format};
use crate::diagnostic::{Diagnostic, Problem};
use crate::requests::Message;
use crate::text::Span;

/// What a target takes.
#[derive(Debug)]
pub(super) struct Rules {
    /// The fewest and the most rows of a training file. A validation file may have fewer.
    rows: (u64, u64),
    /// The most bytes of a file.
    bytes: u64,
    /// What each row has to be.
    each: &'static [Rule],
}

/// One rule about single rows.
#[derive(Debug)]
struct Rule {
    /// What the row has to do: the end of the sentence "a row has to ...".
    demands: &'static str,
    /// Tells whether a conversation, or the input of a pair, keeps to it.
    holds: fn(&[Message]) -> bool,
    help: &'static str,
}

/// Counts what breaks a target's rules in one dataset.
#[derive(Debug)]
pub(super) struct Checker {
    format: Format,
    rules: &'static Rules,
    /// For each rule on rows: how many break it, and the first of them, from 1.
    broken: Vec<(u64, u64)>,
}

impl Checker {
    pub(super) fn new(format: Format) -> Checker {
        let rules = targets::rules(format);
        Checker { format, rules, broken: vec![(0, 0); rules.each.len()] }
    }

    /// Looks at a row, or at the input of a pair.
    pub(super) fn look(&mut self, row: u64, messages: &[Message]) {
        for (rule, (count, first)) in self.rules.each.iter().zip(&mut self.broken) {
            if !(rule.holds)(messages) {
                *first = if *count == 0 { row } else { *first };
                *count += 1;
            }
        }
    }

    /// Returns what the target would refuse.
    pub(super) fn finish(&self, dataset: &str, span: Span, files: &[ExportedFile]) -> Vec<Diagnostic> {
        let refused = |demands: String, found: String, help: &str| {
            let (format, dataset) = (self.format.name(), dataset.to_owned());
            Diagnostic::at(span, Problem::ExportRefused { format, dataset, demands, found, help: help.into() })
        };
        let mut found = Vec::new();
        for (rule, (count, first)) in self.rules.each.iter().zip(&self.broken).filter(|(_, (count, _))| *count > 0) {
            let rows = if *count == 1 { "1 row does".to_owned() } else { format!("{count} rows do") };
            let place = format!("{rows} not; the first is datasets/{dataset}.jsonl:{first}");
            found.push(refused(format!("each row has to {}", rule.demands), place, rule.help));
        }
        for file in files {
            let (fewest, most) = self.rules.rows;
            let fewest = if file.split == "train" { fewest } else { 1 };
            if file.rows < fewest {
                let demands = format!("a file has to have at least {fewest} rows");
                found.push(refused(demands, format!("the {} file has {}", file.split, file.rows), "add rows"));
            }
            if file.rows > most {
                let demands = format!("a file may have at most {most} rows");
                found.push(refused(
                    demands,
                    format!("the {} file has {}", file.split, file.rows),
                    "ask for fewer rows",
                ));
            }
            if file.bytes > self.rules.bytes {
                let demands = format!("a file may have at most {} bytes", self.rules.bytes);
                found.push(refused(
                    demands,
                    format!("the {} file has {}", file.split, file.bytes),
                    "ask for fewer rows",
                ));
            }
        }
        found
    }
}
