//! How many blanks stand between two tokens of a line, where no column asks for more.

use super::line::Piece;
use super::token::{Token, TokenKind};

/// The blanks before a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// Always so many.
    Fixed(usize),
    /// So many, unless the token stands in a column with others.
    Natural(usize),
}

impl Gap {
    pub(super) fn width(self) -> usize {
        match self {
            Gap::Fixed(width) | Gap::Natural(width) => width,
        }
    }
}

/// Returns the gap before piece `k` of a line.
pub(super) fn gap(pieces: &[Piece<'_>], k: usize) -> Gap {
    let (Some(piece), Some(before)) = (pieces.get(k), k.checked_sub(1).and_then(|i| pieces.get(i))) else {
        return Gap::Fixed(0);
    };
    let author = piece.gap;
    let (left, right) = (&before.token, &piece.token);
    match right.kind {
        // Where comments stand to the right is up to the author, who may have lined them up with some far away.
        TokenKind::Comment => return Gap::Natural(author.max(1)),
        TokenKind::Comma | TokenKind::Semicolon => return Gap::Fixed(0),
        TokenKind::Colon if matches!(left.kind, TokenKind::Word | TokenKind::String) => return Gap::Fixed(0),
        _ => {}
    }
    let closes_list = right.is("]") || right.is(")");
    let is_empty_block = left.is("{") && right.is("}");
    if left.is("[") || left.is("(") || closes_list || is_empty_block {
        return Gap::Fixed(0);
    }
    let least = usize::from(needs_gap(left, right));
    // Two blanks part the statements of a line.
    if author >= 2 && (left.kind == TokenKind::Semicolon || may_part(pieces, k)) {
        return Gap::Natural(2);
    }
    Gap::Natural(author.min(1).max(least))
}

fn needs_gap(left: &Token<'_>, right: &Token<'_>) -> bool {
    let parts = |kind| matches!(kind, TokenKind::Comma | TokenKind::Semicolon | TokenKind::Colon | TokenKind::Operator);
    parts(left.kind)
        || right.kind == TokenKind::Operator
        || left.is("{")
        || left.is("}")
        || right.is("{")
        || right.is("}")
        || left.kind == TokenKind::Expression
        || right.kind == TokenKind::Expression
}

/// Tells whether a statement may end before piece `k`, and another begin with it.
fn may_part(pieces: &[Piece<'_>], k: usize) -> bool {
    let kind = |i: usize| pieces.get(i).map(|piece| piece.token.kind);
    let is_word = kind(k) == Some(TokenKind::Word);
    let ends = match k.checked_sub(1).and_then(kind) {
        // No statement is one word, so the first word of one is no end.
        Some(TokenKind::Word) => k
            .checked_sub(2)
            .and_then(|i| pieces.get(i))
            .is_some_and(|piece| piece.token.kind != TokenKind::Semicolon && !piece.token.is("{")),
        Some(TokenKind::String | TokenKind::LongString | TokenKind::Expression | TokenKind::Close) => true,
        _ => false,
    };
    is_word && ends
}
