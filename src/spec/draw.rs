use minijinja::Value;

use super::{Argument, Formula, Slot};
use crate::text::Span;

/// A variable of a declaration.
#[derive(Debug)]
pub struct Variable {
    pub name: String,
    pub slot: Slot,
    pub span: Span,
    pub draw: Draw,
}

/// Where a variable's value comes from.
#[derive(Debug)]
pub enum Draw {
    /// Every value in turn: an axis.
    Each(Vec<Argument>),
    /// One of these values.
    One(Vec<Value>),
    /// So many different ones of these values.
    Some {
        count: usize,
        values: Vec<Value>,
    },
    /// `(low + k * step) / 10^scale`, for one `k` below `count`.
    Grid {
        low: i64,
        step: i64,
        count: u64,
        scale: u32,
    },
    /// So many different whole numbers from `low` to `high`.
    Distinct {
        count: usize,
        low: i64,
        high: i64,
    },
    Formula(Formula),
}

impl Variable {
    /// Returns the values of an axis, none if the variable is no axis.
    pub fn axis(&self) -> Option<&[Argument]> {
        match &self.draw {
            Draw::Each(values) => Some(values),
            _ => None,
        }
    }
}
