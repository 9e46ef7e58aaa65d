//! What two datasets have in common, row by row, found without holding either of them.

use crate::rows::Facets;

/// The rows of a dataset, each part of them as a digest of the sequence and of the collection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Likeness {
    facets: [Sequence; 5],
}

/// How a part of a dataset's rows compares with the same part of another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alike {
    /// The same in every row.
    InEveryRow,
    /// The same ones as often, in other rows.
    AsOften,
    Different,
}

impl Likeness {
    pub(super) fn push(&mut self, facets: &Facets) {
        for (sequence, digest) in self.facets.iter_mut().zip(facets.digests()) {
            sequence.push(digest);
        }
    }

    /// Adds the rows that come after these.
    pub(super) fn append(&mut self, after: &Likeness) {
        for (sequence, after) in self.facets.iter_mut().zip(&after.facets) {
            sequence.append(after);
        }
    }

    /// Compares with another dataset, by the names of the facets.
    pub(super) fn compare(&self, other: &Likeness) -> Vec<(&'static str, Alike)> {
        let compared = self.facets.iter().zip(&other.facets).map(|(own, other)| {
            if own == other {
                Alike::InEveryRow
            } else if (own.count, own.collection) == (other.count, other.collection) {
                Alike::AsOften
            } else {
                Alike::Different
            }
        });
        Facets::NAMES.into_iter().zip(compared).collect()
    }
}

/// A sequence of digests: a polynomial over them, which tells their order, and their sum, which does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sequence {
    count: u64,
    polynomial: u64,
    collection: u64,
}

/// The Mersenne prime 2^61 - 1.
const PRIME: u64 = (1 << 61) - 1;
/// Where the polynomial is taken: any number that the digests do not depend on.
const POINT: u64 = 0x0a3b_1c5d_7e9f_2468;

fn product(a: u64, b: u64) -> u64 {
    u64::try_from(u128::from(a) * u128::from(b) % u128::from(PRIME)).unwrap_or(0)
}

impl Sequence {
    fn push(&mut self, digest: u64) {
        self.count += 1;
        self.polynomial = (product(self.polynomial, POINT) + digest % PRIME) % PRIME;
        self.collection = self.collection.wrapping_add(digest);
    }

    fn append(&mut self, after: &Sequence) {
        let (mut power, mut base, mut exponent) = (1, POINT, after.count);
        while exponent > 0 {
            if exponent % 2 == 1 {
                power = product(power, base);
            }
            base = product(base, base);
            exponent /= 2;
        }
        self.count += after.count;
        self.polynomial = (product(self.polynomial, power) + after.polynomial) % PRIME;
        self.collection = self.collection.wrapping_add(after.collection);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(digests: &[u64]) -> Sequence {
        digests.iter().fold(Sequence::default(), |mut sequence, digest| {
            sequence.push(*digest);
            sequence
        })
    }

    #[test]
    fn blocks_of_any_size_come_to_the_same() {
        let all: Vec<u64> = (0..50).map(|at: u64| at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 3).collect();
        for cut in [0, 1, 17, 50] {
            let mut joined = of(&all[..cut]);
            joined.append(&of(&all[cut..]));
            assert_eq!(joined, of(&all));
        }
        let turned: Vec<u64> = all.iter().rev().copied().collect();
        assert_ne!(of(&turned).polynomial, of(&all).polynomial);
        assert_eq!(of(&turned).collection, of(&all).collection);
    }
}
