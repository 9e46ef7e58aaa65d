//! The formulas of intervals.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// The arithmetic mean, or none of nothing.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The sample variance with `n - 1` in the denominator, or none of fewer than two values.
pub(crate) fn variance(values: &[f64]) -> Option<f64> {
    let centre = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    (values.len() > 1).then(|| squares / (values.len() - 1) as f64)
}

/// How many standard errors a two-sided interval of `level` reaches under Student's t. Infinite where `freedom`
/// is not positive: an interval without degrees of freedom decides nothing.
pub(crate) fn t_reach(level: f64, freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::INFINITY, |law| law.inverse_cdf(f64::midpoint(1.0, level)))
}

/// How many standard errors a two-sided interval of `level` reaches under the normal law.
pub(crate) fn normal_reach(level: f64) -> f64 {
    Normal::standard().inverse_cdf(f64::midpoint(1.0, level))
}

/// The degrees of freedom of a sum of independent variance estimates, each with its own (Satterthwaite 1946).
pub(crate) fn satterthwaite(parts: &[(f64, f64)]) -> f64 {
    let total: f64 = parts.iter().map(|(variance, _)| variance).sum();
    let spread: f64 = parts.iter().map(|(variance, freedom)| variance.powi(2) / freedom).sum();
    if spread > 0.0 { total.powi(2) / spread } else { parts.iter().map(|(_, freedom)| freedom).sum() }
}

/// The variance of a mean from its clusters' summed influences: `Σ e²`, with the finite-cluster correction
/// `C / (C - 1)` (Cameron and Miller 2015, section VI.A, for a regression on a constant). None for fewer than two clusters.
pub(crate) fn clustered_variance(influences: &[f64]) -> Option<f64> {
    let clusters = influences.len() as f64;
    let squares: f64 = influences.iter().map(|influence| influence.powi(2)).sum();
    (influences.len() > 1).then(|| squares * clusters / (clusters - 1.0))
}

/// Wilson's score interval of a share of `n`, reaching `z` standard errors.
pub(crate) fn wilson(share: f64, n: f64, z: f64) -> (f64, f64) {
    let weight = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / weight;
    let half = z / weight * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    ((centre - half).clamp(0.0, share), (centre + half).clamp(share, 1.0))
}

/// Pearson's correlation of the points, or none where either side does not vary.
pub(crate) fn pearson(points: &[(f64, f64)]) -> Option<f64> {
    let n = points.len() as f64;
    let (sum_x, sum_y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    let (mean_x, mean_y) = (sum_x / n, sum_y / n);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in points {
        xx += (x - mean_x).powi(2);
        yy += (y - mean_y).powi(2);
        xy += (x - mean_x) * (y - mean_y);
    }
    // Equal values leave a rounding error behind, which is not variation.
    let varies = |squares: f64, centre: f64| squares > n * (1e-12 * (1.0 + centre.abs())).powi(2);
    (varies(xx, mean_x) && varies(yy, mean_y)).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(found: f64, expected: f64, relative: f64) {
        assert!((found - expected).abs() <= relative * expected.abs().max(1e-300), "{found} is not {expected}");
    }

    #[test]
    fn quantiles_agree_with_scipy() {
        // Vector `quantiles`.
        let expected = [
            (1.0, 12.706_204_736_174_694),
            (2.0, 4.302_652_729_749_462),
            (4.0, 2.776_445_105_197_793_4),
            (9.0, 2.262_157_162_798_205),
            (20.0, 2.085_963_447_265_864),
            (1000.0, 1.962_339_080_826_408_3),
        ];
        for (freedom, quantile) in expected {
            close(t_reach(0.95, freedom), quantile, 1e-9);
        }
        close(normal_reach(0.95), 1.959_963_984_540_054, 1e-9);
        close(normal_reach(0.99), 2.575_829_303_548_900_4, 1e-9);
        assert!(t_reach(0.95, 0.0).is_infinite());
    }

    #[test]
    fn t_intervals_over_seeds_agree_with_scipy() {
        // Vectors `boot_seeds5`, `boot_seeds3` and `boot_seeds10_binaryish`.
        let vectors: [(&[f64], f64, f64); 3] = [
            (&[0.62, 0.71, 0.55, 0.8, 0.67], 0.553_191_156_425_324_9, 0.786_808_843_574_675_2),
            (&[0.62, 0.71, 0.55], 0.427_418_793_153_007_8, 0.825_914_540_180_325_6),
            (&[0.1, 0.0, 0.0, 0.3, 0.1, 0.0, 0.2, 0.0, 0.1, 0.6], 0.004_270_570_232_107_695_5, 0.275_729_429_767_892_3),
        ];
        for (values, low, high) in vectors {
            let n = values.len() as f64;
            let half = t_reach(0.95, n - 1.0) * (variance(values).unwrap() / n).sqrt();
            close(mean(values).unwrap() - half, low, 1e-9);
            close(mean(values).unwrap() + half, high, 1e-9);
        }
    }

    #[test]
    fn wilson_agrees_with_statsmodels() {
        // Vector `proportion_ci`.
        let z = normal_reach(0.95);
        let vectors = [
            (7.0, 20.0, 0.181_191_824_101_082_03, 0.567_145_723_314_763_8),
            (1.0, 3.0, 0.061_491_944_720_396_26, 0.792_340_399_197_952_3),
            (50.0, 1000.0, 0.038_130_262_392_748_81, 0.065_313_820_244_250_81),
        ];
        for (successes, n, low, high) in vectors {
            let (found_low, found_high) = wilson(successes / n, n, z);
            close(found_low, low, 1e-9);
            close(found_high, high, 1e-9);
        }
        let (low, high) = wilson(0.0, 100.0, z);
        assert!(low.abs() < 1e-15);
        close(high, 0.036_993_498_206_985_69, 1e-9);
        let (low, high) = wilson(1.0, 100.0, z);
        close(low, 0.963_006_501_793_014_3, 1e-9);
        assert!((high - 1.0).abs() < 1e-15);
    }

    #[test]
    fn correlations_agree_with_scipy() {
        // Vector `pearson_fisher_z`.
        let x = [12.0, 25.0, 31.0, 38.0, 40.0, 47.0, 52.0, 55.0, 61.0, 64.0, 70.0];
        let y = [0.22, 0.3, 0.28, 0.45, 0.39, 0.51, 0.44, 0.62, 0.58, 0.71, 0.66];
        let points: Vec<_> = x.into_iter().zip(y).collect();
        let r = pearson(&points).unwrap();
        close(r, 0.943_789_788_115_259_4, 1e-9);
        assert_eq!(pearson(&[(0.1, 1.0), (0.1, 2.0), (0.1, 3.0)]), None);
    }

    #[test]
    fn satterthwaite_lies_between_the_smallest_and_the_summed_freedom() {
        close(satterthwaite(&[(1.0, 4.0), (1.0, 4.0)]), 8.0, 1e-12);
        close(satterthwaite(&[(1.0, 4.0), (0.0, 9.0)]), 4.0, 1e-12);
        close(satterthwaite(&[(0.0, 4.0), (0.0, 9.0)]), 13.0, 1e-12);
    }
}
