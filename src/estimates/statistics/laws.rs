//! Tails and quantiles of the laws that the statistics use. Upper tails are computed as such, never as `1 - below`.

use statrs::distribution::{Beta, ContinuousCDF, FisherSnedecor, Normal, StudentsT};
use statrs::function::gamma::ln_gamma;

use crate::estimates::interval;

/// Beyond this many degrees of freedom Student's t and the normal law agree to all digits that are kept.
const MANY: f64 = 1e8;

/// `P(Z > z)`.
pub(super) fn normal_above(z: f64) -> f64 {
    Normal::standard().sf(z)
}

/// `P(Z <= z)`.
pub(super) fn normal_below(z: f64) -> f64 {
    Normal::standard().cdf(z)
}

/// The `z` with `P(Z <= z) = p`; infinite at 0 and 1, NaN outside.
pub(super) fn normal_quantile(p: f64) -> f64 {
    if (0.0..=1.0).contains(&p) { Normal::standard().inverse_cdf(p) } else { f64::NAN }
}

/// How many standard errors a two-sided interval of `level` reaches; infinite for a level that is none.
pub(super) fn normal_reach(level: f64) -> f64 {
    if is_level(level) { interval::normal_reach(level) } else { f64::INFINITY }
}

/// `P(T > t)` with `freedom` degrees of freedom, which may be infinite; NaN where they are not positive.
pub(super) fn t_above(t: f64, freedom: f64) -> f64 {
    if freedom > MANY {
        return normal_above(t);
    }
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |law| law.sf(t))
}

/// How many standard errors a two-sided interval of `level` reaches under Student's t. Infinite for a level that is
/// none and without degrees of freedom: such an interval decides nothing.
pub(super) fn t_reach(level: f64, freedom: f64) -> f64 {
    if freedom > MANY {
        normal_reach(level)
    } else if is_level(level) {
        interval::t_reach(level, freedom)
    } else {
        f64::INFINITY
    }
}

/// The quantile of Beta(`a`, `b`) at `p`; NaN where there is no such law or `p` is no probability.
pub(super) fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    Beta::new(a, b).map_or(f64::NAN, |law| law.inverse_cdf(p))
}

/// `P(F > f)` with the two degrees of freedom; NaN where one is not positive.
pub(super) fn f_above(f: f64, numerator: f64, denominator: f64) -> f64 {
    if f.is_infinite() {
        return 0.0;
    }
    FisherSnedecor::new(numerator, denominator).map_or(f64::NAN, |law| law.sf(f))
}

/// `P(T > t)` of the noncentral t with mean shift `shift`: the law of `(Z + shift) / S` where `S² = χ²(freedom) /
/// freedom`. Given `S`, the event is `Z > t S - shift`, so that the tail is the mean of `Φ(shift - t S)`.
pub(super) fn noncentral_t_above(t: f64, freedom: f64, shift: f64) -> f64 {
    if freedom > MANY {
        return normal_below(shift - t);
    }
    if freedom <= 0.0 || !t.is_finite() || !shift.is_finite() {
        return f64::NAN;
    }
    let tail: f64 = roots(freedom, 2000).map(|(s, weight)| weight * normal_below(shift - t * s)).sum();
    tail.clamp(0.0, 1.0)
}

/// The values of `S = √(χ²(freedom) / freedom)` with their probabilities, for Simpson's rule over the range in which the
/// density is not negligible.
pub(super) fn roots(freedom: f64, steps: u32) -> impl Iterator<Item = (f64, f64)> {
    let half = freedom / 2.0;
    let scale = std::f64::consts::LN_2 + half * half.ln() - ln_gamma(half);
    let reach = 12.0 / (2.0 * freedom).sqrt();
    let from = (1.0 - reach).max(0.0);
    let width = (1.0 + reach - from) / f64::from(steps);
    (0..=steps).map(move |step| {
        let s = from + width * f64::from(step);
        // At 0 the power is 1 with one degree of freedom and 0 with more.
        let power = if s > 0.0 {
            (freedom - 1.0) * s.ln()
        } else if freedom > 1.0 {
            f64::NEG_INFINITY
        } else {
            0.0
        };
        (s, simpson(step, steps) * width / 3.0 * (scale + power - half * s * s).exp())
    })
}

/// The probability that Welch's interval of `level` lies wholly above zero, for two sides of `units` each with equal
/// variances, whose difference lies `shift` standard errors above it.
pub(super) fn welch_found(level: f64, units: f64, shift: f64) -> f64 {
    let found = |freedom| noncentral_t_above(t_reach(level, freedom), 2.0 * (units - 1.0), shift);
    welch_freedoms(units).map(|(freedom, weight)| weight * found(freedom)).sum()
}

/// The degrees of freedom that Satterthwaite's formula finds for two sides of `units` each with equal variances, with
/// their probabilities. The share B of one side in the summed variances is Beta((n - 1) / 2, (n - 1) / 2) and independent
/// of the sum, and the formula gives `(n - 1) / (B² + (1 - B)²)`. With `B = sin² θ` the density of θ is
/// `(sin θ cos θ)^(n - 2)`, which Simpson's rule sums up to its middle.
pub(super) fn welch_freedoms(units: f64) -> impl Iterator<Item = (f64, f64)> {
    const STEPS: u32 = 24;
    let angle = |step: u32| std::f64::consts::FRAC_PI_4 * f64::from(step) / f64::from(STEPS);
    let weight = move |step: u32| simpson(step, STEPS) * (2.0 * angle(step)).sin().powf(units - 2.0);
    let all: f64 = (0..=STEPS).map(weight).sum();
    let freedom = move |step: u32| {
        let share = angle(step).sin().powi(2);
        (units - 1.0) / (share.powi(2) + (1.0 - share).powi(2))
    };
    (0..=STEPS).map(move |step| (freedom(step), weight(step) / all))
}

/// The weight of a step of Simpson's rule, times three.
fn simpson(step: u32, steps: u32) -> f64 {
    match step {
        0 => 1.0,
        last if last == steps => 1.0,
        odd if odd % 2 == 1 => 4.0,
        _ => 2.0,
    }
}

fn is_level(level: f64) -> bool {
    level > 0.0 && level < 1.0
}
