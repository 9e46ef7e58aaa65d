//! Numbers as readers see them.

use crate::report::{Interval, Outcomes};

/// What stands where there is no number.
pub(super) const NONE: &str = "–";

/// Drops numbers that no axis can show.
pub(super) fn finite(number: Option<f64>) -> Option<f64> {
    number.filter(|number| number.is_finite())
}

/// Returns `number` with this many decimals and a true minus sign; a rounded zero has no sign.
pub(super) fn decimal(number: f64, places: usize) -> String {
    if !number.is_finite() {
        return NONE.to_owned();
    }
    let digits = format!("{:.places$}", number.abs());
    let is_zero = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if number < 0.0 && !is_zero { format!("\u{2212}{digits}") } else { digits }
}

/// Returns `number` with no more decimals than it needs, for bounds and axis labels.
pub(super) fn shortest(number: f64) -> String {
    let places = (0..6).find(|&places| {
        let scaled = number * 10_f64.powi(places);
        (scaled - scaled.round()).abs() < 1e-6
    });
    decimal(number, usize::try_from(places.unwrap_or(6)).unwrap_or(6))
}

/// Returns how many decimals tell apart differences of a hundredth of `span`, or a thousandth with `more`.
pub(super) fn places(span: f64, more: bool) -> usize {
    let magnitude = span.abs().log10().floor();
    if !magnitude.is_finite() {
        return 3;
    }
    let needed = if more { 3.0 } else { 2.0 } - magnitude;
    (0_u8..6).find(|&places| f64::from(places) >= needed).map_or(6, usize::from)
}

/// Returns `[low, high]`.
pub(super) fn bracketed(interval: &Interval, places: usize) -> String {
    format!("[{}, {}]", decimal(interval.low, places), decimal(interval.high, places))
}

/// Returns a share from 0 to 1 in per cent; what is little but not nothing reads `<1%`, not `0%`.
pub(super) fn percent(share: f64) -> String {
    if !share.is_finite() {
        NONE.to_owned()
    } else if share > 0.0 && share < 0.005 {
        "<1%".to_owned()
    } else if share < 1.0 && share > 0.995 {
        ">99%".to_owned()
    } else {
        format!("{}%", decimal(share * 100.0, 0))
    }
}

/// Returns a p value with three decimals; what is less reads `<0.001`.
pub(super) fn p_value(p: f64) -> String {
    match p {
        p if !p.is_finite() => NONE.to_owned(),
        p if p < 0.001 => "<0.001".to_owned(),
        p => decimal(p, 3),
    }
}

/// Returns `count` with its thousands set apart.
pub(super) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Returns `94 of 100`.
pub(super) fn valid_of_asked(outcomes: &Outcomes) -> String {
    format!("{} of {}", count(outcomes.valid), count(outcomes.asked))
}

/// Returns what the answers without a value came to, such as `4 refusal, 1 truncated`, or `none`.
pub(super) fn others(outcomes: &Outcomes) -> String {
    let counts = [
        (outcomes.refusal, "refusal"),
        (outcomes.truncated, "truncated"),
        (outcomes.error, "error"),
        (outcomes.unparsed, "unparsed"),
        (outcomes.exit, "exit"),
        (outcomes.excluded, "not counted"),
        (outcomes.out_of_range, "out of range"),
        (outcomes.failed, "failed"),
    ];
    let words: Vec<String> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", count(*n))).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rounded_zero_has_no_sign_and_a_negative_number_a_true_minus() {
        assert_eq!(decimal(-0.0004, 2), "0.00");
        assert_eq!(decimal(-0.4, 2), "\u{2212}0.40");
        assert_eq!(decimal(f64::NAN, 2), NONE);
    }

    #[test]
    fn a_bound_keeps_only_the_decimals_it_needs() {
        assert_eq!(shortest(0.1), "0.1");
        assert_eq!(shortest(0.05), "0.05");
        assert_eq!(shortest(100.0), "100");
        assert_eq!(shortest(1.0 / 3.0), "0.333333");
    }

    #[test]
    fn decimals_follow_the_range() {
        assert_eq!(places(1.0, false), 2);
        assert_eq!(places(1.0, true), 3);
        assert_eq!(places(100.0, false), 0);
        assert_eq!(places(0.0, true), 3);
    }

    #[test]
    fn little_is_not_nothing() {
        assert_eq!(percent(0.0), "0%");
        assert_eq!(percent(0.001), "<1%");
        assert_eq!(percent(0.999), ">99%");
        assert_eq!(percent(1.0), "100%");
    }

    #[test]
    fn a_p_value_is_never_nothing() {
        assert_eq!(p_value(1e-9), "<0.001");
        assert_eq!(p_value(0.0512), "0.051");
        assert_eq!(p_value(1.0), "1.000");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(count(7), "7");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(1_234_567), "1,234,567");
    }

    #[test]
    fn outcomes_without_a_value_are_named() {
        let outcomes = Outcomes { asked: 1_000, valid: 990, refusal: 8, unparsed: 2, ..Outcomes::default() };
        assert_eq!(valid_of_asked(&outcomes), "990 of 1,000");
        assert_eq!(others(&outcomes), "8 refusal, 2 unparsed");
        assert_eq!(others(&Outcomes::default()), "none");
    }
}
