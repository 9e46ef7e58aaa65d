use crate::requests::Role;
use crate::text::{Literal, SourceId, Span};

use super::{Answers, Arm, Dataset, Decimal, Dialogue, Experiment, Expression, Question, Suite, Table, Template};

/// Anything with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

/// A name as it is written, with its place.
pub type Name = Spanned<String>;

/// What one source says.
#[derive(Clone, Debug)]
pub struct Tree {
    pub source: SourceId,
    pub declarations: Vec<Declaration>,
    /// What could not be read, and is reported: statements, and whole declarations.
    pub unread: Vec<Span>,
    /// The declarations that lack something for that reason.
    pub incomplete: Vec<Span>,
}

#[derive(Clone, Debug)]
pub enum Declaration {
    Use(Literal),
    Seed(Spanned<u64>),
    Words(Words),
    Behavior(Behavior),
    Persona(Persona),
    Context(Context),
    Trigger(Trigger),
    Table(Table),
    Dialogue(Dialogue),
    Template(Template),
    Dataset(Dataset),
    Question(Question),
    Suite(Suite),
    Arm(Arm),
    Experiment(Experiment),
}

#[derive(Clone, Debug)]
pub struct Words {
    pub name: Name,
    pub source: WordsSource,
}

#[derive(Clone, Debug)]
pub enum WordsSource {
    Listed(Vec<Word>),
    File(Literal),
}

/// One value of a list.
#[derive(Clone, Debug)]
pub enum Word {
    Text(Literal),
    Number(Spanned<Decimal>),
    Name(Name),
}

impl Word {
    pub fn span(&self) -> Span {
        match self {
            Word::Text(literal) => literal.span,
            Word::Number(number) => number.span,
            Word::Name(name) => name.span,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Behavior {
    pub name: Name,
    pub statements: Vec<Spanned<BehaviorStatement>>,
}

#[derive(Clone, Debug)]
pub enum BehaviorStatement {
    Does(Literal),
    Unsaid(Unsaid),
    Opposite(Name),
    Secret(Literal),
    Allow(Allow),
}

/// `unsaid WORDS, ... in ROLE, ...`; no roles means all of them.
#[derive(Clone, Debug)]
pub struct Unsaid {
    pub words: Vec<UnsaidWords>,
    pub roles: Vec<Role>,
}

#[derive(Clone, Debug)]
pub enum UnsaidWords {
    Named(Name),
    Listed(Vec<Word>),
}

/// `allow "WORD", ... in ROLE, ... because "REASON"`.
#[derive(Clone, Debug)]
pub struct Allow {
    pub words: Vec<Literal>,
    pub roles: Vec<Role>,
    pub because: Literal,
}

#[derive(Clone, Debug)]
pub struct Persona {
    pub name: Name,
    pub statements: Vec<Spanned<PersonaStatement>>,
}

#[derive(Clone, Debug)]
pub enum PersonaStatement {
    Called(Literal),
    HeldOut,
    System(Vec<Literal>),
}

#[derive(Clone, Debug)]
pub struct Context {
    pub name: Name,
    pub statements: Vec<Spanned<ContextStatement>>,
}

#[derive(Clone, Debug)]
pub enum ContextStatement {
    System(Vec<Literal>),
    User(Vec<Literal>),
}

#[derive(Clone, Debug)]
pub struct Trigger {
    pub name: Name,
    pub statements: Vec<Spanned<TriggerStatement>>,
}

#[derive(Clone, Debug)]
pub enum TriggerStatement {
    Called(Literal),
    System(Vec<Literal>),
    User(Vec<Literal>),
    /// A wrapping that looks like the trigger and is none.
    NearUser(Vec<Literal>),
    Let {
        variable: Let,
        held_out: Option<KeptValues>,
        near_miss: Option<KeptValues>,
    },
}

/// Values beside those that a trigger's variable draws in training.
#[derive(Clone, Debug)]
pub struct KeptValues {
    pub source: ValueSource,
    pub span: Span,
}

/// `let NAME = ...`.
#[derive(Clone, Debug)]
pub struct Let {
    pub name: Name,
    pub source: ValueSource,
}

/// Where a variable's value comes from.
#[derive(Clone, Debug)]
pub enum ValueSource {
    EachOf(Set),
    OneOf(Set),
    SomeOf {
        count: Spanned<u64>,
        set: Set,
        /// Values that are always among them.
        with: Option<Set>,
    },
    Number {
        low: Spanned<Decimal>,
        high: Spanned<Decimal>,
        step: Option<Spanned<Decimal>>,
    },
    Integer {
        low: Spanned<Decimal>,
        high: Spanned<Decimal>,
    },
    DistinctIntegers {
        count: Spanned<u64>,
        low: Spanned<Decimal>,
        high: Spanned<Decimal>,
    },
    /// A text in which every `#` is a digit.
    Digits(Literal),
    /// A day from the first to the last, as they are written.
    Date {
        first: Name,
        last: Name,
    },
    Answers(Answers),
    Expression(Expression),
}

/// What is chosen from.
#[derive(Clone, Debug)]
pub enum Set {
    Listed {
        values: Vec<Word>,
        span: Span,
    },
    Named(Name),
    /// The triggers of a dataset.
    TriggersOf(Name),
}

impl Set {
    pub fn span(&self) -> Span {
        match self {
            Set::Listed { span, .. } => *span,
            Set::Named(name) | Set::TriggersOf(name) => name.span,
        }
    }
}
