//! Claims are read from the expression's syntax tree and never evaluated as they stand: `shown=except(apple)`
//! names values of an axis, where an evaluator would call a function.

mod functions;
mod linear;
mod shares;

use minijinja::machinery::ast::{BinOpKind, CallArg, CompareOpKind, Expr};
use minijinja::machinery::parse_expr;

use super::super::{ArmId, Experiment, SuiteId};
use super::Resolver;
use super::conditions::Measured;
use super::expressions::unreadable;
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::estimates::{Comparison, Operator, Quantity, Statement};
use crate::text::Span;
use crate::tree::{self, Name};

impl Resolver<'_> {
    pub(super) fn claim(&mut self, claim: &tree::Claim, experiment: &Experiment) -> Option<Statement> {
        let expression = match parse_expr(&claim.expression.text) {
            Ok(expression) => expression,
            Err(error) => {
                let span = claim.expression.span;
                let place = |from: usize, to: usize| Span { start: span.start + from, end: span.start + to, ..span };
                self.report(unreadable(&claim.expression.text, &error, &place, span));
                return None;
            }
        };
        let mut reading = Reading { resolver: self, experiment, start: claim.expression.span };
        let mut comparisons = Vec::new();
        reading.conjunction(&expression, &mut comparisons)?;
        Some(Statement { comparisons })
    }
}

/// A claim under reading.
pub(super) struct Reading<'r, 'w> {
    pub(super) resolver: &'r mut Resolver<'w>,
    pub(super) experiment: &'r Experiment,
    start: Span,
}

impl Reading<'_, '_> {
    pub(super) fn place(&self, expression: &Expr<'_>) -> Span {
        let span = expression.span();
        let at = |offset: u32| self.start.start + offset as usize;
        let span = Span { source: self.start.source, start: at(span.start_offset), end: at(span.end_offset) };
        // Some of minijinja's spans begin with the blank before the expression.
        let text = self.resolver.sources.slice(span);
        Span { start: span.start + (text.len() - text.trim_start().len()), ..span }
    }

    pub(super) fn report(&mut self, expression: &Expr<'_>, problem: Problem) {
        let place = self.place(expression);
        self.resolver.report(Diagnostic::at(place, problem));
    }

    fn misplaced(&mut self, expression: &Expr<'_>, expected: &'static str) {
        let found = format!("this {}", expression.description());
        self.report(expression, Problem::ClaimForm { found, expected });
    }

    fn conjunction(&mut self, expression: &Expr<'_>, comparisons: &mut Vec<Comparison>) -> Option<()> {
        match expression {
            Expr::BinOp(both) if matches!(both.op, BinOpKind::ScAnd) => {
                let left = self.conjunction(&both.left, comparisons);
                let right = self.conjunction(&both.right, comparisons);
                left.and(right)
            }
            Expr::BinOp(either) if matches!(either.op, BinOpKind::ScOr) => {
                let (found, expected) = ("`or`".into(), "`and`, or two claims");
                self.report(expression, Problem::ClaimForm { found, expected });
                None
            }
            Expr::BinOp(comparison) => {
                let relation = match comparison.op {
                    BinOpKind::Gt => Relation::Above,
                    BinOpKind::Gte => Relation::AtLeast,
                    BinOpKind::Lt => Relation::Below,
                    BinOpKind::Lte => Relation::AtMost,
                    BinOpKind::Eq => Relation::Exactly,
                    _ => {
                        self.misplaced(expression, "`>`, `<` or `equal(A, B, within=D)`");
                        return None;
                    }
                };
                comparisons.extend(self.comparison(expression, &comparison.left, relation, &comparison.right)?);
                Some(())
            }
            Expr::Compare(chain) => {
                let mut left = &chain.expr;
                for step in &chain.ops {
                    let relation = match step.op {
                        CompareOpKind::Gt => Relation::Above,
                        CompareOpKind::Gte => Relation::AtLeast,
                        CompareOpKind::Lt => Relation::Below,
                        CompareOpKind::Lte => Relation::AtMost,
                        CompareOpKind::Eq => Relation::Exactly,
                        _ => {
                            self.misplaced(expression, "`>`, `<` or `equal(A, B, within=D)`");
                            return None;
                        }
                    };
                    comparisons.extend(self.comparison(expression, left, relation, &step.expr)?);
                    left = &step.expr;
                }
                Some(())
            }
            Expr::Call(call) if function(&call.expr) == Some("equal") => {
                comparisons.push(Comparison::Equal(self.equal(expression, &call.args)?));
                Some(())
            }
            _ => {
                self.misplaced(expression, "a comparison");
                None
            }
        }
    }

    /// Brings everything that is estimated to the left, and the numbers to the right.
    fn comparison(
        &mut self,
        whole: &Expr<'_>,
        left: &Expr<'_>,
        relation: Relation,
        right: &Expr<'_>,
    ) -> Option<Vec<Comparison>> {
        let (a, b) = (self.linear(left), self.linear(right));
        let (a, b) = (a?, b?);
        if a.is_constant() && b.is_constant() {
            let (found, expected) = ("a comparison of two numbers".into(), "an estimate");
            self.report(whole, Problem::ClaimForm { found, expected });
            return None;
        }
        if a.is_single() && !b.is_constant() || b.is_single() && !a.is_constant() {
            self.misplaced(right, "a number beside a correlation, a ratio, a rank or a slope");
            return None;
        }
        let (quantity, relation, bound) = if b.is_single() {
            let bound = a.constant;
            (b.quantity(), relation.flipped(), bound)
        } else if a.is_single() {
            (a.quantity(), relation, b.constant)
        } else {
            let sum = a.plus(b.scaled(-1.0));
            let bound = 0.0 - sum.constant;
            (sum.quantity(), relation, bound)
        };
        if let Quantity::Rank { others, .. } = &quantity {
            let count = others.len() + 1;
            return self.ranked(whole, &quantity, relation, bound, count);
        }
        let operator = match relation {
            Relation::Above | Relation::AtLeast => Operator::Greater,
            Relation::Below | Relation::AtMost => Operator::Less,
            Relation::Exactly => {
                self.misplaced(whole, "`>`, `<` or `equal(A, B, within=D)`; only a rank can be compared by `==`");
                return None;
            }
        };
        Some(vec![Comparison::Order { quantity, operator, bound }])
    }

    /// Compares a rank with whole numbers that it can lie on both sides of. Bounds are set between two ranks, so that an
    /// interval of ranks never touches one.
    fn ranked(
        &mut self,
        whole: &Expr<'_>,
        quantity: &Quantity,
        relation: Relation,
        bound: f64,
        count: usize,
    ) -> Option<Vec<Comparison>> {
        let (lowest, highest) = match relation {
            Relation::Above => (bound + 1.0, f64::INFINITY),
            Relation::AtLeast => (bound, f64::INFINITY),
            Relation::Below => (1.0, bound - 1.0),
            Relation::AtMost => (1.0, bound),
            Relation::Exactly => (bound, bound),
        };
        let last = count as f64;
        let order = |operator, bound| Comparison::Order { quantity: quantity.clone(), operator, bound };
        let mut comparisons = Vec::new();
        if lowest > 1.0 {
            comparisons.push(order(Operator::Greater, lowest - 0.5));
        }
        if highest < last {
            comparisons.push(order(Operator::Less, highest + 0.5));
        }
        let is_possible = lowest <= last && highest >= 1.0 && bound.fract().abs() < f64::EPSILON;
        if comparisons.is_empty() || !is_possible {
            self.report(whole, Problem::RankBound { bound: format!("{bound}"), count });
            return None;
        }
        Some(comparisons)
    }

    /// Resolves a suite or a question that the experiment asks.
    fn measured(&mut self, expression: &Expr<'_>) -> Option<Measured> {
        let Some(name) = variable(expression) else {
            self.misplaced(expression, "the name of a suite or a question");
            return None;
        };
        let experiment = self.experiment;
        let suites: Vec<SuiteId> = experiment.suites.clone();
        let spec = &self.resolver.spec;
        let is_suite = suites.iter().copied().find(|id| spec.suites.get(id.0).is_some_and(|suite| suite.name == name));
        let measured = match is_suite {
            Some(suite) => Measured::suite(spec, name, suite),
            None => Measured::question(spec, name, &suites),
        };
        if measured.questions.is_empty() && is_suite.is_some() {
            // The suite asks nothing, which is reported at the suite.
            return None;
        }
        if measured.questions.is_empty() {
            let names = &self.resolver.names;
            let is_declared = names.find(Kind::Suite, name).or(names.find(Kind::Question, name)).is_some();
            let problem = if is_declared {
                Problem::NotRun { name: name.to_owned(), experiment: experiment.name.clone() }
            } else {
                let nearest = names.nearest(Kind::Suite, name).or_else(|| names.nearest(Kind::Question, name));
                Problem::NotMeasured { name: name.to_owned(), nearest }
            };
            self.report(expression, problem);
            return None;
        }
        Some(measured)
    }

    fn arms(&mut self, expression: &Expr<'_>) -> Option<Vec<ArmId>> {
        let items: Vec<&Expr<'_>> = match expression {
            Expr::List(list) => list.items.iter().collect(),
            single => vec![single],
        };
        let mut arms = Vec::new();
        for item in items {
            let Some(name) = variable(item) else {
                self.misplaced(item, "the name of an arm");
                return None;
            };
            let named = Name { value: name.to_owned(), span: self.place(item) };
            let id = ArmId(self.resolver.find(Kind::Arm, &named)?);
            if !self.experiment.arms.contains(&id) {
                let experiment = self.experiment.name.clone();
                self.report(item, Problem::ArmNotInExperiment { arm: name.to_owned(), experiment });
                return None;
            }
            arms.push(id);
        }
        Some(arms)
    }
}

/// How a claim compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Above,
    AtLeast,
    Below,
    AtMost,
    Exactly,
}

impl Relation {
    /// The same comparison with its sides changed over.
    fn flipped(self) -> Relation {
        match self {
            Relation::Above => Relation::Below,
            Relation::AtLeast => Relation::AtMost,
            Relation::Below => Relation::Above,
            Relation::AtMost => Relation::AtLeast,
            Relation::Exactly => Relation::Exactly,
        }
    }
}

/// Returns the name of a called function.
pub(super) fn function<'e>(called: &Expr<'e>) -> Option<&'e str> {
    variable(called)
}

/// Returns the name of a plain variable.
pub(super) fn variable<'e>(expression: &Expr<'e>) -> Option<&'e str> {
    match expression {
        Expr::Var(variable) => Some(variable.id),
        _ => None,
    }
}

/// A call's positional arguments, and its named ones.
type Split<'e, 's> = (Vec<&'e Expr<'s>>, Vec<(&'s str, &'e Expr<'s>)>);

fn split<'e, 's>(arguments: &'e [CallArg<'s>]) -> Split<'e, 's> {
    let (mut positional, mut named) = (Vec::new(), Vec::new());
    for argument in arguments {
        match argument {
            CallArg::Pos(value) | CallArg::PosSplat(value) | CallArg::KwargSplat(value) => positional.push(value),
            CallArg::Kwarg(name, value) => named.push((*name, value)),
        }
    }
    (positional, named)
}
