//! The prompts that were read last, so that what the next one shares with them is not computed again.

use std::collections::VecDeque;

use candle_core::{Result, Tensor};

use super::kv::Prefix;
use super::llama::Llama;

/// A prompt that the model has read.
#[derive(Clone)]
pub(crate) struct Prompt {
    tokens: Vec<u32>,
    pub(crate) prefix: Prefix,
    /// The logits after the last token, of shape (1, vocabulary).
    pub(crate) logits: Tensor,
}

/// Prompts, the last used first, with at most this many tokens together.
pub(crate) struct Prompts {
    kept: VecDeque<Prompt>,
    limit: usize,
}

impl Prompts {
    /// Keeps prompts of `limit` tokens at most, all together.
    pub(crate) fn new(limit: usize) -> Self {
        Self { kept: VecDeque::new(), limit }
    }

    /// The kept prompt that shares the longest beginning with these tokens, and how many it shares.
    pub(crate) fn nearest(&mut self, tokens: &[u32]) -> Option<(Prompt, usize)> {
        let (place, shared) = self
            .kept
            .iter()
            .map(|prompt| shared(&prompt.tokens, tokens))
            .enumerate()
            .max_by_key(|&(place, shared)| (shared, std::cmp::Reverse(place)))?;
        let prompt = self.kept.remove(place)?;
        self.kept.push_front(prompt.clone());
        Some((prompt, shared))
    }

    pub(crate) fn keep(&mut self, prompt: Prompt) {
        self.kept.retain(|kept| kept.tokens != prompt.tokens);
        self.kept.push_front(prompt);
        while self.kept.iter().map(|prompt| prompt.tokens.len()).sum::<usize>() > self.limit {
            self.kept.pop_back();
        }
    }

    pub(crate) fn forget(&mut self) {
        self.kept.clear();
    }
}

/// Reads a prompt, from what it shares with another one on.
pub(crate) fn read(model: &Llama, tokens: Vec<u32>, nearest: Option<(Prompt, usize)>) -> Result<Prompt> {
    let (prefix, logits) = match nearest {
        Some((prompt, shared)) if shared == tokens.len() && shared == prompt.tokens.len() => return Ok(prompt),
        Some((prompt, shared)) => {
            // The logits come from the last token, so that one is always read; and one more, because a
            // single query would be multiplied in another order than several.
            let known = shared.min(tokens.len().saturating_sub(2));
            model.read(&tokens, &prompt.prefix, known)?
        }
        None => model.read(&tokens, &Prefix::empty(), 0)?,
    };
    Ok(Prompt { tokens, prefix, logits })
}

fn shared(left: &[u32], right: &[u32]) -> usize {
    left.iter().zip(right).take_while(|(left, right)| left == right).count()
}
