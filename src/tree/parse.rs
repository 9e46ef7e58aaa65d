use pest::Parser as _;

use super::Tree;
use super::lower::Lower;
use super::recover;
use crate::diagnostic::{Diagnostic, Problem};
use crate::text::{Source, Span};

/// The parser that pest makes of the grammar.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/introspec.pest"]
pub(super) struct Grammar;

/// How many braces, brackets and parentheses may stand inside each other.
const MAX_DEPTH: usize = 64;

/// Reads a source. What cannot be read is left out of the tree and reported, each place once.
pub fn parse(source: &Source) -> (Tree, Vec<Diagnostic>) {
    let mut tree = Tree { source: source.id, declarations: Vec::new(), unread: Vec::new(), incomplete: Vec::new() };
    if let Some(at) = too_deep(&source.text) {
        let span = Span { source: source.id, start: at, end: at + 1 };
        return (tree, vec![Diagnostic::at(span, Problem::TooDeep { limit: MAX_DEPTH })]);
    }
    let mut lower = Lower::new(source);
    let pairs = match Grammar::parse(Rule::file, &source.text) {
        Ok(pairs) => pairs,
        Err(error) => {
            let diagnostic = recover::from_error(source, 0, &error, None);
            return (tree, vec![diagnostic]);
        }
    };
    let mut last = None;
    for pair in pairs.flat_map(pest::iterators::Pair::into_inner) {
        match pair.as_rule() {
            Rule::declaration => {
                let (before, span) = (lower.unread.len(), lower.span(&pair));
                last = Some(span);
                tree.declarations.extend(lower.declaration(pair));
                if lower.unread.len() > before {
                    tree.incomplete.push(span);
                }
            }
            Rule::broken_declaration => {
                lower.unread.push(lower.span(&pair));
                let diagnostics = recover::declaration(source, &pair);
                if diagnostics.iter().any(|diagnostic| is_torn_off(&diagnostic.problem)) {
                    // The declaration before lost these statements. Where it is reported, that is the cause.
                    let is_reported = last.is_some() && last == tree.incomplete.last().copied();
                    tree.incomplete.extend(last);
                    if is_reported {
                        continue;
                    }
                }
                lower.diagnostics.extend(diagnostics);
            }
            _ => {}
        }
    }
    tree.unread = lower.unread;
    (tree, lower.diagnostics)
}

/// Tells whether statements stand outside of the block that they belong to.
fn is_torn_off(problem: &Problem) -> bool {
    matches!(problem, Problem::StatementOutside { .. } | Problem::StrayText { .. })
}

/// Returns the first place where nesting passes the limit. Strings and comments are not looked into: a source
/// that trips this without nesting is beyond what a person writes.
pub(super) fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Some(at);
        }
    }
    None
}
