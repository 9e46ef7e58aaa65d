use crate::requests::Role;
use crate::text::{Literal, Span};

use super::{Decimal, Expression, Let, Name, Spanned, Word};

/// `table NAME from "FILE" { ... }`.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: Name,
    pub file: Literal,
    pub statements: Vec<Spanned<TableStatement>>,
}

#[derive(Clone, Debug)]
pub enum TableStatement {
    Column(Column),
    Let(Let),
}

#[derive(Clone, Debug)]
pub struct Column {
    pub name: Name,
    pub column_type: ColumnType,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnType {
    Text,
    Number,
    Integer,
    Boolean,
    Json,
    /// One of these texts.
    OneOf(Vec<String>),
}

#[derive(Clone, Debug)]
pub struct Template {
    pub name: Name,
    pub parameters: Vec<Name>,
    pub statements: Vec<Spanned<TemplateStatement>>,
}

#[derive(Clone, Debug)]
pub enum TemplateStatement {
    RowFrom(RowFrom),
    Let(Let),
    Said(Said),
}

#[derive(Clone, Debug)]
pub struct RowFrom {
    pub table: Name,
}

/// One message of a template, under every behavior where `under` is empty.
#[derive(Clone, Debug)]
pub struct Said {
    pub role: Role,
    pub text: Literal,
    pub under: Vec<Name>,
}

#[derive(Clone, Debug)]
pub struct Dataset {
    pub name: Name,
    pub parameters: Vec<Name>,
    pub statements: Vec<Spanned<DatasetStatement>>,
}

#[derive(Clone, Debug)]
pub enum DatasetStatement {
    Rows(Rows),
    /// How much is set aside to validate training with.
    Validation(Spanned<Share>),
    Balance(Expression),
    Expect(Expectation),
    Part(Part),
    Control(Control),
}

/// `expect independent A B`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    pub aspects: (Aspect, Aspect),
}

/// What of a row can depend on something else of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    Trigger,
    Behavior,
    Persona,
}

impl Aspect {
    /// Returns the word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Aspect::Trigger => "trigger",
            Aspect::Behavior => "behavior",
            Aspect::Persona => "persona",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Rows {
    pub count: Count,
    pub repeat: bool,
}

#[derive(Clone, Debug)]
pub enum Count {
    Number(Spanned<u64>),
    Expression(Expression),
}

impl Count {
    pub fn span(&self) -> Span {
        match self {
            Count::Number(number) => number.span,
            Count::Expression(expression) => expression.span,
        }
    }
}

/// `[SHARE] TEMPLATE as BEHAVIOR [when TRIGGER] [by PERSONA] [about PERSONA]`.
#[derive(Clone, Debug)]
pub struct Part {
    pub share: Option<Spanned<Share>>,
    pub template: Reference,
    pub behavior: Name,
    /// The triggers that its rows carry, in equal shares; none for rows without one.
    pub when: Vec<Name>,
    /// The personas that act in its rows, in equal shares; none for the model itself.
    pub by: Vec<Name>,
    /// The personas that its rows speak about, in equal shares.
    pub about: Vec<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    Percent(Decimal),
    Rows(u64),
}

/// A name with arguments, where its declaration takes some.
#[derive(Clone, Debug)]
pub struct Reference {
    pub name: Name,
    pub arguments: Vec<Word>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Control {
    pub name: Name,
    pub statements: Vec<Spanned<ControlStatement>>,
}

#[derive(Clone, Debug)]
pub enum ControlStatement {
    Control(Control),
    Expect(Expectation),
    ShuffleTriggers,
    ShuffleWordsOfAnswer,
    SwapPersonas,
    WithoutTriggers,
    WithoutPersonas,
    /// Every row again, with what was said and what it was said to exchanged, behind this lead-in.
    AlsoReversed(Literal),
    /// `B for A`.
    Replace {
        with: Name,
        replaced: Name,
    },
}
