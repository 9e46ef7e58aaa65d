use crate::text::{Literal, Span};

use super::{ColumnType, Decimal, Expression, Let, Name, Reference, RowFrom, Rows, Spanned, Word};

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
    Answer(Answer),
    Order(OrderKind),
    Read(ReadStatement),
    Judge(Judge),
    Among(Expression),
    Score(Score),
    Baseline(Expression),
    MaxTokens(Spanned<u64>),
    Play(Play),
}

/// The wordings of a question, about the model itself or about somebody else.
#[derive(Clone, Debug)]
pub struct Ask {
    pub about_other: bool,
    pub wordings: Vec<Word>,
}

/// `answer KIND or EXIT, EXIT`.
#[derive(Clone, Debug)]
pub struct Answer {
    pub kind: AnswerKind,
    pub exits: Vec<Name>,
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
        labels: LabelKind,
    },
    /// One of these texts, such as `"YES" | "NO"`.
    Literal(Vec<Literal>),
    Json(Vec<Field>),
    /// A program in Python.
    Code,
}

/// `NAME: TYPE`, a field of an answer in JSON.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: Name,
    pub kind: FieldKind,
}

#[derive(Clone, Debug)]
pub enum FieldKind {
    Of(ColumnType),
    InRange { low: Spanned<Decimal>, high: Spanned<Decimal>, whole: bool },
}

/// What options are answered with.
#[derive(Clone, Debug)]
pub enum LabelKind {
    Letters,
    Numbers,
    Own { labels: Vec<Word>, span: Span },
}

#[derive(Clone, Debug)]
pub struct OptionLine {
    pub name: Name,
    pub text: Literal,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderKind {
    All,
    Shuffled,
    Fixed,
    Counterbalanced(Spanned<u64>),
}

/// `read probability else N samples`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadStatement {
    pub else_samples: Option<Spanned<u64>>,
}

/// `play DIALOGUE as SPEAKER`.
#[derive(Clone, Debug)]
pub struct Play {
    pub dialogue: Reference,
    pub speaker: Name,
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
    Answer(Answer),
    Read(ReadStatement),
    Labelled(LabelledItems),
    MaxTokens(Spanned<u64>),
}

/// `labelled TABLE by COLUMN kappa NUMBER`.
#[derive(Clone, Debug)]
pub struct LabelledItems {
    pub table: Reference,
    pub column: Name,
    pub kappa: Option<Spanned<Decimal>>,
}

/// `let NAME = MODEL answers { ... }`.
#[derive(Clone, Debug)]
pub struct Answers {
    pub by: Name,
    pub statements: Vec<Spanned<AnswersStatement>>,
}

#[derive(Clone, Debug)]
pub enum AnswersStatement {
    Ask(Ask),
    Answer(Answer),
    System(Vec<Literal>),
    Read(ReadStatement),
    MaxTokens(Spanned<u64>),
    Temperature(Spanned<Decimal>),
}

#[derive(Clone, Debug)]
pub enum Score {
    Expression {
        expression: Expression,
        /// The range that the score has to be in.
        range: Option<(Spanned<Decimal>, Spanned<Decimal>)>,
    },
    /// A map from what is read, by the answer itself or by a judge.
    Map { judge: Option<Name>, entries: Vec<(Spanned<Key>, Spanned<Decimal>)>, span: Span },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Text(String),
    Name(String),
    Else,
}
