use super::Note;
use super::prompt::{Piece, Prompt};

/// What stands in a question's scope without a `let`.
pub(super) const BOUND: [&str; 4] = ["answer", "behavior", "options", "persona"];

/// A question as the spec will ask it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) name: String,
    /// Where it comes from.
    pub(super) note: Note,
    /// What people call it.
    pub(super) title: Option<String>,
    pub(super) system: Option<String>,
    pub(super) samples: Option<u64>,
    pub(super) temperature: Option<f64>,
    pub(super) variables: Vec<Variable>,
    pub(super) wordings: Vec<Prompt>,
    pub(super) answer: Expected,
    pub(super) judge: Option<Judge>,
    pub(super) max_tokens: Option<u64>,
}

impl Asked {
    /// Tells whether a text has a carriage return, which no string of the language can hold.
    pub(super) fn has_carriage_return(&self) -> bool {
        let options = match &self.answer {
            Expected::Options { texts, .. } => texts.as_slice(),
            _ => &[],
        };
        let prompts = self.wordings.iter().chain(options).chain(self.judge.iter().map(|judge| &judge.wording));
        let plain = prompts.flat_map(|prompt| &prompt.0).filter_map(|piece| match piece {
            Piece::Plain(text) => Some(text),
            Piece::Expression(_) => None,
        });
        let values = self.variables.iter().flat_map(|variable| match variable {
            Variable::Each { values, .. } => values.as_slice(),
            _ => &[],
        });
        plain.chain(values).chain(&self.system).any(|text| text.contains('\r'))
    }
}

/// A variable of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    /// `let NAME = digits "###"`.
    Digits { name: String, pattern: &'static str },
    /// `let NAME = each of [...]`.
    Each { name: String, values: Vec<String> },
    /// So many words of the imported list, with those that are in every list, in a drawn order.
    Words { name: String, count: usize },
}

impl Variable {
    /// Tells whether its value is drawn for each item.
    pub(super) fn is_drawn(&self) -> bool {
        !matches!(self, Variable::Each { .. })
    }
}

/// The answer that is expected.
#[derive(Clone, Debug)]
pub(super) enum Expected {
    Text,
    Word,
    Number {
        low: f64,
        high: f64,
    },
    /// Options in the order of the file, and whether every order is asked; otherwise one is drawn for each item.
    Options {
        texts: Vec<Prompt>,
        every_order: bool,
    },
}

/// A question to another model about the answer.
#[derive(Clone, Debug)]
pub(super) struct Judge {
    pub(super) name: String,
    pub(super) wording: Prompt,
    pub(super) answer: Expected,
    pub(super) max_tokens: Option<u64>,
}

/// Returns the name nearest to what was given that the language takes: itself, where it is one.
pub(super) fn name(given: &str) -> String {
    let mut name: String =
        given.chars().map(|sign| if sign.is_ascii_alphanumeric() || sign == '_' { sign } else { '_' }).collect();
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}
