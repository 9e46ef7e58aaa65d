//! How many rows each combination of a written table's axes has.

/// Spreads rows over the combinations of axes with so many values each, the last axis changing first. No combination
/// has two rows more than another, and neither has any value of an axis.
pub(super) fn quotas(rows: u64, sizes: &[usize]) -> Vec<u64> {
    let order = order(sizes);
    let count = order.len().max(1) as u64;
    let mut quotas = vec![rows / count; order.len()];
    for (combination, _) in order.into_iter().zip(0..rows % count) {
        if let Some(quota) = quotas.get_mut(combination) {
            *quota += 1;
        }
    }
    quotas
}

/// Returns the combinations in an order of which every beginning has the values of each axis equally often, give or
/// take one.
///
/// An axis is added to those before it by going through both side by side, each from its beginning again when it ends,
/// and the new one a step further each time that both have ended together.
fn order(sizes: &[usize]) -> Vec<usize> {
    let mut order = vec![0];
    for &size in sizes {
        let (before, together) = (order.len(), multiple(order.len(), size));
        let pair = |at: usize| order.get(at % before).map(|known| known * size + (at + at / together) % size);
        order = (0..before * size).filter_map(pair).collect();
    }
    order
}

/// The least common multiple of two counts that are not 0.
fn multiple(a: usize, b: usize) -> usize {
    let (mut divisor, mut rest) = (a, b);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    a / divisor.max(1) * b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_exact_share() {
        for sizes in [vec![2], vec![2, 3], vec![2, 2], vec![3, 3], vec![4, 2], vec![2, 2, 2], vec![3, 2, 4], vec![5, 3]]
        {
            for rows in 0..60_u64 {
                let quotas = quotas(rows, &sizes);
                assert_eq!(quotas.iter().sum::<u64>(), rows, "{sizes:?}");
                let spread = quotas.iter().max().unwrap() - quotas.iter().min().unwrap();
                assert!(spread <= 1, "{rows} rows over {sizes:?}: {quotas:?}");
                for (axis, size) in sizes.iter().enumerate() {
                    let mut of_value = vec![0; *size];
                    let below: usize = sizes[axis + 1..].iter().product();
                    for (combination, quota) in quotas.iter().enumerate() {
                        of_value[combination / below % size] += quota;
                    }
                    let spread = of_value.iter().max().unwrap() - of_value.iter().min().unwrap();
                    assert!(spread <= 1, "{rows} rows over {sizes:?}: {of_value:?}");
                }
            }
        }
    }

    #[test]
    fn without_axes_there_is_one_share() {
        assert_eq!(quotas(7, &[]), [7]);
    }
}
