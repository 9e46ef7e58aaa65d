//! Intervals that stay valid however often one looks, for stopping early.

use super::Unestimable;

/// A confidence sequence for a mean of independent samples: at its level, the truth lies within the interval at every
/// sample size at once, so that sampling may stop when it has seen enough. Asymptotic, two-sided, with a normal mixture
/// (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2021).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sequence {
    alpha: f64,
    /// The mixture's variance ρ².
    rho2: f64,
}

impl Sequence {
    /// Tunes the sequence to be narrowest near `samples`: `ρ² = (-2 ln α + ln(-2 ln α + 1)) / samples`.
    pub fn tuned(level: f64, samples: u64) -> Result<Sequence, Unestimable> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Unestimable::Argument("a level lies between 0 and 1"));
        }
        if samples == 0 {
            return Err(Unestimable::TooFew { what: "samples", needed: 1, found: 0 });
        }
        let alpha = 1.0 - level;
        let evidence = -2.0 * alpha.ln();
        Ok(Sequence { alpha, rho2: (evidence + (evidence + 1.0).ln()) / samples as f64 })
    }

    /// The mixture's variance.
    pub fn rho2(&self) -> f64 {
        self.rho2
    }

    /// Half the width after `samples` with standard deviation `deviation`:
    /// `σ √((n ρ² + 1) / (n² ρ²) × ln((n ρ² + 1) / α²))`. Infinite after none.
    pub fn half_width(&self, deviation: f64, samples: u64) -> f64 {
        let n = samples as f64;
        let mixed = n * self.rho2 + 1.0;
        if samples == 0 {
            return f64::INFINITY;
        }
        deviation * (mixed / (n * n * self.rho2) * (mixed / self.alpha.powi(2)).ln()).sqrt()
    }
}

/// Half the width of Hoeffding's interval (1963) for samples between 0 and 1: `√(ln(2 / α) / 2n)`. It assumes nothing
/// about their law. Infinite after none.
pub fn hoeffding(level: f64, samples: u64) -> f64 {
    ((2.0 / (1.0 - level)).ln() / (2.0 * samples as f64)).sqrt()
}
