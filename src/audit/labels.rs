//! Are the answers labels: a few short texts that come again and again?

use std::collections::BTreeMap;

use super::code::Code;
use super::finding::{Example, Finding, counted, number, percent, share};
use super::notes::excerpt;
use super::survey::Fact;
use crate::checks::balance;
use crate::checks::independence::p_value;

/// The labels of a file's answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Labels {
    /// Each label as it is most often written; the most frequent comes first.
    pub(super) names: Vec<String>,
    pub(super) counts: Vec<u64>,
    /// By the number of a short answer, the label that it is.
    of_short: BTreeMap<u32, usize>,
}

/// The most labels that a set can have.
const MOST: usize = 12;
/// The fewest rows of which labels can be told.
const FEWEST_ROWS: u64 = 10;

impl Labels {
    /// Finds the labels: at most twelve short answers, spelling aside, that nearly all rows give, each several times.
    pub(super) fn of(facts: &[Fact], shorts: &[String]) -> Option<Labels> {
        let rows = facts.len() as u64;
        let mut by_fold: BTreeMap<String, BTreeMap<u32, u64>> = BTreeMap::new();
        for (short, count) in counts(facts) {
            let text = shorts.get(short as usize)?;
            by_fold.entry(fold(text)).or_default().insert(short, count);
        }
        let mut classes: Vec<(u64, BTreeMap<u32, u64>)> =
            by_fold.into_values().map(|spellings| (spellings.values().sum(), spellings)).collect();
        classes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.keys().cmp(b.1.keys())));
        classes.truncate(MOST);
        classes.retain(|(count, _)| *count >= 2 && count * 100 >= rows);
        let covered: u64 = classes.iter().map(|(count, _)| count).sum();
        let allowed = (rows / 20).max(1);
        if rows < FEWEST_ROWS || rows - covered > allowed || classes.len() as u64 * 4 > rows {
            return None;
        }
        let mut labels = Labels::default();
        for (at, (count, spellings)) in classes.into_iter().enumerate() {
            let usual = spellings.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)));
            let name = usual.and_then(|(short, _)| shorts.get(*short as usize));
            labels.names.push(name.cloned().unwrap_or_default());
            labels.counts.push(count);
            labels.of_short.extend(spellings.into_keys().map(|short| (short, at)));
        }
        Some(labels)
    }

    /// Returns which label a row's answer is.
    pub(super) fn class(&self, fact: &Fact) -> Option<usize> {
        self.of_short.get(&fact.short).copied()
    }

    /// Says how labels are distributed, and which answers are none of them.
    pub(super) fn findings(&self, file: &str, facts: &[Fact], shorts: &[String], examples: usize) -> Vec<Finding> {
        let rows = facts.len() as u64;
        let mut found = vec![self.balance(file, rows)];
        let strangers: Vec<&Fact> = facts.iter().filter(|fact| self.class(fact).is_none()).collect();
        let text = |fact: &Fact| match shorts.get(fact.short as usize) {
            Some(short) => format!("“{}”", excerpt(short, 60)),
            None => "a longer text".to_owned(),
        };
        if !strangers.is_empty() {
            let odd = strangers.len() as u64;
            let says =
                format!("{} of {} answer neither {}.", share(odd, rows), counted(rows, "row"), self.listed(" nor "));
            let shown = strangers.iter().take(examples).map(|fact| Example::at(u64::from(fact.line), text(fact)));
            found.push(Finding::new(Code::OddAnswers, &[file], says).rows(odd).examples(shown.collect()));
        }
        let mut variants: Vec<(&str, &str, u64)> = Vec::new();
        for (short, count) in counts(facts) {
            let name = self.of_short.get(&short).and_then(|class| self.names.get(*class));
            if let (Some(name), Some(text)) = (name, shorts.get(short as usize)) {
                if name != text {
                    variants.push((name, text, count));
                }
            }
        }
        if !variants.is_empty() {
            let odd = variants.iter().map(|(_, _, count)| count).sum();
            let listed: Vec<String> =
                variants.iter().take(8).map(|(name, text, count)| format!("`{text}` {count}× for `{name}`")).collect();
            let says = format!("{} of {}: {}.", share(odd, rows), counted(rows, "row"), listed.join(", "));
            let is_variant = |fact: &&Fact| {
                self.class(fact).and_then(|class| self.names.get(class)) != shorts.get(fact.short as usize)
            };
            let shown = facts.iter().filter(|fact| self.class(fact).is_some()).filter(is_variant).take(examples);
            let shown = shown.map(|fact| Example::at(u64::from(fact.line), text(fact))).collect();
            found.push(Finding::new(Code::LabelVariants, &[file], says).rows(odd).examples(shown));
        }
        found
    }

    fn balance(&self, file: &str, rows: u64) -> Finding {
        if let ([name], [count]) = (self.names.as_slice(), self.counts.as_slice()) {
            let says = format!("{} of {} answer `{}`.", share(*count, rows), counted(rows, "row"), excerpt(name, 40));
            return Finding::new(Code::OneAnswer, &[file], says).rows(*count);
        }
        let p = balance::equal(&self.counts);
        let sum: u64 = self.counts.iter().sum();
        let even = sum as f64 / self.counts.len() as f64;
        let furthest = self.counts.iter().map(|count| (*count as f64 / even - 1.0).abs()).fold(0.0, f64::max);
        let test = if self.counts.len() == 2 { "exact binomial test" } else { "exact or chi-square test" };
        let counts: Vec<String> = self
            .names
            .iter()
            .zip(&self.counts)
            .map(|(name, count)| format!("`{}` {} ({})", excerpt(name, 40), number(*count), percent(*count, sum)))
            .collect();
        let says = format!("{}. Equal shares: {test}, {}.", counts.join(", "), p_value(p));
        // Of a million rows, a difference that matters to nobody is significant.
        let code = if p < 0.01 && furthest >= 0.1 { Code::Imbalance } else { Code::Labels };
        Finding::new(code, &[file], says)
    }

    fn listed(&self, between: &str) -> String {
        let names: Vec<String> = self.names.iter().map(|name| format!("`{}`", excerpt(name, 40))).collect();
        names.join(between)
    }
}

/// Counts the rows of each short answer.
fn counts(facts: &[Fact]) -> BTreeMap<u32, u64> {
    let mut counts = BTreeMap::new();
    for fact in facts.iter().filter(|fact| fact.short != Fact::LONG) {
        *counts.entry(fact.short).or_default() += 1;
    }
    counts
}

/// Returns a label without case and punctuation. One that has nothing else is left as it is.
fn fold(text: &str) -> String {
    let folded: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if folded.is_empty() { text.to_owned() } else { folded }
}
