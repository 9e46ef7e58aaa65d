//! How far each line is indented: by what is open where it begins, and by whether it goes on with a statement.

use super::line::Line;
use super::token::{Token, TokenKind};

/// Blanks for each level.
pub(super) const STEP: usize = 2;

/// What is open.
struct Opened {
    /// The indentation of the line that opened it.
    indent: usize,
    /// Whether a comma in it ends an item: in lists, arguments and maps, but not in blocks of statements.
    has_items: bool,
}

/// Returns the indentation of each line. A comment takes that of what follows it in its block.
pub(super) fn indentation(lines: &[Line<'_>]) -> Vec<usize> {
    let mut result = Vec::with_capacity(lines.len());
    let mut open: Vec<Opened> = Vec::new();
    let mut before: Option<Token<'_>> = None;
    let mut comments = 0;
    for (i, line) in lines.iter().enumerate() {
        if line.hangs {
            result.push(result.last().copied().unwrap_or(0));
            continue;
        }
        if line.is_comment() {
            comments += 1;
            continue;
        }
        let inside = open.last().map_or(0, |opened| opened.indent + STEP);
        let closed = line.pieces.iter().take_while(|piece| piece.token.kind == TokenKind::Close).count();
        let has_items = open.last().is_some_and(|opened| opened.has_items);
        let goes_on = closed == 0 && !has_items && goes_on(before.as_ref(), line);
        let inside = if goes_on { inside + STEP } else { inside };
        let outermost = open.iter().rev().nth(closed.saturating_sub(1)).filter(|_| closed > 0);
        let indent = outermost.map_or(inside, |opened| opened.indent);
        result.resize(result.len() + comments, inside);
        comments = 0;
        result.push(indent);
        for (k, piece) in line.pieces.iter().enumerate() {
            match piece.token.kind {
                TokenKind::Open => {
                    let has_items = !piece.token.is("{") || is_map(lines, i, k);
                    open.push(Opened { indent, has_items });
                }
                TokenKind::Close => drop(open.pop()),
                _ => {}
            }
        }
        before = line.last().copied();
    }
    result.resize(lines.len(), 0);
    result
}

/// Tells whether a line goes on with the statement before it: behind a comma, and where it begins with `{{`.
fn goes_on(before: Option<&Token<'_>>, line: &Line<'_>) -> bool {
    let begins_with_expression = line.first().is_some_and(|token| token.kind == TokenKind::Expression);
    before.is_some_and(|before| match before.kind {
        TokenKind::Comma => true,
        TokenKind::Open | TokenKind::Semicolon => false,
        _ => begins_with_expression,
    })
}

/// Tells whether the brace that is piece `k` of line `i` opens a map: what follows begins with a key and a colon.
fn is_map(lines: &[Line<'_>], i: usize, k: usize) -> bool {
    let behind = lines.iter().skip(i).enumerate().flat_map(|(later, line)| {
        line.pieces.iter().skip(if later == 0 { k + 1 } else { 0 }).map(|piece| piece.token.kind)
    });
    let mut kinds = behind.filter(|&kind| kind != TokenKind::Comment);
    matches!(kinds.next(), Some(TokenKind::Word | TokenKind::String)) && kinds.next() == Some(TokenKind::Colon)
}
