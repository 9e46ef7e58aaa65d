use minijinja::machinery::ast::{CallArg, CallType, Expr};
use minijinja::machinery::parse_expr;
use minijinja::{Environment, ErrorKind};

use super::super::{Formula, Piece, Slot, Writing};
use super::Resolver;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Problem, nearest};
use crate::text::{Literal, Span};
use crate::tree::Expression;

/// The filters that a misspelt one is compared with.
const FILTERS: &[&str] = &[
    "abs",
    "attr",
    "batch",
    "bool",
    "capitalize",
    "chain",
    "count",
    "default",
    "dictsort",
    "first",
    "float",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "replace",
    "reverse",
    "round",
    "select",
    "slice",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "unique",
    "upper",
    "urlencode",
    "zip",
];
const FUNCTIONS: &[&str] = &["range", "dict"];
/// The members of what is bound without a `let`.
const CALLED: &[&str] = &["called", "name"];
const BEHAVIOR: &[&str] = &["does", "secret", "name"];

/// An expression under check: its text, its variables, and where its bytes stand in the source.
struct Checking<'c> {
    frame: &'c Frame,
    place: &'c dyn Fn(usize, usize) -> Span,
    uses: Vec<(String, Slot)>,
    diagnostics: Vec<Diagnostic>,
    /// Whether something is missing that is reported already.
    fails_silently: bool,
}

impl Resolver<'_> {
    /// Compiles an expression that stands by itself.
    pub(super) fn formula(&mut self, expression: &Expression, frame: &Frame) -> Option<Formula> {
        let start = expression.span.start;
        let place =
            |from: usize, to: usize| Span { source: expression.span.source, start: start + from, end: start + to };
        self.compile(&expression.text, frame, &place, expression.span)
    }

    /// Compiles a text with expressions in it. What fails is reported, and left out.
    pub(super) fn writing(&mut self, literal: &Literal, frame: &Frame) -> Writing {
        let mut pieces = Vec::new();
        let text = literal.text.as_str();
        let (mut plain_from, mut at, mut depth) = (0, 0, 0);
        while let Some(found) = text.get(at..).and_then(|rest| rest.find("{{")) {
            let open = at + found;
            if literal.is_escaped(open) || literal.is_escaped(open + 1) {
                at = open + 1;
                continue;
            }
            let Some(close) = closing(text, open + 2) else {
                self.report(Diagnostic::at(literal.place(open, open + 2), Problem::UnclosedExpression));
                break;
            };
            self.closes_nothing(literal, plain_from, open, &mut depth);
            push_text(&mut pieces, text.get(plain_from..open));
            let inner = text.get(open + 2..close).unwrap_or("");
            let place = |from: usize, to: usize| literal.place(open + 2 + from, open + 2 + to);
            pieces.extend(self.piece(inner, frame, &place));
            at = close + 2;
            plain_from = at;
        }
        self.closes_nothing(literal, plain_from, text.len(), &mut depth);
        push_text(&mut pieces, text.get(plain_from..));
        Writing { pieces, span: literal.span }
    }

    /// Reports a `}}` in plain text that closes more than `depth` braces, as in `{ name }}`. What code and JSON
    /// write, `{"a": {}}`, closes what it opens.
    fn closes_nothing(&mut self, literal: &Literal, from: usize, to: usize, depth: &mut usize) {
        let mut last_closed = None;
        for (at, character) in literal.text.get(from..to).unwrap_or("").char_indices() {
            let at = from + at;
            match character {
                _ if literal.is_escaped(at) => {}
                '{' => *depth += 1,
                '}' if *depth == 0 && last_closed.is_some_and(|last| last + 1 == at) => {
                    let place = literal.place(at - 1, at + 1);
                    self.report(Diagnostic::at(place, Problem::StrayText { found: "`}}`".into() }));
                    last_closed = None;
                }
                '}' => {
                    *depth = depth.saturating_sub(1);
                    last_closed = Some(at);
                }
                _ => {}
            }
        }
    }

    fn piece(&mut self, inner: &str, frame: &Frame, place: &dyn Fn(usize, usize) -> Span) -> Option<Piece> {
        let lead = inner.len() - inner.trim_start().len();
        let span = place(lead, lead + inner.trim().len());
        let is_name = inner.trim().chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match frame.find(inner.trim()).filter(|_| is_name) {
            Some((slot, Sort::Options)) => Some(Piece::Options(slot)),
            Some((slot, _)) => Some(Piece::Variable(slot)),
            None => self.compile(inner, frame, place, span).map(Piece::Formula),
        }
    }

    fn compile(
        &mut self,
        text: &str,
        frame: &Frame,
        place: &dyn Fn(usize, usize) -> Span,
        span: Span,
    ) -> Option<Formula> {
        let expression = match parse_expr(text) {
            Ok(expression) => expression,
            Err(error) => {
                self.report(unreadable(text, &error, place, span));
                return None;
            }
        };
        let mut checking = Checking { frame, place, uses: Vec::new(), diagnostics: Vec::new(), fails_silently: false };
        checking.check(&expression);
        let Checking { uses, diagnostics, fails_silently, .. } = checking;
        let failed = fails_silently || !diagnostics.is_empty();
        self.diagnostics.extend(diagnostics);
        if failed {
            return None;
        }
        match Formula::compile(text, uses, span) {
            Ok(formula) => Some(formula),
            Err(message) => {
                self.report(Diagnostic::at(span, Problem::BadExpression { message }));
                None
            }
        }
    }
}

impl Checking<'_> {
    fn report(&mut self, span: minijinja::machinery::Span, problem: Problem) {
        let place = (self.place)(span.start_offset as usize, span.end_offset as usize);
        self.diagnostics.push(Diagnostic::at(place, problem));
    }

    fn check(&mut self, expression: &Expr<'_>) {
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
                if !is_known(&format!("0|{}", filter.name), ErrorKind::UnknownFilter) && filter.name != "tojson" {
                    let nearest = nearest(filter.name, FILTERS.iter().copied());
                    let problem =
                        Problem::UnknownFilter { name: filter.name.to_owned(), nearest: nearest.map(str::to_owned) };
                    let from = filter.span().start_offset as usize;
                    let place = (self.place)(from, from + filter.name.len());
                    self.diagnostics.push(Diagnostic::at(place, problem).fix(place, nearest));
                }
                self.arguments(&filter.args);
            }
            Expr::Test(test) => {
                self.check(&test.expr);
                if !is_known(&format!("0 is {}", test.name), ErrorKind::UnknownTest) {
                    let message = format!("there is no test `{}`", test.name);
                    self.report(test.span(), Problem::BadExpression { message });
                }
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
            Expr::Call(call) => {
                match call.identify_call() {
                    CallType::Function(name) if !FUNCTIONS.contains(&name) => {
                        self.report(call.expr.span(), Problem::UnknownFunction { name: name.to_owned() });
                    }
                    CallType::Function(_) => {}
                    CallType::Method(receiver, _) => self.check(receiver),
                    CallType::Block(name) => {
                        self.report(call.span(), Problem::UnknownFunction { name: name.to_owned() });
                    }
                    CallType::Object(object) => self.check(object),
                }
                self.arguments(&call.args);
            }
            Expr::List(list) => list.items.iter().for_each(|item| self.check(item)),
            Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| self.check(item)),
            Expr::Map(map) => map.keys.iter().chain(&map.values).for_each(|part| self.check(part)),
        }
    }

    fn arguments(&mut self, arguments: &[CallArg<'_>]) {
        for argument in arguments {
            match argument {
                CallArg::Pos(value)
                | CallArg::Kwarg(_, value)
                | CallArg::PosSplat(value)
                | CallArg::KwargSplat(value) => self.check(value),
            }
        }
    }

    fn variable(&mut self, name: &str, span: minijinja::machinery::Span) {
        if let Some((slot, _)) = self.frame.find(name) {
            if !self.uses.iter().any(|(used, _)| used == name) {
                self.uses.push((name.to_owned(), slot));
            }
            return;
        }
        if self.frame.is_open {
            self.fails_silently = true;
            return;
        }
        let place = (self.place)(span.start_offset as usize, span.end_offset as usize);
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
        let known = match self.frame.find(of) {
            Some((_, Sort::Persona | Sort::Trigger)) => CALLED,
            Some((_, Sort::Behavior)) => BEHAVIOR,
            _ => return,
        };
        if !known.contains(&member) {
            let known = known.to_vec();
            let end = span.end_offset as usize;
            let place = (self.place)(end.saturating_sub(member.len()), end);
            let problem = Problem::UnknownMember { of: of.to_owned(), member: member.to_owned(), known };
            self.diagnostics.push(Diagnostic::at(place, problem));
        }
    }
}

/// Says why an expression cannot be read, at the place where reading stopped.
pub(super) fn unreadable(
    text: &str,
    error: &minijinja::Error,
    place: &dyn Fn(usize, usize) -> Span,
    whole: Span,
) -> Diagnostic {
    let end = text.trim_end().len();
    let message = if end == 0 {
        "it is empty".to_owned()
    } else {
        let message = error.detail().map_or_else(|| error.to_string(), str::to_owned);
        message.replace("unexpected end of input, expected expression", "it ends where a value is expected")
    };
    let at = error.range().filter(|range| range.end <= end && !range.is_empty());
    let at =
        at.map_or_else(|| if end == 0 { whole } else { place(end - 1, end) }, |range| place(range.start, range.end));
    Diagnostic::at(at, Problem::BadExpression { message })
}

/// Asks minijinja itself whether a filter or test exists: evaluating it then fails in any other way, or not.
fn is_known(probe: &str, unknown: ErrorKind) -> bool {
    let environment = Environment::new();
    let outcome = environment.compile_expression(probe).and_then(|probe| probe.eval(()));
    outcome.err().is_none_or(|error| error.kind() != unknown)
}

fn push_text(pieces: &mut Vec<Piece>, text: Option<&str>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        pieces.push(Piece::Text(text.to_owned()));
    }
}

/// Returns where the `}}` stands that closes an expression, past the braces and quotes inside it.
fn closing(text: &str, from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    let mut escaped = false;
    let rest = text.get(from..)?;
    for (at, character) in rest.char_indices() {
        match (quote, character) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '{') => depth += 1,
            (None, '}') if depth > 0 => depth -= 1,
            (None, '}') if rest.get(at..).is_some_and(|rest| rest.starts_with("}}")) => return Some(from + at),
            (None, _) => {}
        }
    }
    None
}
