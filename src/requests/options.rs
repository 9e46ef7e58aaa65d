use super::ShownOption;
use crate::rows::stream::Generator;
use crate::spec::{Choice, Labels, Scope};
use crate::text::Span;

/// Returns the labels of so many options: `A`, `B`, ..., or numbers; past `Z`, always numbers.
pub fn labels(count: usize, labels: Labels) -> Vec<String> {
    if count > 26 || labels == Labels::Numbers {
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
    labelled: Labels,
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
}
