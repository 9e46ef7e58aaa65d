//! How much an answer depends on what should not matter: the wording of a question, the order of its options.

use super::estimate::{at_least, finite};
use super::laws::f_above;
use super::means::{mean, paired, welch};
use super::{Estimate, Limits, Unestimable};
use crate::estimates::interval;

/// The effect of a nuisance with several levels, such as ten wordings or four orders.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The share of the variance that lies between levels, from 0 to 1: the variance component of levels among all
    /// components (Searle, Casella and `McCulloch` 1992, section 4.3), zero where levels scatter less than chance would.
    pub share: f64,
    /// The p value of the F test that levels do not differ.
    pub p_value: f64,
    /// The two levels that lie furthest apart.
    pub largest: Contrast,
}

/// The difference of two levels that were picked among many for being far apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// The places of the two levels; the first has the larger mean.
    pub levels: (usize, usize),
    pub difference: Estimate,
    /// How many pairs of levels there were to pick from.
    pub pairs: usize,
}

impl Contrast {
    /// The interval of the difference at a `level` that holds for all pairs together (Bonferroni), because the pair was
    /// picked by its size.
    pub fn limits(&self, level: f64) -> Limits {
        self.difference.limits(1.0 - (1.0 - level) / self.pairs as f64)
    }
}

/// The effect of levels that every unit answered: one row per unit (a run, or an item of a single run), in it one mean
/// per level, in the same order. Pairs of levels are compared within units; the variance components are those of units,
/// levels and the rest of a two-way table without replication.
pub fn crossed(units: &[Vec<f64>]) -> Result<Effect, Unestimable> {
    let count = units.first().map_or(0, Vec::len);
    at_least(2, units.len(), "units")?;
    at_least(2, count, "levels")?;
    finite(units.iter().flatten())?;
    if let Some(other) = units.iter().find(|unit| unit.len() != count) {
        return Err(Unestimable::Unmatched(count, other.len()));
    }
    let levels: Vec<Vec<f64>> =
        (0..count).map(|level| units.iter().filter_map(|unit| unit.get(level)).copied().collect()).collect();
    let (of_units, of_levels) = (units.len() as f64, count as f64);
    let unit_means = means(units);
    let level_means = means(&levels);
    let centre = centre(&level_means);
    let real = beyond_rounding(units);
    let between_levels = real(of_units * interval::variance(&level_means).unwrap_or_default());
    let between_units = real(of_levels * interval::variance(&unit_means).unwrap_or_default());
    let rest = units.iter().zip(&unit_means).flat_map(|(unit, own)| {
        unit.iter().zip(&level_means).map(move |(value, level)| (value - own - level + centre).powi(2))
    });
    let freedom = (of_units - 1.0) * (of_levels - 1.0);
    let rest = real(rest.sum::<f64>() / freedom);
    let component = |between: f64, each: f64| ((between - rest) / each).max(0.0);
    let (levels_vary, units_vary) = (component(between_levels, of_units), component(between_units, of_levels));
    Ok(Effect {
        share: share(levels_vary, units_vary + rest),
        p_value: p_value(between_levels, rest, (of_levels - 1.0, freedom)),
        largest: largest(&levels, &level_means, paired)?,
    })
}

/// The effect of levels whose answers are independent of each other: one list of samples per level, of any length from
/// two on. Pairs are compared by Welch's t; the variance components are those of a one-way table.
pub fn nested(levels: &[Vec<f64>]) -> Result<Effect, Unestimable> {
    at_least(2, levels.len(), "levels")?;
    for level in levels {
        mean(level)?;
    }
    let level_means = means(levels);
    let all: Vec<f64> = levels.iter().flatten().copied().collect();
    let (n, count) = (all.len() as f64, levels.len() as f64);
    let centre = centre(&all);
    let sizes = || levels.iter().map(|level| level.len() as f64);
    let between: f64 = sizes().zip(&level_means).map(|(size, own)| size * (own - centre).powi(2)).sum();
    let real = beyond_rounding(levels);
    let between = real(between / (count - 1.0));
    let within =
        levels.iter().zip(sizes()).map(|(level, size)| (size - 1.0) * interval::variance(level).unwrap_or_default());
    let within = real(within.sum::<f64>() / (n - count));
    // The mean size that unequal sizes are worth.
    let size = (n - sizes().map(|size| size * size).sum::<f64>() / n) / (count - 1.0);
    Ok(Effect {
        share: share(((between - within) / size).max(0.0), within),
        p_value: p_value(between, within, (count - 1.0, n - count)),
        largest: largest(levels, &level_means, welch)?,
    })
}

fn largest(
    levels: &[Vec<f64>],
    level_means: &[f64],
    compare: impl Fn(&[f64], &[f64]) -> Result<Estimate, Unestimable>,
) -> Result<Contrast, Unestimable> {
    let by_mean =
        |(_, one): &(usize, (&Vec<f64>, &f64)), (_, other): &(usize, (&Vec<f64>, &f64))| one.1.total_cmp(other.1);
    let numbered = || levels.iter().zip(level_means).enumerate();
    // Among equal means the first is the highest and the last the lowest, so that two levels are compared even then.
    let highest = numbered().rev().max_by(by_mean);
    let lowest = numbered().rev().min_by(by_mean);
    let missing = Unestimable::TooFew { what: "levels", needed: 2, found: levels.len() };
    let ((high, (of_high, _)), (low, (of_low, _))) = highest.zip(lowest).ok_or(missing)?;
    let pairs = levels.len() * (levels.len() - 1) / 2;
    Ok(Contrast { levels: (high, low), difference: compare(of_high, of_low)?, pairs })
}

fn share(of_levels: f64, of_the_rest: f64) -> f64 {
    if of_levels > 0.0 { of_levels / (of_levels + of_the_rest) } else { 0.0 }
}

/// Of the F test of two mean squares. Levels that agree do not differ, whatever the rest does.
fn p_value(between: f64, rest: f64, freedom: (f64, f64)) -> f64 {
    if between > 0.0 { f_above(between / rest, freedom.0, freedom.1) } else { 1.0 }
}

/// Makes mean squares that are rounding zero.
fn beyond_rounding(rows: &[Vec<f64>]) -> impl Fn(f64) -> f64 + use<> {
    let scale = rows.iter().flatten().fold(0.0_f64, |most, value| most.max(value.abs()));
    move |square| if square > (1e-12 * scale).powi(2) { square } else { 0.0 }
}

fn means(rows: &[Vec<f64>]) -> Vec<f64> {
    rows.iter().map(|row| centre(row)).collect()
}

fn centre(values: &[f64]) -> f64 {
    interval::mean(values).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cells of vector `two_way_clustered_se`: 5 runs × 6 wordings.
    fn cells() -> Vec<Vec<f64>> {
        vec![
            vec![0.501, 0.637, 0.637, 0.64, 0.473, 0.742],
            vec![0.333, 0.597, 0.497, 0.526, 0.401, 0.704],
            vec![0.481, 0.639, 0.589, 0.67, 0.561, 0.771],
            vec![0.522, 0.779, 0.598, 0.629, 0.513, 0.793],
            vec![0.383, 0.493, 0.403, 0.44, 0.413, 0.626],
        ]
    }

    #[test]
    fn crossed_levels_agree_with_statsmodels() {
        // anova_lm of y ~ C(unit) + C(level), and scipy.stats.ttest_1samp of the differences at 1 - 0.05 / 15
        let found = crossed(&cells()).unwrap();
        assert!((found.p_value / 4.218_465_707_165_494e-9 - 1.0).abs() < 1e-6, "{}", found.p_value);
        assert!((found.share - 0.588_928_938_231_002_8).abs() < 1e-9, "{}", found.share);
        assert_eq!((found.largest.levels, found.largest.pairs), ((5, 0), 15));
    }

    #[test]
    fn the_largest_difference_pays_for_being_picked() {
        let cells: Vec<Vec<f64>> = cells().into_iter().map(|row| row[1..].to_vec()).collect();
        let found = crossed(&cells).unwrap().largest;
        assert_eq!((found.levels, found.pairs), ((4, 3), 10));
        assert!((found.difference.value - 0.255).abs() < 1e-12);
        let (picked, plain) = (found.limits(0.95), found.difference.limits(0.995));
        assert!((picked.low - plain.low).abs() < 1e-9 && (picked.high - plain.high).abs() < 1e-9);
    }

    #[test]
    fn independent_levels_agree_with_scipy() {
        // scipy.stats.f_oneway: F = 7.7
        let found = nested(&[vec![0.2, 0.3, 0.25], vec![0.5, 0.4, 0.6], vec![0.3, 0.35, 0.2, 0.4]]).unwrap();
        assert!((found.p_value - 0.017_059_844_799_040_144).abs() < 1e-9, "{}", found.p_value);
        // Components by hand: (F - 1) × within over the mean size 3.3, against within.
        let expected = (6.7 / 3.3) / (6.7 / 3.3 + 1.0);
        assert!((found.share - expected).abs() < 1e-9, "{} {expected}", found.share);
        assert_eq!(found.largest.levels, (1, 0));
    }

    #[test]
    fn levels_that_agree_have_no_effect() {
        let found = crossed(&[vec![0.5, 0.5, 0.5], vec![0.7, 0.7, 0.7]]).unwrap();
        assert!(found.share.abs() < 1e-15 && (found.p_value - 1.0).abs() < 1e-15, "{found:?}");
        assert_ne!(found.largest.levels.0, found.largest.levels.1);
        assert_eq!(crossed(&[vec![0.5, 0.5], vec![0.5]]), Err(Unestimable::Unmatched(2, 1)));
        assert_eq!(crossed(&[vec![0.5], vec![0.5]]), Err(Unestimable::TooFew { what: "levels", needed: 2, found: 1 }));
        assert_eq!(
            nested(&[vec![0.5], vec![0.5, 0.6]]),
            Err(Unestimable::TooFew { what: "units", needed: 2, found: 1 })
        );
    }
}
