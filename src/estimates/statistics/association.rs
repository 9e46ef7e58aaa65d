//! Correlation of two measures over points such as runs.

use std::collections::BTreeSet;

use super::estimate::{at_least, finite, matched};
use super::laws::{normal_reach, t_above};
use super::{Limits, Unestimable};
use crate::estimates::interval;

/// A correlation, with how many of its points are independent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Association {
    /// Between -1 and 1.
    pub value: f64,
    pub points: usize,
    /// Distinct clusters: the runs that the points are checkpoints of. Interval and p value count these, which is the
    /// pessimistic end of what the points are worth.
    pub independent: usize,
    /// The variance of Fisher's z times `independent - 3`.
    scale: f64,
}

/// Pearson's correlation of independent points.
pub fn pearson(points: &[(f64, f64)]) -> Result<Association, Unestimable> {
    of(points, points.len(), 1.0)
}

/// Pearson's correlation of points in clusters, such as checkpoints of runs.
pub fn pearson_by<K: Ord>(points: &[(f64, f64)], clusters: &[K]) -> Result<Association, Unestimable> {
    matched(points.len(), clusters.len())?;
    of(points, clusters.iter().collect::<BTreeSet<_>>().len(), 1.0)
}

/// Spearman's correlation of independent points: Pearson's of their ranks, where equal values share their mean rank.
pub fn spearman(points: &[(f64, f64)]) -> Result<Association, Unestimable> {
    of_ranks(points, points.len())
}

/// Spearman's correlation of points in clusters.
pub fn spearman_by<K: Ord>(points: &[(f64, f64)], clusters: &[K]) -> Result<Association, Unestimable> {
    matched(points.len(), clusters.len())?;
    of_ranks(points, clusters.iter().collect::<BTreeSet<_>>().len())
}

impl Association {
    /// A Pearson correlation that is known only by its value and the number of its independent points, as papers print it.
    pub fn summarized(value: f64, points: usize) -> Association {
        Association { value: value.clamp(-1.0, 1.0), points, independent: points, scale: 1.0 }
    }

    /// Whether points share a cluster. The points are then fewer than they look, and the page warns.
    pub fn shares_clusters(&self) -> bool {
        self.independent < self.points
    }

    /// Fisher's interval: `tanh(atanh r ± z √(c / (n - 3)))`, with `c = 1` for Pearson and `1 + r² / 2` for Spearman
    /// (Bonett and Wright 2000), and `n` the independent points, of which it needs 4.
    pub fn limits(&self, level: f64) -> Result<Limits, Unestimable> {
        at_least(4, self.independent, "independent points")?;
        let half = normal_reach(level) * (self.scale / (self.independent - 3) as f64).sqrt();
        let z = self.continuous().atanh();
        let (low, high) = ((z - half).tanh(), (z + half).tanh());
        Ok(Limits { low: low.min(self.value), high: high.max(self.value) })
    }

    /// The two-sided p value against no correlation, by Student's t with `n - 2` degrees of freedom.
    pub fn p_value(&self) -> Result<f64, Unestimable> {
        at_least(3, self.independent, "independent points")?;
        let freedom = (self.independent - 2) as f64;
        let value = self.continuous();
        let t = value.abs() * (freedom / (1.0 - value.powi(2))).sqrt();
        // Of n! orders two are perfect; no order says more than that.
        let least: f64 = (1..=self.independent).map(|n| 1.0 / n as f64).product();
        Ok((2.0 * t_above(t, freedom).max(if self.is_perfect() { least } else { 0.0 })).min(1.0))
    }

    /// The correlation that intervals start from. Points in perfect order are not certainty: 5 of them occur by chance
    /// once in 60. In place of ±1 stands the middle between it and the nearest rank correlation of so many points,
    /// `1 - 6 / (n³ - n)`: of 4 points the 95% interval then includes 0, and of 5 it does not, as permutations say too.
    fn continuous(&self) -> f64 {
        let n = self.independent as f64;
        if self.is_perfect() { self.value.signum() * (1.0 - 6.0 / (n.powi(3) - n)) } else { self.value }
    }

    fn is_perfect(&self) -> bool {
        1.0 - self.value.abs() <= 1e-12
    }
}

fn of(points: &[(f64, f64)], independent: usize, scale: f64) -> Result<Association, Unestimable> {
    finite(points.iter().flat_map(|(x, y)| [x, y]))?;
    at_least(2, points.len(), "points")?;
    let value = interval::pearson(points).ok_or(Unestimable::Constant("one of the two measures"))?;
    Ok(Association { value, points: points.len(), independent, scale })
}

fn of_ranks(points: &[(f64, f64)], independent: usize) -> Result<Association, Unestimable> {
    finite(points.iter().flat_map(|(x, y)| [x, y]))?;
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let ranked: Vec<(f64, f64)> = ranks(&x).into_iter().zip(ranks(&y)).collect();
    let association = of(&ranked, independent, 1.0)?;
    Ok(Association { scale: 1.0 + association.value.powi(2) / 2.0, ..association })
}

/// The rank of each value from 1, in the values' order; equal values share the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let below = |value: f64| values.iter().filter(|other| **other < value).count();
    let up_to = |value: f64| values.iter().filter(|other| **other <= value).count();
    values.iter().map(|value| (below(*value) + up_to(*value) + 1) as f64 / 2.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: [(f64, f64); 8] =
        [(1.0, 2.0), (2.0, 1.0), (2.0, 4.0), (4.0, 3.0), (5.0, 5.0), (5.0, 5.0), (7.0, 6.0), (9.0, 5.0)];

    #[test]
    fn ties_share_their_rank_as_in_scipy() {
        // scipy.stats.spearmanr and pearsonr
        let found = spearman(&POINTS).unwrap();
        assert!((found.value - 0.851_916_777_110_271).abs() < 1e-12, "{}", found.value);
        assert!((found.p_value().unwrap() - 0.007_243_240_154_406_084).abs() < 1e-11);
        let found = pearson(&POINTS).unwrap();
        assert!((found.value - 0.771_105_416_889_561_5).abs() < 1e-12, "{}", found.value);
        assert!((found.p_value().unwrap() - 0.025_069_776_955_820_296).abs() < 1e-11);
    }

    #[test]
    fn points_of_one_run_count_once() {
        let apart = spearman(&POINTS).unwrap();
        assert!(!apart.shares_clusters());
        let shared = spearman_by(&POINTS, &[1, 1, 2, 2, 3, 3, 4, 4]).unwrap();
        assert!(shared.shares_clusters());
        assert_eq!(shared.independent, 4);
        assert!((shared.value - apart.value).abs() < 1e-15);
        let (narrow, wide) = (apart.limits(0.95).unwrap(), shared.limits(0.95).unwrap());
        assert!(wide.low < narrow.low && wide.high > narrow.high);
        assert!(shared.p_value().unwrap() > apart.p_value().unwrap());
        let three = pearson_by(&POINTS, &[1, 1, 1, 2, 2, 2, 3, 3]).unwrap();
        assert_eq!(three.limits(0.95), Err(Unestimable::TooFew { what: "independent points", needed: 4, found: 3 }));
    }

    #[test]
    fn a_side_that_does_not_vary_has_no_correlation() {
        let flat = [(0.1, 1.0), (0.1, 2.0), (0.1, 3.0)];
        assert_eq!(pearson(&flat), Err(Unestimable::Constant("one of the two measures")));
        assert_eq!(spearman(&flat), Err(Unestimable::Constant("one of the two measures")));
        assert_eq!(pearson(&[(0.0, f64::NAN), (1.0, 1.0)]), Err(Unestimable::NotFinite));
    }

    #[test]
    fn the_papers_printed_intervals_follow_from_21_points() {
        // Vector `pearson_fisher_z`; r = 0.453 and 0.672 stand in the paper's figure 4.
        for (r, points, low, high) in [
            (0.453, 21, 0.026_494_287_314_577_813, 0.739_980_542_302_554_7),
            (0.672, 21, 0.338_513_911_147_214_13, 0.855_509_128_569_727_4),
            (0.453, 7, -0.455_416_901_357_832_9, 0.899_281_443_262_683),
            (0.672, 7, -0.164_103_528_709_432_62, 0.946_219_137_105_854),
        ] {
            let limits = Association::summarized(r, points).limits(0.95).unwrap();
            assert!((limits.low - low).abs() < 1e-9 && (limits.high - high).abs() < 1e-9, "{limits:?}");
        }
    }

    #[test]
    fn points_in_perfect_order_are_not_certainty() {
        // Of n! orders, 2 are perfect: 1 in 12 for 4 points, 1 in 60 for 5, 1 in 2520 for 7.
        for (n, by_permutation) in [(4, 1.0 / 12.0), (5, 1.0 / 60.0), (7, 1.0 / 2520.0)] {
            let rising: Vec<(f64, f64)> = (0..n).map(|at| (f64::from(at), f64::from(at).exp())).collect();
            let found = spearman(&rising).unwrap();
            assert!((found.value - 1.0).abs() < 1e-12);
            let p = found.p_value().unwrap();
            assert!(p / by_permutation > 0.5 && p / by_permutation < 1.5, "{n} points: {p}, {by_permutation}");
            let limits = found.limits(0.95).unwrap();
            assert!((limits.high - 1.0).abs() < 1e-12);
            assert_eq!(limits.low > 0.0, by_permutation < 0.05, "{n} points: {limits:?}");
        }
    }
}
