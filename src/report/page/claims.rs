use minijinja::Value;
use serde::Serialize;

use super::bound::Bound;
use super::bound_plot;
use super::numbers::{bracketed, count, decimal, finite, p_value, percent};
use crate::report::{ClaimResult, Part, Verdict};

#[derive(Serialize)]
pub(super) struct Claim<'a> {
    name: &'a str,
    text: &'a str,
    expression: &'a str,
    place: &'a str,
    verdict: &'static str,
    reason: &'a str,
    /// Where it says more than the single comparison does.
    estimand: Option<&'a str>,
    /// Such as `0.003; 0.012 adjusted for all claims of the experiment (Holm)`.
    p: Option<String>,
    parts: Vec<Comparison<'a>>,
}

/// One comparison as the page shows it. What a claim of a single comparison has said already is not repeated.
#[derive(Serialize)]
struct Comparison<'a> {
    estimand: &'a str,
    verdict: Option<&'static str>,
    reason: Option<&'a str>,
    bound: &'a str,
    estimate: Option<String>,
    /// Such as `95% interval [0.31, 0.51] over 5 runs (t, 4 df)`.
    interval: Option<String>,
    /// Its own p value, where the claim has several comparisons.
    p: Option<String>,
    method: Option<String>,
    valid: String,
    asked: String,
    drawing: Option<Value>,
}

/// How many claims came to a verdict.
#[derive(Serialize)]
pub(super) struct Tally {
    verdict: &'static str,
    count: usize,
}

pub(super) fn tally(claims: &[ClaimResult]) -> Vec<Tally> {
    [Verdict::Holds, Verdict::Refuted, Verdict::Undecided]
        .into_iter()
        .map(|verdict| Tally {
            verdict: word(verdict),
            count: claims.iter().filter(|claim| claim.verdict == verdict).count(),
        })
        .filter(|tally| tally.count > 0)
        .collect()
}

impl<'a> Claim<'a> {
    pub(super) fn of(claim: &'a ClaimResult) -> Self {
        let is_alone = claim.parts.len() == 1;
        Claim {
            name: &claim.name,
            text: &claim.text,
            expression: &claim.expression,
            place: &claim.place,
            verdict: word(claim.verdict),
            reason: &claim.reason,
            estimand: (!is_alone || claim.parts.iter().any(|part| part.estimand != claim.estimand))
                .then_some(claim.estimand.as_str()),
            p: finite(claim.p).map(|p| match finite(claim.adjusted_p) {
                Some(adjusted) => {
                    format!("{}; {} adjusted for all claims of the experiment (Holm)", p_value(p), p_value(adjusted))
                }
                None => p_value(p),
            }),
            parts: claim.parts.iter().map(|part| comparison(part, claim, is_alone)).collect(),
        }
    }
}

fn comparison<'a>(part: &'a Part, claim: &ClaimResult, is_alone: bool) -> Comparison<'a> {
    let ends = part.interval.as_ref().map(|interval| (interval.low, interval.high));
    let ends = ends.filter(|(low, high)| low.is_finite() && high.is_finite());
    let estimate = finite(part.estimate);
    // The width of the interval says how many digits mean anything.
    let places = match ends.map_or(1.0, |(low, high)| high - low) {
        width if width >= 10.0 => 1,
        width if width >= 0.01 => 3,
        _ => 5,
    };
    let drawing = bound_plot::drawing(estimate, ends, Bound::read(&part.bound));
    Comparison {
        estimand: &part.estimand,
        verdict: (!is_alone).then_some(word(part.verdict)),
        reason: (!is_alone || part.reason != claim.reason).then_some(part.reason.as_str()),
        bound: &part.bound,
        estimate: estimate.map(|estimate| decimal(estimate, places)),
        interval: part.interval.as_ref().map(|interval| {
            format!("{} interval {} {}", percent(interval.level), bracketed(interval, places), interval.over)
        }),
        p: finite(part.p).filter(|_| !is_alone).map(p_value),
        method: part.method.map(|method| method.to_string()),
        valid: count(part.valid),
        asked: count(part.asked),
        drawing: drawing.map(|drawing| drawing.markup()),
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Refuted => "refuted",
        Verdict::Undecided => "undecided",
    }
}
