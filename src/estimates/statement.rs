use std::collections::BTreeMap;

/// A claim's statement, read from its expression's syntax tree: comparisons that must all hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub comparisons: Vec<Comparison>,
}

/// One comparison of an estimate with a bound.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparison {
    /// `quantity operator bound`, with everything that is estimated on the left.
    Order { quantity: Quantity, operator: Operator, bound: f64 },
    /// `equal(a, b, within=d)`, tested by two one-sided tests.
    Equal(Equivalence),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Equivalence {
    pub a: Quantity,
    pub b: Quantity,
    /// The margin, greater than 0.
    pub within: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Greater,
    Less,
}

/// Something that is estimated.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// A weighted sum of means: `mean(a) - mean(b)` has the weights 1 and -1.
    Sum(Vec<Term>),
    /// Pearson's correlation of two means over the arms' runs or checkpoints.
    Correlation { x: Mean, y: Mean, over: Over },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    pub weight: f64,
    pub mean: Mean,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Runs,
    Checkpoints,
}

/// A mean over questions, for some arms, under some conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct Mean {
    /// The name in the claim: a suite's or a question's.
    pub name: String,
    /// The questions behind the name, weighted equally.
    pub questions: Vec<String>,
    /// The arms pooled; their runs are equal members.
    pub arms: Vec<String>,
    pub conditions: Conditions,
}

/// Which values of each condition axis count: those of the questions (`about`, `under`, ...) and those of the
/// arms. Every condition that applies is here, with its built-in value where the claim gave none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conditions {
    pub of_questions: BTreeMap<String, Among>,
    pub of_arms: BTreeMap<String, Among>,
}

/// A choice of an axis's values, as they print.
#[derive(Clone, Debug, PartialEq)]
pub enum Among {
    All,
    Only(Vec<String>),
    Except(Vec<String>),
}
