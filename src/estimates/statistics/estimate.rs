use thiserror::Error;

use super::laws::{t_above, t_reach};

/// Variation below this, relative to the values, is rounding.
const ROUNDING: f64 = 1e-12;

/// A value with the standard error that Student's t is scaled by. From it follow the interval, the p value and the
/// equivalence test, so that they never disagree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub value: f64,
    /// The standard error, in the unit of the value.
    pub error: f64,
    /// Degrees of freedom of the standard error; infinite under the normal law.
    pub freedom: f64,
}

/// The two ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub low: f64,
    pub high: f64,
}

/// Why there is no estimate.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Unestimable {
    #[error("it needs at least {needed} {what}, and there {} {found}", if *.found == 1 { "is" } else { "are" })]
    TooFew { what: &'static str, needed: usize, found: usize },
    #[error("{0} does not vary")]
    Constant(&'static str),
    #[error("a value is not a finite number")]
    NotFinite,
    #[error("{0} values stand beside {1}")]
    Unmatched(usize, usize),
    #[error("{0}")]
    Argument(&'static str),
}

impl Estimate {
    /// The two-sided interval of `level`: `value ± t × error`. A `level` outside 0 to 1 has infinite limits, which
    /// decide nothing.
    pub fn limits(&self, level: f64) -> Limits {
        let reach = t_reach(level, self.freedom);
        Limits::around(self.value, if reach.is_finite() { reach * self.error } else { f64::INFINITY })
    }

    /// The two-sided p value of Student's t against `null`.
    pub fn p_value(&self, null: f64) -> f64 {
        (2.0 * t_above(self.statistic(null).abs(), self.freedom)).min(1.0)
    }

    /// The one-sided p value against "no larger than `bound`".
    pub fn p_above(&self, bound: f64) -> f64 {
        t_above(self.statistic(bound), self.freedom)
    }

    /// The one-sided p value against "no smaller than `bound`".
    pub fn p_below(&self, bound: f64) -> f64 {
        t_above(-self.statistic(bound), self.freedom)
    }

    /// The p value of equivalence: of "the value lies outside `low` to `high`", by two one-sided tests, of which the
    /// larger p value counts (Schuirmann 1987). At 0.05 it says what the 90% interval within the margin says.
    pub fn p_equivalent(&self, low: f64, high: f64) -> f64 {
        self.p_above(low).max(self.p_below(high))
    }

    /// Whether the units agreed to the last digit. The interval then has no width, which is a property of the
    /// sample and not certainty: coarse answers of few runs agree often.
    pub fn is_without_width(&self) -> bool {
        self.error <= ROUNDING * (ROUNDING + self.value.abs())
    }

    /// How many standard errors the value lies above `null`.
    fn statistic(&self, null: f64) -> f64 {
        let distance = self.value - null;
        if distance.abs() <= ROUNDING * (ROUNDING + null.abs()) { 0.0 } else { distance / self.error }
    }
}

impl Limits {
    /// The limits that lie `half` on both sides of `value`.
    pub(super) fn around(value: f64, half: f64) -> Limits {
        Limits { low: value - half, high: value + half }
    }

    /// Whether `value` lies between the limits, both included.
    pub fn include(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Half the distance between the limits.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// The part of the interval that lies between two ends.
    pub(super) fn within(self, low: f64, high: f64) -> Limits {
        Limits { low: self.low.clamp(low, high), high: self.high.clamp(low, high) }
    }
}

/// Refuses values that are not finite.
pub(super) fn finite<'v>(values: impl IntoIterator<Item = &'v f64>) -> Result<(), Unestimable> {
    if values.into_iter().all(|value| value.is_finite()) { Ok(()) } else { Err(Unestimable::NotFinite) }
}

/// Refuses less than `needed` of something.
pub(super) fn at_least(needed: usize, found: usize, what: &'static str) -> Result<(), Unestimable> {
    if found >= needed { Ok(()) } else { Err(Unestimable::TooFew { what, needed, found }) }
}

/// Refuses lists that should stand beside each other and do not.
pub(super) fn matched(one: usize, other: usize) -> Result<(), Unestimable> {
    if one == other { Ok(()) } else { Err(Unestimable::Unmatched(one, other)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ESTIMATE: Estimate = Estimate { value: 0.3, error: 0.1, freedom: 4.0 };

    #[test]
    fn interval_and_p_value_agree() {
        for level in [0.5, 0.9, 0.95, 0.999] {
            let limits = ESTIMATE.limits(level);
            for end in [limits.low, limits.high] {
                assert!((ESTIMATE.p_value(end) - (1.0 - level)).abs() < 1e-9, "{level}");
            }
            assert!((ESTIMATE.p_equivalent(limits.low, 9.0) - (1.0 - level) / 2.0).abs() < 1e-9, "{level}");
            assert!((ESTIMATE.p_equivalent(-9.0, limits.high) - (1.0 - level) / 2.0).abs() < 1e-9, "{level}");
        }
    }

    #[test]
    fn what_decides_nothing_has_infinite_limits() {
        for (estimate, level) in [
            (ESTIMATE, 0.0),
            (ESTIMATE, 1.0),
            (ESTIMATE, 95.0),
            (ESTIMATE, f64::NAN),
            (Estimate { freedom: 0.0, ..ESTIMATE }, 0.95),
            (Estimate { freedom: f64::NAN, ..ESTIMATE }, 0.95),
        ] {
            let limits = estimate.limits(level);
            assert!(limits.low.is_infinite() && limits.high.is_infinite(), "{estimate:?} at {level}: {limits:?}");
        }
    }

    #[test]
    fn agreement_to_the_last_digit_is_told_apart() {
        let constant = Estimate { error: 0.0, ..ESTIMATE };
        assert!(constant.is_without_width());
        assert!(!ESTIMATE.is_without_width());
        assert_eq!(constant.limits(0.95), Limits { low: 0.3, high: 0.3 });
        assert!((constant.p_value(0.3) - 1.0).abs() < 1e-15);
        assert!(constant.p_value(0.2).abs() < 1e-15);
    }
}
