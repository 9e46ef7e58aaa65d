//! Units that are not independent: answers to one wording, runs that answer the same wordings.

use std::collections::BTreeMap;

use super::estimate::{at_least, finite, matched};
use super::{Estimate, Unestimable};
use crate::estimates::interval::{self, clustered_variance};

/// A mean whose answers come in clusters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clustered {
    /// With the finite-cluster correction `C / (C - 1)` and `C - 1` degrees of freedom.
    pub estimate: Estimate,
    pub clusters: usize,
    /// The standard error without the correction (Miller 2024, appendix A).
    pub uncorrected: f64,
    /// The squared ratio of the error to that of as many independent answers; NaN where answers do not vary.
    pub design_effect: f64,
}

/// The mean of all answers, clustered: each answer has the same weight, and `C` clusters vary. The variance is
/// `C / (C - 1) × Σ_c (Σ_{i in c} (x_i - x̄) / N)²` (Cameron and Miller 2015, section VI.A, for a constant). Of a single
/// model the clusters are wordings or items.
pub fn clustered<K: Ord>(values: &[f64], clusters: &[K]) -> Result<Clustered, Unestimable> {
    let influences = influences(values, clusters.len())?;
    let sums = sums(influences.iter().copied().zip(clusters));
    at_least(2, sums.len(), "clusters")?;
    let count = sums.len() as f64;
    let variance = clustered_variance(&sums).unwrap_or(f64::NAN);
    let n = values.len() as f64;
    let independent = interval::variance(values).unwrap_or(f64::NAN) / n;
    Ok(Clustered {
        estimate: Estimate { value: mean_of(values), error: variance.sqrt(), freedom: count - 1.0 },
        clusters: sums.len(),
        uncorrected: (variance * (count - 1.0) / count).sqrt(),
        design_effect: variance / independent,
    })
}

/// A mean that varies over two crossed kinds of clusters at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoWay {
    /// The degrees of freedom are the smaller of the two.
    pub estimate: Estimate,
    /// The variance of each part: over rows, over columns, over cells.
    pub rows: f64,
    pub columns: f64,
    pub cells: f64,
    /// The sum `rows + columns - cells` fell below the larger of the two, which took its place. The page says so.
    pub fell_back: bool,
}

/// The mean of a crossed design such as runs × wordings, for runs and wordings in general: Cameron, Gelbach and
/// Miller (2011), `V = V_rows + V_columns - V_cells`, where each part is the clustered variance of [`clustered`] with
/// its own correction `G / (G - 1)`, and Student's t has the degrees of freedom of the smaller kind, `min(R, C) - 1`.
///
/// The sum can be smaller than either of its parts, even negative, by chance; the larger part is then the variance.
/// Answers of one row and column form a cell; their number may differ. Of 5 runs × 10 wordings × 100 samples the 95%
/// interval covers 98%, where that over runs alone covers 83%.
pub fn two_way<R: Ord, C: Ord>(values: &[f64], rows: &[R], columns: &[C]) -> Result<TwoWay, Unestimable> {
    matched(values.len(), columns.len())?;
    let influences = influences(values, rows.len())?;
    let of = |influences: Vec<f64>| (clustered_variance(&influences).unwrap_or(0.0), influences.len() as f64 - 1.0);
    let by_row = sums(influences.iter().copied().zip(rows));
    let by_column = sums(influences.iter().copied().zip(columns));
    at_least(2, by_row.len(), "rows")?;
    at_least(2, by_column.len(), "columns")?;
    let by_cell = sums(influences.iter().copied().zip(rows.iter().zip(columns)));
    let (cells, _) = of(by_cell);
    Ok(combine(mean_of(values), of(by_row), of(by_column), cells))
}

/// Combines the variances over two crossed kinds of clusters, each with its degrees of freedom, and that over their
/// cells, for an estimate of any kind, such as a difference of arms that answered the same wordings.
pub fn combine(value: f64, rows: (f64, f64), columns: (f64, f64), cells: f64) -> TwoWay {
    let sum = rows.0 + columns.0 - cells;
    let larger = rows.0.max(columns.0);
    TwoWay {
        estimate: Estimate { value, error: sum.max(larger).sqrt(), freedom: rows.1.min(columns.1) },
        rows: rows.0,
        columns: columns.0,
        cells,
        fell_back: sum < larger,
    }
}

/// What each value adds to the mean's distance from itself: `(x_i - x̄) / N`.
fn influences(values: &[f64], labels: usize) -> Result<Vec<f64>, Unestimable> {
    finite(values)?;
    matched(values.len(), labels)?;
    let centre = mean_of(values);
    Ok(values.iter().map(|value| (value - centre) / values.len() as f64).collect())
}

fn mean_of(values: &[f64]) -> f64 {
    interval::mean(values).unwrap_or(f64::NAN)
}

fn sums<K: Ord>(influences: impl Iterator<Item = (f64, K)>) -> Vec<f64> {
    let mut sums: BTreeMap<K, f64> = BTreeMap::new();
    for (influence, cluster) in influences {
        *sums.entry(cluster).or_default() += influence;
    }
    sums.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_of_one_are_independent() {
        let values = [0.62, 0.71, 0.55, 0.8, 0.67];
        let found = clustered(&values, &[0, 1, 2, 3, 4]).unwrap();
        let plain = super::super::means::mean(&values).unwrap();
        assert!((found.estimate.error - plain.error).abs() < 1e-15);
        assert!((found.estimate.freedom - 4.0).abs() < 1e-15);
        assert!((found.design_effect - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_sum_below_its_parts_falls_back() {
        // Rows and columns cancel: the whole variation is within cells' interaction.
        let values = [1.0, 0.0, 0.0, 1.0];
        let found = two_way(&values, &[0, 0, 1, 1], &[0, 1, 0, 1]).unwrap();
        assert!(found.fell_back);
        assert!(found.estimate.is_without_width());
        let found = two_way(&[1.0, 0.1, 0.0, 1.0], &[0, 0, 1, 1], &[0, 1, 0, 1]).unwrap();
        assert!(found.fell_back);
        assert!((found.estimate.error.powi(2) - found.rows.max(found.columns)).abs() < 1e-15);
    }

    #[test]
    fn one_cluster_says_nothing() {
        assert_eq!(
            clustered(&[0.5, 0.6], &["a", "a"]),
            Err(Unestimable::TooFew { what: "clusters", needed: 2, found: 1 })
        );
        assert_eq!(
            two_way(&[0.5, 0.6], &[1, 1], &[1, 2]),
            Err(Unestimable::TooFew { what: "rows", needed: 2, found: 1 })
        );
        assert_eq!(two_way(&[0.5, 0.6], &[1, 2], &[1]), Err(Unestimable::Unmatched(2, 1)));
        assert_eq!(clustered::<u8>(&[], &[]), Err(Unestimable::TooFew { what: "clusters", needed: 2, found: 0 }));
    }
}
