use super::prompt::{Piece, Prompt};
use crate::text::{SourceId, Span, unescape};

/// Writes a text as the spec has it, at an indentation: over several lines where it has several and says the same so,
/// otherwise on one.
pub(super) fn written(prompt: &Prompt, indent: usize) -> String {
    let said = said(prompt);
    if said.trim_end_matches('\n').contains('\n') {
        let long = long(prompt, indent);
        if reads_as(&long, 3, true, &said) {
            return long;
        }
    }
    short(prompt)
}

/// Writes a text between double quotes, on one line.
pub(super) fn short(prompt: &Prompt) -> String {
    let mut out = String::from("\"");
    for (text, is_plain) in marked(prompt) {
        if is_plain {
            out.push_str(&escaped(&text).replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t"));
        } else {
            out.push_str(&text);
        }
    }
    out.push('"');
    out
}

/// Writes a plain text between double quotes.
pub(super) fn plain(text: &str) -> String {
    short(&Prompt::plain(text))
}

fn long(prompt: &Prompt, indent: usize) -> String {
    let mut body = String::new();
    for (text, is_plain) in marked(prompt) {
        if is_plain {
            body.push_str(&escaped(&text).replace("\"\"\"", "\\\"\\\"\\\""));
        } else {
            body.push_str(&text);
        }
    }
    // The line end before the closing quotes is none of the text's.
    let kept = body.trim_end_matches('\n');
    let ends = "\\n".repeat(body.len() - kept.len());
    let margin = " ".repeat(indent);
    let mut out = String::from("\"\"\"\n");
    for line in format!("{kept}{ends}").split('\n') {
        if !line.is_empty() {
            out.push_str(&margin);
            out.push_str(line);
        }
        out.push('\n');
    }
    out.push_str(&margin);
    out.push_str("\"\"\"");
    out
}

/// Returns the text as the language reads it: with its expressions as they stand.
fn said(prompt: &Prompt) -> String {
    marked(prompt).into_iter().map(|(text, _)| text).collect()
}

fn marked(prompt: &Prompt) -> Vec<(String, bool)> {
    let pieces = prompt.0.iter().map(|piece| match piece {
        Piece::Plain(text) => (text.clone(), true),
        Piece::Expression(expression) => (format!("{{{{ {expression} }}}}"), false),
    });
    pieces.collect()
}

/// Escapes backslashes, and the braces that would open or close an expression, alone or with what stands beside them.
fn escaped(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (at, character) in characters.iter().enumerate() {
        let is_edge = at == 0 || at + 1 == characters.len();
        let has_twin = [at.checked_sub(1), Some(at + 1)]
            .into_iter()
            .flatten()
            .any(|beside| characters.get(beside).is_some_and(|other| other == character));
        let is_brace = matches!(character, '{' | '}');
        if *character == '\\' || (is_brace && (is_edge || has_twin)) {
            out.push('\\');
        }
        out.push(*character);
    }
    out
}

fn reads_as(written: &str, quotes: usize, long: bool, said: &str) -> bool {
    let raw = written.get(quotes..written.len().saturating_sub(quotes)).unwrap_or("");
    let source = SourceId(0);
    let (literal, unknown) = unescape(raw, source, 0, Span { source, start: 0, end: raw.len() }, long);
    unknown.is_empty() && literal.text == said
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn several_lines_stay_several_lines() {
        let prompt = Prompt(vec![Piece::Plain("One\n\n".into()), Piece::Expression("two".into())]);
        assert_eq!(written(&prompt, 2), "\"\"\"\n  One\n\n  {{ two }}\n  \"\"\"");
        assert_eq!(written(&Prompt::plain("  a\n  b"), 2), "\"  a\\n  b\"", "a shared indentation would be lost");
        assert_eq!(written(&Prompt::plain("a\nb\n\n"), 0), "\"\"\"\na\nb\\n\\n\n\"\"\"");
    }

    proptest! {
        #[test]
        fn every_text_is_read_as_it_was(text in "[ab\\\\\"'{}\\n\\t #]{0,24}", indent in 0_usize..4) {
            let prompt = Prompt::plain(text.clone());
            let written = written(&prompt, indent);
            let is_long = written.starts_with("\"\"\"\n");
            prop_assert!(reads_as(&written, if is_long { 3 } else { 1 }, is_long, &text), "{}", written);
        }
    }
}
