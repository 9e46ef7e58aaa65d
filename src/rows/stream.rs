//! Randomness, named: every draw has a stream of its own, keyed by the spec's seed, the declaration and the draw's
//! name, and in it every row has numbers of its own. Adding a draw, a row or a declaration moves no other.

use crate::spec::Variable;

/// The numbers of one draw, by row.
#[derive(Clone, Debug)]
pub struct Stream {
    key: [u8; 32],
}

impl Stream {
    /// Names a stream. The key is the blake3 hash of the seed, the declaration and the draw's name, with lengths
    /// between them so that no two names run together.
    pub fn new(seed: u64, declaration: &str, draw: &str) -> Stream {
        let mut hasher = blake3::Hasher::new_derive_key("introspec 1 stream");
        hasher.update(&seed.to_le_bytes());
        for part in [declaration, draw] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Stream { key: *hasher.finalize().as_bytes() }
    }

    /// Returns the numbers of a row.
    pub fn at(&self, row: u64) -> Generator<'_> {
        Generator { key: &self.key, row, block: 0, left: 0, words: [0; 4] }
    }
}

/// A row's numbers: blake3 in keyed mode over the row and a counter, four 64-bit words at a time, little-endian.
#[derive(Debug)]
pub struct Generator<'k> {
    key: &'k [u8; 32],
    row: u64,
    block: u64,
    left: usize,
    words: [u64; 4],
}

impl Generator<'_> {
    pub fn word(&mut self) -> u64 {
        if self.left == 0 {
            let mut input = [0; 16];
            let (row, block) = input.split_at_mut(8);
            row.copy_from_slice(&self.row.to_le_bytes());
            block.copy_from_slice(&self.block.to_le_bytes());
            let hash = blake3::keyed_hash(self.key, &input);
            for (word, bytes) in self.words.iter_mut().zip(hash.as_bytes().chunks_exact(8)) {
                *word = bytes.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte));
            }
            self.block += 1;
            self.left = self.words.len();
        }
        self.left -= 1;
        self.words.iter().rev().nth(self.left).copied().unwrap_or(0)
    }

    /// Returns a whole number below `limit`, each as likely; 0 where the limit is 0. Lemire's method (2019): the
    /// high half of a product, with the few low halves that would favour some numbers drawn again.
    pub fn below(&mut self, limit: u64) -> u64 {
        if limit == 0 {
            return 0;
        }
        let unfair = limit.wrapping_neg() % limit;
        loop {
            let product = u128::from(self.word()) * u128::from(limit);
            // The two halves of the product: nothing is lost that is meant to be kept.
            #[allow(clippy::cast_possible_truncation)]
            let (high, low) = ((product >> 64) as u64, product as u64);
            if low >= unfair {
                return high;
            }
        }
    }
}

/// The streams of a declaration's variables, in their order.
#[derive(Clone, Debug)]
pub struct Streams(Vec<Stream>);

impl Streams {
    pub fn new(seed: u64, declaration: &str, variables: &[Variable]) -> Streams {
        Streams(variables.iter().map(|variable| Stream::new(seed, declaration, &variable.name)).collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = &Stream> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_same_everywhere() {
        let stream = Stream::new(0, "template choice", "tone");
        let mut generator = stream.at(7);
        let drawn: Vec<u64> = (0..6).map(|_| generator.below(1000)).collect();
        insta::assert_snapshot!(format!("{drawn:?}"));
    }

    #[test]
    fn every_number_below_a_limit_comes_about_as_often() {
        let stream = Stream::new(3, "a", "b");
        let mut counts = [0_u32; 5];
        for row in 0..10_000 {
            counts[usize::try_from(stream.at(row).below(5)).unwrap()] += 1;
        }
        assert!(counts.iter().all(|count| (1_850..2_150).contains(count)), "{counts:?}");
    }
}
