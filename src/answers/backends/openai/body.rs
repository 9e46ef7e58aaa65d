use serde::Serialize;

use super::OpenAi;
use crate::answers::backend::Call;
use crate::requests::Message;

/// The body of a request, as it goes out.
#[derive(Serialize)]
pub(super) struct Body<'a> {
    model: &'a str,
    messages: &'a [Message],
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u32>,
    temperature: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    max_tokens: u32,
    seed: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_logprobs: Option<u8>,
}

impl<'a> Body<'a> {
    /// Asks for `count` texts. A single one leaves `n` out: some servers refuse even `n: 1`.
    pub(super) fn samples(backend: &'a OpenAi, call: &'a Call, first: u32, count: u32) -> Self {
        Self {
            model: &backend.model,
            messages: &call.messages,
            n: (count > 1).then_some(count),
            temperature: call.temperature,
            top_p: backend.top_p,
            max_tokens: call.max_tokens,
            seed: call.seed.wrapping_add(first),
            logprobs: None,
            top_logprobs: None,
        }
    }

    /// Asks for one token and the `k` most probable in its place.
    pub(super) fn top(backend: &'a OpenAi, call: &'a Call, k: u8) -> Self {
        Self {
            model: &backend.model,
            messages: &call.messages,
            n: None,
            temperature: call.temperature,
            // Probabilities are those of the whole distribution.
            top_p: None,
            max_tokens: 1,
            seed: call.seed,
            logprobs: Some(true),
            top_logprobs: Some(k),
        }
    }
}
