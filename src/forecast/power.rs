//! The power of a planned comparison.

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal};

use super::POWER;
use crate::estimates::{Source, Spread};

/// How many draws of the estimated variances the power is averaged over.
const DRAWS: u32 = 400;

/// What varies in a planned estimate: independent sources, as the estimator will find them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Design {
    /// Units that vary (runs, wordings, items): their true variance, and the degrees of freedom of its estimate.
    pub(super) units: Vec<(f64, f64)>,
    /// Shares of samples that score 1, taken to be one half: weight and number of samples.
    pub(super) shares: Vec<(f64, f64)>,
}

/// The reaches that an interval may come to have, and how far its centre may lie from the truth.
#[derive(Clone, Debug)]
pub(crate) struct Reaches {
    sd: f64,
    reaches: Vec<f64>,
}

impl Design {
    /// The variance of the estimate.
    fn variance(&self) -> f64 {
        let units: f64 = self.units.iter().map(|(variance, _)| variance).sum();
        units + self.shares.iter().map(|(weight, samples)| weight.powi(2) * 0.25 / samples).sum::<f64>()
    }

    /// Draws how far the interval of `level` reaches, by the estimator's own rule.
    ///
    /// Under normal laws an estimated variance is `V × χ²(df) / df` and independent of the estimate (Student 1908),
    /// so that the power is the mean of a normal probability over its draws: for one source that is the noncentral t,
    /// for several the exact power of the Welch-Satterthwaite interval, which has no closed form. The draws are
    /// quantiles at the points of Halton's sequence, the same ones always.
    pub(crate) fn reaches(&self, level: f64) -> Reaches {
        let laws: Vec<Option<ChiSquared>> =
            self.units.iter().map(|(_, freedom)| ChiSquared::new(*freedom).ok()).collect();
        let alone = self.units.len() == 1;
        let draws = if self.units.is_empty() { 1 } else { DRAWS };
        let reaches = (0..draws).map(|draw| {
            let mut sources = Vec::with_capacity(self.units.len() + self.shares.len());
            for (at, ((variance, freedom), law)) in self.units.iter().zip(&laws).enumerate() {
                let point = if alone { (f64::from(draw) + 0.5) / f64::from(draws) } else { halton(draw + 1, at) };
                let drawn = law.as_ref().map_or(*variance, |law| variance * law.inverse_cdf(point) / freedom);
                sources.push(Source::Units { variance: drawn, freedom: *freedom });
            }
            let share = |&(weight, samples): &(f64, f64)| Source::Share { weight, share: 0.5, samples };
            sources.extend(self.shares.iter().map(share));
            Spread { sources, units: Vec::new() }.interval(0.0, level).high
        });
        Reaches { sd: self.variance().sqrt(), reaches: reaches.collect() }
    }
}

impl Reaches {
    /// The probability that the interval lies wholly beyond a bound which the truth lies `effect` beyond.
    pub(crate) fn power(&self, effect: f64) -> f64 {
        self.mean(|reach| below((effect - reach) / self.sd))
    }

    /// The probability that the interval lies within `margin` of 0 on both sides, where the truth is 0.
    pub(crate) fn power_of_equivalence(&self, margin: f64) -> f64 {
        self.mean(|reach| (2.0 * below((margin - reach) / self.sd) - 1.0).max(0.0))
    }

    /// The smallest effect, or margin, which has the power of [`POWER`].
    pub(crate) fn smallest(&self, power: impl Fn(&Reaches, f64) -> f64) -> f64 {
        let widest = self.reaches.iter().copied().fold(0.0, f64::max);
        let (mut low, mut high) = (0.0, widest + 10.0 * self.sd);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if power(self, middle) >= POWER { high = middle } else { low = middle }
        }
        high
    }

    fn mean(&self, of: impl Fn(f64) -> f64) -> f64 {
        self.reaches.iter().map(|reach| of(*reach)).sum::<f64>() / self.reaches.len() as f64
    }
}

/// The normal law's distribution function. Without any variance, `x` is infinite, or not a number at the bound itself.
fn below(x: f64) -> f64 {
    if x.is_nan() { 0.0 } else { Normal::standard().cdf(x) }
}

/// The `index`-th point of Halton's sequence (1960) in one dimension, above 0 and below 1.
fn halton(index: u32, dimension: usize) -> f64 {
    const PRIMES: [u32; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    let base = PRIMES.get(dimension % PRIMES.len()).copied().unwrap_or(2);
    let (mut left, mut place, mut point) = (index, 1.0, 0.0);
    while left > 0 {
        place /= f64::from(base);
        point += place * f64::from(left % base);
        left /= base;
    }
    point
}

/// How many units a comparison of two arms on shared items needs (Miller 2024, section 5; methods' rule 8):
/// `(z_{α/2} + z_β)² (ω² + σ_A²/K_A + σ_B²/K_B) / δ²`. It is the limit that [`Reaches::power`] has for many units, and
/// checks it.
#[cfg(test)]
fn units_needed(effect: f64, between: f64, within: [(f64, f64); 2]) -> f64 {
    let law = Normal::standard();
    let reach = law.inverse_cdf(0.975) + law.inverse_cdf(POWER);
    let answers: f64 = within.iter().map(|(variance, samples)| variance / samples).sum();
    reach.powi(2) * (between + answers) / effect.powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_units_need_as_many_as_the_formula_says() {
        // Vector `power_two_proportions`, `miller_n`: an effect of 0.03 with a variance of 1/9 between questions.
        let vectors = [
            (0.0, 1.0, 968.997_498_067_788_6),
            (1.0 / 6.0, 1.0, 3_875.989_992_271_154_3),
            (1.0 / 6.0, 10.0, 1_259.696_747_488_125_3),
        ];
        for (variance, samples, expected) in vectors {
            let needed = units_needed(0.03, 1.0 / 9.0, [(variance, samples), (variance, samples)]);
            assert!((needed / expected - 1.0).abs() < 1e-6, "{needed}, not {expected}");
        }
        let design = Design { units: vec![(1.0 / 9.0 / 969.0, 968.0)], shares: Vec::new() };
        let power = design.reaches(0.95).power(0.03);
        assert!((power - 0.8).abs() < 0.002, "{power}");
    }

    #[test]
    fn the_power_of_one_source_is_the_noncentral_t_s() {
        // scipy 1.17.1: `nct.sf(t.ppf(0.975, n - 1), n - 1, d * sqrt(n))`.
        let vectors = [(3.0, 2.0, 0.470_747_706), (5.0, 1.5, 0.710_701_795), (10.0, 1.0, 0.803_096_209)];
        for (n, d, expected) in vectors {
            let design = Design { units: vec![(1.0 / n, n - 1.0)], shares: Vec::new() };
            let power = design.reaches(0.95).power(d);
            assert!((power - expected).abs() < 0.004, "{n}: {power}, not {expected}");
        }
    }

    #[test]
    fn the_smallest_effect_has_its_power() {
        let design = Design { units: vec![(0.01, 4.0), (0.02, 9.0)], shares: vec![(1.0, 100.0)] };
        let reaches = design.reaches(0.95);
        let smallest = reaches.smallest(Reaches::power);
        assert!((reaches.power(smallest) - POWER).abs() < 1e-6);
        let margin = design.reaches(0.9).smallest(Reaches::power_of_equivalence);
        assert!((design.reaches(0.9).power_of_equivalence(margin) - POWER).abs() < 1e-6);
    }

    #[test]
    fn what_does_not_vary_is_found_for_certain() {
        let nothing = Design { units: vec![(0.0, 4.0)], shares: Vec::new() }.reaches(0.95);
        assert!((nothing.power(0.01) - 1.0).abs() < 1e-12);
        assert!(nothing.power(0.0) < 1e-12);
    }
}
