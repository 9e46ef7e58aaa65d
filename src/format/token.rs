use crate::text::{SourceId, Span, unescape};

/// What a token is, as far as its spacing goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name, a number, a range, a percentage: signs that stand together.
    Word,
    /// A string on one line.
    String,
    /// A string between three quotes.
    LongString,
    /// An expression with its braces.
    Expression,
    /// `{`, `[` or `(`.
    Open,
    /// `}`, `]` or `)`.
    Close,
    Comma,
    Semicolon,
    Colon,
    /// `=` or `|`.
    Operator,
    /// From `#` to the end of the line.
    Comment,
    LineEnd,
}

/// A piece of a spec's text that spacing never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind,
    pub(super) text: &'t str,
    /// The byte that it starts at.
    pub(super) at: usize,
}

impl Token<'_> {
    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text
    }

    pub(super) fn end(&self) -> usize {
        self.at + self.text.len()
    }

    pub(super) fn spans_lines(&self) -> bool {
        self.kind != TokenKind::LineEnd && self.text.contains('\n')
    }

    /// Returns what the language makes of the token: two tokens with the same sense mean the same.
    pub(super) fn sense(&self) -> String {
        match self.kind {
            TokenKind::LineEnd => "\n".into(),
            TokenKind::Comment => self.text.trim_end().into(),
            TokenKind::LongString => value(self.text),
            TokenKind::Expression => unbroken(self.text),
            _ => self.text.into(),
        }
    }
}

/// Returns the value of a long string, which is given with its quotes.
pub(super) fn value(text: &str) -> String {
    let source = SourceId(0);
    let raw = text.get(3..text.len().saturating_sub(3)).unwrap_or("");
    unescape(raw, source, 3, Span { source, start: 0, end: text.len() }, true).0.text
}

/// Returns an expression without the blanks around its line ends. Those inside its texts stay.
pub(super) fn unbroken(expression: &str) -> String {
    let mut result = String::with_capacity(expression.len());
    for part in parts(expression) {
        match part {
            Part::LineEnd { .. } => result.push('\n'),
            Part::Other(text) => result.push_str(text),
        }
    }
    result
}

/// A part of an expression.
pub(super) enum Part<'t> {
    /// A line end between words, with the blanks on both sides of it; `indent` are those behind.
    LineEnd {
        indent: &'t str,
    },
    Other(&'t str),
}

/// Cuts an expression at the line ends between its words.
pub(super) fn parts(expression: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(rest) = expression.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(length) = quoted(rest) {
            at += length;
        } else if rest.starts_with(['\n', '\r']) {
            let before = expression.get(from..at).unwrap_or("").trim_end_matches([' ', '\t']);
            let behind = rest.strip_prefix("\r\n").or_else(|| rest.get(1..)).unwrap_or("");
            let indent = behind.len() - behind.trim_start_matches([' ', '\t']).len();
            parts.push(Part::Other(before));
            parts.push(Part::LineEnd { indent: behind.get(..indent).unwrap_or("") });
            at = expression.len() - behind.len() + indent;
            from = at;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    parts.push(Part::Other(expression.get(from..).unwrap_or("")));
    parts
}

/// Returns the length of the quoted text that `rest` begins with, where it begins with one that ends.
pub(super) fn quoted(rest: &str) -> Option<usize> {
    let quote = rest.chars().next().filter(|sign| matches!(sign, '"' | '\''))?;
    let mut signs = rest.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        if sign == quote {
            return Some(at + 1);
        }
        if sign == '\\' {
            signs.next();
        }
    }
    None
}
