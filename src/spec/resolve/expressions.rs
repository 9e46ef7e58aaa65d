//! Expressions and the texts that hold them: read, checked and compiled.

mod calls;
mod check;
mod signatures;

use minijinja::machinery::parse_expr;

use self::check::Checking;
use super::super::{Formula, Piece, Writing};
use super::Resolver;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Problem};
use crate::text::{Literal, Span};
use crate::tree::Expression;

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
        let mut checking = Checking::new(text, frame, place, &self.names, &self.spec);
        checking.check(&expression);
        let prepared = checking.prepared_text();
        let Checking { reads, used, diagnostics, fails_silently, .. } = checking;
        let failed = fails_silently || !diagnostics.is_empty();
        self.diagnostics.extend(diagnostics);
        for (kind, name) in used {
            self.names.mark(kind, &name);
        }
        if failed {
            return None;
        }
        match Formula::compile(text, prepared, reads, span) {
            Ok(formula) => Some(formula),
            Err(message) => {
                self.report(Diagnostic::at(span, Problem::BadExpression { message }));
                None
            }
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
