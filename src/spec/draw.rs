use minijinja::Value;

use super::entity::decimal_value;
use super::{Argument, Foreseen, Formula, Slot};
use crate::text::Span;
use crate::tree::Decimal;

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
    /// So many different ones of these values, with some others always among them.
    Some {
        count: usize,
        values: Vec<Value>,
        with: Vec<Value>,
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
    /// A text in which every `#` is a digit.
    Digits(String),
    Formula(Formula),
    /// What a model answers: it was asked when the table was written, and is not asked when it is built.
    Answers(Box<Answers>),
}

/// What a model is asked where rows are made.
#[derive(Debug)]
pub struct Answers {
    pub asked: Foreseen,
    /// The speaker of a dialogue that answers at its end, by its place; it goes on in its own conversation.
    pub speaker: Option<usize>,
}

impl Draw {
    /// Writes every value out, where a draw has no more than `most` and is no formula.
    pub(crate) fn values(&self, most: u64) -> Option<Vec<Value>> {
        match self {
            Draw::One(values) => (values.len() as u64 <= most).then(|| values.clone()),
            Draw::Grid { low, step, count, scale } if *count <= most => {
                let at = |k: u64| low.saturating_add(step.saturating_mul(i64::try_from(k).unwrap_or(0)));
                Some((0..*count).map(|k| decimal_value(Decimal { digits: at(k), scale: *scale })).collect())
            }
            Draw::Digits(pattern) => {
                let places = u32::try_from(pattern.matches('#').count()).ok()?;
                let count = 10_u64.checked_pow(places).filter(|count| *count <= most)?;
                Some((0..count).map(|number| Value::from(filled(pattern, number, places))).collect())
            }
            _ => None,
        }
    }
}

/// Writes a number, with leading zeros, into the `#` of a pattern.
fn filled(pattern: &str, number: u64, places: u32) -> String {
    let width = usize::try_from(places).unwrap_or(0);
    let digits = format!("{number:0width$}");
    let mut digits = digits.chars();
    pattern.chars().map(|sign| if sign == '#' { digits.next().unwrap_or('0') } else { sign }).collect()
}

impl Variable {
    /// Tells whether the variable is computed from another.
    pub fn reads(&self, slot: Slot) -> bool {
        match &self.draw {
            Draw::Formula(formula) => formula.reads(slot),
            Draw::Answers(answers) => answers.asked.reads(slot),
            _ => false,
        }
    }

    /// Returns the values of an axis, none if the variable is no axis.
    pub fn axis(&self) -> Option<&[Argument]> {
        match &self.draw {
            Draw::Each(values) => Some(values),
            _ => None,
        }
    }
}
