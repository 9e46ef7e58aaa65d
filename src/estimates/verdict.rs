//! Verdicts from intervals.

use super::Operator;
use crate::report::{Interval, Verdict};

/// A gap to the bound below this, relative to the numbers, is rounding: the interval touches the bound.
const ROUNDING: f64 = 1e-12;

/// Holds when the interval lies wholly on the claimed side of the bound, refuted when it lies wholly on the other.
/// An interval that touches the bound decides nothing.
pub(crate) fn order(interval: &Interval, operator: Operator, bound: f64) -> Verdict {
    let above = beyond(interval.low, bound);
    let below = beyond(-interval.high, -bound);
    match (operator, above, below) {
        (Operator::Greater, true, _) | (Operator::Less, _, true) => Verdict::Holds,
        (Operator::Greater, _, true) | (Operator::Less, true, _) => Verdict::Refuted,
        (_, false, false) => Verdict::Undecided,
    }
}

/// Two one-sided tests (Schuirmann 1987): holds when the 90% interval of the difference lies within `±within`,
/// refuted when it lies wholly outside on one side.
pub(crate) fn equivalence(interval: &Interval, within: f64) -> Verdict {
    if beyond(interval.low, -within) && beyond(-interval.high, -within) {
        Verdict::Holds
    } else if beyond(interval.low, within) || beyond(-interval.high, within) {
        Verdict::Refuted
    } else {
        Verdict::Undecided
    }
}

/// A claim holds if all of its parts hold, and is refuted if any is.
pub(crate) fn all(parts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let parts: Vec<Verdict> = parts.into_iter().collect();
    if parts.contains(&Verdict::Refuted) {
        Verdict::Refuted
    } else if parts.is_empty() || parts.contains(&Verdict::Undecided) {
        Verdict::Undecided
    } else {
        Verdict::Holds
    }
}

fn beyond(value: f64, bound: f64) -> bool {
    value - bound > ROUNDING * (1.0 + bound.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(low: f64, high: f64) -> Interval {
        Interval { low, high, level: 0.95, over: String::new() }
    }

    #[test]
    fn an_order_is_decided_by_the_whole_interval() {
        use Operator::{Greater, Less};
        use Verdict::{Holds, Refuted, Undecided};
        let table = [
            (0.2, 0.4, Greater, Holds),
            (0.0, 0.05, Greater, Refuted),
            (0.0, 0.2, Greater, Undecided),
            (0.1, 0.2, Greater, Undecided),
            (0.0, 0.1, Greater, Undecided),
            (0.1 + 1e-15, 0.2, Greater, Undecided),
            (0.2, 0.4, Less, Refuted),
            (0.0, 0.05, Less, Holds),
            (0.0, 0.2, Less, Undecided),
            (f64::NAN, f64::NAN, Less, Undecided),
            (f64::NEG_INFINITY, f64::INFINITY, Greater, Undecided),
        ];
        for (low, high, operator, verdict) in table {
            assert_eq!(order(&interval(low, high), operator, 0.1), verdict, "[{low}, {high}] {operator:?} 0.1");
        }
    }

    #[test]
    fn equivalence_is_decided_by_the_whole_interval() {
        let table = [
            (-0.04, 0.04, Verdict::Holds),
            (0.06, 0.1, Verdict::Refuted),
            (-0.1, -0.06, Verdict::Refuted),
            (0.04, 0.06, Verdict::Undecided),
            (-0.1, 0.1, Verdict::Undecided),
            (0.0, 0.05, Verdict::Undecided),
        ];
        for (low, high, verdict) in table {
            assert_eq!(equivalence(&interval(low, high), 0.05), verdict, "[{low}, {high}] within 0.05");
        }
    }

    #[test]
    fn a_claim_needs_all_of_its_parts() {
        use Verdict::{Holds, Refuted, Undecided};
        assert_eq!(all([Holds, Holds]), Holds);
        assert_eq!(all([Holds, Undecided]), Undecided);
        assert_eq!(all([Holds, Undecided, Refuted]), Refuted);
        assert_eq!(all([]), Undecided);
    }
}
