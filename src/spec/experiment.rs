use super::{ArmId, SuiteId};
use crate::estimates::Statement;
use crate::text::Span;

/// Arms × suites, and claims.
#[derive(Debug)]
pub struct Experiment {
    pub name: String,
    pub span: Span,
    pub own: bool,
    pub arms: Vec<ArmId>,
    pub suites: Vec<SuiteId>,
    pub claims: Vec<Claim>,
    /// `generalize wordings`: intervals are for wordings in general, not only for those that are asked.
    pub generalize_wordings: bool,
    pub adjustment: Adjustment,
}

/// How the claims of an experiment answer for being several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adjustment {
    /// Each claim stands for itself.
    #[default]
    None,
    /// The claims are one family, adjusted by Holm's method.
    Holm,
}

/// A statement about the numbers that can hold, be refuted, or stay undecided.
#[derive(Debug)]
pub struct Claim {
    pub name: String,
    pub text: String,
    pub expression: String,
    pub span: Span,
    pub statement: Statement,
}
