//! Two files that ask the same questions: a control that matches, or a validation set that leaks.

use std::collections::BTreeMap;

use super::code::Code;
use super::finding::{Example, Finding, counted, number, percent, share};
use super::labels::Labels;
use super::notes::excerpt;
use super::survey::Fact;
use crate::checks::independence::{independence, p_value};
use crate::checks::ranks::ranks;

/// A file as it is compared with others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side<'a> {
    pub(super) name: &'a str,
    /// In the order of lines.
    pub(super) facts: &'a [Fact],
    pub(super) labels: Option<&'a Labels>,
}

/// Compares two files.
pub(super) fn findings(a: Side<'_>, b: Side<'_>, examples: usize) -> Vec<Finding> {
    let shared = Shared::of(a, b);
    let mut found = Vec::new();
    if shared.rows.is_empty() {
        found.extend(told_apart(a, b));
        return found;
    }
    let smaller = a.facts.len().min(b.facts.len()) as u64;
    let (count, same) = (shared.rows.len() as u64, shared.same());
    let is_pair = count >= 10 && count * 5 >= smaller && same < count;
    if !is_pair || (shared.mapping.is_none() && same * 2 >= count) {
        let says = format!(
            "{} of {} of {} ask what {} asks too; {} of them have the same answer.",
            share(count, b.facts.len() as u64),
            counted(b.facts.len() as u64, "row"),
            b.name,
            a.name,
            number(same)
        );
        let shown = shared.rows.iter().take(examples);
        let shown = shown
            .map(|(first, second)| Example::at(u64::from(second.line), format!("line {} of {}", first.line, a.name)));
        found.push(Finding::new(Code::AcrossFiles, &[b.name, a.name], says).rows(count).examples(shown.collect()));
        return found;
    }
    found.push(shared.pair(a, b));
    found.extend(shared.exceptions(a, b, examples));
    found
}

/// The questions that both files ask, each row of the second with the first row of the first.
struct Shared<'a> {
    rows: Vec<(&'a Fact, &'a Fact)>,
    /// Where both answer with labels: how often which label of the first meets which of the second.
    mapping: Option<Vec<Vec<u64>>>,
}

impl<'a> Shared<'a> {
    fn of(a: Side<'a>, b: Side<'a>) -> Shared<'a> {
        let mut known: Vec<&Fact> = a.facts.iter().collect();
        known.sort_by_key(|fact| (fact.question, fact.line));
        known.dedup_by_key(|fact| fact.question);
        let rows: Vec<(&Fact, &Fact)> = b
            .facts
            .iter()
            .filter_map(|fact| {
                let at = known.binary_search_by_key(&fact.question, |known| known.question).ok()?;
                Some((*known.get(at)?, fact))
            })
            .collect();
        let mapping = a.labels.zip(b.labels).map(|(of_a, of_b)| {
            let mut table = vec![vec![0; of_b.names.len()]; of_a.names.len()];
            for (first, second) in &rows {
                let cell = of_a.class(first).zip(of_b.class(second));
                if let Some(count) = cell.and_then(|(x, y)| table.get_mut(x)?.get_mut(y)) {
                    *count += 1;
                }
            }
            table
        });
        Shared { rows, mapping }
    }

    fn same(&self) -> u64 {
        self.rows.iter().filter(|(a, b)| a.answer == b.answer).count() as u64
    }

    fn pair(&self, a: Side<'_>, b: Side<'_>) -> Finding {
        let (count, same) = (self.rows.len() as u64, self.same());
        let in_order = self.rows.windows(2).all(|pair| matches!(pair, [x, y] if x.0.line < y.0.line));
        let answers = match &self.mapping {
            None => format!("{} of them have the same answer", number(same)),
            Some(table) => {
                let mut cells = Vec::new();
                for (row, from) in table.iter().zip(names(a)) {
                    for (times, to) in row.iter().zip(names(b)).filter(|(times, _)| **times > 0) {
                        cells.push(format!("`{}` → `{}` {}×", excerpt(from, 20), excerpt(to, 20), number(*times)));
                    }
                }
                format!("answers: {}", cells.join(", "))
            }
        };
        let says = format!(
            "{} of {} of {} ask what {} asks ({} of its rows){}; {answers}.",
            share(count, b.facts.len() as u64),
            counted(b.facts.len() as u64, "row"),
            b.name,
            a.name,
            percent(count, a.facts.len() as u64),
            if in_order { ", in the same order" } else { ", in another order" },
        );
        Finding::new(Code::MatchedPair, &[a.name, b.name], says).rows(count)
    }

    /// Finds the rows that break the rule by which the one file's labels follow from the other's.
    fn exceptions(&self, a: Side<'_>, b: Side<'_>, examples: usize) -> Option<Finding> {
        let (of_a, of_b) = a.labels.zip(b.labels)?;
        let rule: Vec<Option<usize>> = self
            .mapping
            .as_ref()?
            .iter()
            .map(|row| row.iter().enumerate().max_by_key(|(at, times)| (**times, usize::MAX - at)).map(|(at, _)| at))
            .collect();
        let broken: Vec<&(&Fact, &Fact)> = self
            .rows
            .iter()
            .filter(|(x, y)| {
                let expected = of_a.class(x).and_then(|class| rule.get(class).copied().flatten());
                expected.is_some() && expected != of_b.class(y)
            })
            .collect();
        let (count, all) = (broken.len() as u64, self.rows.len() as u64);
        // A rule that one row in ten breaks is none.
        if count == 0 || count * 10 > all {
            return None;
        }
        let says =
            format!("{} of {} do not follow the rule of the rest.", share(count, all), counted(all, "shared question"));
        let name = |labels: &Labels, fact: &Fact| {
            labels
                .class(fact)
                .and_then(|class| labels.names.get(class))
                .map_or("another answer".to_owned(), |name| format!("`{name}`"))
        };
        let shown = broken.iter().take(examples).map(|(x, y)| {
            Example::at(
                u64::from(y.line),
                format!("{}, and {} on line {} of {}", name(of_b, y), name(of_a, x), x.line, a.name),
            )
        });
        Some(Finding::new(Code::PairExceptions, &[b.name, a.name], says).rows(count).examples(shown.collect()))
    }
}

fn names(side: Side<'_>) -> impl Iterator<Item = &String> {
    side.labels.map(|labels| labels.names.as_slice()).unwrap_or_default().iter()
}

/// The fewest rows of each file from which their forms are compared.
const FEWEST: usize = 20;

/// Says what of their form tells two files apart, where both give the same kind of answers.
fn told_apart(a: Side<'_>, b: Side<'_>) -> Option<Finding> {
    let is_same_kind = match (a.labels, b.labels) {
        (None, None) => true,
        (Some(x), Some(y)) => x.names.iter().all(|name| y.names.contains(name)),
        _ => false,
    };
    if !is_same_kind || a.facts.len() < FEWEST || b.facts.len() < FEWEST {
        return None;
    }
    let mut by_messages: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for (class, side) in [a, b].into_iter().enumerate() {
        for fact in side.facts {
            if let Some(count) = by_messages.entry(fact.messages).or_insert_with(|| vec![0, 0]).get_mut(class) {
                *count += 1;
            }
        }
    }
    let test = independence(&by_messages.values().cloned().collect::<Vec<_>>());
    let lengths = [a, b].into_iter().enumerate();
    let lengths: Vec<(u32, usize)> =
        lengths.flat_map(|(class, side)| side.facts.iter().map(move |fact| (fact.length, class))).collect();
    let by_length = ranks(&lengths, 2)?;
    let mut told = Vec::new();
    if test.p < 0.001 && test.mutual_information >= 0.01 {
        told.push(format!("by the number of messages ({:.2} bits; {})", test.mutual_information, test.words()));
    }
    if by_length.p < 0.001 && by_length.separation >= 0.55 {
        told.push(format!(
            "by what comes before the answer: in {:.0}% of pairs it is longer in the same file (rank test, {})",
            by_length.separation * 100.0,
            p_value(by_length.p)
        ));
    }
    if told.is_empty() {
        return None;
    }
    let says = format!("{} and {} differ {}.", a.name, b.name, told.join(", and "));
    let shown = by_messages.iter().filter(|_| test.p < 0.001).take(10).map(|(messages, counts)| {
        let [x, y] = counts.as_slice() else { return Example::part("") };
        Example::part(format!("{messages} messages: {} and {}", number(*x), number(*y)))
    });
    Some(Finding::new(Code::FilesTold, &[a.name, b.name], says).examples(shown.collect()))
}
