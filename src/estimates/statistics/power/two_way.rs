//! The power of intervals over runs and wordings together.

use super::super::laws::{normal_below, roots, t_reach, welch_freedoms};
use super::{Against, Design, Deviations};

/// Steps of the sums over either mean square.
const STEPS: u32 = 80;

impl Design {
    /// The probability that the two-way interval of `level` lies wholly above a bound `shift` true standard errors below.
    ///
    /// The mean squares over rows and over columns are independent multiples of χ² and independent of the estimate, so
    /// that the power is the mean of `Φ(shift - t √(V / v))` over both, where `V` is what
    /// [`combine`](super::super::clusters::combine) makes of them and `v` the true variance. Two arms find their degrees
    /// of freedom by Satterthwaite's formula, which adds a third mean.
    pub(super) fn found_two_ways(&self, shift: f64, level: f64) -> f64 {
        let Deviations { run, wording, interaction, sample } = self.deviations;
        let [runs, wordings, samples] = [self.runs, self.wordings, self.samples].map(f64::from);
        let (arms, cell) = (self.arms(), interaction.powi(2) + sample.powi(2) / samples);
        let cells = runs * wordings;
        // The expected mean squares of the analysis of variance, and how often each stands in the sum over cells.
        let of_rows = arms * (wordings * run.powi(2) + cell);
        let of_columns = runs * wording.powi(2) + arms * cell;
        let within = arms * cell * (runs - 1.0) * (wordings - 1.0);
        let truth = (of_rows + of_columns - arms * cell) / cells;
        let freedoms: Vec<(f64, f64)> = match self.against {
            Against::Bound => vec![(runs - 1.0, 1.0)],
            Against::Arm => welch_freedoms(runs).collect(),
        };
        let reaches: Vec<(f64, f64)> = freedoms
            .into_iter()
            .map(|(freedom, weight)| (t_reach(level, freedom.min(wordings - 1.0)), weight))
            .collect();
        let columns: Vec<(f64, f64)> = roots(wordings - 1.0, STEPS).collect();
        let mut found = 0.0;
        for (row, of_row) in roots(arms * (runs - 1.0), STEPS) {
            let row = of_rows * row.powi(2);
            for (column, of_column) in &columns {
                let column = of_columns * column.powi(2);
                let squares = row * (runs - 1.0) + column * (wordings - 1.0) + within;
                let sum = row + column - squares / (cells - 1.0);
                let ratio = (sum.max(row).max(column) / cells / truth).sqrt();
                let above = reaches.iter().map(|(reach, weight)| weight * normal_below(shift - reach * ratio));
                found += of_row * of_column * above.sum::<f64>();
            }
        }
        found.clamp(0.0, 1.0)
    }
}
