//! The spread of a sum of means for wordings in general: runs and wordings vary, crossed.

use std::collections::{BTreeMap, BTreeSet};

use super::components::{Component, Run};
use super::interval::{clustered_variance, satterthwaite};
use super::spread::{Source, Spread};
use super::statistics::clusters::combine;
use super::{Condition, sums, words};

/// Where the runs' answers to one question under one condition belong: which of them are alike.
type Role<'a> = (usize, &'a str, &'a Condition);

fn role<'a>(component: &Component<'a>) -> Role<'a> {
    (component.term, &component.question.name, component.condition)
}

/// What varies when wordings are a sample of all that could have been asked. A single run varies by its wordings. With
/// several, the variance is that over runs, plus that over wordings, minus that over their cells, with the smaller
/// degrees of freedom ([`combine`]: Cameron, Gelbach and Miller 2011); runs alone would cover 83% of such truths where
/// this covers 98%.
///
/// # Errors
/// A question was asked in one wording, from which nothing generalizes.
pub(crate) fn spread(components: &[Component<'_>]) -> Result<Spread, String> {
    let wordings = wordings(components);
    if let Some((question, _)) = wordings.iter().find(|(_, own)| own.len() < 2) {
        return Err(format!("{question} was answered in one wording, from which nothing generalizes"));
    }
    let strata = sums::strata(components);
    let several: Vec<&Vec<Vec<&Component<'_>>>> = strata.values().filter(|runs| runs.len() > 1).collect();
    if several.is_empty() {
        return sums::over_wordings(components);
    }
    let over_runs: Vec<(f64, f64)> = several.iter().map(|runs| sums::variance_over_runs(runs)).collect();
    let over_wordings: Vec<(f64, f64)> = wordings
        .keys()
        .map(|question| {
            let of_question = components.iter().filter(|component| component.question.name == *question);
            let influences = influences(of_question, |wording, _| wording);
            (clustered_variance(&influences).unwrap_or(0.0), influences.len() as f64 - 1.0)
        })
        .collect();
    let over_cells: f64 = several
        .iter()
        .flat_map(|runs| wordings.keys().map(move |question| (runs, question)))
        .map(|(runs, question)| {
            let own = runs.iter().flatten().copied().filter(|component| component.question.name == *question);
            clustered_variance(&influences(own, |wording, run| (run, wording))).unwrap_or(0.0)
        })
        .sum();
    let total = |parts: &[(f64, f64)]| (parts.iter().map(|(variance, _)| variance).sum(), satterthwaite(parts));
    let both = combine(0.0, total(&over_runs), total(&over_wordings), over_cells);
    let source = Source::Units { variance: both.estimate.error.powi(2), freedom: both.estimate.freedom };
    let runs: BTreeSet<Run<'_>> = components.iter().map(|component| component.run).collect();
    let counts: Vec<usize> = wordings.values().map(BTreeSet::len).collect();
    let unit = words::crossed(runs.len(), &counts);
    let all: Vec<&Component<'_>> = components.iter().collect();
    let (unit, sources) = sums::not_without_width(unit, source, &all);
    Ok(Spread { sources, units: vec![unit] })
}

/// The wordings in which each question was answered.
fn wordings<'a>(components: &[Component<'a>]) -> BTreeMap<&'a str, BTreeSet<u32>> {
    let mut wordings: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for component in components {
        let own = component.batch.replicates.iter().map(|replicate| replicate.wording);
        wordings.entry(&component.question.name).or_default().extend(own);
    }
    wordings
}

/// How far each cluster pulls the estimate from where it is: the weighted distances of its answers from the mean of
/// all runs in the same role, summed.
fn influences<'c, 'a: 'c, K: Ord>(
    components: impl Iterator<Item = &'c Component<'a>>,
    cluster: impl Fn(u32, Run<'a>) -> K,
) -> Vec<f64> {
    let components: Vec<&Component<'_>> = components.collect();
    let mut centres: BTreeMap<Role<'_>, (f64, f64)> = BTreeMap::new();
    for component in &components {
        let (sum, weight) = centres.entry(role(component)).or_default();
        *sum += component.weight * component.mean;
        *weight += component.weight;
    }
    let mut clusters: BTreeMap<K, f64> = BTreeMap::new();
    for component in components {
        let Some((sum, weight)) = centres.get(&role(component)) else { continue };
        let centre = sum / weight;
        let share = component.weight / component.batch.replicates.len() as f64;
        for replicate in &component.batch.replicates {
            *clusters.entry(cluster(replicate.wording, component.run)).or_default() +=
                share * (replicate.mean - centre);
        }
    }
    clusters.into_values().collect()
}
