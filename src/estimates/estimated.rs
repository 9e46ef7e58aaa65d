use super::components::{Gathered, sum};
use super::index::Index;
use super::rank::Rank;
use super::ratio::Ratio;
use super::spread::Spread;
use super::statistics::Estimate;
use super::statistics::association::Association;
use super::{Mean, Over, Quantity, Setting, Term, correlation, rank, slope, words};
use crate::report::{Interval, Outcomes};
use crate::scores::Method;

/// What an estimate came to, before it meets a bound.
pub(crate) struct Estimated<'e> {
    pub(crate) estimand: String,
    pub(crate) estimate: Option<f64>,
    /// The intervals, or why nothing can be concluded.
    pub(crate) test: Result<Box<dyn Intervals + 'e>, String>,
    pub(crate) outcomes: Outcomes,
    pub(crate) method: Option<Method>,
}

/// Intervals of one estimate at every level. A level of 0 gives the estimate itself.
pub(crate) trait Intervals {
    fn interval(&self, level: f64) -> Interval;

    /// An interval and a bound whose order says on which side of `bound` the estimate lies.
    fn against(&self, bound: f64, level: f64) -> (Interval, f64) {
        (self.interval(level), bound)
    }
}

impl<'e> Estimated<'e> {
    pub(crate) fn of(quantity: &'e Quantity, setting: &'e Setting, index: &'e Index<'e>) -> Self {
        match quantity {
            Quantity::Sum(terms) => Self::of_sum(terms, setting, index),
            Quantity::Correlation { x, y, over } => Self::of_correlation(quantity, x, y, *over, setting, index),
            Quantity::Ratio { numerator, denominator } => {
                Self::of_ratio(quantity, numerator, denominator, setting, index)
            }
            Quantity::Rank { of, others, .. } => Self::of_rank(quantity, of, others, setting, index),
            Quantity::Slope { mean, over } => Self::of_slope(quantity, mean, over, setting, index),
        }
    }

    fn of_sum(terms: &[Term], setting: &Setting, index: &Index<'_>) -> Self {
        let gathered = Gathered::of(terms, setting, index);
        let spread = gathered.obstacle().map_or_else(|| gathered.spread(), Err);
        let over = spread.as_ref().ok().map(Spread::over);
        let estimate = gathered.estimate();
        Estimated {
            estimand: words::sum(terms, over.as_deref(), setting),
            estimate: (gathered.gaps.is_empty() && !gathered.components.is_empty()).then_some(estimate),
            test: spread.map(|spread| Box::new(Spreading { estimate, spread }) as Box<dyn Intervals>),
            outcomes: gathered.outcomes,
            method: gathered.method(),
        }
    }

    fn of_correlation(
        quantity: &Quantity,
        x: &Mean,
        y: &Mean,
        over: Over,
        setting: &Setting,
        index: &Index<'_>,
    ) -> Self {
        let terms = correlation::terms(x, y);
        let found = correlation::correlate(&terms, over, super::claims::LEVEL, setting, index);
        let obstacle = found.findings.obstacle();
        let test = found.interval.and_then(|interval| {
            let association = found.association.ok_or("there is no correlation")?;
            Ok(Box::new(Correlated { association, over: interval.over }) as Box<dyn Intervals>)
        });
        Estimated {
            estimand: words::quantity(quantity, test.is_ok().then_some(&found.over), setting),
            estimate: found.estimate.filter(|_| obstacle.is_none()),
            outcomes: found.findings.outcomes,
            method: found.findings.method(),
            test: obstacle.map_or(test, Err),
        }
    }

    fn of_ratio(
        quantity: &Quantity,
        numerator: &'e [Term],
        denominator: &'e [Term],
        setting: &'e Setting,
        index: &'e Index<'e>,
    ) -> Self {
        let ratio = Ratio::of(numerator, denominator, setting, index);
        let interval = ratio.gathered.obstacle().map_or_else(|| ratio.interval(super::claims::LEVEL), Err);
        let over = ratio.over();
        Estimated {
            estimand: words::quantity(quantity, over.as_deref(), setting),
            estimate: ratio.estimate().filter(|_| ratio.gathered.gaps.is_empty()),
            outcomes: ratio.gathered.outcomes,
            method: ratio.gathered.method(),
            test: interval.map(|_| Box::new(ratio) as Box<dyn Intervals>),
        }
    }

    fn of_rank(quantity: &Quantity, of: &Mean, others: &[Mean], setting: &Setting, index: &Index<'_>) -> Self {
        let all = rank::all(of, others);
        let gathered = Gathered::of(&all, setting, index);
        let differences = rank::differences(of, others);
        let rank = gathered.obstacle().map_or_else(|| Rank::of(&differences, setting, index), Err);
        Estimated {
            estimand: words::quantity(quantity, rank.as_ref().ok().map(Rank::over), setting),
            estimate: rank.as_ref().ok().map(|rank| rank.estimate),
            outcomes: gathered.outcomes,
            method: gathered.method(),
            test: rank.map(|rank| Box::new(rank) as Box<dyn Intervals>),
        }
    }

    fn of_slope(quantity: &Quantity, mean: &Mean, axis: &str, setting: &Setting, index: &Index<'_>) -> Self {
        let term = [Term { weight: 1.0, mean: mean.clone() }];
        let (gathered, slope) = slope::slope(&term, axis, setting, index);
        let slope = gathered.obstacle().map_or(slope, Err);
        let over = slope.as_ref().ok().map(|(_, runs)| format!("over {runs} runs"));
        Estimated {
            estimand: words::quantity(quantity, over.as_deref(), setting),
            estimate: slope.as_ref().ok().map(|(estimate, _)| estimate.value),
            outcomes: gathered.outcomes,
            method: gathered.method(),
            test: slope.map(|(estimate, runs)| Box::new(Slope { estimate, runs }) as Box<dyn Intervals>),
        }
    }

    /// Two estimates whose difference has no interval.
    pub(crate) fn beside(self, other: &Estimated<'_>) -> Self {
        Estimated {
            estimand: format!("{} against {}", self.estimand, other.estimand),
            estimate: self.estimate.zip(other.estimate).map(|(a, b)| a - b),
            test: Err("equal() is for means: the difference of these has no interval here".to_owned()),
            outcomes: sum(self.outcomes, other.outcomes),
            method: self.method.filter(|method| other.method == Some(*method)),
        }
    }
}

/// A sum of means.
struct Spreading {
    estimate: f64,
    spread: Spread,
}

impl Intervals for Spreading {
    fn interval(&self, level: f64) -> Interval {
        self.spread.interval(self.estimate, level)
    }
}

/// A correlation.
struct Correlated {
    association: Association,
    over: String,
}

impl Intervals for Correlated {
    fn interval(&self, level: f64) -> Interval {
        let value = self.association.value;
        let limits = if level > 0.0 { self.association.limits(level).ok() } else { None };
        let (low, high) = limits.map_or((value, value), |limits| (limits.low, limits.high));
        Interval { low, high, level, over: self.over.clone() }
    }
}

/// A slope over so many runs.
struct Slope {
    estimate: Estimate,
    runs: usize,
}

impl Intervals for Slope {
    fn interval(&self, level: f64) -> Interval {
        let estimate = self.estimate.value;
        // The module of statistics gives no interval of level 0, which is the estimate itself.
        let limits = (level > 0.0).then(|| self.estimate.limits(level));
        let over = format!("over {} runs (jackknife, t, {:.0} df)", self.runs, self.estimate.freedom);
        let (low, high) = limits.map_or((estimate, estimate), |limits| (limits.low, limits.high));
        Interval { low, high, level, over }
    }
}

impl Intervals for Rank {
    fn interval(&self, level: f64) -> Interval {
        self.interval(level)
    }
}

impl Intervals for Ratio<'_> {
    fn interval(&self, level: f64) -> Interval {
        let everything = |reason| Interval { low: f64::NEG_INFINITY, high: f64::INFINITY, level, over: reason };
        self.interval(level).unwrap_or_else(everything)
    }

    /// The test that the interval inverts: whether `A - bound × B` is above 0.
    fn against(&self, bound: f64, level: f64) -> (Interval, f64) {
        let contrast = self.contrast(bound, level);
        (contrast.unwrap_or_else(|_| Intervals::interval(self, level)), 0.0)
    }
}
