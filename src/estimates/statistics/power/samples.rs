//! Closed forms for how many samples or questions a comparison needs, under the normal law.

use super::super::laws::{normal_above, normal_quantile, normal_reach};

/// The variances of a comparison of two models on shared questions (Miller 2024, section 5).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Questions {
    /// ω², the variance over questions of the difference between the models' true means.
    pub between: f64,
    /// For each model, σ², the mean variance of an answer to one question, and K, the answers to each.
    pub within: [(f64, f64); 2],
}

impl Questions {
    /// How many questions find an effect with probability `power`: `(z_{α/2} + z_β)² (ω² + Σ σ² / K) / δ²`, not rounded.
    pub fn needed(&self, effect: f64, power: f64, level: f64) -> f64 {
        let within: f64 = self.within.iter().map(|(variance, answers)| variance / answers).sum();
        (normal_reach(level) + normal_quantile(power)).powi(2) * (self.between + within) / effect.powi(2)
    }
}

/// Cohen's h, `2 arcsin √q - 2 arcsin √p`: the distance of two shares on a scale where their variance is constant.
pub fn cohens_h(p: f64, q: f64) -> f64 {
    2.0 * (q.sqrt().asin() - p.sqrt().asin())
}

/// Samples of each side at which [`share_power_by_h`] is `power`, not rounded; infinite where the shares are equal.
pub fn arcsine_samples(p: f64, q: f64, power: f64, level: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while share_power_by_h(p, q, high, level) < power {
        if high > 1e15 {
            return f64::INFINITY;
        }
        (low, high) = (high, 2.0 * high);
    }
    while high - low > 1e-13 * high {
        let middle = f64::midpoint(low, high);
        if share_power_by_h(p, q, middle, level) < power { low = middle } else { high = middle }
    }
    high
}

/// Samples of each side that find the difference of two shares with probability `power`, with the variance of either
/// share throughout: `(z_{α/2} + z_β)² (p (1 - p) + q (1 - q)) / (p - q)²`, not rounded.
pub fn unpooled_samples(p: f64, q: f64, power: f64, level: f64) -> f64 {
    (normal_reach(level) + normal_quantile(power)).powi(2) * (variance(p) + variance(q)) / (p - q).powi(2)
}

/// As [`unpooled_samples`], for a test whose error comes from one common share: the null's part takes the variance at the
/// mean of the shares.
pub fn pooled_samples(p: f64, q: f64, power: f64, level: f64) -> f64 {
    let null = normal_reach(level) * (2.0 * variance(f64::midpoint(p, q))).sqrt();
    ((null + normal_quantile(power) * (variance(p) + variance(q)).sqrt()) / (p - q)).powi(2)
}

/// The power of a two-sided test of two shares with `samples` of each, with the null's variance at their mean.
pub fn share_power(p: f64, q: f64, samples: f64, level: f64) -> f64 {
    let error = (variance(p) + variance(q)).sqrt();
    let reach = normal_reach(level) * (2.0 * variance(f64::midpoint(p, q))).sqrt() / error;
    two_sided(reach, (p - q).abs() * samples.sqrt() / error)
}

/// The power of a two-sided test of two shares with `samples` of each, by [`cohens_h`].
pub fn share_power_by_h(p: f64, q: f64, samples: f64, level: f64) -> f64 {
    two_sided(normal_reach(level), cohens_h(p, q).abs() * (samples / 2.0).sqrt())
}

fn two_sided(reach: f64, shift: f64) -> f64 {
    normal_above(reach - shift) + normal_above(reach + shift)
}

fn variance(share: f64) -> f64 {
    share * (1.0 - share)
}
