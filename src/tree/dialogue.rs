use crate::requests::Role;
use crate::text::Literal;

use super::{Decimal, Expression, Let, Name, Spanned};

/// `dialogue NAME { ... }`.
#[derive(Clone, Debug)]
pub struct Dialogue {
    pub name: Name,
    pub parameters: Vec<Name>,
    pub statements: Vec<Spanned<DialogueStatement>>,
}

#[derive(Clone, Debug)]
pub enum DialogueStatement {
    Let(Let),
    Speaker(Speaker),
    Opens(Name),
    /// How often each speaker speaks.
    Turns(Spanned<u64>),
    Ends(Expression),
    Outcome(Outcome),
}

/// `speaker NAME as ROLE { ... }`.
#[derive(Clone, Debug)]
pub struct Speaker {
    pub name: Name,
    pub role: Spanned<Role>,
    pub statements: Vec<Spanned<SpeakerStatement>>,
}

#[derive(Clone, Debug)]
pub enum SpeakerStatement {
    Model(Name),
    System(Vec<Literal>),
    Note(Literal),
    /// What is taken out: from the first text to the second.
    Strip(Literal, Literal),
    MaxTokens(Spanned<u64>),
    Temperature(Spanned<Decimal>),
}

/// `outcome NAME where {{ ... }}`, or `outcome NAME else`.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub name: Name,
    pub rule: Option<Expression>,
}
