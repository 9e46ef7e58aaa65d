//! P values from intervals, so that the two never disagree.

/// P values below this are not told apart.
pub(crate) const LEAST: f64 = 1e-9;
/// How often the range of p values is halved, by its logarithm: to three digits.
const STEPS: u32 = 40;

/// One minus the highest level at which an interval still decides: the p value whose test the interval inverts.
/// 1 where even an interval of level 0, the estimate itself, decides nothing. Not below [`LEAST`].
pub(crate) fn p_value(decides: impl Fn(f64) -> bool) -> f64 {
    if !decides(0.0) {
        return 1.0;
    }
    if decides(1.0 - LEAST) {
        return LEAST;
    }
    let (mut undecided, mut decided) = (LEAST.ln(), 0.0);
    for _ in 0..STEPS {
        let middle = f64::midpoint(undecided, decided);
        if decides(1.0 - middle.exp()) {
            decided = middle;
        } else {
            undecided = middle;
        }
    }
    decided.exp()
}

#[cfg(test)]
mod tests {
    use super::super::statistics::Estimate;
    use super::*;

    #[test]
    fn it_is_the_p_value_of_the_test_that_the_interval_inverts() {
        for value in [0.01, 0.1, 0.25, 0.4, 1.0] {
            let estimate = Estimate { value, error: 0.1, freedom: 4.0 };
            let found = p_value(|level| !estimate.limits(level).include(0.0) || level <= 0.0);
            assert!((found / estimate.p_value(0.0) - 1.0).abs() < 1e-6, "{found} for {value}");
        }
        assert!((p_value(|_| false) - 1.0).abs() < 1e-15);
        assert!((p_value(|_| true) - LEAST).abs() < 1e-15);
    }
}
