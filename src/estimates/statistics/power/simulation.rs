//! Power by doing the experiment many times with drawn answers, and deciding each with the real estimators.

use super::super::clusters::{combine, two_way};
use super::super::means::{mean, paired, welch};
use super::super::{Estimate, Unestimable};
use super::{Against, Design, Units};
use crate::rows::stream::{Generator, Stream};

impl Design {
    /// The share of `repeats` simulated experiments whose interval lies wholly above the bound, where the truth lies
    /// `effect` above it. Answers are normal with the design's deviations; each experiment has numbers of its own in the
    /// stream, so that the same stream gives the same share. Its standard error is at most `1 / (2 √repeats)`.
    pub fn simulated_power(&self, effect: f64, level: f64, repeats: u32, stream: &Stream) -> Result<f64, Unestimable> {
        let mut found = 0;
        for repeat in 0..repeats {
            let mut normals = Normals { numbers: stream.at(u64::from(repeat)) };
            if self.draw(effect, &mut normals)?.limits(level).low > 0.0 {
                found += 1;
            }
        }
        Ok(f64::from(found) / f64::from(repeats))
    }

    /// One experiment's estimate of its distance from the bound.
    pub(crate) fn draw(&self, effect: f64, normals: &mut Normals<'_>) -> Result<Estimate, Unestimable> {
        let units = self.units()?;
        if units == Units::Samples {
            let mut samples = |centre| -> Vec<f64> {
                (0..self.samples).map(|_| centre + self.deviations.sample * normals.next()).collect()
            };
            let own = samples(effect);
            return match self.against {
                Against::Bound => mean(&own),
                Against::Arm => welch(&own, &samples(0.0)),
            };
        }
        // Wordings that are not generalised over are the same in every experiment; that they differ changes nothing.
        let wordings: Vec<f64> = (0..self.wordings)
            .map(|_| match units {
                Units::Runs => 0.0,
                _ => self.deviations.wording * normals.next(),
            })
            .collect();
        let own = self.cells(effect, &wordings, normals);
        let same = vec![0.0; wordings.len()];
        match (units, self.against) {
            (Units::RunsAndWordings, Against::Bound) => {
                let places =
                    own.iter().enumerate().flat_map(|(run, cells)| (0..cells.len()).map(move |wording| (run, wording)));
                let (runs, of_wordings): (Vec<usize>, Vec<usize>) = places.unzip();
                Ok(two_way(&own.concat(), &runs, &of_wordings)?.estimate)
            }
            (Units::RunsAndWordings, Against::Arm) => {
                let other = self.cells(0.0, &same, normals);
                let runs = welch(&by_run(&own), &by_run(&other))?;
                let columns = paired(&by_wording(&own), &by_wording(&other))?;
                let cells = mean(&own.concat())?.error.hypot(mean(&other.concat())?.error);
                let variance = |estimate: Estimate| (estimate.error.powi(2), estimate.freedom);
                Ok(combine(runs.value, variance(runs), variance(columns), cells.powi(2)).estimate)
            }
            (Units::Wordings, Against::Bound) => mean(&by_wording(&own)),
            (Units::Wordings, Against::Arm) => {
                let other = self.cells(0.0, &same, normals);
                paired(&by_wording(&own), &by_wording(&other))
            }
            (_, Against::Bound) => mean(&by_run(&own)),
            (_, Against::Arm) => welch(&by_run(&own), &by_run(&self.cells(0.0, &same, normals))),
        }
    }

    /// The mean of each run's samples of each wording.
    fn cells(&self, centre: f64, wordings: &[f64], normals: &mut Normals<'_>) -> Vec<Vec<f64>> {
        let own = self.deviations.interaction.hypot(self.deviations.sample / f64::from(self.samples).sqrt());
        // A single run is what the estimate is about: how far other runs lie from it, it cannot say.
        let between = if self.runs > 1 { self.deviations.run } else { 0.0 };
        (0..self.runs)
            .map(|_| {
                let run = centre + between * normals.next();
                wordings.iter().map(|wording| run + wording + own * normals.next()).collect()
            })
            .collect()
    }
}

/// Normal numbers by Box and Muller (1958), one of each pair.
#[derive(Debug)]
pub(crate) struct Normals<'k> {
    pub(crate) numbers: Generator<'k>,
}

impl Normals<'_> {
    pub(crate) fn next(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// From 0 up to 1, which is never drawn.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.numbers.word() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn by_run(cells: &[Vec<f64>]) -> Vec<f64> {
    cells.iter().map(|own| own.iter().sum::<f64>() / own.len() as f64).collect()
}

fn by_wording(cells: &[Vec<f64>]) -> Vec<f64> {
    let count = cells.first().map_or(0, Vec::len);
    (0..count)
        .map(|wording| cells.iter().filter_map(|own| own.get(wording)).sum::<f64>() / cells.len() as f64)
        .collect()
}
