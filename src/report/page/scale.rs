/// The span of an axis, and where its labels stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    step: f64,
}

impl Scale {
    /// A scale with exactly these ends: a question's score range.
    pub(super) fn of_range(low: f64, high: f64) -> Self {
        if low < high && (high - low).is_finite() {
            Scale { low, high, step: step(high - low, LABELS) }
        } else {
            Scale::covering([low, high])
        }
    }

    /// The narrowest scale that holds all of `values` and whose ends are labelled.
    pub(super) fn covering(values: impl IntoIterator<Item = f64>) -> Self {
        Scale::divided(values, LABELS)
    }

    /// As [`Scale::covering`], with at most about this many steps.
    pub(super) fn divided(values: impl IntoIterator<Item = f64>, parts: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.into_iter().filter(|value| value.abs() < 1e15) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            return Scale { low: 0.0, high: 1.0, step: 0.25 };
        }
        if high - low <= f64::EPSILON * high.abs().max(1.0) {
            let margin = (high.abs() * 0.1).max(0.5);
            (low, high) = (low - margin, high + margin);
        }
        let step = step(high - low, parts);
        Scale { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    /// Returns where `value` stands, in per cent of the width; what lies outside stands at the end.
    pub(super) fn percent(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low) * 100.0;
        if share.is_nan() { 0.0 } else { share.clamp(0.0, 100.0) }
    }

    pub(super) fn span(&self) -> f64 {
        self.high - self.low
    }

    /// Returns the labelled places in order, both ends among them.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let mut ticks: Vec<f64> = (0_u8..=12)
            .map(|index| self.low + f64::from(index) * self.step)
            .take_while(|tick| *tick < self.high - self.step * 0.6)
            .map(|tick| self.rounded(tick))
            .collect();
        ticks.push(self.rounded(self.high));
        ticks
    }

    /// Sums of steps are a little off their decimals, such as 0.30000000000000004, and would count a number on
    /// an edge to the wrong side.
    fn rounded(&self, tick: f64) -> f64 {
        if self.step > 1e-6 && tick.abs() < 1e6 { (tick * 1e9).round() / 1e9 } else { tick }
    }
}

/// Into how many steps an axis is divided: few enough for labels to stand apart on a phone.
const LABELS: f64 = 4.0;

/// Returns the round number nearest above such a part of `span`: 1, 2, 2.5 or 5 times a power of ten.
fn step(span: f64, parts: f64) -> f64 {
    let wanted = span / parts;
    let power = 10_f64.powf(wanted.log10().floor());
    // The tolerance keeps a span such as 0.4, which is not a whole number of tenths in binary, at its step.
    let round = [1.0, 2.0, 2.5, 5.0].into_iter().find(|factor| factor * power >= wanted * (1.0 - 1e-9));
    round.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_labelled_at_both_ends() {
        assert_eq!(Scale::of_range(0.0, 1.0).ticks(), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(Scale::of_range(1.0, 7.0).ticks(), [1.0, 3.0, 5.0, 7.0]);
        assert_eq!(Scale::of_range(0.0, 100.0).ticks(), [0.0, 25.0, 50.0, 75.0, 100.0]);
    }

    #[test]
    fn values_stand_in_proportion_and_never_outside() {
        let scale = Scale::of_range(0.0, 4.0);
        for (value, percent) in [(-1.0, 0.0), (1.0, 25.0), (9.0, 100.0), (f64::NAN, 0.0)] {
            assert!((scale.percent(value) - percent).abs() < 1e-12);
        }
    }

    #[test]
    fn a_scale_without_a_range_holds_its_values() {
        let scale = Scale::covering([-0.03, 0.31]);
        assert!(scale.percent(-0.03) > 0.0 && scale.percent(0.31) < 100.0);
        assert_eq!(scale.ticks(), [-0.1, 0.0, 0.1, 0.2, 0.3, 0.4]);
        assert_eq!(Scale::divided([0.0, 100.0], 10.0).ticks().len(), 11);
    }

    #[test]
    fn one_value_no_value_and_absurd_values_still_make_a_scale() {
        for values in [vec![], vec![0.3], vec![0.0, 0.0], vec![f64::MAX, f64::MIN, f64::NAN]] {
            let scale = Scale::covering(values);
            assert!(scale.span() > 0.0 && scale.span().is_finite());
            assert!(scale.ticks().len() >= 2);
        }
        assert!(Scale::of_range(f64::MIN, f64::MAX).span().is_finite());
    }
}
