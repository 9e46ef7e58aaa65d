//! Tokens by line, with the columns at which the author put them.

use super::token::{Token, TokenKind};

/// Where a tab in a gap ends.
const TAB: usize = 8;

/// A token in its line.
#[derive(Clone, Debug)]
pub(super) struct Piece<'t> {
    pub(super) token: Token<'t>,
    /// The blanks before it.
    pub(super) gap: usize,
    /// Its column, counted from the first token of the line; none behind a token that spans lines.
    pub(super) column: Option<usize>,
}

/// A line that is not blank. It goes on behind a token that spans lines.
#[derive(Clone, Debug)]
pub(super) struct Line<'t> {
    pub(super) pieces: Vec<Piece<'t>>,
    /// The column of its first token.
    pub(super) indent: usize,
    /// Whether a blank line stands before it.
    pub(super) is_parted: bool,
    /// Whether it is a comment that stands below the one at the end of the line before, and goes on with it.
    pub(super) hangs: bool,
}

impl<'t> Line<'t> {
    pub(super) fn first(&self) -> Option<&Token<'t>> {
        self.pieces.first().map(|piece| &piece.token)
    }

    /// Returns the last token that is no comment.
    pub(super) fn last(&self) -> Option<&Token<'t>> {
        self.pieces.iter().rev().map(|piece| &piece.token).find(|token| token.kind != TokenKind::Comment)
    }

    /// Tells whether a comment is all that the line has.
    pub(super) fn is_comment(&self) -> bool {
        self.first().is_some_and(|token| token.kind == TokenKind::Comment)
    }

    /// Returns the column of the comment behind the line's other tokens, counted from the first of them.
    fn comment_column(&self) -> Option<usize> {
        let piece = self.pieces.last().filter(|piece| piece.token.kind == TokenKind::Comment)?;
        piece.column.filter(|_| piece.gap > 0)
    }
}

/// Puts tokens into lines.
pub(super) fn lines<'t>(text: &str, tokens: &[Token<'t>]) -> Vec<Line<'t>> {
    let mut lines: Vec<Line<'t>> = Vec::new();
    let (mut end, mut column, mut line_ends) = (0, 0, 2);
    let mut is_known = true;
    for &token in tokens {
        let blanks = text.get(end..token.at).unwrap_or("");
        let before = column;
        column = blanks.chars().fold(column, |at, sign| if sign == '\t' { (at / TAB + 1) * TAB } else { at + 1 });
        end = token.end();
        if token.kind == TokenKind::LineEnd {
            (column, is_known) = (0, true);
            line_ends += 1;
            continue;
        }
        if line_ends > 0 {
            lines.push(begin(token, column, line_ends > 1, lines.last()));
            line_ends = 0;
        } else if let Some(line) = lines.last_mut() {
            let column_in_line = is_known.then(|| column.saturating_sub(line.indent));
            line.pieces.push(Piece { token, gap: column - before, column: column_in_line });
        }
        is_known &= !token.spans_lines();
        column += width(token.text);
    }
    lines
}

/// Begins a line with its first token, which stands at this column.
fn begin<'t>(token: Token<'t>, column: usize, is_parted: bool, before: Option<&Line<'t>>) -> Line<'t> {
    let is_comment = token.kind == TokenKind::Comment && !is_parted;
    let hangs_from = before
        .filter(|line| is_comment && line.comment_column().is_some_and(|comment| line.indent + comment == column));
    let indent = hangs_from.map_or(column, |line| line.indent);
    let piece = Piece { token, gap: column - indent, column: Some(column - indent) };
    Line { pieces: vec![piece], indent, is_parted, hangs: hangs_from.is_some() }
}

/// Returns how many columns a text takes on one line.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}
