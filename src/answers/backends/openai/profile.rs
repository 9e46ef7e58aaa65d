//! How servers that speak chat completions differ from one another.

use serde::Serialize;

use crate::answers::backend::{Capabilities, Probability};
use crate::configuration::{Model, Service, ServiceKind, Thinking};

use super::super::http::{CONCURRENCY, Names};

/// One server's way of speaking chat completions, as far as a model's configuration settles it.
#[derive(Debug)]
pub(super) struct Profile {
    pub(super) can: Capabilities,
    /// Whether the token limit is called `max_completion_tokens`, which counts the thinking too.
    pub(super) completion_tokens: bool,
    pub(super) logprobs: Logprobs,
    pub(super) prefill: Prefill,
    pub(super) effort: Effort,
    pub(super) thinking: Option<Thinking>,
}

/// How log-probabilities are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logprobs {
    /// `logprobs: true` and `top_logprobs: k`.
    Flag,
    /// `logprobs: k`.
    Count,
    /// As [`Logprobs::Flag`], and only of a provider behind the service that gives them.
    Routed,
}

/// What has to be said for the last message to be gone on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefill {
    /// Nothing: a last message of the assistant is enough.
    Implied,
    /// `continue_final_message`, without a prompt for a new message.
    Stated,
    /// `continue_final_message` alone.
    Continued,
}

/// How thinking is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// `reasoning_effort`, with `none` for no thinking.
    Word,
    /// `chat_template_kwargs`, which the model's template reads, and `reasoning_effort`.
    Template,
    /// `reasoning: { enabled, effort, max_tokens }`.
    Section,
}

impl Profile {
    pub(super) fn of(model: &Model, service: &Service) -> Self {
        let kind = kind(service);
        let thinks = model.thinking.as_ref().is_some_and(|thinking| thinking.on);
        let top = match kind {
            ServiceKind::Fireworks => 5,
            // The interface allows no more, and vLLM no more than its `--max-logprobs`, which is 20.
            _ => 20,
        };
        let (several, prefill) = match kind {
            ServiceKind::Ollama => (false, Some(Prefill::Implied)),
            ServiceKind::OpenRouter => (false, Some(Prefill::Implied)),
            ServiceKind::LlamaCpp => (true, Some(Prefill::Implied)),
            ServiceKind::Vllm => (true, Some(Prefill::Stated)),
            ServiceKind::Sglang => (true, Some(Prefill::Continued)),
            _ => (true, None),
        };
        let can = &model.can;
        let top = can.logprobs.unwrap_or(top);
        // The first token of a model that thinks is not the first of its answer.
        let probability = if thinks || top == 0 { Probability::Absent } else { Probability::Top(top) };
        let own_temperature = kind == ServiceKind::OpenAi && thinks;
        let temperature = can.temperature.unwrap_or(!own_temperature).then_some(2.0);
        Self {
            can: Capabilities {
                probability,
                several: can.n.unwrap_or(several),
                seeds: can.seed.unwrap_or(true),
                prefill: can.prefill.unwrap_or(prefill.is_some() && !thinks),
                system: can.system.unwrap_or(true),
                temperature,
                concurrency: CONCURRENCY,
            },
            completion_tokens: kind == ServiceKind::OpenAi || (thinks && kind == ServiceKind::Chat),
            logprobs: match kind {
                ServiceKind::Together => Logprobs::Count,
                ServiceKind::OpenRouter => Logprobs::Routed,
                _ => Logprobs::Flag,
            },
            prefill: prefill.unwrap_or(Prefill::Implied),
            effort: match kind {
                ServiceKind::Vllm | ServiceKind::Sglang | ServiceKind::LlamaCpp => Effort::Template,
                ServiceKind::OpenRouter | ServiceKind::Together => Effort::Section,
                _ => Effort::Word,
            },
            thinking: model.thinking.clone(),
        }
    }

    /// Whether the model is known to think.
    pub(super) fn thinks(&self) -> bool {
        self.thinking.as_ref().is_some_and(|thinking| thinking.on)
    }
}

/// The names that a model may answer under: services answer under the name that was asked, servers of one's own
/// under any that stays the same.
pub(super) fn names(model: &Model, service: &Service) -> Names {
    match kind(service) {
        ServiceKind::OpenAi | ServiceKind::Vllm => Names::as_asked(&model.model),
        _ => Names::as_first(&model.model),
    }
}

/// `openai` with the address of another server is any server.
fn kind(service: &Service) -> ServiceKind {
    let host = reqwest::Url::parse(&service.base_url).ok();
    let host = host.as_ref().and_then(reqwest::Url::host_str).unwrap_or_default();
    match service.kind {
        ServiceKind::OpenAi if host != "openai.com" && !host.ends_with(".openai.com") => ServiceKind::Chat,
        kind => kind,
    }
}

/// What a chat template is told about thinking: templates know it by one of two names.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct TemplateWords {
    pub(super) enable_thinking: bool,
    pub(super) thinking: bool,
}

/// What `OpenRouter` and Together are told about thinking.
#[derive(Debug, Serialize)]
pub(super) struct Reasoning<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_tokens: Option<u32>,
}
