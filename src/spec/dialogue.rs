use super::{Answerer, Formula, Slot, Variable, Writing};
use crate::requests::Role;
use crate::text::Span;

/// A conversation between models under rules, with an outcome.
#[derive(Debug)]
pub struct Dialogue {
    pub name: String,
    pub span: Span,
    pub parameters: Vec<(String, Slot)>,
    /// Drawn or computed before anybody speaks.
    pub variables: Vec<Variable>,
    pub speakers: Vec<Speaker>,
    /// Who speaks first, by its place; the others follow in the order of the spec.
    pub opens: usize,
    /// How often each speaker speaks.
    pub turns: u32,
    /// It is over at the first message at which this is true.
    pub ends: Option<Formula>,
    /// Asked or computed once it is over, in order.
    pub after: Vec<Variable>,
    /// The first one whose rule is true; the last one has none.
    pub outcomes: Vec<Outcome>,
    /// The whole conversation, as everybody sees it.
    pub messages: Slot,
    /// Which of its turns a speaker is in, from 1.
    pub turn: Slot,
    pub size: usize,
}

/// A model that takes part.
#[derive(Debug)]
pub struct Speaker {
    pub name: String,
    pub span: Span,
    /// Whose its messages are in the rows.
    pub role: Role,
    pub by: Answerer,
    pub system: Option<Writing>,
    /// What only this speaker is told, before each of its turns.
    pub note: Option<Writing>,
    /// What nobody else sees: from each first text to the next second one.
    pub strip: Option<(String, String)>,
    pub max_tokens: Option<u32>,
    pub temperature: Option<f64>,
    /// Its messages, as everybody sees them.
    pub slot: Slot,
}

/// What can come of a dialogue.
#[derive(Debug)]
pub struct Outcome {
    pub name: String,
    pub span: Span,
    /// Missing for the last one, which is what is left.
    pub rule: Option<Formula>,
}

impl Dialogue {
    /// Returns the names and slots of what is known once it is over, its messages and its outcome apart.
    pub fn names(&self) -> impl Iterator<Item = (&str, Slot)> {
        let variables = self.variables.iter().chain(&self.after);
        variables.map(|variable| (variable.name.as_str(), variable.slot))
    }
}
