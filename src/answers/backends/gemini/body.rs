use serde::Serialize;

use super::Gemini;
use crate::answers::backend::Call;
use crate::configuration::Thinking;
use crate::requests::{Message, Role};

/// The body of a request, as it goes out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body<'a> {
    contents: Vec<Content<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_instruction: Option<Content<'a>>,
    generation_config: Generation<'a>,
}

#[derive(Serialize)]
struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    parts: [Part<'a>; 1],
}

#[derive(Serialize)]
struct Part<'a> {
    text: &'a str,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Generation<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    max_output_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_logprobs: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_config: Option<Thought<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Thought<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_level: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_budget: Option<u32>,
    include_thoughts: bool,
}

impl<'a> Body<'a> {
    /// Asks for `count` texts.
    pub(super) fn samples(backend: &'a Gemini, call: &'a Call, first: u32, count: u32) -> Self {
        let room = backend.thinking.as_ref().map_or(0, Thinking::room);
        Self::new(
            backend,
            call,
            Generation {
                top_p: backend.top_p.filter(|_| backend.can.temperature.is_some()),
                max_output_tokens: call.max_tokens.saturating_add(room),
                candidate_count: (count > 1).then_some(count),
                // Seeds are whole numbers of 32 bits with a sign.
                seed: backend.can.seeds.then_some(call.seed.wrapping_add(first) & 0x7fff_ffff),
                ..Generation::default()
            },
        )
    }

    /// Asks for one token and the `k` most probable in its place.
    pub(super) fn top(backend: &'a Gemini, call: &'a Call, k: u8) -> Self {
        Self::new(
            backend,
            call,
            Generation {
                max_output_tokens: 1,
                response_logprobs: Some(true),
                logprobs: Some(k),
                ..Generation::default()
            },
        )
    }

    fn new(backend: &'a Gemini, call: &'a Call, mut generation: Generation<'a>) -> Self {
        // The system prompt has a place of its own.
        let (system, messages) = match call.messages.split_first() {
            Some((first, rest)) if first.role == Role::System => (Some(first), rest),
            _ => (None, call.messages.as_slice()),
        };
        let content = |role, message: &'a Message| Content { role, parts: [Part { text: &message.content }] };
        let role = |message: &Message| if message.role == Role::Assistant { "model" } else { "user" };
        generation.temperature = backend.can.temperature.is_some().then_some(call.temperature);
        generation.thinking_config = backend.thinking.as_ref().map(thought);
        Self {
            contents: messages.iter().map(|message| content(Some(role(message)), message)).collect(),
            system_instruction: system.map(|message| content(None, message)),
            generation_config: generation,
        }
    }
}

/// A level and a budget exclude each other.
fn thought(thinking: &Thinking) -> Thought<'_> {
    let level = thinking.effort.as_deref();
    let budget = if thinking.on { thinking.tokens } else { Some(0) };
    Thought {
        thinking_level: level,
        thinking_budget: budget.filter(|_| level.is_none()),
        include_thoughts: thinking.on,
    }
}
