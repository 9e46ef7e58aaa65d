use std::ops::Range;

use minijinja::Value;
use minijinja::machinery::ast::Expr;

use super::super::super::Spec;
use super::super::super::formula::Reads;
use super::super::frame::{Frame, Sort};
use super::super::names::Names;
use crate::diagnostic::{Diagnostic, Kind, Problem, nearest};
use crate::text::Span;

/// The members of what is bound without a `let`.
const CALLED: &[&str] = &["called", "name"];
const BEHAVIOR: &[&str] = &["does", "secret", "name"];

/// An expression under check: where its bytes stand in the source, what it may read, and what it was found to.
pub(super) struct Checking<'c> {
    pub(super) text: &'c str,
    pub(super) frame: &'c Frame,
    pub(super) place: &'c dyn Fn(usize, usize) -> Span,
    pub(super) names: &'c Names,
    pub(super) spec: &'c Spec,
    pub(super) reads: Reads,
    /// Constants of the text that a name in `reads` takes the place of.
    pub(super) prepared: Vec<(Range<usize>, String)>,
    /// Names of the spec that it uses.
    pub(super) used: Vec<(Kind, String)>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Whether something is missing that is reported already.
    pub(super) fails_silently: bool,
}

impl<'c> Checking<'c> {
    pub(super) fn new(
        text: &'c str,
        frame: &'c Frame,
        place: &'c dyn Fn(usize, usize) -> Span,
        names: &'c Names,
        spec: &'c Spec,
    ) -> Checking<'c> {
        Checking {
            text,
            frame,
            place,
            names,
            spec,
            reads: Reads::default(),
            prepared: Vec::new(),
            used: Vec::new(),
            diagnostics: Vec::new(),
            fails_silently: false,
        }
    }

    /// Returns the text with names in place of the constants that are prepared.
    pub(super) fn prepared_text(&self) -> String {
        let mut prepared = self.prepared.clone();
        prepared.sort_by_key(|(range, _)| range.start);
        let mut text = self.text.to_owned();
        for (range, name) in prepared.into_iter().rev() {
            text.replace_range(range, &name);
        }
        text
    }

    /// Binds a value that stays as it is to a name of its own, and returns the name.
    pub(super) fn constant(&mut self, value: Value) -> String {
        let mut name = format!("words_{}", self.reads.constants.len());
        while self.text.contains(&name) {
            name.insert(0, '_');
        }
        self.reads.constants.push((name.clone(), value));
        name
    }

    pub(super) fn place_of(&self, span: minijinja::machinery::Span) -> Span {
        (self.place)(span.start_offset as usize, span.end_offset as usize)
    }

    pub(super) fn report(&mut self, span: minijinja::machinery::Span, problem: Problem) {
        self.diagnostics.push(Diagnostic::at(self.place_of(span), problem));
    }

    pub(super) fn check(&mut self, expression: &Expr<'_>) {
        match expression {
            Expr::Const(_) => {}
            Expr::Var(variable) => self.variable(variable.id, variable.span()),
            Expr::Slice(slice) => {
                self.check(&slice.expr);
                for bound in [&slice.start, &slice.stop, &slice.step].into_iter().flatten() {
                    self.check(bound);
                }
            }
            Expr::UnaryOp(operation) => self.check(&operation.expr),
            Expr::BinOp(operation) => {
                self.check(&operation.left);
                self.check(&operation.right);
            }
            Expr::Compare(comparison) => {
                self.check(&comparison.expr);
                for operand in &comparison.ops {
                    self.check(&operand.expr);
                }
            }
            Expr::IfExpr(choice) => {
                self.check(&choice.test_expr);
                self.check(&choice.true_expr);
                if let Some(otherwise) = &choice.false_expr {
                    self.check(otherwise);
                }
            }
            Expr::Filter(filter) => {
                if let Some(inner) = &filter.expr {
                    self.check(inner);
                }
                self.filter(filter.name, &filter.args, filter.span());
            }
            Expr::Test(test) => {
                self.check(&test.expr);
                self.test(test.name, test.span());
                self.arguments(&test.args);
            }
            Expr::GetAttr(member) => {
                self.check(&member.expr);
                if let Expr::Var(variable) = &member.expr {
                    self.member(variable.id, member.name, member.span());
                }
            }
            Expr::GetItem(item) => {
                self.check(&item.expr);
                self.check(&item.subscript_expr);
            }
            Expr::Call(call) => self.call(call),
            Expr::List(list) => list.items.iter().for_each(|item| self.check(item)),
            Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| self.check(item)),
            Expr::Map(map) => map.keys.iter().chain(&map.values).for_each(|part| self.check(part)),
        }
    }

    pub(super) fn variable(&mut self, name: &str, span: minijinja::machinery::Span) {
        if let Some((slot, _)) = self.frame.find(name) {
            if !self.reads.variables.iter().any(|(read, _)| read == name) {
                self.reads.variables.push((name.to_owned(), slot));
            }
            return;
        }
        if self.frame.is_open {
            self.fails_silently = true;
            return;
        }
        let place = self.place_of(span);
        if let Some(table) = self.frame.table_of(name).filter(|_| self.frame.later(name).is_none()) {
            let problem = Problem::ColumnWithoutRow { table: table.to_owned() };
            self.diagnostics.push(Diagnostic::at(place, problem));
            return;
        }
        let known = self.frame.names();
        let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        let later = self.frame.later(name);
        let nearest = nearest.filter(|_| later.is_none());
        let problem =
            Problem::UnknownVariable { name: name.to_owned(), nearest: nearest.clone(), known, later: later.is_some() };
        let diagnostic = Diagnostic::at(place, problem).fix(place, nearest.as_deref());
        self.diagnostics.push(match later {
            Some(later) => diagnostic.related(later, "declared here"),
            None => diagnostic,
        });
    }

    fn member(&mut self, of: &str, member: &str, span: minijinja::machinery::Span) {
        let owned = |known: &[&str]| known.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
        let known = match self.frame.find(of) {
            Some((_, Sort::Persona | Sort::Trigger)) => owned(CALLED),
            Some((_, Sort::Behavior)) => owned(BEHAVIOR),
            _ => match self.frame.members(of) {
                Some(members) => members.to_vec(),
                None => return,
            },
        };
        if !known.iter().any(|known| known == member) {
            let end = span.end_offset as usize;
            let place = (self.place)(end.saturating_sub(member.len()), end);
            let problem = Problem::UnknownMember { of: of.to_owned(), member: member.to_owned(), known };
            self.diagnostics.push(Diagnostic::at(place, problem));
        }
    }
}
