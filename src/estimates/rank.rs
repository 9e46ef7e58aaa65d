//! The rank of one value of a condition among all of them.

use super::components::Gathered;
use super::index::Index;
use super::p_value::p_value;
use super::statistics::families::holm;
use super::{Mean, Operator, Setting, Term, verdict};
use crate::report::{Interval, Verdict};

/// The rank of one mean among several: 1 is the highest, and means that are equal share the middle of their ranks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rank {
    pub(crate) estimate: f64,
    /// Of the difference to each other mean: whether it is above 0, below or neither, and its p value, adjusted for
    /// all of them.
    differences: Vec<(Option<Operator>, f64)>,
    over: String,
}

/// All means of a rank, to gather what was asked and read for it.
pub(crate) fn all(of: &Mean, others: &[Mean]) -> Vec<Term> {
    std::iter::once(of).chain(others).map(|mean| Term { weight: 1.0, mean: mean.clone() }).collect()
}

/// The mean whose rank is asked for minus each of the others.
pub(crate) fn differences(of: &Mean, others: &[Mean]) -> Vec<[Term; 2]> {
    let minus = |other: &Mean| [Term { weight: 1.0, mean: of.clone() }, Term { weight: -1.0, mean: other.clone() }];
    others.iter().map(minus).collect()
}

impl Rank {
    /// Compares the mean with each of the others as a claim would, which pairs what the same runs or wordings
    /// answered. The rank is that of the means, not the mean of the runs' ranks: it is the one that more runs would
    /// settle.
    ///
    /// # Errors
    /// Says why one of the differences has no interval.
    pub(crate) fn of(differences: &[[Term; 2]], setting: &Setting, index: &Index<'_>) -> Result<Rank, String> {
        let mut found = Vec::with_capacity(differences.len());
        let (mut over, mut estimate) = (String::new(), 1.0);
        for terms in differences {
            let gathered = Gathered::of(terms, setting, index);
            let difference = gathered.estimate();
            let spread = gathered.spread()?;
            let side = |level: f64| side(&spread.interval(difference, level));
            found.push((side(0.0), p_value(|level| side(level).is_some())));
            estimate += match side(0.0) {
                Some(Operator::Less) => 1.0,
                Some(Operator::Greater) => 0.0,
                None => 0.5,
            };
            over = spread.over();
        }
        let adjusted = holm(&found.iter().map(|(_, p)| *p).collect::<Vec<f64>>());
        let differences: Vec<_> = found.into_iter().zip(adjusted).map(|((side, _), p)| (side, p)).collect();
        Ok(Rank { estimate, differences, over })
    }

    /// What varies, in words.
    pub(crate) fn over(&self) -> &str {
        &self.over
    }

    /// The ranks that are left when every difference that is told from 0 counts. The differences are adjusted together
    /// (Holm 1979), so that all their directions are right with probability `level`, and then so is the interval (Mogstad,
    /// Romano, Shaikh and Wilhelm 2024 invert differences in the same way).
    pub(crate) fn interval(&self, level: f64) -> Interval {
        let decided = |wanted: Operator| {
            let is_so = |(side, p): &&(Option<Operator>, f64)| *side == Some(wanted) && *p <= 1.0 - level;
            self.differences.iter().filter(is_so).count() as f64
        };
        Interval {
            low: 1.0 + decided(Operator::Less),
            high: 1.0 + self.differences.len() as f64 - decided(Operator::Greater),
            level,
            over: format!("{} ({} differences, adjusted by Holm)", self.over, self.differences.len()),
        }
    }
}

/// On which side of 0 an interval lies.
fn side(interval: &Interval) -> Option<Operator> {
    let is = |operator: &Operator| verdict::order(interval, *operator, 0.0) == Verdict::Holds;
    [Operator::Greater, Operator::Less].into_iter().find(is)
}
