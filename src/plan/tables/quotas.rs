//! How many rows each combination of a written table's axes has.

/// Spreads rows over the combinations of axes with so many values each, the last axis changing first. No combination
/// has two rows more than another, and what is left over goes where it keeps the values of each axis even.
pub(super) fn quotas(rows: u64, sizes: &[usize]) -> Vec<u64> {
    let combinations: usize = sizes.iter().product();
    let count = combinations.max(1) as u64;
    let mut quotas = vec![rows / count; combinations];
    let mut given: Vec<Vec<u64>> = sizes.iter().map(|size| vec![0; *size]).collect();
    let mut left: Vec<usize> = (0..combinations).collect();
    for _ in 0..rows % count {
        let load = |combination: usize| -> u64 {
            let values = values(combination, sizes);
            values.iter().zip(&given).filter_map(|(value, given)| given.get(*value)).map(|given| given * given).sum()
        };
        let Some(at) = (0..left.len()).min_by_key(|at| left.get(*at).map(|combination| load(*combination))) else {
            break;
        };
        let combination = left.remove(at);
        for (value, given) in values(combination, sizes).iter().zip(&mut given) {
            if let Some(given) = given.get_mut(*value) {
                *given += 1;
            }
        }
        if let Some(quota) = quotas.get_mut(combination) {
            *quota += 1;
        }
    }
    quotas
}

/// The value that each axis has in a combination.
fn values(combination: usize, sizes: &[usize]) -> Vec<usize> {
    let mut rest = combination;
    let mut values: Vec<usize> = sizes
        .iter()
        .rev()
        .map(|size| {
            let size = (*size).max(1);
            let value = rest % size;
            rest /= size;
            value
        })
        .collect();
    values.reverse();
    values
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
                for (axis, size) in sizes.iter().enumerate() {
                    let mut of_value = vec![0; *size];
                    for (combination, quota) in quotas.iter().enumerate() {
                        of_value[values(combination, &sizes)[axis]] += quota;
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
