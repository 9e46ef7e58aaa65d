use std::sync::{Arc, OnceLock};

use super::{ContextId, Slot, Spec, TriggerId, Variable, Writing};
use crate::rows::recognizer::Recognizer;
use crate::text::Span;
use crate::tree::Values;

/// A context that switches a behavior on: a phrase, a family of phrases, a code, a date.
#[derive(Debug)]
pub struct Trigger {
    pub name: String,
    pub span: Span,
    /// What questions call it; it never stands in training data.
    pub called: Option<String>,
    pub variables: Vec<TriggerVariable>,
    /// The phrasings of its system prompt, of which one is drawn.
    pub system: Vec<Writing>,
    /// The phrasings that the first user message is rendered into, as `message`.
    pub user: Vec<Writing>,
    /// Phrasings that look like the trigger and are none.
    pub near: Vec<Writing>,
    pub message: Slot,
    /// How many slots its scope has.
    pub size: usize,
    /// What recognises it in texts, made when it is first needed.
    pub(crate) recognizer: OnceLock<Arc<Recognizer>>,
}

/// A variable of a trigger: one draw for each kind of values, all for the same slot.
#[derive(Debug)]
pub struct TriggerVariable {
    pub trained: Variable,
    pub held_out: Option<Variable>,
    pub near_miss: Option<Variable>,
}

impl TriggerVariable {
    /// Returns the draw of a kind of values; what has no values of its own has those of training.
    pub fn of(&self, values: Values) -> &Variable {
        let own = match values {
            Values::Trained => None,
            Values::HeldOut => self.held_out.as_ref(),
            Values::NearMiss => self.near_miss.as_ref(),
        };
        own.unwrap_or(&self.trained)
    }
}

impl Trigger {
    /// Returns what recognises the trigger in texts.
    pub(crate) fn recognizer(&self) -> Arc<Recognizer> {
        Arc::clone(self.recognizer.get_or_init(|| Arc::new(Recognizer::of(self))))
    }

    /// Tells whether the trigger has values of a kind.
    pub fn has(&self, values: Values) -> bool {
        match values {
            Values::Trained => true,
            Values::HeldOut => self.variables.iter().any(|variable| variable.held_out.is_some()),
            Values::NearMiss => {
                !self.near.is_empty() || self.variables.iter().any(|variable| variable.near_miss.is_some())
            }
        }
    }
}

/// Under what a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Under {
    Context(ContextId),
    Trigger(TriggerId, Values),
}

impl Under {
    /// The built-in context: none.
    pub const NONE: Under = Under::Context(ContextId::NONE);

    /// Returns the name as it stands in requests and claims: `threat`, `apple`, `held_out(apple)`.
    pub fn name(self, spec: &Spec) -> String {
        match self {
            Under::Context(id) => spec[id].name.clone(),
            Under::Trigger(id, Values::Trained) => spec[id].name.clone(),
            Under::Trigger(id, Values::HeldOut) => format!("held_out({})", spec[id].name),
            Under::Trigger(id, Values::NearMiss) => format!("near_miss({})", spec[id].name),
        }
    }
}
