//! Sums, differences, multiples and ratios of what is estimated.

use minijinja::machinery::ast::{BinOpKind, Expr, UnaryOpKind};

use super::{Reading, function};
use crate::estimates::{Mean, Quantity, Term};

/// A sum of means and a number: what both sides of a comparison come to. Or a single quantity that nothing is added to.
#[derive(Default)]
pub(super) struct Linear {
    terms: Vec<Term>,
    pub(super) constant: f64,
    single: Option<Quantity>,
}

impl Linear {
    pub(super) fn mean(mean: Mean) -> Linear {
        Linear { terms: vec![Term { weight: 1.0, mean }], ..Linear::default() }
    }

    pub(super) fn single(quantity: Quantity) -> Linear {
        Linear { single: Some(quantity), ..Linear::default() }
    }

    pub(super) fn scaled(mut self, by: f64) -> Linear {
        self.terms.iter_mut().for_each(|term| term.weight *= by);
        self.constant *= by;
        self
    }

    pub(super) fn plus(mut self, other: Linear) -> Linear {
        self.terms.extend(other.terms);
        self.constant += other.constant;
        self
    }

    pub(super) fn quantity(self) -> Quantity {
        self.single.unwrap_or(Quantity::Sum(self.terms))
    }

    pub(super) fn is_constant(&self) -> bool {
        self.terms.is_empty() && self.single.is_none()
    }

    /// A correlation, a ratio, a rank or a slope.
    pub(super) fn is_single(&self) -> bool {
        self.single.is_some()
    }

    /// A sum of means without a number.
    pub(super) fn is_sum(&self) -> bool {
        self.single.is_none() && !self.terms.is_empty() && self.constant.abs() <= 0.0
    }

    /// One sum of means over another.
    fn over(self, denominator: Linear) -> Option<Linear> {
        let is_ratio = self.is_sum() && denominator.is_sum();
        is_ratio.then(|| Linear::single(Quantity::Ratio { numerator: self.terms, denominator: denominator.terms }))
    }
}

impl Reading<'_, '_> {
    pub(super) fn linear(&mut self, expression: &Expr<'_>) -> Option<Linear> {
        if let Some(value) = expression.as_const() {
            return match f64::try_from(value) {
                Ok(constant) => Some(Linear { constant, ..Linear::default() }),
                Err(_) => {
                    self.misplaced(expression, "a number");
                    None
                }
            };
        }
        match expression {
            Expr::UnaryOp(operation) if matches!(operation.op, UnaryOpKind::Neg) => {
                let inner = self.linear(&operation.expr)?;
                if inner.is_single() {
                    self.misplaced(expression, "a correlation, a ratio, a rank or a slope as it is");
                    return None;
                }
                Some(inner.scaled(-1.0))
            }
            Expr::BinOp(operation) => {
                let (left, right) = (self.linear(&operation.left)?, self.linear(&operation.right)?);
                let has_single = left.is_single() || right.is_single();
                let combined = match operation.op {
                    _ if has_single => None,
                    BinOpKind::Add => Some(left.plus(right)),
                    BinOpKind::Sub => Some(left.plus(right.scaled(-1.0))),
                    BinOpKind::Mul if left.is_constant() => Some(right.scaled(left.constant)),
                    BinOpKind::Mul if right.is_constant() => Some(left.scaled(right.constant)),
                    BinOpKind::Div if right.is_constant() && right.constant != 0.0 => {
                        Some(left.scaled(1.0 / right.constant))
                    }
                    BinOpKind::Div => left.over(right),
                    _ => None,
                };
                if combined.is_none() {
                    self.misplaced(expression, "a sum, a difference or a ratio of means");
                }
                combined
            }
            Expr::Call(call) => match function(&call.expr) {
                Some("mean") => self.mean(expression, &call.args).map(Linear::mean),
                Some("share") => self.share(expression, &call.args).map(Linear::mean),
                Some("correlation") => self.correlation(expression, &call.args).map(Linear::single),
                Some("rank") => self.rank(expression, &call.args).map(Linear::single),
                Some("slope") => self.slope(expression, &call.args).map(Linear::single),
                _ => {
                    let expected =
                        "`mean(...)`, `share(...)`, `rank(...)`, `slope(...)`, `correlation(...)` or `equal(...)`";
                    self.misplaced(expression, expected);
                    None
                }
            },
            _ => {
                self.misplaced(expression, "a mean or a number");
                None
            }
        }
    }
}
