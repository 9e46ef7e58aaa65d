//! Claims are read from the expression's syntax tree and never evaluated as they stand: `shown=except(apple)`
//! names values of an axis, where an evaluator would call a function.

use minijinja::machinery::ast::{BinOpKind, CallArg, CompareOpKind, Expr, UnaryOpKind};
use minijinja::machinery::parse_expr;

use super::super::{ArmId, Experiment, SuiteId};
use super::Resolver;
use super::conditions::Measured;
use super::expressions::unreadable;
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::estimates::{Comparison, Equivalence, Mean, Operator, Over, Quantity, Statement, Term};
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

/// A sum of means and a number: what both sides of a comparison come to.
#[derive(Default)]
struct Linear {
    terms: Vec<Term>,
    constant: f64,
    correlation: Option<Quantity>,
}

impl Linear {
    fn scaled(mut self, by: f64) -> Linear {
        self.terms.iter_mut().for_each(|term| term.weight *= by);
        self.constant *= by;
        self
    }

    fn plus(mut self, other: Linear) -> Linear {
        self.terms.extend(other.terms);
        self.constant += other.constant;
        self.correlation = self.correlation.or(other.correlation);
        self
    }

    fn quantity(self) -> Quantity {
        self.correlation.unwrap_or(Quantity::Sum(self.terms))
    }

    fn is_constant(&self) -> bool {
        self.terms.is_empty() && self.correlation.is_none()
    }
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
                let operator = match comparison.op {
                    BinOpKind::Gt | BinOpKind::Gte => Operator::Greater,
                    BinOpKind::Lt | BinOpKind::Lte => Operator::Less,
                    _ => {
                        self.misplaced(expression, "`>`, `<` or `equal(A, B, within=D)`");
                        return None;
                    }
                };
                comparisons.push(self.comparison(expression, &comparison.left, operator, &comparison.right)?);
                Some(())
            }
            Expr::Compare(chain) => {
                let mut left = &chain.expr;
                for step in &chain.ops {
                    let operator = match step.op {
                        CompareOpKind::Gt | CompareOpKind::Gte => Operator::Greater,
                        CompareOpKind::Lt | CompareOpKind::Lte => Operator::Less,
                        _ => {
                            self.misplaced(expression, "`>`, `<` or `equal(A, B, within=D)`");
                            return None;
                        }
                    };
                    comparisons.push(self.comparison(expression, left, operator, &step.expr)?);
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
        operator: Operator,
        right: &Expr<'_>,
    ) -> Option<Comparison> {
        let (a, b) = (self.linear(left), self.linear(right));
        let (a, b) = (a?, b?);
        if a.is_constant() && b.is_constant() {
            self.report(
                whole,
                Problem::ClaimForm { found: "a comparison of two numbers".into(), expected: "an estimate" },
            );
            return None;
        }
        if b.correlation.is_some() {
            if !a.is_constant() {
                self.misplaced(right, "a number beside a correlation");
                return None;
            }
            let flipped = if operator == Operator::Greater { Operator::Less } else { Operator::Greater };
            let bound = a.constant - b.constant;
            return Some(Comparison::Order { quantity: b.quantity(), operator: flipped, bound });
        }
        if a.correlation.is_some() && !b.is_constant() {
            self.misplaced(right, "a number beside a correlation");
            return None;
        }
        let sum = a.plus(b.scaled(-1.0));
        let bound = 0.0 - sum.constant;
        Some(Comparison::Order { quantity: sum.quantity(), operator, bound })
    }

    fn linear(&mut self, expression: &Expr<'_>) -> Option<Linear> {
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
                Some(self.linear(&operation.expr)?.scaled(-1.0))
            }
            Expr::BinOp(operation) => {
                let (left, right) = (self.linear(&operation.left)?, self.linear(&operation.right)?);
                let has_correlation = left.correlation.is_some() || right.correlation.is_some();
                let combined = match operation.op {
                    _ if has_correlation => None,
                    BinOpKind::Add => Some(left.plus(right)),
                    BinOpKind::Sub => Some(left.plus(right.scaled(-1.0))),
                    BinOpKind::Mul if left.is_constant() => Some(right.scaled(left.constant)),
                    BinOpKind::Mul if right.is_constant() => Some(left.scaled(right.constant)),
                    BinOpKind::Div if right.is_constant() && right.constant != 0.0 => {
                        Some(left.scaled(1.0 / right.constant))
                    }
                    _ => None,
                };
                if combined.is_none() {
                    self.misplaced(expression, "a sum or difference of means");
                }
                combined
            }
            Expr::Call(call) => match function(&call.expr) {
                Some("mean") => {
                    let mean = self.mean(expression, &call.args)?;
                    Some(Linear { terms: vec![Term { weight: 1.0, mean }], ..Linear::default() })
                }
                Some("correlation") => {
                    let correlation = Some(self.correlation(expression, &call.args)?);
                    Some(Linear { correlation, ..Linear::default() })
                }
                _ => {
                    self.misplaced(expression, "`mean(...)`, `correlation(...)` or `equal(...)`");
                    None
                }
            },
            _ => {
                self.misplaced(expression, "a mean or a number");
                None
            }
        }
    }

    fn equal(&mut self, whole: &Expr<'_>, arguments: &[CallArg<'_>]) -> Option<Equivalence> {
        let (positional, named) = split(arguments);
        let within = named.iter().find(|(name, _)| *name == "within").and_then(|(_, value)| value.as_const());
        let within = within.and_then(|value| f64::try_from(value).ok()).filter(|within| *within > 0.0);
        let ([a, b], Some(within), true) = (positional.as_slice(), within, named.len() == 1) else {
            self.report(
                whole,
                Problem::ClaimForm { found: "this `equal`".into(), expected: "`equal(A, B, within=D)` with D above 0" },
            );
            return None;
        };
        let (a, b) = (self.linear(a), self.linear(b));
        Some(Equivalence { a: self.estimated(whole, a?)?, b: self.estimated(whole, b?)?, within })
    }

    fn estimated(&mut self, whole: &Expr<'_>, side: Linear) -> Option<Quantity> {
        if side.is_constant() || side.constant != 0.0 {
            self.report(
                whole,
                Problem::ClaimForm { found: "a number in `equal`".into(), expected: "a mean on each side" },
            );
            return None;
        }
        Some(side.quantity())
    }

    fn mean(&mut self, whole: &Expr<'_>, arguments: &[CallArg<'_>]) -> Option<Mean> {
        let (positional, named) = split(arguments);
        let [what, arms] = positional.as_slice() else {
            self.report(
                whole,
                Problem::ClaimForm {
                    found: "this `mean`".into(),
                    expected: "`mean(SUITE or QUESTION, ARM, condition=...)`",
                },
            );
            return None;
        };
        let measured = self.measured(what);
        let arms = self.arms(arms);
        let (measured, arms) = (measured?, arms?);
        self.conditioned(whole, &measured, &arms, &named)
    }

    fn correlation(&mut self, whole: &Expr<'_>, arguments: &[CallArg<'_>]) -> Option<Quantity> {
        let (positional, mut named) = split(arguments);
        let over = named.iter().position(|(name, _)| *name == "over").map(|at| named.remove(at));
        let over = match over.map(|(_, value)| variable(value)) {
            Some(Some("runs")) => Some(Over::Runs),
            Some(Some("checkpoints")) => Some(Over::Checkpoints),
            _ => None,
        };
        let ([x, y, arms], Some(over)) = (positional.as_slice(), over) else {
            self.report(
                whole,
                Problem::ClaimForm {
                    found: "this `correlation`".into(),
                    expected: "`correlation(X, Y, ARMS, over=runs)` or `over=checkpoints`",
                },
            );
            return None;
        };
        let (x, y, arms) = (self.measured(x), self.measured(y), self.arms(arms));
        let (x, y, arms) = (x?, y?, arms?);
        let x = self.conditioned(whole, &x, &arms, &named)?;
        let y = self.conditioned(whole, &y, &arms, &named)?;
        Some(Quantity::Correlation { x, y, over })
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
