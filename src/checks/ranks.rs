//! Does a number predict a class?

use statrs::distribution::{ChiSquared, ContinuousCDF as _};

/// What a comparison of ranks finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ranks {
    /// The probability that a number of the class that ranks highest exceeds one of the class that ranks lowest, ties
    /// counted half: 0.5 where the number tells nothing, 1 where it tells all.
    pub(crate) separation: f64,
    /// Of the test that all classes rank alike.
    pub(crate) p: f64,
}

/// Compares numbers, each with its class, by the Kruskal–Wallis test with the correction for ties (with two classes,
/// the two-sided Mann–Whitney test by its normal approximation). Nothing where fewer than two classes have numbers.
pub(crate) fn ranks(values: &[(u32, usize)], classes: usize) -> Option<Ranks> {
    let mut sorted: Vec<(u32, usize)> = values.to_vec();
    sorted.sort_unstable();
    let total = sorted.len() as f64;
    let mut sums = vec![0.0; classes];
    let mut counts = vec![0.0; classes];
    let (mut below, mut ties) = (0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
        let size = tied.len() as f64;
        let rank = below + f64::midpoint(size, 1.0);
        for (_, class) in tied {
            if let (Some(sum), Some(count)) = (sums.get_mut(*class), counts.get_mut(*class)) {
                *sum += rank;
                *count += 1.0;
            }
        }
        below += size;
        ties += size.powi(3) - size;
    }
    let mut means: Vec<(f64, usize)> = sums
        .iter()
        .zip(&counts)
        .enumerate()
        .filter(|(_, (_, count))| **count > 0.0)
        .map(|(class, (sum, count))| (sum / count, class))
        .collect();
    means.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ([(_, lowest), .., (_, highest)], true) = (means.as_slice(), total > 2.0) else { return None };
    let scale = 1.0 - ties / (total.powi(3) - total);
    if scale <= 0.0 {
        return Some(Ranks { separation: 0.5, p: 1.0 });
    }
    let spread: f64 = sums.iter().zip(&counts).filter(|(_, n)| **n > 0.0).map(|(sum, n)| sum * sum / n).sum();
    let statistic = (12.0 / (total * (total + 1.0)) * spread - 3.0 * (total + 1.0)) / scale;
    let p = ChiSquared::new((means.len() - 1) as f64).map_or(1.0, |law| law.sf(statistic.max(0.0)));
    Some(Ranks { separation: separation(&sorted, *lowest, *highest), p })
}

/// Returns the share of pairs, one of each class, in which that of `high` is greater; ties count half.
fn separation(sorted: &[(u32, usize)], low: usize, high: usize) -> f64 {
    let (mut pairs, mut lows, mut highs) = (0.0, 0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
        let of = |class: usize| tied.iter().filter(|(_, other)| *other == class).count() as f64;
        pairs += of(high) * (lows + of(low) / 2.0);
        lows += of(low);
        highs += of(high);
    }
    pairs / f64::max(lows * highs, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_classes_are_compared_as_by_mann_and_whitney() {
        // scipy.stats.kruskal([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]): p = 0.009023438818080334
        let values: Vec<(u32, usize)> = (1..=10).map(|value| (value, usize::from(value > 5))).collect();
        let found = ranks(&values, 2).unwrap();
        assert!((found.p - 0.009_023_438_818).abs() < 1e-9, "{}", found.p);
        assert!((found.separation - 1.0).abs() < 1e-12);
        let tied = ranks(&[(3, 0), (3, 1), (3, 0), (3, 1)], 2).unwrap();
        assert!((tied.p - 1.0).abs() < 1e-12 && (tied.separation - 0.5).abs() < 1e-12);
        assert_eq!(ranks(&[(3, 0), (4, 0), (5, 0)], 2), None);
    }
}
