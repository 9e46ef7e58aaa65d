use std::sync::Arc;

use minijinja::Value;

use crate::diagnostic::{Diagnostic, Problem};
use crate::rows::Permutation;
use crate::spec::{BehaviorId, Part, Share, Slot, Spec, TableInstanceId, TemplateId};
use crate::text::Span;
use crate::tree::Decimal;

/// A part of a dataset: so many rows of a template, under one behavior.
#[derive(Clone, Debug)]
pub struct PartPlan {
    pub template: TemplateId,
    /// The values of the template's parameters, in their order.
    pub arguments: Vec<Value>,
    pub behavior: BehaviorId,
    /// Where the template's rows come from.
    pub table: Option<TableInstanceId>,
    /// The slot, in the table, of the conversation that is said under that behavior.
    pub conversation: Option<Slot>,
    /// The messages said under that behavior, by their place in the template.
    pub messages: Vec<usize>,
    /// The part's rows are `first..first + count` of the dataset before it is mixed.
    pub first: u64,
    pub count: u64,
    /// Parts of the same template take its units one after another: this part's begin here.
    pub first_unit: u64,
    pub units: Units,
    pub span: Span,
}

/// What rows of a template can be made from: its table's rows, each under every value of its axes.
#[derive(Clone, Debug)]
pub struct Units {
    /// How many rows of the table may come; none where the template draws everything.
    pub table_rows: Option<u64>,
    /// The places of those rows in the table. They key what is drawn, so that a row that is dropped or held out draws
    /// nothing else again.
    pub places: Arc<[usize]>,
    /// How many rows the table has in all.
    pub table_size: u64,
    /// How many combinations the axes have.
    pub combinations: u64,
    /// Which table rows come, where not all of them do.
    pub chosen: Option<Chosen>,
}

/// Table rows chosen for a dataset that holds fewer units than there are.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// In the table's order.
    rows: Vec<u64>,
    /// The place in `rows` of the row that was chosen last: only it may come under fewer combinations than there are,
    /// so that the units of a smaller dataset are among those of a larger one.
    last: u64,
    /// Under how many combinations that row comes.
    combinations_of_last: u64,
}

/// One unit: a table row, a combination of the axes, and how often the units have come round before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    pub table_row: Option<u64>,
    pub combination: u64,
    pub round: u64,
    /// What the row's draws are keyed by.
    pub key: u64,
}

impl Units {
    /// Returns how many different rows there are, where a table limits them.
    pub fn available(&self) -> Option<u64> {
        self.table_rows.map(|rows| rows.saturating_mul(self.combinations))
    }

    /// Returns the unit at a place. Table rows come in order, each under every combination before the next.
    pub fn get(&self, at: u64) -> Unit {
        let combinations = self.combinations.max(1);
        let Some(table_rows) = self.table_rows else {
            return Unit { table_row: None, combination: at % combinations, round: 0, key: at };
        };
        let available = table_rows.saturating_mul(combinations).max(1);
        let (round, mut within) = (at / available, at % available);
        if let Some(chosen) = &self.chosen
            && within >= chosen.last * combinations + chosen.combinations_of_last
        {
            within += combinations - chosen.combinations_of_last;
        }
        let place = within / combinations;
        let row = match &self.chosen {
            Some(chosen) => usize::try_from(place).ok().and_then(|at| chosen.rows.get(at)).copied().unwrap_or(place),
            None => place,
        };
        let row = usize::try_from(row).ok().and_then(|row| self.places.get(row)).map_or(row, |place| *place as u64);
        let all = self.table_size.saturating_mul(combinations);
        let key = round.wrapping_mul(all).wrapping_add(row * combinations + within % combinations);
        Unit { table_row: Some(row), combination: within % combinations, round, key }
    }

    /// Keeps `count` units, of table rows chosen by a shuffled order: fewer units are among more of them.
    pub fn choose(&mut self, count: u64, order: &Permutation) {
        let Some(table_rows) = self.table_rows.filter(|_| self.available().is_some_and(|all| count < all)) else {
            return;
        };
        let combinations = self.combinations.max(1);
        let wanted = count.div_ceil(combinations).min(table_rows);
        let mut rows: Vec<u64> = (0..wanted).map(|at| order.get(at)).collect();
        let last = rows.last().copied();
        rows.sort_unstable();
        let last = last.and_then(|last| rows.binary_search(&last).ok()).unwrap_or(0) as u64;
        let combinations_of_last = count - wanted.saturating_sub(1) * combinations;
        self.chosen = Some(Chosen { rows, last, combinations_of_last });
    }
}

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

/// Returns how many of `rows` a percentage is, by the largest remainder; nothing where it is more than all of them.
pub(super) fn of_percent(rows: u64, percent: Decimal) -> Option<u64> {
    let whole = 100_u64.checked_mul(10_u64.checked_pow(percent.scale)?)?;
    let part = u64::try_from(percent.digits).ok()?;
    largest_remainder(rows, &[part, whole.checked_sub(part)?]).first().copied()
}

/// Divides `rows` in proportion to `parts`, exactly; ties go to the earlier part.
fn largest_remainder(rows: u64, parts: &[u64]) -> Vec<u64> {
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
