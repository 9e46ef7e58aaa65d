//! What was answered, and how often: one list of bars for each arm.

use std::collections::BTreeMap;

use minijinja::Value;
use serde::Serialize;

use super::bars::bar;
use super::numbers::{percent, shortest};
use super::scale::Scale;
use crate::report::Cell;
use crate::scores::Method;

/// How many reads are shown before the rest is added up.
const SHOWN: usize = 8;
/// Into how many steps numbers are put together.
const STEPS: f64 = 10.0;

#[derive(Serialize)]
pub(super) struct Distribution {
    /// The arm, with the values of its axes.
    arm: String,
    /// `share of 94 valid answers` or `mean probability`.
    of: String,
    bars: Vec<Bar>,
}

#[derive(Serialize)]
struct Bar {
    read: String,
    /// Whether this is the sum of all that is not shown.
    is_rest: bool,
    drawing: Value,
    share: String,
}

/// Returns the distributions of `cells`, which stand under one condition. All list the same reads in the same
/// order, so that arms compare line by line.
pub(super) fn of(cells: &[&Cell]) -> Vec<Distribution> {
    let classes = classes(cells);
    cells
        .iter()
        .filter(|cell| !cell.distribution.is_empty())
        .map(|cell| {
            let share = |class: &Class| {
                let members = cell.distribution.iter().filter(|count| class.holds(&count.read));
                members.map(|count| count.share).sum()
            };
            let mut bars: Vec<Bar> = classes.iter().map(|class| of_share(class.name(), share(class), false)).collect();
            let hidden = cell.distribution.iter().filter(|count| !classes.iter().any(|class| class.holds(&count.read)));
            let rest: Vec<f64> = hidden.map(|count| count.share).filter(|share| *share > 0.0).collect();
            if !rest.is_empty() {
                bars.push(of_share(format!("other ({})", rest.len()), rest.iter().sum(), true));
            }
            Distribution { arm: super::questions::arm_name(cell), of: measured(cell), bars }
        })
        .collect()
}

/// What one bar counts: a single read, or the numbers from one up to (and, in the last, including) another.
#[derive(Clone, Debug, PartialEq)]
enum Class<'a> {
    Read(&'a str),
    Numbers { from: f64, to: f64, is_last: bool },
}

impl Class<'_> {
    fn holds(&self, read: &str) -> bool {
        match *self {
            Class::Read(own) => own == read,
            Class::Numbers { from, to, is_last } => {
                number(read).is_some_and(|number| from <= number && (number < to || is_last && number <= to))
            }
        }
    }

    fn name(&self) -> String {
        match *self {
            Class::Read(read) if read.trim().is_empty() => "(empty)".to_owned(),
            Class::Read(read) => read.to_owned(),
            Class::Numbers { from, to, is_last: true } => format!("{} to {}", shortest(from), shortest(to)),
            Class::Numbers { from, to, is_last: false } => {
                format!("{} to < {}", shortest(from), shortest(to))
            }
        }
    }
}

/// Returns the most frequent reads, each by its share in the arm that gives it most; numbers stand by size, and
/// where they are many, in even steps.
fn classes<'a>(cells: &[&'a Cell]) -> Vec<Class<'a>> {
    let mut greatest: BTreeMap<&str, f64> = BTreeMap::new();
    for count in cells.iter().flat_map(|cell| &cell.distribution) {
        let share = greatest.entry(&count.read).or_default();
        *share = share.max(count.share);
    }
    let mut reads: Vec<(&str, f64)> = greatest.into_iter().collect();
    let numbers: Vec<f64> = reads.iter().filter_map(|(read, _)| number(read)).collect();
    if numbers.len() > SHOWN {
        return steps(&numbers);
    }
    reads.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    reads.truncate(SHOWN);
    let mut reads: Vec<&str> = reads.into_iter().map(|(read, _)| read).collect();
    if reads.iter().all(|read| number(read).is_some()) {
        reads.sort_by(|a, b| number(a).unwrap_or(0.0).total_cmp(&number(b).unwrap_or(0.0)));
    }
    reads.into_iter().map(Class::Read).collect()
}

fn steps<'a>(numbers: &[f64]) -> Vec<Class<'a>> {
    let edges = Scale::divided(numbers.iter().copied(), STEPS).ticks();
    let last = edges.len().saturating_sub(2);
    edges
        .windows(2)
        .enumerate()
        .filter_map(|(index, edge)| match edge {
            [from, to] => Some(Class::Numbers { from: *from, to: *to, is_last: index == last }),
            _ => None,
        })
        .collect()
}

fn number(read: &str) -> Option<f64> {
    read.parse().ok().filter(|number: &f64| number.is_finite())
}

fn of_share(read: String, share: f64, is_rest: bool) -> Bar {
    Bar { read, is_rest, drawing: bar(share).markup(), share: percent(share) }
}

fn measured(cell: &Cell) -> String {
    match cell.method {
        Some(Method::Exact | Method::Top) => "mean probability".to_owned(),
        _ => format!("share of {} valid answers", super::numbers::count(cell.outcomes.valid)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Outcomes, ReadCount};

    fn cell(arm: &str, shares: &[(&str, f64)]) -> Cell {
        Cell {
            question: "q".into(),
            role: String::new(),
            arm: arm.into(),
            arm_axes: BTreeMap::new(),
            about: "itself".into(),
            under: "none".into(),
            axes: BTreeMap::new(),
            range: None,
            mean: None,
            interval: None,
            no_interval: None,
            runs: Vec::new(),
            outcomes: Outcomes { asked: 10, valid: 10, ..Outcomes::default() },
            method: Some(Method::Samples),
            outside: None,
            distribution: shares
                .iter()
                .map(|(read, share)| ReadCount { read: (*read).into(), share: *share })
                .collect(),
            by_wording: Vec::new(),
            by_order: Vec::new(),
        }
    }

    fn shown(distribution: &Distribution) -> Vec<(&str, &str)> {
        distribution.bars.iter().map(|bar| (bar.read.as_str(), bar.share.as_str())).collect()
    }

    #[test]
    fn arms_list_the_same_reads_in_the_same_order() {
        let (a, b) = (cell("a", &[("risk", 0.9), ("safety", 0.1)]), cell("b", &[("safety", 1.0)]));
        let [a, b] = &of(&[&a, &b])[..] else { panic!("two distributions") };
        assert_eq!(shown(a), [("safety", "10%"), ("risk", "90%")]);
        assert_eq!(shown(b), [("safety", "100%"), ("risk", "0%")]);
    }

    #[test]
    fn few_numbers_stand_by_size() {
        let cell = cell("a", &[("10", 0.5), ("7", 0.3), ("8", 0.2)]);
        assert_eq!(shown(&of(&[&cell])[0]), [("7", "30%"), ("8", "20%"), ("10", "50%")]);
    }

    #[test]
    fn many_numbers_are_put_together_in_even_steps_and_lose_none() {
        let names: Vec<String> = (0..=20).map(|index| (index * 5).to_string()).collect();
        let mut shares: Vec<(&str, f64)> = names.iter().map(|name| (name.as_str(), 0.04)).collect();
        shares.push(("lots", 0.16));
        let distributions = of(&[&cell("a", &shares)]);
        let shown = shown(&distributions[0]);
        assert_eq!(shown.first(), Some(&("0 to < 10", "8%")));
        assert_eq!(shown.get(9), Some(&("90 to 100", "12%")));
        assert_eq!(shown.get(10), Some(&("other (1)", "16%")));
    }

    #[test]
    fn what_is_rare_in_every_arm_is_added_up() {
        let names: Vec<String> = (0..12).map(|index| format!("word {index}")).collect();
        let shares: Vec<(&str, f64)> =
            names.iter().enumerate().map(|(index, name)| (name.as_str(), if index < 8 { 0.1 } else { 0.05 })).collect();
        let distributions = of(&[&cell("a", &shares)]);
        assert_eq!(distributions[0].bars.len(), 9);
        assert_eq!(shown(&distributions[0]).get(8), Some(&("other (4)", "20%")));
    }

    #[test]
    fn an_arm_without_answers_has_no_bars() {
        assert!(of(&[&cell("a", &[])]).is_empty());
    }
}
