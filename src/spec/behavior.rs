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

#[derive(Clone, Debug)]
pub struct Persona {
    pub name: String,
    pub called: Option<String>,
}

/// A system prompt, or a wrapping of the user's message.
#[derive(Debug)]
pub struct Context {
    pub name: String,
    pub system: Option<Writing>,
    /// The last user message is rendered into this, as `message`.
    pub user: Option<Writing>,
}
