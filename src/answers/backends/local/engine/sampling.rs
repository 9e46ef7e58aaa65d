//! Sampled texts: the prompt is read once, and the samples are decoded side by side, because a step
//! costs the reading of all weights however many samples take it.

use candle_core::{Result, Tensor};
use candle_nn::ops::softmax_last_dim;

use super::super::draws::{Draws, drawn, greatest};
use super::super::prompts::Prompt;
use super::{Engine, Stop, candle_failure, tokenizer_failure};
use crate::answers::backend::Call;
use crate::answers::{Answer, Failure};

/// The most samples that are decoded side by side; more would gain little speed.
const BATCH: usize = 64;
/// The most memory that the keys and values of samples side by side may take, in bytes.
const MEMORY: usize = 1 << 30;

/// One sample on its way.
struct Sample {
    draws: Draws,
    tokens: Vec<u32>,
    /// Whether the model has ended its turn.
    ended: bool,
}

impl Engine {
    /// One answer for each seed, and how many tokens they have together.
    pub(super) fn samples(
        &self,
        prompt: &Prompt,
        call: &Call,
        seeds: &[u32],
        stop: Stop<'_>,
    ) -> std::result::Result<(Vec<Answer>, u64), Failure> {
        let room = self.llama.shape().context.saturating_sub(prompt.prefix.positions());
        let most = usize::try_from(call.max_tokens).unwrap_or(room).min(room);
        // Room grows by doubling, so that half of it may be empty.
        let batch = (MEMORY / (2 * most * self.llama.shape().position_bytes()).max(1)).clamp(1, BATCH);
        let mut answers = Vec::with_capacity(seeds.len());
        let mut count = 0;
        for seeds in seeds.chunks(batch) {
            let mut samples: Vec<Sample> = seeds
                .iter()
                .map(|&seed| Sample { draws: Draws::new(seed), tokens: Vec::new(), ended: false })
                .collect();
            self.decode(prompt, call.temperature, most, &mut samples, stop)?;
            for sample in samples {
                count += sample.tokens.len() as u64 + u64::from(sample.ended);
                let text = self.tokenizer.decode(&sample.tokens).map_err(tokenizer_failure)?;
                answers.push(if sample.ended { Answer::Text { text } } else { Answer::Truncated { text } });
            }
        }
        Ok((answers, count))
    }

    /// Decodes until every sample has ended or has `most` tokens.
    fn decode(
        &self,
        prompt: &Prompt,
        temperature: f64,
        most: usize,
        samples: &mut [Sample],
        stop: Stop<'_>,
    ) -> std::result::Result<(), Failure> {
        let error = |error: candle_core::Error| candle_failure(&error);
        let mut live: Vec<&mut Sample> = samples.iter_mut().collect();
        let mut tail = self.llama.tail(live.len()).map_err(error)?;
        // All samples choose their first token from the prompt's logits.
        let mut logits = prompt.logits.clone();
        for step in 1..=most {
            stop.check()?;
            let chosen = choose(&logits, temperature, &mut live).map_err(error)?;
            let mut going = Vec::with_capacity(live.len());
            let mut rows = Vec::with_capacity(live.len());
            let mut next = Vec::with_capacity(live.len());
            for ((row, sample), token) in (0u32..).zip(live).zip(chosen) {
                if self.tokenizer.ends(token) {
                    sample.ended = true;
                } else {
                    sample.tokens.push(token);
                    going.push(sample);
                    rows.push(row);
                    next.push([token]);
                }
            }
            if going.is_empty() || step == most {
                break;
            }
            // Rows are as many as before unless one of them has just ended.
            if rows.last().is_some_and(|&last| last as usize + 1 != rows.len()) || tail.rows() != rows.len() {
                tail.keep_rows(&rows).map_err(error)?;
            }
            live = going;
            let next: Vec<&[u32]> = next.iter().map(<[u32; 1]>::as_slice).collect();
            logits = self.next_logits(prompt, &mut tail, &next).map_err(error)?;
        }
        Ok(())
    }

    fn next_logits(&self, prompt: &Prompt, tail: &mut super::super::kv::Tail, next: &[&[u32]]) -> Result<Tensor> {
        let states = self.llama.forward(&prompt.prefix, tail, next)?;
        self.llama.logits(&states.squeeze(1)?)
    }
}

/// The next token of each sample, from logits of one row for each or one row for all.
fn choose(logits: &Tensor, temperature: f64, samples: &mut [&mut Sample]) -> Result<Vec<u32>> {
    // At a temperature of 0 the most probable token is taken; dividing by less than this would overflow.
    let greedy = temperature < 1e-6;
    let scores = if greedy { logits.clone() } else { softmax_last_dim(&(logits / temperature)?)? };
    let (rows, width) = scores.dims2()?;
    let scores = scores.flatten_all()?.to_vec1::<f32>()?;
    let row = |index: usize| {
        let start = if rows == 1 { 0 } else { index * width };
        scores.get(start..start + width).unwrap_or_default()
    };
    Ok(samples
        .iter_mut()
        .enumerate()
        .map(|(index, sample)| if greedy { greatest(row(index)) } else { drawn(row(index), sample.draws.next()) })
        .collect())
}
