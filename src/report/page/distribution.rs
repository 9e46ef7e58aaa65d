//! What was answered, and how often: one list of bars for each arm.

use std::collections::BTreeMap;

use minijinja::Value;
use serde::Serialize;

use super::bars::bar;
use super::numbers::percent;
use crate::report::Cell;
use crate::scores::Method;

/// How many reads are shown before the rest is added up.
const SHOWN: usize = 8;

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
/// order, so that arms compare line by line: the most frequent over all of them, numbers by size.
pub(super) fn of(cells: &[&Cell]) -> Vec<Distribution> {
    let reads = most_frequent(cells);
    cells
        .iter()
        .filter(|cell| !cell.distribution.is_empty())
        .map(|cell| {
            let mut bars: Vec<Bar> = reads.iter().map(|read| of_read(read, share(cell, read), false)).collect();
            let hidden = cell.distribution.iter().filter(|count| !reads.contains(&count.read.as_str()));
            let rest: Vec<f64> = hidden.map(|count| count.share).filter(|share| *share > 0.0).collect();
            if !rest.is_empty() {
                bars.push(of_read(&format!("other ({})", rest.len()), rest.iter().sum(), true));
            }
            Distribution { arm: super::questions::arm_name(cell), of: measured(cell), bars }
        })
        .collect()
}

fn most_frequent<'a>(cells: &[&'a Cell]) -> Vec<&'a str> {
    let mut totals: BTreeMap<&str, f64> = BTreeMap::new();
    for count in cells.iter().flat_map(|cell| &cell.distribution) {
        *totals.entry(&count.read).or_default() += count.share;
    }
    let mut reads: Vec<(&str, f64)> = totals.into_iter().collect();
    reads.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    reads.truncate(SHOWN);
    let mut reads: Vec<&str> = reads.into_iter().map(|(read, _)| read).collect();
    let numbers: Option<Vec<f64>> = reads.iter().map(|read| read.parse().ok()).collect();
    if numbers.is_some() {
        reads.sort_by(|a, b| {
            let [a, b] = [a, b].map(|read| read.parse::<f64>().unwrap_or(f64::NAN));
            a.total_cmp(&b)
        });
    }
    reads
}

fn share(cell: &Cell, read: &str) -> f64 {
    cell.distribution.iter().filter(|count| count.read == read).map(|count| count.share).sum()
}

fn of_read(read: &str, share: f64, is_rest: bool) -> Bar {
    let read = if read.trim().is_empty() { "(empty)".to_owned() } else { read.to_owned() };
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
            runs: Vec::new(),
            outcomes: Outcomes { asked: 10, valid: 10, ..Outcomes::default() },
            method: Some(Method::Samples),
            outside: None,
            distribution: shares.iter().map(|(read, share)| ReadCount { read: (*read).into(), share: *share }).collect(),
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
    fn numbers_stand_by_size_and_the_rest_is_added_up() {
        let names: Vec<String> = (0..12).map(|index| (index * 5).to_string()).collect();
        let shares: Vec<(&str, f64)> =
            names.iter().enumerate().map(|(index, name)| (name.as_str(), if index < 4 { 0.025 } else { 0.1125 })).collect();
        let all = cell("a", &shares);
        let distributions = of(&[&all]);
        let shown = shown(&distributions[0]);
        assert_eq!(shown.first(), Some(&("20", "11%")));
        assert_eq!(shown.get(7), Some(&("55", "11%")));
        assert_eq!(shown.get(8), Some(&("other (4)", "10%")));
    }

    #[test]
    fn an_arm_without_answers_has_no_bars() {
        assert!(of(&[&cell("a", &[])]).is_empty());
    }
}
