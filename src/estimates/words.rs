//! What was estimated, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::components::{Run, asked};
use super::{Among, Mean, Measure, Operator, Over, Quantity, Setting, Term};

/// `5 runs`, `5 runs of gambler`, `5 paired runs`.
pub(crate) fn runs(count: usize, arms: Option<BTreeSet<&str>>, paired: bool) -> String {
    let paired = if paired { "paired " } else { "" };
    let of = arms.map(|arms| format!(" of {}", listed(arms))).unwrap_or_default();
    format!("{count} {paired}runs{of}")
}

/// `5 runs × 10 wordings`, `10 runs × 10 and 4 wordings` of two questions.
pub(crate) fn crossed(runs: usize, wordings: &[usize]) -> String {
    let wordings: Vec<String> = wordings.iter().map(usize::to_string).collect();
    format!("{runs} runs × {} wordings", listed(wordings.iter().map(String::as_str)))
}

/// `10 wordings of one run`, `10 paired wordings of one run each of base and told`.
pub(crate) fn of_single_runs(units: &[String], runs: &BTreeSet<Run<'_>>) -> String {
    let arms: BTreeSet<&str> = runs.iter().map(|run| run.arm).collect();
    let of = if runs.len() > 1 { format!("one run each of {}", listed(arms)) } else { "one run".to_owned() };
    format!("{} of {of}", units.join(", "))
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}

/// A quantity with every condition it was taken under, and over what it varies where that is known.
pub(crate) fn quantity(quantity: &Quantity, over: Option<&str>, setting: &Setting) -> String {
    let shared = shared_conditions(&quantity.means());
    match quantity {
        Quantity::Sum(terms) => sum(terms, over, setting),
        Quantity::Correlation { x, y, over: points } => {
            let points = match points {
                Over::Runs => "over runs",
                Over::Checkpoints => "over checkpoints",
            };
            let arms = if x.arms == y.arms { String::new() } else { of_arms(x) };
            let between = format!(
                "correlation of {}{arms}{} with {}{}{}",
                measured(x, setting),
                with(x, &shared),
                measured(y, setting),
                of_arms(y),
                with(y, &shared)
            );
            ended(between, &shared, Some(over.unwrap_or(points)))
        }
        Quantity::Ratio { numerator, denominator } => {
            let first = numerator.first().map(|term| &term.mean);
            let above = summed(numerator, first, &shared, setting);
            let below = summed(denominator, first, &shared, setting);
            let sentence = match (numerator.as_slice(), denominator.as_slice()) {
                ([_], [_]) => format!("ratio of {above} to {below}"),
                _ => format!("ratio of ({above}) to ({below})"),
            };
            ended(sentence, &shared, over)
        }
        Quantity::Rank { of, others, axis } => {
            let values = others.len() + 1;
            let own = with(of, &shared);
            let sentence = format!("rank{own} among the {values} values of {axis}, by {}", mean_of(of, setting));
            ended(sentence, &shared, over)
        }
        Quantity::Slope { mean, over: axis } => {
            ended(format!("slope of {} for each unit of {axis}", mean_of(mean, setting)), &shared, over)
        }
    }
}

/// A weighted sum of means: `mean of a for x minus the same for y; about=itself; over 5 runs of x and 5 runs of y`.
pub(crate) fn sum(terms: &[Term], over: Option<&str>, setting: &Setting) -> String {
    let means: Vec<&Mean> = terms.iter().map(|term| &term.mean).collect();
    let shared = shared_conditions(&means);
    let first = means.first().copied();
    ended(summed(terms, first, &shared, setting), &shared, over)
}

/// The terms of a sum. What is like `first` is called the same.
fn summed(terms: &[Term], first: Option<&Mean>, shared: &BTreeMap<&str, &Among>, setting: &Setting) -> String {
    let parts: Vec<String> = terms
        .iter()
        .enumerate()
        .map(|(at, term)| {
            let mean = &term.mean;
            let first = first.filter(|first| !std::ptr::eq(*first, mean));
            let sign = match (at, term.weight < 0.0) {
                (0, true) => "minus ",
                (0, false) => "",
                (_, true) => " minus ",
                (_, false) => " plus ",
            };
            let plain = (term.weight.abs() - 1.0).abs() <= 1e-12;
            let factor = if plain { String::new() } else { format!("{} × ", number(term.weight.abs())) };
            let named = match first.filter(|first| plain && is_alike(first, mean, setting)) {
                Some(first) if first.arms == mean.arms => "the same".to_owned(),
                Some(_) => format!("the same{}", of_arms(mean)),
                None => mean_of(mean, setting),
            };
            format!("{sign}{factor}{named}{}", with(mean, shared))
        })
        .collect();
    parts.concat()
}

/// `mean of a for x`, `share of "risk" in a for x`.
fn mean_of(mean: &Mean, setting: &Setting) -> String {
    let of = match &mean.measure {
        Measure::Score => format!("mean of {}", questions(mean, setting)),
        Measure::Share(_) => measured(mean, setting),
    };
    format!("{of}{}", of_arms(mean))
}

/// What is averaged: `a`, `share of "risk" in a`.
fn measured(mean: &Mean, setting: &Setting) -> String {
    match &mean.measure {
        Measure::Score => questions(mean, setting),
        Measure::Share(share) => format!("share of {} in {}", share.counted, questions(mean, setting)),
    }
}

/// A bound and its side: `> 0.1`.
pub(crate) fn bound(operator: Operator, bound: f64) -> String {
    let sign = match operator {
        Operator::Greater => ">",
        Operator::Less => "<",
    };
    format!("{sign} {}", number(bound))
}

/// The bound of a rank, which lies between two ranks: `>= 2` of 1.5.
pub(crate) fn bound_of_rank(operator: Operator, bound: f64) -> String {
    match operator {
        Operator::Greater => format!(">= {}", number(bound.ceil())),
        Operator::Less => format!("<= {}", number(bound.floor())),
    }
}

/// `p = 0.034`, `p < 0.001`.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {p:.3}") }
}

/// A number as it stands in a bound: no more digits than it needs.
pub(crate) fn number(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

/// A number to three digits after the point, and more only where those are all zero.
pub(crate) fn rounded(value: f64) -> String {
    if value.abs() >= 0.0005 || value.abs() < 1e-12 {
        let text = format!("{value:.3}");
        if text == "-0.000" { "0.000".to_owned() } else { text }
    } else {
        format!("{value:.1e}")
    }
}

fn questions(mean: &Mean, setting: &Setting) -> String {
    let asked = asked(mean, setting);
    let names: Vec<&str> = asked.iter().map(|(question, _)| question.name.as_str()).collect();
    match names.as_slice() {
        [] => mean.name.clone(),
        [only] if *only == mean.name => mean.name.clone(),
        [only] => format!("{} ({only})", mean.name),
        several => format!("{} ({}, weighted equally)", mean.name, several.join(", ")),
    }
}

/// Whether two means are of the same questions, so that the second can be called `the same`.
fn is_alike(a: &Mean, b: &Mean, setting: &Setting) -> bool {
    a.name == b.name && a.measure == b.measure && questions(a, setting) == questions(b, setting)
}

fn of_arms(mean: &Mean) -> String {
    let together = if mean.arms.len() > 1 { " together" } else { "" };
    format!(" for {}{together}", listed(mean.arms.iter().map(String::as_str)))
}

fn conditions(mean: &Mean) -> BTreeMap<&str, &Among> {
    let all = mean.conditions.of_questions.iter().chain(&mean.conditions.of_arms);
    all.map(|(axis, among)| (axis.as_str(), among)).collect()
}

fn shared_conditions<'a>(means: &[&'a Mean]) -> BTreeMap<&'a str, &'a Among> {
    let mut shared = means.first().map(|mean| conditions(mean)).unwrap_or_default();
    for mean in means {
        let own = conditions(mean);
        shared.retain(|axis, among| own.get(axis) == Some(among));
    }
    shared
}

/// The conditions of one mean that the others do not share.
fn with(mean: &Mean, shared: &BTreeMap<&str, &Among>) -> String {
    let own: Vec<String> = conditions(mean)
        .into_iter()
        .filter(|(axis, _)| !shared.contains_key(axis))
        .map(|(axis, among)| format!("{axis}={among}"))
        .collect();
    if own.is_empty() { String::new() } else { format!(" with {}", own.join(", ")) }
}

fn ended(sentence: String, shared: &BTreeMap<&str, &Among>, over: Option<&str>) -> String {
    let shared: Vec<String> = shared.iter().map(|(axis, among)| format!("{axis}={among}")).collect();
    let conditions = Some(shared.join(", ")).filter(|shared| !shared.is_empty());
    let clauses: Vec<String> = [Some(sentence), conditions, over.map(str::to_owned)].into_iter().flatten().collect();
    clauses.join("; ")
}

impl std::fmt::Display for Among {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Among::All => f.write_str("all"),
            Among::Only(values) => match values.as_slice() {
                [only] => f.write_str(only),
                several => write!(f, "[{}]", several.join(", ")),
            },
            Among::Except(values) => write!(f, "except({})", values.join(", ")),
        }
    }
}
