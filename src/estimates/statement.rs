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
    /// One weighted sum of means over another.
    Ratio { numerator: Vec<Term>, denominator: Vec<Term> },
    /// The rank of one value of a condition among all of them by their means; 1 is the highest.
    Rank { of: Mean, others: Vec<Mean>, axis: String },
    /// How much a mean rises for each unit of a numeric axis of the arms.
    Slope { mean: Mean, over: String },
}

impl Quantity {
    /// Every mean that the quantity is made of.
    pub fn means(&self) -> Vec<&Mean> {
        match self {
            Quantity::Sum(terms) => terms.iter().map(|term| &term.mean).collect(),
            Quantity::Correlation { x, y, .. } => vec![x, y],
            Quantity::Ratio { numerator, denominator } => {
                numerator.iter().chain(denominator).map(|term| &term.mean).collect()
            }
            Quantity::Rank { of, others, .. } => std::iter::once(of).chain(others).collect(),
            Quantity::Slope { mean, .. } => vec![mean],
        }
    }
}

impl Comparison {
    /// What is compared: one quantity, or the two that should be equal.
    pub fn quantities(&self) -> Vec<&Quantity> {
        match self {
            Comparison::Order { quantity, .. } => vec![quantity],
            Comparison::Equal(equivalence) => vec![&equivalence.a, &equivalence.b],
        }
    }
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
    pub measure: Measure,
    /// The name in the claim: a suite's or a question's.
    pub name: String,
    /// The questions behind the name, weighted equally.
    pub questions: Vec<String>,
    /// The arms pooled; their runs are equal members.
    pub arms: Vec<String>,
    pub conditions: Conditions,
}

/// The number that an answer gives to a mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Measure {
    /// The question's score.
    #[default]
    Score,
    /// 1 where the answer is what is counted, and 0 where it is anything else that was read; a probability where
    /// probabilities were read. The mean is then a share of the valid answers.
    Share(Share),
}

/// Which answers a share counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    pub counted: Counted,
    /// Whether what lies outside the probabilities that were read is an answer too, as it is where the question's
    /// score has an `else`.
    pub of_all: bool,
}

/// The answers that are counted.
#[derive(Clone, Debug, PartialEq)]
pub enum Counted {
    /// These words, options, texts or numbers, in any case.
    OneOf(Vec<String>),
    Above(f64),
    Below(f64),
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
