use std::collections::{BTreeMap, BTreeSet};

use super::components::{Gathered, sum};
use super::index::{Batch, Index, Place, Replicate, mean_of};
use super::interval::mean;
use super::{Among, Condition, Conditions, Mean, Measure, QuestionInSetting, Setting, Term};
use crate::report::{Cell, Count, Interval, Outcomes, ReadCount, RunMean};
use crate::scores::{Method, RunKey};

/// One cell for each question × condition × arm × the arm's axes, in plan order. A cell shows what there is: a run
/// without a valid answer is counted, and the mean is that of the others.
pub(crate) fn cells(setting: &Setting, index: &Index<'_>) -> Vec<Cell> {
    let mut cells = Vec::new();
    for question in &setting.questions {
        for condition in &question.conditions {
            for arm in &setting.arms {
                for (axes, runs) in runs_by_axes(index.runs(&arm.summary.name)) {
                    cells.push(cell(question, condition, &arm.summary.name, axes, &runs, setting, index));
                }
            }
        }
    }
    cells
}

/// The runs of each combination of the arm's axes, in the order of the plan; one empty combination for an
/// arm without runs.
fn runs_by_axes<'a>(runs: &[&'a RunKey]) -> Vec<(BTreeMap<String, String>, Vec<&'a RunKey>)> {
    let mut groups: Vec<(BTreeMap<String, String>, Vec<&RunKey>)> = Vec::new();
    for run in runs {
        match groups.iter_mut().find(|(axes, _)| *axes == run.axes) {
            Some((_, group)) => group.push(run),
            None => groups.push((run.axes.clone(), vec![run])),
        }
    }
    if groups.is_empty() {
        groups.push((BTreeMap::new(), Vec::new()));
    }
    groups
}

fn cell<'a>(
    question: &'a QuestionInSetting,
    condition: &'a Condition,
    arm: &'a str,
    arm_axes: BTreeMap<String, String>,
    runs: &[&'a RunKey],
    setting: &Setting,
    index: &Index<'a>,
) -> Cell {
    let batches: Vec<(&RunKey, Option<&Batch<'_>>)> =
        runs.iter().map(|run| (*run, index.batch(&Place::of(question, condition, arm, run)))).collect();
    let present: Vec<&Batch<'_>> = batches.iter().filter_map(|(_, batch)| *batch).collect();
    let outcomes = present.iter().fold(Outcomes::default(), |total, batch| sum(total, batch.outcomes));
    let methods: BTreeSet<Method> = present.iter().flat_map(|batch| &batch.methods).copied().collect();
    let outside: Vec<f64> = present.iter().flat_map(|batch| &batch.outside).copied().collect();

    let terms = [Term { weight: 1.0, mean: mean_of_cell(question, condition, arm, &arm_axes) }];
    let gathered = Gathered::of(&terms, setting, index);
    let spread = if outcomes.valid == 0 {
        Err(gathered.gaps.first().cloned().unwrap_or_else(|| "there is no valid answer".to_owned()))
    } else if methods.len() > 1 {
        Err(gathered.obstacle().unwrap_or_default())
    } else {
        gathered.spread()
    };
    let estimate = (outcomes.valid > 0 && methods.len() == 1).then(|| gathered.estimate());
    let interval = spread.map(|spread| spread.interval(gathered.estimate(), 0.95));
    Cell {
        question: question.name.clone(),
        role: question.role.clone(),
        arm: arm.to_owned(),
        arm_axes,
        about: condition.about.clone(),
        under: condition.under.clone(),
        axes: condition.axes.clone(),
        range: question.range,
        mean: estimate,
        no_interval: interval.as_ref().err().cloned(),
        interval: interval.ok().map(|interval| within(interval, question.range)),
        runs: batches
            .iter()
            .map(|(run, batch)| RunMean {
                run: (*run).clone(),
                mean: batch.and_then(Batch::mean),
                outcomes: batch.map(|batch| batch.outcomes).unwrap_or_default(),
            })
            .collect(),
        outcomes,
        method: methods.first().copied().filter(|_| methods.len() == 1),
        outside: mean(&outside),
        distribution: distribution(&present),
        by_wording: means_by(&present, |replicate| replicate.wording, |wording| wording.to_string()),
        by_order: means_by(&present, |replicate| replicate.order, |order| order.replace(',', ", ")),
    }
}

/// Cuts an interval to the scores that are possible: nothing outside them can be the mean.
fn within(interval: Interval, range: Option<(f64, f64)>) -> Interval {
    match range {
        Some((low, high)) => Interval { low: interval.low.max(low), high: interval.high.min(high), ..interval },
        None => interval,
    }
}

fn mean_of_cell(
    question: &QuestionInSetting,
    condition: &Condition,
    arm: &str,
    arm_axes: &BTreeMap<String, String>,
) -> Mean {
    let only = |(axis, value): (&String, &String)| (axis.clone(), Among::Only(vec![value.clone()]));
    let mut of_questions: BTreeMap<String, Among> = condition.axes.iter().map(only).collect();
    of_questions.insert("about".to_owned(), Among::Only(vec![condition.about.clone()]));
    of_questions.insert("under".to_owned(), Among::Only(vec![condition.under.clone()]));
    Mean {
        measure: Measure::Score,
        name: question.name.clone(),
        questions: vec![question.name.clone()],
        arms: vec![arm.to_owned()],
        conditions: Conditions { of_questions, of_arms: arm_axes.iter().map(only).collect() },
    }
}

/// The share of each thing read among the valid answers, most frequent first.
fn distribution(batches: &[&Batch<'_>]) -> Vec<ReadCount> {
    let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
    let mut valid = 0_u64;
    for observation in batches.iter().flat_map(|batch| &batch.observations) {
        valid += 1;
        if observation.probabilities.is_empty() {
            if let Some(read) = observation.read {
                *counts.entry(read).or_default() += 1.0;
            }
        }
        for (read, probability) in observation.probabilities {
            *counts.entry(read).or_default() += probability;
        }
    }
    let mut counts: Vec<(&str, f64)> = counts.into_iter().collect();
    counts.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    counts.into_iter().map(|(read, count)| ReadCount { read: read.to_owned(), share: count / valid as f64 }).collect()
}

/// Means by a level of the replicates, over runs equally; empty unless there are several levels.
fn means_by<'a, L: Ord + Copy>(
    batches: &[&'a Batch<'a>],
    level: impl Fn(&Replicate<'a>) -> L,
    name: impl Fn(L) -> String,
) -> Vec<Count> {
    let mut levels: BTreeMap<L, (Vec<f64>, u64)> = BTreeMap::new();
    for batch in batches {
        let mut own: BTreeMap<L, (Vec<Replicate<'_>>, u64)> = BTreeMap::new();
        for replicate in &batch.replicates {
            let (replicates, valid) = own.entry(level(replicate)).or_default();
            replicates.push(*replicate);
            *valid += replicate.samples as u64;
        }
        for (level, (replicates, valid)) in own {
            let (means, total) = levels.entry(level).or_default();
            means.extend(mean_of(&replicates));
            *total += valid;
        }
    }
    if levels.len() < 2 {
        return Vec::new();
    }
    levels.into_iter().map(|(level, (means, valid))| Count { name: name(level), mean: mean(&means), valid }).collect()
}
