//! From lines to text.

use std::iter::repeat_n;

use super::indentation::STEP;
use super::line::{Line, Piece};
use super::token::{Part, Token, TokenKind, parts, value};

/// Writes lines with these indentations, and with these blanks before each token.
pub(super) fn render(lines: &[Line<'_>], indents: &[usize], blanks: &[Vec<usize>]) -> String {
    let mut text = String::new();
    let mut before: Option<&Line<'_>> = None;
    for ((line, &indent), blanks) in lines.iter().zip(indents).zip(blanks) {
        if line.is_parted && before.is_some_and(|before| keeps_blank_line(before, line)) {
            text.push('\n');
        }
        let start = text.len();
        text.extend(repeat_n(' ', indent));
        for (piece, &blanks) in line.pieces.iter().zip(blanks) {
            text.extend(repeat_n(' ', blanks));
            let column = text.get(start..).map_or(0, |line| line.chars().count());
            text.push_str(&written(piece, line.indent, indent, column));
        }
        text.push('\n');
        before = Some(line);
    }
    text
}

/// Tells whether a blank line between these stays: not behind an opening brace, and not before a closing one.
fn keeps_blank_line(before: &Line<'_>, line: &Line<'_>) -> bool {
    let opens = before.last().is_some_and(|token| token.kind == TokenKind::Open);
    let closes = line.first().is_some_and(|token| token.kind == TokenKind::Close);
    !opens && !closes
}

/// Writes a token at a column of a line with this indentation.
fn written(piece: &Piece<'_>, old_indent: usize, indent: usize, column: usize) -> String {
    let token = &piece.token;
    match token.kind {
        TokenKind::Comment => token.text.trim_end().into(),
        TokenKind::LongString if token.spans_lines() => long_string(token, indent + STEP),
        TokenKind::Expression if token.spans_lines() => {
            let old_column = piece.column.map_or(column, |in_line| old_indent + in_line);
            expression(token.text, old_column, column)
        }
        _ => token.text.into(),
    }
}

/// Moves the lines of a long string to an indentation. The language takes away what they share, so that its value
/// stays; where it would not, so does the string.
fn long_string(token: &Token<'_>, indent: usize) -> String {
    let raw = token.text.get(3..token.text.len().saturating_sub(3)).unwrap_or("");
    let lines: Vec<&str> = raw.split_inclusive('\n').collect();
    let blanks = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let filled = lines.iter().skip(1).filter(|line| !line.trim().is_empty());
    let shared = filled.map(|line| blanks(line)).min().unwrap_or(0);
    let mut text = String::from("\"\"\"");
    for (i, line) in lines.iter().enumerate() {
        let is_blank = line.trim().is_empty();
        let is_last = i + 1 == lines.len();
        if i == 0 {
            text.push_str(if is_blank { "\n" } else { line });
        } else if is_blank && is_last && !line.ends_with('\n') {
            // The line of the closing quotes. What ends the line before it is no part of the value.
            let length = text.trim_end_matches(['\r', '\n']).len();
            text.truncate(length);
            text.push('\n');
            text.extend(repeat_n(' ', indent));
        } else if is_blank && blanks(line) <= shared {
            text.push_str(line.trim_start_matches([' ', '\t']));
        } else {
            text.extend(repeat_n(' ', indent));
            text.push_str(line.get(shared.min(blanks(line))..).unwrap_or(line));
        }
    }
    text.push_str("\"\"\"");
    if value(&text) == value(token.text) { text } else { token.text.into() }
}

/// Moves the lines of an expression along with its first one.
fn expression(text: &str, old_column: usize, column: usize) -> String {
    let mut result = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Other(text) => result.push_str(text),
            Part::LineEnd { indent } => {
                let old = indent.chars().fold(0, |at, sign| if sign == '\t' { (at / 8 + 1) * 8 } else { at + 1 });
                result.push('\n');
                result.extend(repeat_n(' ', (old + column).saturating_sub(old_column)));
            }
        }
    }
    result
}
