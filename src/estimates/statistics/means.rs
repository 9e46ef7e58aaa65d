//! Means of independent units, and differences between them.

use super::clusters::{Clustered, clustered};
use super::estimate::{at_least, finite, matched};
use super::{Estimate, Unestimable};
use crate::estimates::interval;

/// The mean of independent units such as runs: standard error `s / √n` with `n - 1` degrees of freedom (Student 1908).
///
/// The units are what the estimate generalises over. For runs that all answered the same wordings, this is the
/// interval for those wordings; for wordings in general see [`two_way`](super::clusters::two_way). One run has no
/// such interval, whatever it was asked.
pub fn mean(values: &[f64]) -> Result<Estimate, Unestimable> {
    let (value, variance) = moments(values)?;
    let n = values.len() as f64;
    Ok(Estimate { value, error: (variance / n).sqrt(), freedom: n - 1.0 })
}

/// The difference `mean(a) - mean(b)` of independent units whose variances may differ (Welch 1947), with
/// Satterthwaite's degrees of freedom.
pub fn welch(a: &[f64], b: &[f64]) -> Result<Estimate, Unestimable> {
    let (of_a, of_b) = (mean(a)?, mean(b)?);
    let parts = [of_a, of_b].map(|part| (part.error.powi(2), part.freedom));
    Ok(Estimate {
        value: of_a.value - of_b.value,
        error: of_a.error.hypot(of_b.error),
        freedom: interval::satterthwaite(&parts),
    })
}

/// The mean difference of units that both sides share, item by item or run by run in the same order: the mean of
/// the differences. What both sides have in common drops out (Miller 2024, section 4).
pub fn paired(a: &[f64], b: &[f64]) -> Result<Estimate, Unestimable> {
    mean(&differences(a, b)?)
}

/// The mean difference of shared items that come in clusters, such as the wordings of one question.
pub fn paired_by<K: Ord>(a: &[f64], b: &[f64], clusters: &[K]) -> Result<Clustered, Unestimable> {
    clustered(&differences(a, b)?, clusters)
}

fn differences(a: &[f64], b: &[f64]) -> Result<Vec<f64>, Unestimable> {
    matched(a.len(), b.len())?;
    Ok(a.iter().zip(b).map(|(a, b)| a - b).collect())
}

/// The mean and the sample variance.
fn moments(values: &[f64]) -> Result<(f64, f64), Unestimable> {
    finite(values)?;
    at_least(2, values.len(), "units")?;
    interval::mean(values).zip(interval::variance(values)).ok_or(Unestimable::NotFinite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn welchs_difference_agrees_with_scipy() {
        // scipy.stats.ttest_ind(a, b, equal_var=False)
        let a = [0.62, 0.71, 0.55, 0.8, 0.67];
        let b = [0.2, 0.3, 0.4];
        let difference = welch(&a, &b).unwrap();
        assert!((difference.value - 0.37).abs() < 1e-12);
        assert!((difference.freedom - 4.108_678_456_818_499).abs() < 1e-9, "{}", difference.freedom);
        assert!((difference.p_value(0.0) - 0.006_141_822_257_972_729).abs() < 1e-9, "{}", difference.p_value(0.0));
    }

    #[test]
    fn what_has_no_units_has_no_mean() {
        assert_eq!(mean(&[]), Err(Unestimable::TooFew { what: "units", needed: 2, found: 0 }));
        assert_eq!(mean(&[0.5]).unwrap_err().to_string(), "it needs at least 2 units, and there is 1");
        assert_eq!(mean(&[0.5, f64::NAN]), Err(Unestimable::NotFinite));
        assert_eq!(mean(&[0.5, f64::INFINITY]), Err(Unestimable::NotFinite));
        assert_eq!(paired(&[0.5, 0.2], &[0.5]), Err(Unestimable::Unmatched(2, 1)));
    }
}
