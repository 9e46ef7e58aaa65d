//! Are classes equally frequent, further than chance would leave them?

use statrs::distribution::{ChiSquared, ContinuousCDF as _};

/// The most tables that the exact test goes through.
const MOST_TABLES: f64 = 2e6;

/// Tests whether classes come equally often: the probability that equally likely classes give counts no more probable
/// than these. Exact where the tables can be gone through (always for two classes), else Pearson's chi-square.
pub(crate) fn equal(counts: &[u64]) -> f64 {
    let (total, classes) = (counts.iter().sum::<u64>(), counts.len());
    if classes < 2 || total == 0 {
        return 1.0;
    }
    // The number of ways to share `total` among the classes: C(total + classes - 1, classes - 1).
    let tables = (1..classes).fold(1.0, |tables, at| tables * (total as f64 + at as f64) / at as f64);
    if tables > MOST_TABLES {
        let expected = total as f64 / classes as f64;
        let statistic: f64 = counts.iter().map(|count| (*count as f64 - expected).powi(2) / expected).sum();
        return ChiSquared::new((classes - 1) as f64).map_or(1.0, |law| law.sf(statistic));
    }
    let logs = LogFactorials::up_to(total);
    // ln(total! / (count! ...)) - total ln(classes)
    let constant = logs.of(total) - total as f64 * (classes as f64).ln();
    let own = constant - counts.iter().map(|count| logs.of(*count)).sum::<f64>();
    more_extreme(&logs, total, classes, constant, own + 1e-7).min(1.0)
}

/// Adds up the probabilities of all tables whose logarithm is at most `bound`.
fn more_extreme(logs: &LogFactorials, left: u64, classes: usize, log: f64, bound: f64) -> f64 {
    if classes == 1 {
        let own = log - logs.of(left);
        return if own <= bound { own.exp() } else { 0.0 };
    }
    (0..=left).map(|count| more_extreme(logs, left - count, classes - 1, log - logs.of(count), bound)).sum()
}

struct LogFactorials(Vec<f64>);

impl LogFactorials {
    fn up_to(n: u64) -> LogFactorials {
        let mut logs = vec![0.0];
        let mut log = 0.0;
        for k in 1..=n {
            log += (k as f64).ln();
            logs.push(log);
        }
        LogFactorials(logs)
    }

    fn of(&self, n: u64) -> f64 {
        usize::try_from(n).ok().and_then(|n| self.0.get(n)).copied().unwrap_or(0.0)
    }
}

/// Holm's step-down adjustment: of each p, what it is worth among all of them. Order is kept.
pub(crate) fn holm(ps: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ps.len()).collect();
    let p = |at: usize| ps.get(at).copied().unwrap_or(1.0);
    order.sort_by(|a, b| p(*a).total_cmp(&p(*b)));
    let mut adjusted = vec![1.0; ps.len()];
    let mut worst: f64 = 0.0;
    for (rank, at) in order.into_iter().enumerate() {
        worst = worst.max((p(at) * (ps.len() - rank) as f64).min(1.0));
        if let Some(place) = adjusted.get_mut(at) {
            *place = worst;
        }
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_test_is_the_binomial_one_for_two_classes() {
        // Added up in whole numbers: 2^-288 times the binomial coefficients no greater than C(288, 134).
        assert!((equal(&[134, 154]) - 0.262_855_885_617).abs() < 1e-9);
        assert!((equal(&[8, 2]) - 0.109_375).abs() < 1e-9);
        assert!((equal(&[5, 5]) - 1.0).abs() < 1e-9);
        assert!((equal(&[1, 1, 1]) - 1.0).abs() < 1e-9);
        // Three of one class of three: 3 of the 27 sequences.
        assert!((equal(&[3, 0, 0]) - 3.0 / 27.0).abs() < 1e-9);
        assert!(equal(&[400_000, 100_000, 100_000]) < 1e-12);
    }

    #[test]
    fn holm_multiplies_by_what_is_left_and_never_falls() {
        assert_eq!(holm(&[0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    }
}
