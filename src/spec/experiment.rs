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
