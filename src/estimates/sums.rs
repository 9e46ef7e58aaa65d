//! The spread of a weighted sum of means.
//!
//! Runs that take part in the same terms form a stratum. A stratum of several runs varies by run: each run's
//! contributions are summed, which pairs terms of the same runs, and strata add up, which is Welch's comparison for
//! different arms. All strata of a single run are taken together and vary by the clusters (wordings or items) of each
//! question, on which different runs and conditions are paired (Miller 2024, section 4).

use std::collections::{BTreeMap, BTreeSet};

use super::components::{Component, Run};
use super::interval::{clustered_variance, variance};
use super::spread::{Source, Spread};
use super::words;

/// Variation below this, relative to the values, is rounding.
const ROUNDING: f64 = 1e-12;

/// The runs of each stratum with their components, by the terms that they take part in.
pub(crate) type Strata<'c, 'a> = BTreeMap<BTreeSet<usize>, Vec<Vec<&'c Component<'a>>>>;

/// What varies in `Σ weight × mean`, or why nothing does.
pub(crate) fn spread(components: &[Component<'_>]) -> Result<Spread, String> {
    let strata = strata(components);
    let count = strata.len();
    let mut spread = Spread { sources: Vec::new(), units: Vec::new() };
    let mut single = Vec::new();
    for (terms, runs) in strata {
        if let [only] = runs.as_slice() {
            single.extend(only.iter().copied());
            continue;
        }
        let arms = (count > 1).then(|| runs.iter().flatten().map(|component| component.run.arm).collect());
        let unit = words::runs(runs.len(), arms, terms.len() > 1);
        let (unit, sources) = over_runs(unit, &runs);
        spread.units.push(unit);
        spread.sources.extend(sources);
    }
    if !single.is_empty() {
        let clustered = over_clusters(&single, false)?;
        spread.units.extend(clustered.units);
        spread.sources.extend(clustered.sources);
    }
    if spread.sources.is_empty() { Err("there is nothing to estimate".to_owned()) } else { Ok(spread) }
}

/// What varies in a sum of single runs: their wordings, whatever else there is.
pub(crate) fn over_wordings(components: &[Component<'_>]) -> Result<Spread, String> {
    over_clusters(&components.iter().collect::<Vec<_>>(), true)
}

/// The components of each run, by the terms that the run takes part in.
pub(crate) fn strata<'c, 'a>(components: &'c [Component<'a>]) -> Strata<'c, 'a> {
    let mut by_run: BTreeMap<Run<'a>, Vec<&'c Component<'a>>> = BTreeMap::new();
    for component in components {
        by_run.entry(component.run).or_default().push(component);
    }
    let mut strata: Strata<'c, 'a> = BTreeMap::new();
    for own in by_run.into_values() {
        strata.entry(own.iter().map(|component| component.term).collect()).or_default().push(own);
    }
    strata
}

/// The contribution of a stratum's runs to the variance, with its degrees of freedom.
pub(crate) fn variance_over_runs(runs: &[Vec<&Component<'_>>]) -> (f64, f64) {
    let sums: Vec<f64> =
        runs.iter().map(|own| own.iter().map(|component| component.weight * component.mean).sum()).collect();
    let n = sums.len() as f64;
    (n * variance(&sums).unwrap_or_default(), n - 1.0)
}

fn over_runs(unit: String, runs: &[Vec<&Component<'_>>]) -> (String, Vec<Source>) {
    let (variance, freedom) = variance_over_runs(runs);
    let source = Source::Units { variance, freedom };
    let components: Vec<&Component<'_>> = runs.iter().flatten().copied().collect();
    not_without_width(unit, source, &components)
}

/// Units that agree to the last digit have an interval without width. Where their numbers are sampled, that is the
/// coarseness of samples rather than certainty, and the samples' own limits take its place. Probabilities stay.
pub(crate) fn not_without_width(unit: String, source: Source, components: &[&Component<'_>]) -> (String, Vec<Source>) {
    let Source::Units { variance, .. } = source else { return (unit, vec![source]) };
    let scale: f64 = components.iter().map(|component| (component.weight * component.mean).abs()).sum();
    if variance > (ROUNDING * (ROUNDING + scale)).powi(2) {
        return (unit, vec![source]);
    }
    let limits: Vec<Source> = components.iter().filter_map(|component| Source::of_samples(component).ok()).collect();
    if limits.is_empty() { (unit, vec![source]) } else { (format!("the samples of {unit}, which agree"), limits) }
}

fn over_clusters(components: &[&Component<'_>], only_wordings: bool) -> Result<Spread, String> {
    let mut by_question: BTreeMap<&str, Vec<&Component<'_>>> = BTreeMap::new();
    for component in components {
        by_question.entry(&component.question.name).or_default().push(component);
    }
    let several = by_question.len() > 1;
    let mut sources = Vec::new();
    let mut units = Vec::new();
    for (question, own) in by_question {
        let (unit, found) = over_one_question(&own, only_wordings)?;
        units.push(if several { format!("{unit} of {question}") } else { unit });
        sources.extend(found);
    }
    let runs: BTreeSet<Run<'_>> = components.iter().map(|component| component.run).collect();
    Ok(Spread { sources, units: vec![words::of_single_runs(&units, &runs)] })
}

/// The clusters are whichever of wordings and items there are more of, and wordings when there are as many.
fn over_one_question(components: &[&Component<'_>], only_wordings: bool) -> Result<(String, Vec<Source>), String> {
    let replicates = || components.iter().flat_map(|component| &component.batch.replicates);
    let wordings: BTreeSet<u32> = replicates().map(|replicate| replicate.wording).collect();
    let items: BTreeSet<u32> = replicates().map(|replicate| replicate.item).collect();
    if wordings.len().max(items.len()) < 2 {
        let sources: Result<Vec<Source>, String> =
            components.iter().map(|component| Source::of_samples(component)).collect();
        let samples: usize = components.iter().map(|component| component.batch.observations.len()).sum();
        return Ok((format!("{samples} samples of one wording"), sources?));
    }
    let by_wording = only_wordings || wordings.len() >= items.len();
    let mut influences: BTreeMap<u32, f64> = BTreeMap::new();
    for component in components {
        let share = component.weight / component.batch.replicates.len() as f64;
        for replicate in &component.batch.replicates {
            let cluster = if by_wording { replicate.wording } else { replicate.item };
            *influences.entry(cluster).or_default() += share * (replicate.mean - component.mean);
        }
    }
    let influences: Vec<f64> = influences.into_values().collect();
    let source = Source::Units {
        variance: clustered_variance(&influences).unwrap_or_default(),
        freedom: influences.len() as f64 - 1.0,
    };
    let paired = if components.len() > 1 { "paired " } else { "" };
    let unit = format!("{} {paired}{}", influences.len(), if by_wording { "wordings" } else { "items" });
    Ok(not_without_width(unit, source, components))
}
