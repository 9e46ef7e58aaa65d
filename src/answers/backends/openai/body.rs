use serde::Serialize;

use super::OpenAi;
use super::profile::{Effort, Logprobs, Prefill, Reasoning, TemplateWords};
use crate::answers::backend::Call;
use crate::requests::{Message, Role};

/// The body of a request, as it goes out.
#[derive(Default, Serialize)]
pub(super) struct Body<'a> {
    model: &'a str,
    messages: &'a [Message],
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<Asked>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_logprobs: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    continue_final_message: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    add_generation_prompt: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<Reasoning<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_template_kwargs: Option<TemplateWords>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<Routing>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Asked {
    Flag(bool),
    Count(u8),
}

#[derive(Serialize)]
struct Routing {
    require_parameters: bool,
}

impl<'a> Body<'a> {
    /// Asks for `count` texts. A single one leaves `n` out: some servers refuse even `n: 1`.
    pub(super) fn samples(backend: &'a OpenAi, call: &'a Call, first: u32, count: u32) -> Self {
        let profile = &backend.profile;
        let settable = profile.can.temperature.is_some();
        let mut body = Self {
            n: (count > 1).then_some(count),
            temperature: settable.then_some(call.temperature),
            top_p: backend.top_p.filter(|_| settable),
            seed: profile.can.seeds.then_some(call.seed.wrapping_add(first)),
            ..Self::begun(backend, call)
        };
        let room = profile.thinking.as_ref().map_or(0, crate::configuration::Thinking::room);
        body.limit(backend, call.max_tokens.saturating_add(room));
        body.say_thinking(backend);
        body
    }

    /// Asks for one token and the `k` most probable in its place.
    pub(super) fn top(backend: &'a OpenAi, call: &'a Call, k: u8) -> Self {
        let profile = &backend.profile;
        let mut body = Self {
            // Probabilities are those of the whole distribution, so no `top_p` is sent.
            temperature: profile.can.temperature.is_some().then_some(call.temperature),
            seed: profile.can.seeds.then_some(call.seed),
            logprobs: Some(match profile.logprobs {
                Logprobs::Count => Asked::Count(k),
                Logprobs::Flag | Logprobs::Routed => Asked::Flag(true),
            }),
            top_logprobs: (profile.logprobs != Logprobs::Count).then_some(k),
            provider: (profile.logprobs == Logprobs::Routed).then_some(Routing { require_parameters: true }),
            ..Self::begun(backend, call)
        };
        body.limit(backend, 1);
        body.say_thinking(backend);
        body
    }

    fn begun(backend: &'a OpenAi, call: &'a Call) -> Self {
        let continued = call.messages.last().is_some_and(|last| last.role == Role::Assistant);
        let stated = continued && backend.profile.prefill != Prefill::Implied;
        Self {
            model: &backend.model,
            messages: &call.messages,
            continue_final_message: stated.then_some(true),
            add_generation_prompt: (stated && backend.profile.prefill == Prefill::Stated).then_some(false),
            ..Self::default()
        }
    }

    fn limit(&mut self, backend: &OpenAi, tokens: u32) {
        if backend.counts_completion_tokens() {
            self.max_completion_tokens = Some(tokens);
        } else {
            self.max_tokens = Some(tokens);
        }
    }

    fn say_thinking(&mut self, backend: &'a OpenAi) {
        let Some(thinking) = &backend.profile.thinking else { return };
        let effort = thinking.effort.as_deref();
        match backend.profile.effort {
            Effort::Word => self.reasoning_effort = if thinking.on { effort } else { Some("none") },
            Effort::Template => {
                self.reasoning_effort = effort;
                let on = thinking.on;
                self.chat_template_kwargs = Some(TemplateWords { enable_thinking: on, thinking: on });
            }
            Effort::Section => {
                let tokens = thinking.tokens.filter(|_| effort.is_none());
                let enabled = (effort.is_none() && tokens.is_none()).then_some(thinking.on);
                self.reasoning = Some(Reasoning { enabled, effort, max_tokens: tokens });
            }
        }
    }
}
