use crate::diagnostic::{Diagnostic, Problem};
use crate::spec::{Part, Share, Spec};
use crate::text::Span;
use crate::tree::Decimal;

/// Makes whole numbers of rows of the parts' shares: `10%` of 500 is 50, and what is left over goes to the largest
/// remainders (Hamilton's method).
pub(super) fn counts(
    spec: &Spec,
    parts: &[Part],
    rows: Option<(u64, Span)>,
    available: &[Option<u64>],
    span: Span,
) -> Result<Vec<u64>, Diagnostic> {
    let shares: Vec<Option<Share>> = parts.iter().map(|part| part.share).collect();
    let wrong = |message: String| {
        let diagnostic = Diagnostic::at(span, Problem::Shares { message });
        Err(parts.iter().fold(diagnostic, |diagnostic, part| {
            diagnostic.related(part.span, part.share.map_or_else(|| "no share".into(), |share| share.to_string()))
        }))
    };
    if let [part] = parts {
        if part.share.is_none() {
            let natural = available.first().copied().flatten();
            let own = natural.unwrap_or_else(|| spec[part.template].combinations());
            return Ok(vec![rows.map_or(own, |(rows, _)| rows)]);
        }
    }
    if shares.iter().all(Option::is_none) {
        return match rows {
            None => Ok(available.iter().map(|available| available.unwrap_or(1)).collect()),
            Some(_) => wrong("several parts without shares".into()),
        };
    }
    let mut percents = Vec::new();
    let mut counted = 0_u64;
    for share in &shares {
        match share {
            None => return wrong("some parts have a share, and some have none".into()),
            Some(Share::Rows(count)) => counted = counted.saturating_add(*count),
            Some(Share::Percent(percent)) => percents.push(*percent),
        }
    }
    if percents.is_empty() {
        return match rows {
            Some((rows, _)) if rows != counted => {
                wrong(format!("the parts count {counted} rows, and `rows` says {rows}"))
            }
            _ => Ok(shares.iter().map(|share| if let Some(Share::Rows(count)) = share { *count } else { 0 }).collect()),
        };
    }
    if percents.len() != shares.len() {
        return wrong("percentages and counts are mixed".into());
    }
    let Some((rows, _)) = rows else {
        return wrong("percentages need a `rows` to be shares of".into());
    };
    let scale = percents.iter().map(|percent| percent.scale).max().unwrap_or(0);
    let parts: Option<Vec<u64>> = percents.iter().map(|percent| u64::try_from(percent.at_scale(scale)?).ok()).collect();
    let whole = 100_u64.saturating_mul(10_u64.saturating_pow(scale));
    let parts = parts.unwrap_or_default();
    let total: u64 = parts.iter().sum();
    if total != whole {
        let digits = i64::try_from(total).unwrap_or(i64::MAX);
        return wrong(format!("the percentages add up to {}, not to 100", Decimal { digits, scale }));
    }
    Ok(largest_remainder(rows, &parts))
}

/// Divides `rows` in proportion to `parts`, exactly; ties go to the earlier part
/// (Hamilton's method).
pub(super) fn largest_remainder(rows: u64, parts: &[u64]) -> Vec<u64> {
    let whole: u128 = parts.iter().map(|part| u128::from(*part)).sum();
    let exact = |part: u64| u128::from(rows) * u128::from(part);
    let mut counts: Vec<u64> =
        parts.iter().map(|part| u64::try_from(exact(*part) / whole.max(1)).unwrap_or(0)).collect();
    let mut order: Vec<(u128, usize)> =
        parts.iter().enumerate().map(|(at, part)| (exact(*part) % whole.max(1), at)).collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let left = rows.saturating_sub(counts.iter().sum());
    for (_, at) in order.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
        if let Some(count) = counts.get_mut(at) {
            *count += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ten_percent_of_five_hundred_is_fifty() {
        assert_eq!(largest_remainder(500, &[10, 70, 20]), [50, 350, 100]);
        assert_eq!(largest_remainder(10, &[1, 1, 1]), [4, 3, 3]);
    }

    proptest! {
        #[test]
        fn shares_add_up_and_are_within_a_row(rows in 0_u64..5000, parts in prop::collection::vec(1_u64..100, 1..8)) {
            let counts = largest_remainder(rows, &parts);
            prop_assert_eq!(counts.iter().sum::<u64>(), rows);
            let whole: u64 = parts.iter().sum();
            for (count, part) in counts.iter().zip(&parts) {
                prop_assert!((*count as f64 - rows as f64 * *part as f64 / whole as f64).abs() < 1.0);
            }
        }
    }
}
