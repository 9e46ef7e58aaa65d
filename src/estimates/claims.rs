use super::estimated::{Estimated, Intervals};
use super::index::Index;
use super::p_value::p_value;
use super::{ClaimInSetting, Comparison, Operator, Quantity, Setting, Term, verdict, words};
use crate::report::{ClaimResult, Interval, Part, Verdict};

/// The level of a comparison's interval.
pub(crate) const LEVEL: f64 = 0.95;
/// The level of an equivalence's interval: two one-sided tests at half of what is left each (Schuirmann 1987).
const LEVEL_OF_EQUIVALENCE: f64 = 0.9;

/// A part with the verdict that its estimate leans to, whatever its interval says.
struct Decided {
    part: Part,
    leaning: Verdict,
}

/// Decides a claim: each of its comparisons, and then all of them together.
pub(crate) fn result(claim: &ClaimInSetting, setting: &Setting, index: &Index<'_>) -> ClaimResult {
    let decided: Vec<Decided> =
        claim.statement.comparisons.iter().map(|comparison| part(comparison, setting, index)).collect();
    let p = p_of_all(&decided);
    let parts: Vec<Part> = decided.into_iter().map(|decided| decided.part).collect();
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
        p,
        adjusted_p: None,
        parts,
    }
}

/// The p value of comparisons that are joined. That all hold is tested by each of them at the full level, and the
/// largest p value counts (intersection-union: Berger 1982). That any is refuted is as many tests, and the smallest p
/// value counts that many times (Bonferroni).
fn p_of_all(decided: &[Decided]) -> Option<f64> {
    let p: Vec<(Verdict, f64)> =
        decided.iter().map(|decided| Some((decided.leaning, decided.part.p?))).collect::<Option<_>>()?;
    if p.iter().any(|(leaning, _)| *leaning == Verdict::Refuted) {
        let against = p.iter().filter(|(leaning, _)| *leaning == Verdict::Refuted);
        let smallest = against.map(|(_, p)| *p).fold(1.0, f64::min);
        return Some((smallest * p.len() as f64).min(1.0));
    }
    p.into_iter().map(|(_, p)| p).reduce(f64::max)
}

fn part(comparison: &Comparison, setting: &Setting, index: &Index<'_>) -> Decided {
    match comparison {
        Comparison::Order { quantity, operator, bound } => {
            let estimated = Estimated::of(quantity, setting, index);
            let claimed = if let Quantity::Rank { .. } = quantity {
                words::bound_of_rank(*operator, *bound)
            } else {
                words::bound(*operator, *bound)
            };
            let decide = |test: &dyn Intervals, level: f64| {
                let (interval, bound) = test.against(*bound, level);
                verdict::order(&interval, *operator, bound)
            };
            estimated.decided(claimed, LEVEL, &decide, 1.0, &|interval| order_reason(interval, *bound))
        }
        Comparison::Equal(equivalence) => {
            let bound = format!("within ±{}", words::number(equivalence.within));
            let difference;
            let estimated = match (&equivalence.a, &equivalence.b) {
                (Quantity::Sum(a), Quantity::Sum(b)) => {
                    let minus_b = b.iter().map(|term| Term { weight: -term.weight, mean: term.mean.clone() });
                    difference = Quantity::Sum(a.iter().cloned().chain(minus_b).collect());
                    Estimated::of(&difference, setting, index)
                }
                (a, b) => Estimated::of(a, setting, index).beside(&Estimated::of(b, setting, index)),
            };
            let within = equivalence.within;
            let decide = |test: &dyn Intervals, level: f64| verdict::equivalence(&test.interval(level), within);
            let reason = |interval: &Interval| equivalence_reason(interval, within);
            estimated.decided(bound, LEVEL_OF_EQUIVALENCE, &decide, 0.5, &reason)
        }
    }
}

impl Estimated<'_> {
    /// Decides a comparison by its interval at `level`. `share` of what is left of the level that still decides is the
    /// p value: all of it against a bound, half in one-sided tests.
    fn decided(
        self,
        bound: String,
        level: f64,
        decide: &dyn Fn(&dyn Intervals, f64) -> Verdict,
        share: f64,
        reason: &dyn Fn(&Interval) -> String,
    ) -> Decided {
        let (verdict, reason, interval, p, leaning) = match &self.test {
            Ok(test) => {
                let interval = test.interval(level);
                let leaning = decide(test.as_ref(), 0.0);
                let p = p_value(|level| decide(test.as_ref(), level) != Verdict::Undecided);
                let p = if leaning == Verdict::Undecided { 1.0 } else { p * share };
                (decide(test.as_ref(), level), reason(&interval), Some(interval), Some(p), leaning)
            }
            Err(obstacle) => (Verdict::Undecided, obstacle.clone(), None, None, Verdict::Undecided),
        };
        let part = Part {
            estimand: self.estimand,
            bound,
            estimate: self.estimate,
            interval,
            verdict,
            reason,
            p,
            method: self.method,
            valid: self.outcomes.valid,
            asked: self.outcomes.asked,
        };
        Decided { part, leaning }
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
