//! Probabilities of what may follow a prompt.

use candle_core::{IndexOp, Result, Tensor};

use super::super::draws::log_probabilities;
use super::super::prompts::Prompt;
use super::{Engine, Stop, candle_failure, tokenizer_failure};
use crate::answers::Failure;

/// How many continuations are read side by side.
const BATCH: usize = 32;

impl Engine {
    /// The natural log-probability of each continuation from the end of the prompt: the sum over its
    /// tokens. The end of the turn after it is not counted, and nothing has probability 1. Of `whole` continuations,
    /// what goes on to another one by a single token is taken off.
    pub(super) fn log_probabilities(
        &self,
        prompt: &Prompt,
        continuations: &[String],
        whole: bool,
        stop: Stop<'_>,
    ) -> std::result::Result<Vec<f64>, Failure> {
        let tokens = continuations
            .iter()
            .map(|continuation| self.tokenizer.encode(continuation))
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(tokenizer_failure)?;
        let mut sums = Vec::with_capacity(tokens.len());
        for batch in tokens.chunks(BATCH) {
            stop.check()?;
            sums.extend(self.sums(prompt, batch).map_err(|error| candle_failure(&error))?);
        }
        Ok(if whole { ended(&tokens, &sums) } else { sums })
    }

    fn sums(&self, prompt: &Prompt, continuations: &[Vec<u32>]) -> Result<Vec<f64>> {
        let first = prompt.logits.squeeze(0)?.to_vec1::<f32>()?;
        let log_probability = log_probabilities(&first);
        let mut sums: Vec<f64> = continuations
            .iter()
            .map(|tokens| tokens.first().map_or(0.0, |&token| log_probability(at(&first, token))))
            .collect();

        // What follows the first token needs the model. Shorter rows are filled up at their end, which
        // nothing before it sees.
        let length = continuations.iter().map(|tokens| tokens.len().saturating_sub(1)).max().unwrap_or(0);
        if length == 0 {
            return Ok(sums);
        }
        let (places, rows): (Vec<usize>, Vec<Vec<u32>>) = continuations
            .iter()
            .enumerate()
            .filter(|(_, tokens)| tokens.len() > 1)
            .map(|(place, tokens)| {
                let read = tokens.len() - 1;
                let filling = std::iter::repeat_n(0, length - read);
                (place, tokens.iter().copied().take(read).chain(filling).collect())
            })
            .unzip();
        let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
        let mut tail = self.llama.tail(rows.len())?;
        let states = self.llama.forward(&prompt.prefix, &mut tail, &rows)?;
        for (row, place) in places.into_iter().enumerate() {
            let (Some(sum), Some(tokens)) = (sums.get_mut(place), continuations.get(place)) else { continue };
            let logits: Tensor = self.llama.logits(&states.i((row, ..tokens.len() - 1))?)?;
            for (logits, &token) in logits.to_vec2::<f32>()?.iter().zip(tokens.iter().skip(1)) {
                *sum += log_probabilities(logits)(at(logits, token));
            }
        }
        Ok(sums)
    }

    /// The `k` most probable first tokens with their natural log-probabilities, the most probable first.
    pub(super) fn top(&self, prompt: &Prompt, k: u8) -> std::result::Result<Vec<(String, f64)>, Failure> {
        let logits = prompt
            .logits
            .squeeze(0)
            .and_then(|logits| logits.to_vec1::<f32>())
            .map_err(|error| candle_failure(&error))?;
        let log_probability = log_probabilities(&logits);
        let mut ranked: Vec<(u32, f32)> = (0u32..).zip(logits).collect();
        ranked.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        ranked
            .into_iter()
            .take(k.into())
            .map(|(token, logit)| Ok((self.tokenizer.piece(token).map_err(tokenizer_failure)?, log_probability(logit))))
            .collect()
    }
}

/// Takes the probability of every continuation off that of the one that it goes on from by one token.
fn ended(tokens: &[Vec<u32>], sums: &[f64]) -> Vec<f64> {
    let goes_on = |from: &[u32]| {
        let further = |(other, _): &(&Vec<u32>, &f64)| other.split_last().is_some_and(|(_, before)| before == from);
        tokens.iter().zip(sums).filter(further).map(|(_, sum)| sum.exp()).sum::<f64>()
    };
    tokens.iter().zip(sums).map(|(own, sum)| (sum.exp() - goes_on(own)).max(0.0).ln()).collect()
}

fn at(logits: &[f32], token: u32) -> f32 {
    usize::try_from(token).ok().and_then(|token| logits.get(token)).copied().unwrap_or(f32::NEG_INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_goes_on_is_another() {
        // `1`, `10`, `12` and `100`, digit by digit, and `11` as a token of its own.
        let tokens = [vec![1], vec![1, 0], vec![1, 2], vec![1, 0, 0], vec![11]];
        let sums = [0.5_f64, 0.3, 0.05, 0.1, 0.2].map(f64::ln);
        let shares: Vec<f64> = ended(&tokens, &sums).iter().map(|sum| (sum.exp() * 100.0).round()).collect();
        assert_eq!(shares, [15.0, 20.0, 5.0, 10.0, 20.0]);
        assert!(ended(&[vec![1], vec![1, 1]], &[-2.0, -1.0])[0].exp() < 1e-300);
    }
}
