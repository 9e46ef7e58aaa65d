//! The slope of a measure along a numeric axis such as the number of training rows.

use std::collections::BTreeMap;

use super::estimate::{at_least, finite, matched};
use super::{Estimate, Unestimable};

/// Sums of one cluster's points about the centre of all.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    points: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
}

/// The least-squares slope of `(x, y)` points, in units of y per unit of x, with an error that is robust to clusters
/// such as the runs that answered along the axis: the cluster jackknife, `(G - 1) / G × Σ_g (b_{-g} - b)²`, where
/// `b_{-g}` leaves out cluster g, with `G - 1` degrees of freedom (Bell and `McCaffrey` 2002; "CV3" of `MacKinnon`,
/// Nielsen and Webb 2023).
///
/// Where every run has the same x, this is exactly Student's t over the runs' own slopes. Where each run has one x, as
/// when the axis is the dose of the training, clusters are single points; the sandwich estimator with its usual
/// correction covers 86 to 92% there at 5 to 10 runs, and this one 94 to 96%.
pub fn slope<K: Ord>(points: &[(f64, f64)], clusters: &[K]) -> Result<Estimate, Unestimable> {
    finite(points.iter().flat_map(|(x, y)| [x, y]))?;
    matched(points.len(), clusters.len())?;
    let n = points.len() as f64;
    let centre = points.iter().fold((0.0, 0.0), |sum, (x, y)| (sum.0 + x / n, sum.1 + y / n));
    let mut own: BTreeMap<&K, Sums> = BTreeMap::new();
    for ((x, y), cluster) in points.iter().zip(clusters) {
        own.entry(cluster).or_default().add(x - centre.0, y - centre.1);
    }
    at_least(3, own.len(), "clusters")?;
    let all = own.values().fold(Sums::default(), |all, sums| all.plus(sums, 1.0));
    // Equal values leave a rounding error behind, which is not variation.
    let least = n * (1e-12 * (1.0 + centre.0.abs())).powi(2);
    let value = all.slope(least).ok_or(Unestimable::Constant("the axis"))?;
    let mut squares = 0.0;
    for sums in own.values() {
        let without = all.plus(sums, -1.0).slope(least);
        let without = without.ok_or(Unestimable::Argument("without one of the clusters the axis does not vary"))?;
        squares += (without - value).powi(2);
    }
    let clusters = own.len() as f64;
    Ok(Estimate { value, error: ((clusters - 1.0) / clusters * squares).sqrt(), freedom: clusters - 1.0 })
}

impl Sums {
    fn add(&mut self, x: f64, y: f64) {
        self.points += 1.0;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.xy += x * y;
    }

    fn plus(&self, other: &Sums, sign: f64) -> Sums {
        Sums {
            points: self.points + sign * other.points,
            x: self.x + sign * other.x,
            y: self.y + sign * other.y,
            xx: self.xx + sign * other.xx,
            xy: self.xy + sign * other.xy,
        }
    }

    fn slope(&self, least: f64) -> Option<f64> {
        let squares = self.xx - self.x * self.x / self.points;
        (squares > least).then(|| (self.xy - self.x * self.y / self.points) / squares)
    }
}

#[cfg(test)]
mod tests {
    use super::super::means::mean;
    use super::*;

    #[test]
    fn runs_that_answer_the_whole_axis_vary_by_their_own_slopes() {
        let runs = [[0.1, 0.3, 0.4, 0.9], [0.2, 0.2, 0.5, 0.7], [0.0, 0.4, 0.3, 0.8]];
        let axis = [8.0, 16.0, 32.0, 64.0];
        let own = |answers: &[f64]| {
            let centre = axis.iter().sum::<f64>() / 4.0;
            let along: f64 = axis.iter().zip(answers).map(|(x, y)| (x - centre) * y).sum();
            along / axis.iter().map(|x| (x - centre).powi(2)).sum::<f64>()
        };
        let slopes: Vec<f64> = runs.iter().map(|run| own(run)).collect();
        let expected = mean(&slopes).unwrap();
        let points: Vec<(f64, f64)> = runs.iter().flat_map(|run| axis.into_iter().zip(*run)).collect();
        let clusters: Vec<usize> = (0..3).flat_map(|run| [run; 4]).collect();
        let found = slope(&points, &clusters).unwrap();
        assert!((found.value - expected.value).abs() < 1e-14);
        assert!((found.error - expected.error).abs() < 1e-14);
        assert!((found.freedom - expected.freedom).abs() < 1e-14);
    }

    #[test]
    fn an_axis_that_does_not_vary_has_no_slope() {
        let flat = [(1.0, 0.1), (1.0, 0.2), (1.0, 0.3)];
        assert_eq!(slope(&flat, &[1, 2, 3]), Err(Unestimable::Constant("the axis")));
        let two = [(1.0, 0.1), (2.0, 0.2), (3.0, 0.3)];
        assert_eq!(slope(&two, &[1, 1, 2]), Err(Unestimable::TooFew { what: "clusters", needed: 3, found: 2 }));
        let one_apart = [(1.0, 0.1), (1.0, 0.2), (3.0, 0.3)];
        assert!(matches!(slope(&one_apart, &[1, 2, 3]), Err(Unestimable::Argument(_))));
        assert_eq!(slope(&two, &[1, 2]), Err(Unestimable::Unmatched(3, 2)));
    }
}
