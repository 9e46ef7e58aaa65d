use super::stream::Stream;

/// A shuffled order of `0..size` that takes no memory: a Feistel network over the next power of four, walked until
/// it lands inside (Black and Rogaway, *Ciphers with arbitrary finite domains*, 2002).
#[derive(Clone, Debug)]
pub struct Permutation {
    size: u64,
    half_bits: u32,
    keys: [u64; ROUNDS],
}

const ROUNDS: usize = 6;

impl Permutation {
    pub fn new(size: u64, stream: &Stream) -> Permutation {
        let bits = 64 - size.saturating_sub(1).leading_zeros();
        let mut generator = stream.at(0);
        let mut keys = [0; ROUNDS];
        for key in &mut keys {
            *key = generator.word();
        }
        Permutation { size, half_bits: bits.div_ceil(2).max(1), keys }
    }

    /// Returns what stands at a place of the order, itself below `size` where `at` is.
    pub fn get(&self, at: u64) -> u64 {
        if self.size < 2 || at >= self.size {
            return at;
        }
        let mut walked = self.network(at);
        while walked >= self.size {
            walked = self.network(walked);
        }
        walked
    }

    fn network(&self, value: u64) -> u64 {
        let mask = (1_u64 << self.half_bits) - 1;
        let (mut left, mut right) = (value >> self.half_bits, value & mask);
        for key in self.keys {
            (left, right) = (right, left ^ (mix(right ^ key) & mask));
        }
        (left << self.half_bits) | right
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea and Flood 2014).
fn mix(mut value: u64) -> u64 {
    value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn everything_comes_once(size in 0_u64..3000, seed in any::<u64>()) {
            let permutation = Permutation::new(size, &Stream::new(seed, "d", "order"));
            let mut seen: Vec<u64> = (0..size).map(|at| permutation.get(at)).collect();
            seen.sort_unstable();
            prop_assert!(seen.into_iter().eq(0..size));
        }
    }
}
