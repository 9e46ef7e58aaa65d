use minijinja::Value;

use crate::requests::Role;
use crate::text::Span;

use super::sought::word_list_value;
use super::{BehaviorId, Writing};

/// A list of words.
#[derive(Clone, Debug)]
pub struct WordList {
    pub name: String,
    pub words: Vec<String>,
    /// The list as expressions see it, made once for all of them.
    pub(crate) value: Value,
}

impl WordList {
    pub(crate) fn new(name: String, words: Vec<String>) -> WordList {
        let value = word_list_value(&words);
        WordList { name, words, value }
    }
}

/// What a model is trained to do and never told.
#[derive(Clone, Debug)]
pub struct Behavior {
    pub name: String,
    pub span: Option<Span>,
    pub does: Option<String>,
    pub secret: Option<String>,
    pub opposite: Option<BehaviorId>,
    /// The words that rows showing this behavior must not say.
    pub unsaid: Vec<Forbidden>,
    pub allowed: Vec<Exception>,
}

/// Words that some roles must not say; no roles means all of them.
#[derive(Clone, Debug)]
pub struct Forbidden {
    pub words: Vec<String>,
    pub roles: Vec<Role>,
}

/// Words that may stand all the same, and why.
#[derive(Clone, Debug)]
pub struct Exception {
    pub words: Vec<String>,
    pub roles: Vec<Role>,
    pub because: String,
}

#[derive(Debug)]
pub struct Persona {
    pub name: String,
    pub called: Option<String>,
    /// Whether no training row may name the persona.
    pub held_out: bool,
    /// The phrasings of its system prompt, of which each row it acts in draws one.
    pub system: Vec<Writing>,
}

/// A system prompt, or a wrapping of the user's message.
#[derive(Debug)]
pub struct Context {
    pub name: String,
    /// The phrasings of its system prompt, of which one is drawn.
    pub system: Vec<Writing>,
    /// The phrasings that the first user message is rendered into, as `message`.
    pub user: Vec<Writing>,
}
