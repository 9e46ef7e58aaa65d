//! Rows that say the same as other rows of their file.

use std::collections::BTreeMap;

use super::code::Code;
use super::finding::{Example, Finding, counted, number, share};
use super::labels::Labels;
use super::survey::Fact;

/// Finds duplicate rows, and questions with several answers.
pub(super) fn findings(file: &str, facts: &[Fact], labels: Option<&Labels>, examples: usize) -> Vec<Finding> {
    let mut sorted: Vec<&Fact> = facts.iter().collect();
    sorted.sort_by_key(|fact| (fact.question, fact.answer, fact.line));
    let rows = facts.len() as u64;
    let mut found = Vec::new();
    found.extend(duplicates(file, &sorted, rows, examples));
    let mut contradictions = Asked::default();
    let mut several = Asked::default();
    for group in sorted.chunk_by(|a, b| a.question == b.question) {
        let answers: Vec<&[&Fact]> = group.chunk_by(|a, b| a.answer == b.answer).collect();
        if answers.len() < 2 {
            continue;
        }
        let classes: Option<Vec<usize>> =
            answers.iter().map(|same| same.first().and_then(|fact| labels?.class(fact))).collect();
        match classes {
            Some(classes) if classes.iter().any(|class| Some(class) != classes.first()) => contradictions.add(group),
            // Two spellings of one label are told elsewhere.
            Some(_) => {}
            None => several.add(group),
        }
    }
    for (code, asked) in [(Code::Contradictions, contradictions), (Code::SeveralAnswers, several)] {
        if asked.questions > 0 {
            let says = format!(
                "{} in {} of {} have more than one answer.",
                counted(asked.questions, "question"),
                share(asked.rows, rows),
                counted(rows, "row")
            );
            let mut lines = asked.lines;
            lines.sort_unstable();
            let shown =
                lines.iter().take(examples).map(|lines| Example::at(lines.0, format!("again on line {}", lines.1)));
            found.push(Finding::new(code, &[file], says).rows(asked.rows).examples(shown.collect()));
        }
    }
    found
}

#[derive(Default)]
struct Asked {
    questions: u64,
    rows: u64,
    /// Two lines with different answers of each question.
    lines: Vec<(u64, u64)>,
}

impl Asked {
    fn add(&mut self, group: &[&Fact]) {
        self.questions += 1;
        self.rows += group.len() as u64;
        let first = group.iter().min_by_key(|fact| fact.line);
        let other = first.and_then(|first| group.iter().filter(|f| f.answer != first.answer).min_by_key(|f| f.line));
        if let (Some(first), Some(other)) = (first, other) {
            self.lines.push((u64::from(first.line), u64::from(other.line)));
        }
    }
}

fn duplicates(file: &str, sorted: &[&Fact], rows: u64, examples: usize) -> Option<Finding> {
    // How many conversations stand how many times.
    let mut sizes: BTreeMap<u64, u64> = BTreeMap::new();
    let mut repeated: Vec<(u64, u64)> = Vec::new();
    for group in sorted.chunk_by(|a, b| (a.question, a.answer) == (b.question, b.answer)) {
        *sizes.entry(group.len() as u64).or_default() += 1;
        if let [first, second, ..] = group {
            repeated.push((u64::from(second.line), u64::from(first.line)));
        }
    }
    let distinct: u64 = sizes.values().sum();
    let extra = rows - distinct;
    if extra == 0 {
        return None;
    }
    let often: Vec<String> = sizes
        .iter()
        .rev()
        .filter(|(size, _)| **size > 1)
        .take(5)
        .map(|(size, groups)| format!("{} {size}×", number(*groups)))
        .collect();
    let evenly = if sizes.len() == 1 { "every conversation stands equally often: " } else { "" };
    let says = format!(
        "{} of {} repeat an earlier one; {} are distinct ({evenly}{}).",
        share(extra, rows),
        counted(rows, "row"),
        number(distinct),
        often.join(", ")
    );
    repeated.sort_unstable();
    let shown =
        repeated.iter().take(examples).map(|(line, first)| Example::at(*line, format!("the same as line {first}")));
    Some(Finding::new(Code::Duplicates, &[file], says).rows(extra).examples(shown.collect()))
}
