use super::components::{Gathered, sum};
use super::index::Index;
use super::{ClaimInSetting, Comparison, Operator, Quantity, Setting, Term, correlation, sums, verdict, words};
use crate::report::{ClaimResult, Interval, Outcomes, Part, Verdict};
use crate::scores::Method;

/// What an estimate came to, before it meets a bound.
struct Estimated {
    estimand: String,
    estimate: Option<f64>,
    /// The interval, or why nothing can be concluded.
    interval: Result<Interval, String>,
    outcomes: Outcomes,
    method: Option<Method>,
}

/// Decides a claim: each of its comparisons, and then all of them together.
pub(crate) fn result(claim: &ClaimInSetting, setting: &Setting, index: &Index<'_>) -> ClaimResult {
    let parts: Vec<Part> =
        claim.statement.comparisons.iter().map(|comparison| part(comparison, setting, index)).collect();
    let verdict = verdict::all(parts.iter().map(|part| part.verdict));
    // The part that settled it speaks for the claim; where all hold, all do.
    let reasons: Vec<&str> = match parts.iter().find(|part| part.verdict == verdict) {
        Some(_) if verdict == Verdict::Holds => parts.iter().map(|part| part.reason.as_str()).collect(),
        Some(part) => vec![&part.reason],
        None => vec!["the claim compares nothing"],
    };
    let estimands: Vec<&str> = parts.iter().map(|part| part.estimand.as_str()).collect();
    ClaimResult {
        name: claim.name.clone(),
        text: claim.text.clone(),
        expression: claim.expression.clone(),
        place: claim.place.clone(),
        verdict,
        reason: reasons.join("; "),
        estimand: estimands.join(" | "),
        parts,
    }
}

fn part(comparison: &Comparison, setting: &Setting, index: &Index<'_>) -> Part {
    match comparison {
        Comparison::Order { quantity, operator, bound } => {
            let estimated = estimated(quantity, 0.95, setting, index);
            let sign = match operator {
                Operator::Greater => ">",
                Operator::Less => "<",
            };
            let bound_in_words = format!("{sign} {}", words::number(*bound));
            estimated.part(
                bound_in_words,
                |interval| verdict::order(interval, *operator, *bound),
                |interval| order_reason(interval, *bound),
            )
        }
        Comparison::Equal(equivalence) => {
            let bound = format!("within ±{}", words::number(equivalence.within));
            let estimated = match (&equivalence.a, &equivalence.b) {
                (Quantity::Sum(a), Quantity::Sum(b)) => {
                    let minus_b = b.iter().map(|term| Term { weight: -term.weight, mean: term.mean.clone() });
                    let difference: Vec<Term> = a.iter().cloned().chain(minus_b).collect();
                    estimated_sum(&difference, 0.9, setting, index)
                }
                (a, b) => {
                    let (of_a, of_b) = (estimated(a, 0.9, setting, index), estimated(b, 0.9, setting, index));
                    Estimated {
                        estimand: format!("{} against {}", of_a.estimand, of_b.estimand),
                        estimate: of_a.estimate.zip(of_b.estimate).map(|(a, b)| a - b),
                        interval: Err(
                            "equal() is for means: a difference of correlations has no interval here".to_owned()
                        ),
                        outcomes: sum(of_a.outcomes, of_b.outcomes),
                        method: of_a.method.filter(|method| of_b.method == Some(*method)),
                    }
                }
            };
            estimated.part(
                bound,
                |interval| verdict::equivalence(interval, equivalence.within),
                |interval| equivalence_reason(interval, equivalence.within),
            )
        }
    }
}

fn estimated(quantity: &Quantity, level: f64, setting: &Setting, index: &Index<'_>) -> Estimated {
    match quantity {
        Quantity::Sum(terms) => estimated_sum(terms, level, setting, index),
        Quantity::Correlation { x, y, over } => {
            let terms = correlation::terms(x, y);
            let found = correlation::correlate(&terms, *over, level, setting, index);
            let obstacle = found.findings.obstacle();
            Estimated {
                estimand: words::quantity(quantity, found.interval.is_ok().then_some(&found.over), setting),
                estimate: found.estimate.filter(|_| obstacle.is_none()),
                outcomes: found.findings.outcomes,
                method: found.findings.method(),
                interval: obstacle.map_or(found.interval, Err),
            }
        }
    }
}

fn estimated_sum(terms: &[Term], level: f64, setting: &Setting, index: &Index<'_>) -> Estimated {
    let gathered = Gathered::of(terms, setting, index);
    let spread = gathered.obstacle().map_or_else(|| sums::spread(&gathered.components), Err);
    let over = spread.as_ref().ok().map(super::spread::Spread::over);
    Estimated {
        estimand: words::sum(terms, over.as_deref(), setting),
        estimate: (gathered.gaps.is_empty() && !gathered.components.is_empty()).then(|| gathered.estimate()),
        interval: spread.map(|spread| spread.interval(gathered.estimate(), level)),
        outcomes: gathered.outcomes,
        method: gathered.method(),
    }
}

impl Estimated {
    fn part(self, bound: String, verdict: impl Fn(&Interval) -> Verdict, reason: impl Fn(&Interval) -> String) -> Part {
        let (verdict, reason, interval) = match self.interval {
            Ok(interval) => (verdict(&interval), reason(&interval), Some(interval)),
            Err(obstacle) => (Verdict::Undecided, obstacle, None),
        };
        Part {
            estimand: self.estimand,
            bound,
            estimate: self.estimate,
            interval,
            verdict,
            reason,
            method: self.method,
            valid: self.outcomes.valid,
            asked: self.outcomes.asked,
        }
    }
}

fn order_reason(interval: &Interval, bound: f64) -> String {
    let where_it_lies =
        match (verdict::order(interval, Operator::Greater, bound), verdict::order(interval, Operator::Less, bound)) {
            (Verdict::Holds, _) => "lies wholly above",
            (_, Verdict::Holds) => "lies wholly below",
            _ => "includes",
        };
    format!("the {} {where_it_lies} {}", in_words(interval), words::number(bound))
}

fn equivalence_reason(interval: &Interval, within: f64) -> String {
    let where_it_lies = match verdict::equivalence(interval, within) {
        Verdict::Holds => "lies within",
        Verdict::Refuted => "lies wholly outside",
        Verdict::Undecided => "is not wholly on one side of",
    };
    format!("the {} {where_it_lies} ±{}", in_words(interval), words::number(within))
}

/// What the interval is over stands beside the estimate already.
fn in_words(interval: &Interval) -> String {
    format!(
        "{:.0}% interval [{}, {}]",
        interval.level * 100.0,
        words::rounded(interval.low),
        words::rounded(interval.high)
    )
}
