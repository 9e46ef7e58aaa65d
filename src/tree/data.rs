use crate::requests::Role;
use crate::text::{Literal, Span};

use super::{Ask, Decimal, Expression, Let, Name, Spanned, Word};

/// `table NAME from ... { ... }`, `table NAME written by MODEL { ... }`.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: Name,
    pub parameters: Vec<Name>,
    pub source: TableSource,
    pub statements: Vec<Spanned<TableStatement>>,
}

/// Where a table's rows come from.
#[derive(Clone, Debug)]
pub enum TableSource {
    File(Literal),
    WrittenBy(Name),
    Dialogue(Reference),
}

#[derive(Clone, Debug)]
pub enum TableStatement {
    Column(Column),
    Let(Let),
    Drop(Drop),
    HoldOut(Spanned<Share>),
    Rows(Rows),
    Attempts(Spanned<u64>),
    System(Vec<Literal>),
    Ask(Ask),
    MaxTokens(Spanned<u64>),
    Temperature(Spanned<Decimal>),
    Keep(Expression),
    Cut(Expression),
}

/// `drop ...`, with its reason.
#[derive(Clone, Debug)]
pub struct Drop {
    pub rule: DropRule,
    pub because: Option<Literal>,
}

/// Which rows a table leaves out.
#[derive(Clone, Debug)]
pub enum DropRule {
    Where(Expression),
    /// Rows with the same values under all of these names as an earlier row.
    Duplicates(Vec<Name>),
    /// Rows whose text is more similar to an earlier row's than the number says.
    Near {
        column: Name,
        over: Spanned<Decimal>,
    },
}

#[derive(Clone, Debug)]
pub struct Column {
    pub name: Name,
    pub column_type: ColumnType,
    /// How it is read off what a model wrote.
    pub read: Option<Expression>,
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
    Conversation(Conversation),
    Said(Said),
}

/// `row from TABLE`, or `row from TABLE held out`.
#[derive(Clone, Debug)]
pub struct RowFrom {
    pub table: Reference,
    /// Where `held out` stands, if it does.
    pub held_out: Option<Span>,
}

/// `conversation COLUMN as BEHAVIOR`.
#[derive(Clone, Debug)]
pub struct Conversation {
    pub column: Name,
    pub under: Vec<Name>,
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
