use serde::Serialize;

use super::Anthropic;
use crate::answers::backend::Call;
use crate::requests::{Message, Role};

/// The body of a request, as it goes out. One request brings one sample, and there are no seeds.
#[derive(Serialize)]
pub(super) struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'a str>,
    messages: &'a [Message],
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<Thought>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<Effort<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Thought {
    Enabled { budget_tokens: u32 },
    Adaptive { display: &'static str },
    Disabled,
}

#[derive(Serialize)]
struct Effort<'a> {
    effort: &'a str,
}

/// The smallest budget that the interface takes.
const LEAST_BUDGET: u32 = 1024;

impl<'a> Body<'a> {
    pub(super) fn new(backend: &'a Anthropic, call: &'a Call) -> Self {
        // The system prompt has a place of its own.
        let (system, messages) = match call.messages.split_first() {
            Some((first, rest)) if first.role == Role::System => (Some(first.content.as_str()), rest),
            _ => (None, call.messages.as_slice()),
        };
        let thinking = backend.thinking.as_ref();
        let effort = thinking.and_then(|thinking| thinking.effort.as_deref());
        let room = thinking.map_or(0, crate::configuration::Thinking::room);
        let budget = room.max(LEAST_BUDGET);
        let thought = thinking.map(|thinking| match thinking.effort {
            _ if !thinking.on => Thought::Disabled,
            // Models that are told an effort settle the budget themselves.
            Some(_) => Thought::Adaptive { display: "summarized" },
            None => Thought::Enabled { budget_tokens: budget },
        });
        let extra = if room > 0 { budget } else { 0 };
        let settable = backend.can.temperature.is_some();
        Self {
            model: &backend.model,
            max_tokens: call.max_tokens.saturating_add(extra),
            system,
            messages,
            // Newer models refuse every temperature but their own, which is 1.
            temperature: Some(call.temperature).filter(|temperature| settable && *temperature < 1.0),
            top_p: backend.top_p.filter(|_| settable),
            thinking: thought,
            output_config: effort.map(|effort| Effort { effort }),
        }
    }
}
