//! Shares of samples that score 1 where the others score 0, and comparisons of two. Samples are independent here;
//! of samples that share a wording or a run see [`clusters`](super::clusters).

use statrs::distribution::{Binomial, DiscreteCDF};
use statrs::function::factorial::ln_binomial;

use super::laws::{beta_quantile, normal_above, normal_reach};
use super::{Estimate, Limits, Unestimable};
use crate::estimates::interval;

/// `successes` of `samples`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    successes: u64,
    samples: u64,
}

impl Share {
    /// Refuses none of nothing and more successes than samples.
    pub fn new(successes: u64, samples: u64) -> Result<Share, Unestimable> {
        if samples == 0 {
            return Err(Unestimable::TooFew { what: "samples", needed: 1, found: 0 });
        }
        if successes > samples {
            return Err(Unestimable::Argument("there are more successes than samples"));
        }
        Ok(Share { successes, samples })
    }

    pub fn value(self) -> f64 {
        self.successes as f64 / self.samples as f64
    }

    /// The score interval (Wilson 1927), the default: it covers well on average, and none of 100 has an upper limit
    /// of 3.7% rather than a width of zero.
    pub fn wilson(self, level: f64) -> Limits {
        let reach = normal_reach(level);
        if reach.is_infinite() {
            return Limits { low: 0.0, high: 1.0 };
        }
        let (low, high) = interval::wilson(self.value(), self.samples as f64, reach);
        Limits { low, high }
    }

    /// The interval that covers at least its level at every true share (Clopper and Pearson 1934).
    pub fn clopper_pearson(self, level: f64) -> Limits {
        let tail = (1.0 - level) / 2.0;
        let (ones, zeros) = (self.successes as f64, self.failures() as f64);
        Limits {
            low: if self.successes == 0 { 0.0 } else { beta_quantile(ones, zeros + 1.0, tail) },
            high: if self.failures() == 0 { 1.0 } else { beta_quantile(ones + 1.0, zeros, 1.0 - tail) },
        }
    }

    /// The equal-tailed posterior interval under Jeffreys' prior, Beta(1/2, 1/2).
    pub fn jeffreys(self, level: f64) -> Limits {
        let tail = (1.0 - level) / 2.0;
        let (ones, zeros) = (self.successes as f64 + 0.5, self.failures() as f64 + 0.5);
        Limits { low: beta_quantile(ones, zeros, tail), high: beta_quantile(ones, zeros, 1.0 - tail) }
    }

    /// Agresti and Coull (1998): the normal interval after `z²` more samples, half of them successes.
    pub fn agresti_coull(self, level: f64) -> Limits {
        let reach = normal_reach(level);
        let samples = self.samples as f64 + reach * reach;
        let share = (self.successes as f64 + reach * reach / 2.0) / samples;
        Limits::around(share, reach * (share * (1.0 - share) / samples).sqrt()).within(0.0, 1.0)
    }

    /// The normal interval, for comparison with what others print: it has no width at 0 and 1.
    pub fn wald(self, level: f64) -> Limits {
        Limits::around(self.value(), normal_reach(level) * self.variance().sqrt()).within(0.0, 1.0)
    }

    /// The variance of the share, with `n` in the denominator.
    fn variance(self) -> f64 {
        self.value() * (1.0 - self.value()) / self.samples as f64
    }

    fn failures(self) -> u64 {
        self.samples - self.successes
    }
}

/// The interval of `a - b` (Newcombe 1998, method 10): Wilson's reaches of both sides, added in quadrature.
pub fn newcombe(a: Share, b: Share, level: f64) -> Limits {
    let (of_a, of_b) = (a.wilson(level), b.wilson(level));
    let (p, q) = (a.value(), b.value());
    Limits { low: p - q - (p - of_a.low).hypot(of_b.high - q), high: p - q + (of_a.high - p).hypot(q - of_b.low) }
}

/// `a - b` under the normal law with the variances of both sides, for tests of equivalence.
pub fn difference(a: Share, b: Share) -> Estimate {
    Estimate { value: a.value() - b.value(), error: (a.variance() + b.variance()).sqrt(), freedom: f64::INFINITY }
}

/// The z statistic of `a - b` under one common share, and its p value. Both are NaN where all samples agree.
pub fn pooled(a: Share, b: Share) -> (f64, f64) {
    let samples = (a.samples as f64, b.samples as f64);
    let common = (a.successes as f64 + b.successes as f64) / (samples.0 + samples.1);
    let error = (common * (1.0 - common) * (1.0 / samples.0 + 1.0 / samples.1)).sqrt();
    let z = (a.value() - b.value()) / error;
    (z, 2.0 * normal_above(z.abs()))
}

/// The p value of the score test of `a = b` (Miettinen and Nurminen 1985): [`pooled`] with the variance times
/// `N / (N - 1)`.
pub fn score(a: Share, b: Share) -> f64 {
    let all = a.samples as f64 + b.samples as f64;
    2.0 * normal_above(pooled(a, b).0.abs() * ((all - 1.0) / all).sqrt())
}

/// The p value of Fisher's exact test of `a = b`: the tables with the same margins that are no likelier than this one.
pub fn fisher(a: Share, b: Share) -> f64 {
    let (of_a, all) = (a.samples, a.samples + b.samples);
    let ones = a.successes + b.successes;
    let ln_probability = |k: u64| ln_binomial(ones, k) + ln_binomial(all - ones, of_a - k) - ln_binomial(all, of_a);
    // Tables as likely as this one count, up to rounding.
    let limit = ln_probability(a.successes) + 1e-7;
    let from = of_a.saturating_sub(all - ones);
    let tables = (from..=ones.min(of_a)).map(ln_probability);
    tables.filter(|ln| *ln <= limit).map(f64::exp).sum::<f64>().min(1.0)
}

/// Paired samples of two conditions that disagree: `McNemar`'s test (1947) of whether one condition scores more often.
/// Pairs that agree say nothing about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct McNemar {
    /// Pairs that scored 1 under the first condition only.
    pub first: u64,
    /// Pairs that scored 1 under the second condition only.
    pub second: u64,
}

impl McNemar {
    /// The exact p value, of a fair coin; 1 where no pair disagrees.
    pub fn exact(self) -> f64 {
        let law = Binomial::new(0.5, self.first + self.second);
        law.map_or(f64::NAN, |law| (2.0 * law.cdf(self.first.min(self.second))).min(1.0))
    }

    /// The p value of the χ² approximation with continuity correction; 1 where no pair disagrees.
    pub fn chi_square(self) -> f64 {
        let (apart, all) = (self.first.abs_diff(self.second), self.first + self.second);
        if all == 0 {
            return 1.0;
        }
        // χ² with one degree of freedom is the square of a normal.
        2.0 * normal_above(apart.saturating_sub(1) as f64 / (all as f64).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_interval_covers_at_least_its_level() {
        const SAMPLES: u64 = 12;
        let intervals: Vec<Limits> =
            (0..=SAMPLES).map(|ones| Share::new(ones, SAMPLES).unwrap().clopper_pearson(0.95)).collect();
        for percent in 1..100 {
            let truth = f64::from(percent) / 100.0;
            let probability = |ones: u64| {
                (ln_binomial(SAMPLES, ones) + ones as f64 * truth.ln() + (SAMPLES - ones) as f64 * (1.0 - truth).ln())
                    .exp()
            };
            let covered: f64 = (0..=SAMPLES)
                .zip(&intervals)
                .filter(|(_, limits)| limits.include(truth))
                .map(|(ones, _)| probability(ones))
                .sum();
            assert!(covered >= 0.95, "{truth}: {covered}");
        }
    }

    #[test]
    fn a_share_is_of_something() {
        assert_eq!(Share::new(0, 0), Err(Unestimable::TooFew { what: "samples", needed: 1, found: 0 }));
        assert_eq!(Share::new(3, 2), Err(Unestimable::Argument("there are more successes than samples")));
        let one = Share::new(1, 1).unwrap();
        assert_eq!(one.wilson(2.0), Limits { low: 0.0, high: 1.0 });
        assert!((one.clopper_pearson(0.95).low - 0.025).abs() < 1e-12);
    }

    #[test]
    fn pairs_that_never_disagree_show_no_difference() {
        let none = McNemar { first: 0, second: 0 };
        assert!((none.exact() - 1.0).abs() < 1e-15);
        assert!((none.chi_square() - 1.0).abs() < 1e-15);
        let all = Share::new(5, 5).unwrap();
        assert!((fisher(all, all) - 1.0).abs() < 1e-12);
    }
}
