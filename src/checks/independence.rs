//! Do two classifications of the same rows depend on each other?

use statrs::distribution::{ChiSquared, ContinuousCDF as _};

/// How far two classifications depend on each other, and how surprising that would be if they did not.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Independence {
    /// In bits; 0 where knowing one tells nothing about the other.
    pub(crate) mutual_information: f64,
    pub(crate) test: Test,
    /// The probability of a table at least as far from independence, given its margins.
    pub(crate) p: f64,
    /// The smallest count that independence would lead one to expect. Under 5, chi-square is a rough guide.
    pub(crate) smallest_expected: f64,
}

/// How `p` was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Test {
    /// One of the two classifications has a single class: there is nothing to depend on.
    Nothing,
    /// Fisher's exact test, two-sided.
    Exact,
    /// Pearson's chi-square test.
    ChiSquare { statistic: f64, degrees: u32 },
}

/// The expected count under which chi-square's approximation is not trusted (Cochran 1954).
const FEW: f64 = 5.0;

impl Independence {
    /// Returns how the test went, in words: `Fisher's exact test, p = 0.012`.
    pub(crate) fn words(&self) -> String {
        match self.test {
            Test::Nothing => "nothing to test: one class alone".to_owned(),
            Test::Exact => format!("Fisher's exact test, {}", p_value(self.p)),
            Test::ChiSquare { statistic, degrees } => {
                let few = if self.smallest_expected < FEW {
                    format!("; the smallest expected count is {:.1}, so p is rough", self.smallest_expected)
                } else {
                    String::new()
                };
                format!("chi-square {statistic:.1} on {degrees} df, {}{few}", p_value(self.p))
            }
        }
    }
}

/// Writes a probability as `p = 0.012`, or `p < 1e-6` where more digits tell nothing.
pub(crate) fn p_value(p: f64) -> String {
    match p {
        p if p < 1e-6 => "p < 1e-6".to_owned(),
        p if p < 1e-3 => format!("p = {p:.0e}"),
        p if p < 0.0995 => format!("p = {p:.2}").replace("p = 0.00", &format!("p = {p:.3}")),
        p => format!("p = {p:.2}"),
    }
}

/// Tests whether the two classifications of a table of counts, rows × columns, are independent. Rows may be of
/// unequal length: what is missing counts 0. Classes without any count are left out.
///
/// A table of 2 × 2 gets Fisher's exact test; the two-sided p adds up every table with the same margins that is no
/// more probable than this one, with the relative tolerance 1e-7 of R's `fisher.test`. Any other table gets Pearson's
/// chi-square with (rows - 1)(columns - 1) degrees of freedom.
pub(crate) fn independence(table: &[Vec<u64>]) -> Independence {
    let width = table.iter().map(Vec::len).max().unwrap_or(0);
    let column = |at: usize| table.iter().map(|row| row.get(at).copied().unwrap_or(0)).sum::<u64>();
    let columns: Vec<(usize, u64)> = (0..width).map(|at| (at, column(at))).filter(|(_, sum)| *sum > 0).collect();
    let rows: Vec<(&Vec<u64>, u64)> =
        table.iter().map(|row| (row, row.iter().sum::<u64>())).filter(|(_, sum)| *sum > 0).collect();
    let total: u64 = rows.iter().map(|(_, sum)| sum).sum();
    let (mut bits, mut statistic, mut smallest) = (0.0, 0.0, f64::INFINITY);
    for (row, of_row) in &rows {
        for (at, of_column) in &columns {
            let seen = row.get(*at).copied().unwrap_or(0) as f64;
            let expected = *of_row as f64 * *of_column as f64 / total as f64;
            smallest = smallest.min(expected);
            statistic += (seen - expected).powi(2) / expected;
            if seen > 0.0 {
                bits += seen / total as f64 * (seen / expected).log2();
            }
        }
    }
    let (p, test) = match (rows.as_slice(), columns.as_slice()) {
        ([] | [_], _) | (_, [] | [_]) => (1.0, Test::Nothing),
        ([(first, of_row), _], [(at, of_column), _]) => {
            (fisher(first.get(*at).copied().unwrap_or(0), *of_row, *of_column, total), Test::Exact)
        }
        _ => {
            let degrees = (rows.len() - 1) * (columns.len() - 1);
            let p = ChiSquared::new(degrees as f64).map_or(1.0, |law| law.sf(statistic));
            (p, Test::ChiSquare { statistic, degrees: u32::try_from(degrees).unwrap_or(u32::MAX) })
        }
    };
    let smallest_expected = if smallest.is_finite() { smallest } else { 0.0 };
    // Rounding may leave a hair under zero.
    Independence { mutual_information: f64::max(bits, 0.0), test, p: p.clamp(0.0, 1.0), smallest_expected }
}

/// Fisher's exact test, two-sided: `seen` in the cell whose row has `of_row` and whose column `of_column` of `total`.
///
/// Probabilities are taken relative to the most probable table and walk outwards from it by their ratios, so that
/// nothing overflows; what is too small for a double adds nothing.
fn fisher(seen: u64, of_row: u64, of_column: u64, total: u64) -> f64 {
    let low = (of_row + of_column).saturating_sub(total);
    let high = of_row.min(of_column);
    // The number of the hypergeometric law with 1 more in the cell, relative to that with `x`.
    let ratio = |x: u64| {
        (of_row - x) as f64 * (of_column - x) as f64
            / ((x + 1) as f64 * (total + x + 1).saturating_sub(of_row + of_column) as f64)
    };
    let mode = u64_of((of_row + 1) as f64 * (of_column + 1) as f64 / (total + 2) as f64).clamp(low, high);
    let upwards = || {
        std::iter::successors(Some((mode, 1.0)), |(x, weight)| {
            (*x < high).then(|| (x + 1, weight * ratio(*x))).filter(|(_, weight)| *weight > 0.0)
        })
    };
    let downwards = || {
        std::iter::successors(Some((mode, 1.0)), |(x, weight)| {
            (*x > low).then(|| (x - 1, weight / ratio(x - 1))).filter(|(_, weight)| *weight > 0.0)
        })
        .skip(1)
    };
    let all = || upwards().chain(downwards());
    let own = all().find(|(x, _)| *x == seen).map_or(0.0, |(_, weight)| weight);
    let bound = own * (1.0 + 1e-7);
    let (total, extreme) = all().fold((0.0, 0.0), |(total, extreme), (_, weight)| {
        (total + weight, if weight <= bound { extreme + weight } else { extreme })
    });
    extreme / total
}

/// Cuts a count's quotient to a whole number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn u64_of(value: f64) -> u64 {
    value.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() <= 1e-6 * expected.abs().max(1e-9), "{value} is not {expected}");
    }

    #[test]
    fn a_table_of_two_by_two_is_tested_exactly() {
        // Added up in exact fractions of binomial coefficients.
        for (table, p) in [
            ([[8, 2], [1, 5]], 0.034_965_034_965_034_96),
            ([[3, 1], [1, 3]], 0.485_714_285_714_285_7),
            ([[144, 144], [144, 144]], 1.0),
            ([[0, 5], [5, 0]], 0.007_936_507_936_507_936),
            ([[120, 14], [14, 140]], 8.939_792_114_031_973e-48),
        ] {
            let table: Vec<Vec<u64>> = table.iter().map(|row| row.to_vec()).collect();
            let found = independence(&table);
            assert_eq!(found.test, Test::Exact);
            near(found.p / p, 1.0);
        }
    }

    #[test]
    fn larger_tables_are_tested_by_chi_square() {
        // scipy.stats.chi2_contingency([[10, 20, 30], [6, 9, 17]]): 0.27157465150403504, p = 0.873028283380073
        let found = independence(&[vec![10, 20, 30], vec![6, 9, 17]]);
        let Test::ChiSquare { statistic, degrees } = found.test else { panic!("{:?}", found.test) };
        near(statistic, 0.271_574_651_504_035_04);
        assert_eq!(degrees, 2);
        near(found.p, 0.873_028_283_380_073);
    }

    #[test]
    fn information_is_in_bits_and_empty_classes_count_for_nothing() {
        near(independence(&[vec![50, 0], vec![0, 50]]).mutual_information, 1.0);
        let found = independence(&[vec![50, 0, 0], vec![0, 0, 0], vec![0, 0, 50]]);
        near(found.mutual_information, 1.0);
        assert_eq!(found.test, Test::Exact);
        assert!(independence(&[vec![25, 25], vec![25, 25]]).mutual_information.abs() < 1e-12);
        assert_eq!(independence(&[vec![25, 25]]).test, Test::Nothing);
        assert!((independence(&[]).p - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_million_rows_are_no_trouble() {
        let found = independence(&[vec![250_000, 250_000], vec![250_000, 250_000]]);
        near(found.p, 1.0);
        assert!(independence(&[vec![400_000, 100_000], vec![100_000, 400_000]]).p < 1e-300);
    }
}
