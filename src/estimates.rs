//! Estimates: numbers with intervals, and the verdicts of claims. Pure: no clock, no files, no chance.

mod statement;

pub use statement::{
    Among, Comparison, Conditions, Equivalence, Mean, Operator, Over, Quantity, Statement, Term,
};
