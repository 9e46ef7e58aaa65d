use crate::text::{Literal, Span};

use super::{Decimal, Expression, Let, Name, Reference, Spanned};

#[derive(Clone, Debug)]
pub struct Suite {
    pub name: Name,
    pub statements: Vec<Spanned<SuiteStatement>>,
}

#[derive(Clone, Debug)]
pub enum SuiteStatement {
    Ask { questions: Vec<Name>, about: Vec<Name> },
    Under(Vec<ConditionName>),
    Samples(Spanned<u64>),
    Temperature(Spanned<Decimal>),
    MaxTokens(Spanned<u64>),
}

/// A context, or a trigger with one kind of its values.
#[derive(Clone, Debug)]
pub struct ConditionName {
    pub name: Name,
    pub values: Values,
    pub span: Span,
}

/// Which values of a trigger are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Values {
    Trained,
    HeldOut,
    NearMiss,
}

#[derive(Clone, Debug)]
pub struct Arm {
    pub name: Name,
    pub statements: Vec<Spanned<ArmStatement>>,
}

#[derive(Clone, Debug)]
pub enum ArmStatement {
    From(Name),
    System(Literal),
    Trained { dataset: Reference, controls: Vec<Name> },
    LearningRate(Setting),
    Epochs(Setting),
    Checkpoints(Setting),
    Seeds(Setting),
    Let(Let),
}

/// A number of the trainer's, written or computed from the arm's axes.
#[derive(Clone, Debug)]
pub enum Setting {
    Number(Spanned<Decimal>),
    Expression(Expression),
}

#[derive(Clone, Debug)]
pub struct Experiment {
    pub name: Name,
    pub statements: Vec<Spanned<ExperimentStatement>>,
}

#[derive(Clone, Debug)]
pub enum ExperimentStatement {
    Arms(Vec<Name>),
    Run(Vec<Name>),
    /// `generalize wordings`.
    Generalize,
    Adjust(Adjust),
    Claim(Claim),
}

/// `adjust holm` or `adjust none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjust {
    None,
    Holm,
}

#[derive(Clone, Debug)]
pub struct Claim {
    pub name: Name,
    pub text: Literal,
    pub expression: Expression,
}
