use super::ShownOption;
use crate::rows::stream::Generator;
use crate::spec::{Choice, Labels, Scope};
use crate::text::Span;

/// Returns the labels of so many options: `A`, `B`, ..., numbers, or the spec's own; past `Z`, always numbers.
pub fn labels(count: usize, labels: &Labels) -> Vec<String> {
    if let Labels::Own(own) = labels {
        return own.iter().take(count).cloned().collect();
    }
    if count > 26 || *labels == Labels::Numbers {
        return (1..=count).map(|number| number.to_string()).collect();
    }
    ('A'..='Z').take(count).map(|letter| letter.to_string()).collect()
}

/// Renders options in an order, each under its label.
///
/// # Errors
/// Returns the place of the expression that fails, and why.
pub fn shown(
    options: &[Choice],
    labelled: &Labels,
    order: &[usize],
    scope: &Scope,
) -> Result<Vec<ShownOption>, (Span, String)> {
    labels(order.len(), labelled)
        .into_iter()
        .zip(order.iter().filter_map(|at| options.get(*at)))
        .map(|(label, option)| Ok(ShownOption { label, name: option.name.clone(), text: option.text.text(scope)? }))
        .collect()
}

/// Writes options as prompts show them: a line each, `A: text`.
pub fn written(options: &[ShownOption]) -> String {
    let lines: Vec<String> = options.iter().map(|option| format!("{}: {}", option.label, option.text)).collect();
    lines.join("\n")
}

/// Returns the `which`-th order of `count` things, in lexicographic order.
pub(super) fn nth_order(count: usize, which: u64) -> Vec<usize> {
    let mut left: Vec<usize> = (0..count).collect();
    let mut rest = which;
    let mut order = Vec::with_capacity(count);
    for remaining in (1..=count as u64).rev() {
        let block: u64 = (1..remaining).product();
        let at = usize::try_from(rest / block).unwrap_or(0).min(left.len().saturating_sub(1));
        rest %= block.max(1);
        order.push(left.remove(at));
    }
    order
}

/// Returns the `which`-th of a list of orders of `count` things whose every run of `count` has each thing once in each
/// place: the shifts of one order, then those of the next. The first is Williams's (1949), with which, for an even
/// count, each thing also follows each other one once.
pub(super) fn balanced_order(count: usize, which: u64) -> Vec<usize> {
    let (square, shift) = (which / count.max(1) as u64, which % count.max(1) as u64);
    let shift = usize::try_from(shift).unwrap_or(0);
    let williams: Vec<usize> =
        (0..count).map(|at| if at % 2 == 1 { at.div_ceil(2) } else { (count - at / 2) % count.max(1) }).collect();
    let base = if square == 0 {
        williams
    } else {
        // All other orders that begin with the first thing, of which Williams's is one.
        let beginning = (0..).map(|nth| nth_order(count, nth)).filter(|order| *order != williams);
        beginning.take(usize::try_from(square).unwrap_or(usize::MAX)).last().unwrap_or_default()
    };
    base.into_iter().map(|thing| (thing + shift) % count.max(1)).collect()
}

/// Returns a drawn order of `count` things.
pub(super) fn drawn_order(count: usize, generator: &mut Generator<'_>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        let other = usize::try_from(generator.below(last as u64 + 1)).unwrap_or(0);
        order.swap(last, other);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_orders_come_once() {
        let orders: std::collections::BTreeSet<_> = (0..24).map(|which| nth_order(4, which)).collect();
        assert_eq!(orders.len(), 24);
        assert_eq!(nth_order(2, 1), [1, 0]);
    }

    #[test]
    fn each_thing_stands_in_each_place_equally_often() {
        for (count, orders) in [(2, 2), (3, 6), (4, 4), (4, 24), (5, 20), (6, 12)] {
            let made: Vec<Vec<usize>> = (0..orders).map(|which| balanced_order(count, which)).collect();
            let different: std::collections::BTreeSet<&Vec<usize>> = made.iter().collect();
            assert_eq!(different.len() as u64, orders, "{count} things");
            for place in 0..count {
                for thing in 0..count {
                    let times = made.iter().filter(|order| order[place] == thing).count();
                    assert_eq!(times as u64, orders / count as u64, "{thing} in place {place} of {count}");
                }
            }
        }
        let square: Vec<Vec<usize>> = (0..4).map(|which| balanced_order(4, which)).collect();
        let mut follows: Vec<(usize, usize)> =
            square.iter().flat_map(|order| order.windows(2).map(|pair| (pair[0], pair[1]))).collect();
        follows.sort_unstable();
        follows.dedup();
        assert_eq!(follows.len(), 12);
    }
}
