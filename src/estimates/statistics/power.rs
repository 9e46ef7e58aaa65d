//! What an experiment can find before it is run: the power of a claim, the smallest effect it can detect, and how many
//! runs it needs. Power here is the probability that the interval lies wholly on the claimed side of the bound.

mod samples;
mod simulation;
mod two_way;

use super::laws::{noncentral_t_above, t_reach, welch_found};
use super::{Estimate, Unestimable};

#[cfg(test)]
pub(crate) use simulation::Normals;

pub use samples::{
    Questions, arcsine_samples, cohens_h, pooled_samples, share_power, share_power_by_h, unpooled_samples,
};

/// More runs than this nobody trains.
const MOST_RUNS: u32 = 1 << 20;

/// How much answers vary by source: standard deviations, in the unit of the score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deviations {
    /// Of runs, in what they would say on average.
    pub run: f64,
    /// Of wordings, over all runs alike; against another arm, in the difference between the arms.
    pub wording: f64,
    /// Of a wording's effect between runs.
    pub interaction: f64,
    /// Of samples of one run and wording: `√(p (1 - p))` of a share p, zero where probabilities are read.
    pub sample: f64,
}

/// What a mean is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// A number; or the same runs under another condition, when the deviations are those of the differences.
    Bound,
    /// Another arm with as many runs of its own, which answer the same wordings.
    Arm,
}

/// A planned comparison of one question: the interval that its answers will have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Design {
    /// Runs of an arm.
    pub runs: u32,
    pub wordings: u32,
    /// Samples of each run and wording.
    pub samples: u32,
    pub deviations: Deviations,
    pub against: Against,
    /// Whether the claim is about wordings in general, so that two-way clustered intervals apply.
    pub generalize: bool,
}

/// What the interval of a design's answers is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Units {
    Runs,
    RunsAndWordings,
    Wordings,
    Samples,
}

impl Design {
    /// The estimate as the design expects it where the truth lies `effect` from the bound: with the standard error that
    /// the deviations imply, and the degrees of freedom of the interval that will be taken.
    pub fn expected(&self, effect: f64) -> Result<Estimate, Unestimable> {
        let Deviations { run, wording, interaction, sample } = self.deviations;
        let [runs, wordings, samples] = [self.runs, self.wordings, self.samples].map(f64::from);
        let cell = interaction.powi(2) + sample.powi(2) / samples;
        let arms = self.arms();
        let (variance, freedom) = match self.units()? {
            Units::Runs => (arms * (run.powi(2) + cell / wordings) / runs, arms * (runs - 1.0)),
            Units::RunsAndWordings => (
                arms * (run.powi(2) + cell / wordings) / runs + wording.powi(2) / wordings,
                (arms * (runs - 1.0)).min(wordings - 1.0),
            ),
            Units::Wordings => ((wording.powi(2) + arms * cell) / wordings, wordings - 1.0),
            Units::Samples => (arms * sample.powi(2) / samples, arms * (samples - 1.0)),
        };
        Ok(Estimate { value: effect, error: variance.sqrt(), freedom })
    }

    /// The power to find an `effect`, the distance of the truth from the bound towards the claimed side, with intervals of
    /// `level`. Exact for normal answers, except where the interval is over runs and wordings together: there the part of the
    /// variance that lies within cells is taken for its mean, which changes the power by less than 0.03.
    pub fn power(&self, effect: f64, level: f64) -> Result<f64, Unestimable> {
        let expected = self.expected(effect)?;
        if expected.is_without_width() {
            return Ok(if effect > 0.0 { 1.0 } else { 0.0 });
        }
        self.found(effect / expected.error, level)
    }

    /// The smallest effect that is found with probability `power`.
    pub fn detectable(&self, power: f64, level: f64) -> Result<f64, Unestimable> {
        if !(power > 0.0 && power < 1.0 && level > 0.0 && level < 1.0) {
            return Err(Unestimable::Argument("power and level lie between 0 and 1"));
        }
        let (mut low, mut high) = (0.0, 1.0);
        while self.found(high, level)? < power && high < 1e9 {
            (low, high) = (high, 2.0 * high);
        }
        while high - low > 1e-8 * high {
            let middle = f64::midpoint(low, high);
            if self.found(middle, level)? < power { low = middle } else { high = middle }
        }
        Ok(high * self.expected(0.0)?.error)
    }

    /// The power to find an effect of `shift` standard errors.
    fn found(&self, shift: f64, level: f64) -> Result<f64, Unestimable> {
        let freedom = self.expected(0.0)?.freedom;
        Ok(match (self.units()?, self.against) {
            (Units::Runs, Against::Arm) => welch_found(level, f64::from(self.runs), shift),
            (Units::Samples, Against::Arm) => welch_found(level, f64::from(self.samples), shift),
            (Units::RunsAndWordings, _) => self.found_two_ways(shift, level),
            _ => noncentral_t_above(t_reach(level, freedom), freedom, shift),
        })
    }

    fn arms(&self) -> f64 {
        match self.against {
            Against::Bound => 1.0,
            Against::Arm => 2.0,
        }
    }

    /// The smallest number of runs, at least two, with which an effect is found with probability `power`, everything
    /// else being equal. None where no number is enough, because wordings are too few to generalise from.
    pub fn runs_needed(&self, effect: f64, power: f64, level: f64) -> Result<Option<u32>, Unestimable> {
        let enough = |runs: u32| Ok(Design { runs, ..*self }.power(effect, level)? >= power);
        let mut high = 2;
        while !enough(high)? {
            if high >= MOST_RUNS {
                return Ok(None);
            }
            high *= 2;
        }
        let mut low = high / 2;
        while high - low > 1 {
            let middle = u32::midpoint(low, high);
            if middle >= 2 && !enough(middle)? { low = middle } else { high = middle }
        }
        Ok(Some(high.max(2)))
    }

    /// The same design with endless samples: what it cannot detect, no number of samples will.
    #[must_use]
    pub fn with_endless_samples(self) -> Design {
        Design { deviations: Deviations { sample: 0.0, ..self.deviations }, ..self }
    }

    fn units(&self) -> Result<Units, Unestimable> {
        let Deviations { run, wording, interaction, sample } = self.deviations;
        if !([run, wording, interaction, sample].iter().all(|deviation| deviation.is_finite() && *deviation >= 0.0)) {
            return Err(Unestimable::Argument("a standard deviation is finite and not negative"));
        }
        if self.runs == 0 || self.wordings == 0 || self.samples == 0 {
            return Err(Unestimable::Argument("a design has at least one run, wording and sample"));
        }
        match (self.runs, self.wordings, self.samples) {
            (_, 1, _) if self.generalize => Err(Unestimable::TooFew { what: "wordings", needed: 2, found: 1 }),
            (2.., _, _) if self.generalize => Ok(Units::RunsAndWordings),
            (2.., _, _) => Ok(Units::Runs),
            (_, 2.., _) => Ok(Units::Wordings),
            (_, _, 2..) => Ok(Units::Samples),
            _ => Err(Unestimable::TooFew { what: "samples", needed: 2, found: 1 }),
        }
    }
}
