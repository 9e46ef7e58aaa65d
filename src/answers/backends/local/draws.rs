//! The choice of the next token.

/// Numbers in [0, 1) for one sample, from its seed alone: the same on every machine and in every batch.
pub(crate) struct Draws(blake3::OutputReader);

impl Draws {
    pub(crate) fn new(seed: u32) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("introspec 2025 draws of a sample of the local model");
        hasher.update(&seed.to_le_bytes());
        Self(hasher.finalize_xof())
    }

    /// The next number: a multiple of 2^-53.
    pub(crate) fn next(&mut self) -> f64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        (u64::from_le_bytes(bytes) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The first token of the greatest logit; 0 where there is none.
pub(crate) fn greatest(logits: &[f32]) -> u32 {
    let mut best = (0, f32::NEG_INFINITY);
    for (token, &logit) in (0u32..).zip(logits) {
        if logit > best.1 {
            best = (token, logit);
        }
    }
    best.0
}

/// The token at which the summed probabilities first exceed `draw` of their total.
pub(crate) fn drawn(probabilities: &[f32], draw: f64) -> u32 {
    let total: f64 = probabilities.iter().copied().map(f64::from).sum();
    let mut left = draw * total;
    let mut last = 0;
    for (token, &probability) in (0u32..).zip(probabilities) {
        if probability > 0.0 {
            last = token;
            left -= f64::from(probability);
            if left < 0.0 {
                break;
            }
        }
    }
    last
}

/// Natural log-probabilities of logits, summed up in F64.
pub(crate) fn log_probabilities(logits: &[f32]) -> impl Fn(f32) -> f64 + use<> {
    let greatest = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let sum: f64 = logits.iter().map(|&logit| (f64::from(logit) - greatest).exp()).sum();
    let norm = greatest + sum.ln();
    move |logit| f64::from(logit) - norm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_follow_the_seed_alone_and_fill_the_interval() {
        let first: Vec<f64> = {
            let mut draws = Draws::new(7);
            (0..4).map(|_| draws.next()).collect()
        };
        let again: Vec<f64> = {
            let mut draws = Draws::new(7);
            (0..4).map(|_| draws.next()).collect()
        };
        let other: Vec<f64> = {
            let mut draws = Draws::new(8);
            (0..4).map(|_| draws.next()).collect()
        };
        assert_eq!(first, again);
        assert_ne!(first, other);

        let mut draws = Draws::new(0);
        let many: Vec<f64> = (0..10_000).map(|_| draws.next()).collect();
        let mean = many.iter().sum::<f64>() / 10_000.0;
        assert!(many.iter().all(|draw| (0.0..1.0).contains(draw)));
        // The mean of 10 000 uniform draws has a standard deviation of 0.0029.
        assert!((mean - 0.5).abs() < 0.015, "{mean}");
    }

    #[test]
    fn a_token_is_drawn_as_often_as_it_is_probable() {
        let probabilities = [0.5, 0.0, 0.25, 0.25];
        let mut draws = Draws::new(3);
        let mut counts = [0u32; 4];
        for _ in 0..4000 {
            counts[drawn(&probabilities, draws.next()) as usize] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((1850..2150).contains(&counts[0]), "{counts:?}");
        assert!((870..1130).contains(&counts[2]), "{counts:?}");
    }

    #[test]
    fn the_last_possible_token_is_drawn_where_rounding_leaves_a_rest() {
        assert_eq!(drawn(&[0.5, 0.5, 0.0], 1.0), 1);
        assert_eq!(greatest(&[1.0, 3.0, 3.0]), 1);
    }

    #[test]
    fn log_probabilities_are_those_of_the_softmax() {
        let logits = [0.0_f32, 2.0_f32.ln(), 5.0_f32.ln()];
        let log_probability = log_probabilities(&logits);
        for (logit, probability) in logits.into_iter().zip([0.125_f64, 0.25, 0.625]) {
            assert!((log_probability(logit) - probability.ln()).abs() < 1e-7);
        }
    }
}
