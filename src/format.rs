//! The formatter: one way to write a spec.
//!
//! ```text
//!    text ──▶ tokens ──▶ lines ──▶ indentation, columns ──▶ text
//! ```
//!
//! It works on tokens and not on the tree, so that comments stay where they are and statements that it has never
//! heard of are formatted too. Line breaks are the author's: it moves lines and closes gaps, but neither joins lines
//! nor breaks them. What it returns says the same as what it was given, or it returns an error.

mod columns;
mod difference;
mod indentation;
mod lexer;
mod line;
mod render;
mod spacing;
mod token;

pub use difference::{Change, changes};

use crate::diagnostic::{Diagnostic, Problem};
use crate::text::{Source, Span};
use crate::tree::outline;
use token::TokenKind;

/// Returns the text of a source as the formatter writes it: indented by two blanks a level, without blanks at the end
/// of a line, with one blank line at most between others, and with columns where the author lined something up.
///
/// Fails where braces, strings or expressions do not close, and where the result would not say the same.
pub fn format(source: &Source) -> Result<String, Diagnostic> {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let skipped = source.text.len() - text.len();
    let tokens = lexer::tokens(text).map_err(|unreadable| {
        let at = unreadable.at + skipped;
        let span = Span { source: source.id, start: at, end: at + 1 };
        Diagnostic::at(span, Problem::CannotFormat { file: source.name.clone(), why: unreadable.why })
    })?;
    let lines = line::lines(text, &tokens);
    let indents = indentation::indentation(&lines);
    let formatted = render::render(&lines, &indents, &columns::blanks(&lines, &indents));
    if says_the_same(text, &formatted) {
        Ok(formatted)
    } else {
        let why = "the formatted text would not say the same";
        Err(Diagnostic::new(Problem::CannotFormat { file: source.name.clone(), why }))
    }
}

/// Tells whether two texts have the same tokens on lines broken in the same places, and are read alike.
fn says_the_same(one: &str, other: &str) -> bool {
    let senses = |text: &str| Some(senses(&lexer::tokens(text).ok()?));
    senses(one).is_some_and(|one| senses(other) == Some(one)) && reading(one) == reading(other)
}

/// Returns what the grammar reads in a text, where it reads all of it.
fn reading(text: &str) -> Option<Vec<(String, String)>> {
    let productions = outline(text)?;
    let sense = |name: &str, text: &str| match name {
        "long_text" => token::value(&format!("\"\"\"{text}\"\"\"")),
        "expression_text" => token::unbroken(text),
        _ => text.to_owned(),
    };
    Some(productions.into_iter().map(|part| (sense(&part.name, part.text), part.name)).collect())
}

/// Returns what tokens mean, with one line end where there are several.
fn senses(tokens: &[token::Token<'_>]) -> Vec<(TokenKind, String)> {
    let mut senses: Vec<(TokenKind, String)> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let again =
            token.kind == TokenKind::LineEnd && senses.last().is_none_or(|(kind, _)| *kind == TokenKind::LineEnd);
        if !again {
            senses.push((token.kind, token.sense()));
        }
    }
    senses.pop_if(|(kind, _)| *kind == TokenKind::LineEnd);
    senses
}
