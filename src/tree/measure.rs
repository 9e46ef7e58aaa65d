use crate::text::{Literal, Span};

use super::{Decimal, Expression, Let, Name, RowFrom, Rows, Spanned, Word};

#[derive(Clone, Debug)]
pub struct Question {
    pub name: Name,
    pub statements: Vec<Spanned<QuestionStatement>>,
}

#[derive(Clone, Debug)]
pub enum QuestionStatement {
    Reports(Name),
    Shows(Name),
    RowFrom(RowFrom),
    Rows(Rows),
    Let(Let),
    Ask(Ask),
    Answer(AnswerKind),
    Order(OrderKind),
    Read(ReadStatement),
    Judge(Judge),
    Score(Score),
    MaxTokens(Spanned<u64>),
}

/// The wordings of a question, about the model itself or about somebody else.
#[derive(Clone, Debug)]
pub struct Ask {
    pub about_other: bool,
    pub wordings: Vec<Word>,
}

#[derive(Clone, Debug)]
pub enum AnswerKind {
    Word,
    Text,
    Number {
        low: Spanned<Decimal>,
        high: Spanned<Decimal>,
    },
    Option {
        options: Vec<OptionLine>,
        numbered: bool,
    },
    /// One of these texts, such as `"YES" | "NO"`.
    Literal(Vec<Literal>),
}

#[derive(Clone, Debug)]
pub struct OptionLine {
    pub name: Name,
    pub text: Literal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKind {
    All,
    Shuffled,
    Fixed,
}

/// `read probability else N samples`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadStatement {
    pub else_samples: Option<Spanned<u64>>,
}

#[derive(Clone, Debug)]
pub struct Judge {
    pub name: Name,
    pub by: Name,
    pub statements: Vec<Spanned<JudgeStatement>>,
}

#[derive(Clone, Debug)]
pub enum JudgeStatement {
    Ask(Ask),
    Answer(AnswerKind),
    MaxTokens(Spanned<u64>),
}

#[derive(Clone, Debug)]
pub enum Score {
    Expression(Expression),
    /// A map from what is read, by the answer itself or by a judge.
    Map {
        judge: Option<Name>,
        entries: Vec<(Spanned<Key>, Spanned<Decimal>)>,
        span: Span,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Text(String),
    Name(String),
    Else,
}
