//! The ratio of two sums of means, by Fieller's theorem.

use super::components::{Component, Gathered};
use super::index::Index;
use super::spread::Spread;
use super::{Operator, Setting, Term, verdict};
use crate::report::{Interval, Verdict};

/// How often a step is doubled, or an interval halved: beyond the precision of numbers.
const STEPS: u32 = 60;

/// A ratio `A / B` that can be held against bounds.
#[derive(Debug)]
pub(crate) struct Ratio<'a> {
    pub(crate) gathered: Gathered<'a>,
    /// The terms from this one on are the denominator's.
    denominator_from: usize,
    numerator: f64,
    denominator: f64,
}

impl<'a> Ratio<'a> {
    /// Gathers both sums as one, so that runs in both are paired.
    pub(crate) fn of(
        numerator: &'a [Term],
        denominator: &'a [Term],
        setting: &'a Setting,
        index: &'a Index<'a>,
    ) -> Ratio<'a> {
        let denominator_from = numerator.len();
        let gathered = Gathered::of(numerator.iter().chain(denominator), setting, index);
        let total = |is_below: bool| {
            let own = gathered.components.iter().filter(|component| (component.term >= denominator_from) == is_below);
            own.map(|component| component.weight * component.mean).sum()
        };
        let (numerator, denominator) = (total(false), total(true));
        Ratio { gathered, denominator_from, numerator, denominator }
    }

    /// `A / B`, or none where B is 0.
    pub(crate) fn estimate(&self) -> Option<f64> {
        Some(self.numerator / self.denominator).filter(|ratio| ratio.is_finite())
    }

    /// What varies in words, where something does.
    pub(crate) fn over(&self) -> Option<String> {
        Some(self.spread_of(1.0, -self.estimate()?).ok()?.over())
    }

    /// The interval of `A - bound × B`, with the sign of B: above 0 where the ratio is above the bound.
    pub(crate) fn contrast(&self, bound: f64, level: f64) -> Result<Interval, String> {
        let sign = self.denominator.signum();
        let spread = self.spread_of(sign, -bound * sign)?;
        Ok(spread.interval(sign * (self.numerator - bound * self.denominator), level))
    }

    /// Fieller's (1954) interval: every bound that the test of `A - bound × B = 0` does not refuse. Unlike the delta
    /// method it is as exact as that test, also where the denominator is uncertain, as it is with few runs; it is not
    /// symmetric about the estimate. It is an interval only where the denominator's own interval leaves out 0.
    ///
    /// # Errors
    /// Says why there is no interval.
    pub(crate) fn interval(&self, level: f64) -> Result<Interval, String> {
        let below = self.spread_of(0.0, 1.0)?.interval(self.denominator, level);
        let ratio = self.estimate();
        let is_clear = |operator| verdict::order(&below, operator, 0.0) == Verdict::Holds;
        let Some(ratio) = ratio.filter(|_| is_clear(Operator::Greater) || is_clear(Operator::Less)) else {
            let (low, high) = (super::words::rounded(below.low), super::words::rounded(below.high));
            return Err(format!("the {:.0}% interval [{low}, {high}] of the denominator includes 0", level * 100.0));
        };
        let over = self.spread_of(1.0, -ratio)?.over();
        let low = self.end(ratio, -1.0, level)?;
        let high = self.end(ratio, 1.0, level)?;
        Ok(Interval { low, high, level, over: format!("{over} (Fieller)") })
    }

    /// Goes from the estimate in steps that double until a bound is refused, and halves the last one.
    fn end(&self, ratio: f64, direction: f64, level: f64) -> Result<f64, String> {
        let is_refused = |bound: f64| {
            let contrast = self.contrast(bound, level)?;
            Ok::<bool, String>(contrast.low > 0.0 || contrast.high < 0.0)
        };
        let mut inside = ratio;
        let mut step = 1e-3 * (1e-3 + ratio.abs());
        let mut outside = None;
        for _ in 0..STEPS {
            let bound = ratio + direction * step;
            if is_refused(bound)? {
                outside = Some(bound);
                break;
            }
            inside = bound;
            step *= 2.0;
        }
        let Some(mut outside) = outside else { return Ok(direction * f64::INFINITY) };
        for _ in 0..STEPS {
            let middle = f64::midpoint(inside, outside);
            if is_refused(middle)? {
                outside = middle;
            } else {
                inside = middle;
            }
        }
        Ok(inside)
    }

    /// What varies in `above × A + below × B`.
    fn spread_of(&self, above: f64, below: f64) -> Result<Spread, String> {
        let scaled = |component: &Component<'a>| {
            let factor = if component.term < self.denominator_from { above } else { below };
            Component { weight: component.weight * factor, ..*component }
        };
        let components = self.gathered.components.iter().map(scaled);
        let components: Vec<Component<'a>> = components.filter(|component| component.weight.abs() > 0.0).collect();
        self.gathered.spread_of(&components)
    }
}
