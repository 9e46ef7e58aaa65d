use std::borrow::Cow;
use std::ops::Range;

use tree_sitter::{Node, Parser, Tree};

/// The languages whose comments can be told from the rest.
pub(crate) const LANGUAGES: &[&str] = &["python"];

/// A programming language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Python,
}

impl Language {
    /// Returns the language of a name.
    pub(crate) fn named(name: &str) -> Option<Language> {
        (name == "python").then_some(Language::Python)
    }

    /// Returns a program without its comments and with everything else. A line that held nothing but a comment goes
    /// with its line end, and so do the blanks before a comment behind code. Nothing inside a string is touched.
    /// With `docstrings`, the texts that document a module, a class or a function go too; where such a text was all
    /// that a class or function held, `pass` stands in its place.
    ///
    /// The parser tolerates errors: of a text that is no whole program, what it can tell to be a comment goes.
    pub(crate) fn without_comments(self, code: &str, docstrings: bool) -> Result<String, String> {
        let Language::Python = self;
        let tree = parse(code)?;
        let mut cuts: Vec<Cut> = Vec::new();
        each_node(&tree, |node| match node.kind() {
            "comment" => {
                let rest = slice(code, &(node.start_byte()..code.len()));
                let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
                let comment = node.start_byte()..node.start_byte() + length;
                cuts.push(Cut { range: with_its_blanks(code, comment), replacement: "" });
                false
            }
            "string" => false,
            _ if docstrings => {
                if let Some(docstring) = docstring_of(node, code) {
                    let is_alone = node.kind() == "block" && statements(node).nth(1).is_none();
                    let cut = docstring.byte_range();
                    cuts.push(if is_alone {
                        Cut { range: cut, replacement: "pass" }
                    } else {
                        Cut { range: with_its_semicolon(code, cut), replacement: "" }
                    });
                }
                true
            }
            _ => true,
        });
        cuts.sort_by_key(|cut| cut.range.start);
        let mut kept = String::with_capacity(code.len());
        let mut at = 0;
        for cut in cuts {
            kept.push_str(slice(code, &(at..cut.range.start)));
            kept.push_str(cut.replacement);
            at = at.max(cut.range.end);
        }
        kept.push_str(slice(code, &(at..code.len())));
        Ok(kept)
    }
}

/// A part of a program that goes.
struct Cut {
    range: Range<usize>,
    replacement: &'static str,
}

fn parse(code: &str) -> Result<Tree, String> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_python::LANGUAGE.into()).map_err(|error| error.to_string())?;
    parser.parse(with_line_feeds(code).as_ref(), None).ok_or_else(|| "the program cannot be parsed".to_owned())
}

/// Writes a line feed for each carriage return that ends a line by itself, which Python knows and the parser does not.
fn with_line_feeds(code: &str) -> Cow<'_, str> {
    if !code.contains('\r') {
        return Cow::Borrowed(code);
    }
    let behind = code.chars().skip(1).chain(['\n']);
    let ends_alone = |(character, next): (char, char)| if character == '\r' && next != '\n' { '\n' } else { character };
    Cow::Owned(code.chars().zip(behind).map(ends_alone).collect())
}

/// Visits the nodes of a tree, each before those in it; `visit` tells whether to go into a node. Code nests deeply, so
/// this goes without recursion.
fn each_node<'t>(tree: &'t Tree, mut visit: impl FnMut(Node<'t>) -> bool) {
    let mut cursor = tree.walk();
    loop {
        if visit(cursor.node()) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// Returns the statement that documents a module, or the class or function whose block this is.
fn docstring_of<'t>(node: Node<'t>, code: &str) -> Option<Node<'t>> {
    let documents = match node.kind() {
        "module" => true,
        "block" => matches!(node.parent()?.kind(), "function_definition" | "class_definition"),
        _ => false,
    };
    let first = statements(node).next().filter(|first| documents && first.kind() == "expression_statement")?;
    let text = first.named_child(0).filter(|_| first.named_child_count() == 1)?;
    let is_plain = |string: Node<'_>| {
        let prefix = slice(code, &string.byte_range()).split(['"', '\'']).next().unwrap_or_default();
        string.kind() == "string" && !prefix.contains(['f', 'F', 'b', 'B'])
    };
    let is_text = match text.kind() {
        "concatenated_string" => text.named_children(&mut text.walk()).all(is_plain),
        _ => is_plain(text),
    };
    is_text.then_some(first)
}

/// Returns the statements of a module or a block.
fn statements(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let count = u32::try_from(node.named_child_count()).unwrap_or(u32::MAX);
    (0..count).filter_map(move |at| node.named_child(at)).filter(|child| child.kind() != "comment")
}

/// Widens a statement's range to what parts it from a statement behind it on its line, or else to its blanks.
fn with_its_semicolon(code: &str, range: Range<usize>) -> Range<usize> {
    let behind = slice(code, &(range.end..code.len()));
    match behind.trim_start_matches(is_blank).strip_prefix(';') {
        Some(rest) => range.start..code.len() - rest.trim_start_matches(is_blank).len(),
        None => with_its_blanks(code, range),
    }
}

/// Widens a range to the whole line where nothing else stands on it, and else to the blanks before it.
fn with_its_blanks(code: &str, range: Range<usize>) -> Range<usize> {
    let before = slice(code, &(0..range.start));
    let behind = slice(code, &(range.end..code.len()));
    let start = before.trim_end_matches(is_blank).len();
    let stands_first = before.get(..start).is_none_or(|before| before.is_empty() || before.ends_with(['\n', '\r']));
    let rest = behind.trim_start_matches(is_blank);
    let line_end = ["\r\n", "\n", "\r"].into_iter().find(|end| rest.starts_with(end));
    if stands_first && (rest.is_empty() || line_end.is_some()) {
        let end = code.len() - rest.len() + line_end.map_or(0, str::len);
        return start..end;
    }
    start..range.end
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{c}')
}

fn slice<'c>(code: &'c str, range: &Range<usize>) -> &'c str {
    code.get(range.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
