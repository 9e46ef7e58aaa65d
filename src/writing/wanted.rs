use serde::Serialize;

use crate::requests::{Message, Role, Sampling};
use crate::spec::{Answerer, Spec};

/// Something to ask a model so that a row can be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub by: Answerer,
    pub messages: Vec<Message>,
    pub sampling: Sampling,
    /// What is asked for, such as `label of table choices`.
    pub place: String,
    /// What the request is known by: who is asked, what, and how it is sampled.
    pub digest: String,
}

/// A request that had a part in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The variable, or who speaks in which turn.
    pub name: String,
    /// The role or the arm that was asked.
    pub by: String,
    pub digest: String,
}

/// Puts a conversation as it is asked, and returns what its request is known by. An arm is asked under its system prompt,
/// which goes before that of the question.
pub(super) fn addressed(spec: &Spec, by: &Answerer, messages: &mut Vec<Message>, sampling: &Sampling) -> String {
    if let Answerer::Arm(arm) = by {
        under(messages, spec.system_of(*arm).as_deref());
    }
    digest(who(spec, by), messages, sampling)
}

/// Puts a system prompt before the one that a conversation has.
pub(crate) fn under(messages: &mut Vec<Message>, system: Option<&str>) {
    let Some(system) = system else { return };
    match messages.first_mut().filter(|first| first.role == Role::System) {
        Some(first) => first.content = format!("{system}\n\n{}", first.content),
        None => messages.insert(0, Message { role: Role::System, content: system.to_owned() }),
    }
}

/// Returns the name of who is asked.
pub(super) fn who<'s>(spec: &'s Spec, by: &'s Answerer) -> &'s str {
    match by {
        Answerer::Itself => "self",
        Answerer::Arm(arm) => &spec[*arm].name,
        Answerer::Role(role) => role,
    }
}

/// Two parts, so that it can be told which of them changed: who is asked what, and how it is sampled.
fn digest(by: &str, messages: &[Message], sampling: &Sampling) -> String {
    #[derive(Serialize)]
    struct Settings {
        temperature: f64,
        max_tokens: u32,
        seed: u32,
    }
    let Sampling { temperature, max_tokens, seed, .. } = *sampling;
    let asked = serde_json::to_vec(&(by, messages)).unwrap_or_default();
    let settings = serde_json::to_vec(&Settings { temperature, max_tokens, seed }).unwrap_or_default();
    let hash = |bytes: &[u8], digits: usize| {
        let hex = blake3::hash(bytes).to_hex();
        hex.get(..digits).unwrap_or_default().to_owned()
    };
    format!("{}-{}", hash(&asked, 32), hash(&settings, 8))
}
