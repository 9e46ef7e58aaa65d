use std::collections::{BTreeMap, BTreeSet};

use super::{Comparison, Pairs};
use crate::snapshots::change::{Cause, RequestChange};
use crate::snapshots::requests::RequestClass;

/// How many requests of a cell there are, and how many of them read otherwise.
#[derive(Clone, Copy, Default)]
struct Cell {
    changed: u64,
    of: u64,
}

/// Says why requests read otherwise: everything under one context and nothing under the others, everything about one
/// persona and nothing about the others, or else their wordings.
pub(super) fn texts(comparison: &Comparison<'_>, changed: &Pairs) -> Vec<RequestChange> {
    let class = |pair: &(usize, usize)| comparison.known(*pair).map(|(_, is)| is.class);
    let mut cells: BTreeMap<(&str, u32, &str, &str), Cell> = BTreeMap::new();
    let key =
        |class: &'_ RequestClass| (class.question.clone(), class.wording, class.under.clone(), class.about.clone());
    let changed_keys: Vec<_> = changed.iter().filter_map(class).map(key).collect();
    for class in comparison.pairing.pairs.iter().filter_map(class) {
        cells.entry((&class.question, class.wording, &class.under, &class.about)).or_default().of += 1;
    }
    for (question, wording, under, about) in &changed_keys {
        if let Some(cell) = cells.get_mut(&(question.as_str(), *wording, under.as_str(), about.as_str())) {
            cell.changed += 1;
        }
    }
    let contexts = alone(&cells, |(_, _, under, _)| Some(under), "none");
    let personas = alone(&cells, |(_, _, _, about)| (about != "itself").then_some(about), "itself");
    let cause = |class: &RequestClass| {
        if contexts.contains(class.under.as_str()) {
            Cause::Context { name: class.under.clone() }
        } else if personas.contains(class.about.as_str()) {
            Cause::Persona { name: class.about.clone() }
        } else {
            let (question, wording) = (class.question.clone(), class.wording);
            Cause::Wording { question, wording, of_other: class.is_of_other() }
        }
    };
    let mut totals: BTreeMap<Cause, u64> = BTreeMap::new();
    for class in comparison.pairing.pairs.iter().filter_map(class) {
        *totals.entry(cause(class)).or_default() += 1;
    }
    let mut found: BTreeMap<Cause, Pairs> = BTreeMap::new();
    for pair in changed {
        if let Some(class) = class(pair) {
            found.entry(cause(class)).or_default().push(*pair);
        }
    }
    let change = |(cause, pairs): (Cause, Pairs)| {
        let of = totals.get(&cause).copied().unwrap_or(0);
        comparison.text_change(cause, &pairs, of)
    };
    found.into_iter().map(change).collect()
}

/// Returns the values of an axis, but the built-in one, under which all requests changed and under whose siblings none
/// did.
fn alone<'c>(
    cells: &BTreeMap<(&'c str, u32, &'c str, &'c str), Cell>,
    axis: impl Fn((&'c str, u32, &'c str, &'c str)) -> Option<&'c str>,
    built_in: &str,
) -> BTreeSet<&'c str> {
    let mut sums: BTreeMap<&str, Cell> = BTreeMap::new();
    for (key, cell) in cells {
        if let Some(value) = axis(*key) {
            let sum = sums.entry(value).or_default();
            sum.changed += cell.changed;
            sum.of += cell.of;
        }
    }
    let whole = sums.values().filter(|sum| sum.changed == sum.of).count();
    let none = sums.values().filter(|sum| sum.changed == 0).count();
    if none == 0 || whole + none != sums.len() {
        return BTreeSet::new();
    }
    sums.iter().filter(|(value, sum)| sum.changed == sum.of && **value != built_in).map(|(value, _)| *value).collect()
}
