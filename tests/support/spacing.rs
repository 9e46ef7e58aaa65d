//! A spec spaced in another way that means the same: what the formatter has to undo.

/// A stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stretch {
    /// Spaces and tabs.
    Blanks(String),
    LineEnd,
    /// To the end of its line.
    Comment(String),
    /// What is never respaced: a word, a sign, a string, an expression.
    Solid(String),
}

/// Cuts a text into stretches. This is not the formatter's own reading of it, so that the two can be compared.
pub(crate) fn stretches(text: &str) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let length = match sign {
            ' ' | '\t' => rest.find(|c| c != ' ' && c != '\t').unwrap_or(rest.len()),
            '\r' if rest.starts_with("\r\n") => 2,
            '\n' | '\r' => 1,
            '#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '"' if rest.starts_with("\"\"\"") => closed(rest, 3, "\"\"\""),
            '"' => closed(rest, 1, "\""),
            '\'' => closed(rest, 1, "'"),
            '{' if rest.starts_with("{{") => expression(rest),
            '{' | '}' | '[' | ']' | '(' | ')' | ',' | ';' => 1,
            _ => rest
                .find([' ', '\t', '\n', '\r', '#', '"', '\'', '{', '}', '[', ']', '(', ')', ',', ';'])
                .unwrap_or(rest.len()),
        };
        let (stretch, behind) = rest.split_at(length);
        found.push(match sign {
            ' ' | '\t' => Stretch::Blanks(stretch.into()),
            '\n' | '\r' => Stretch::LineEnd,
            '#' => Stretch::Comment(stretch.trim_end().into()),
            _ => Stretch::Solid(stretch.into()),
        });
        rest = behind;
    }
    found
}

fn closed(text: &str, from: usize, end: &str) -> usize {
    let mut at = from;
    while !text[at..].starts_with(end) {
        at += if text[at..].starts_with('\\') { 2 } else { text[at..].chars().next().unwrap().len_utf8() };
    }
    at + end.len()
}

fn expression(text: &str) -> usize {
    let (mut at, mut depth) = (2, 0);
    while depth > 0 || !text[at..].starts_with("}}") {
        at += match text[at..].chars().next().unwrap() {
            '"' => closed(&text[at..], 1, "\""),
            '\'' => closed(&text[at..], 1, "'"),
            sign => {
                depth += i32::from(sign == '{') - i32::from(sign == '}');
                sign.len_utf8()
            }
        };
    }
    at + 2
}

/// Everything but spacing: what a text says, in one line.
pub(crate) fn said(text: &str) -> String {
    let mut said = String::new();
    for stretch in stretches(text) {
        match stretch {
            Stretch::Solid(text) => said.extend(text.split_whitespace()),
            Stretch::Comment(text) => said.extend(["\n", &text, "\n"]),
            Stretch::Blanks(_) | Stretch::LineEnd => {}
        }
    }
    said
}

/// Spaces a text in another way, by a stream of numbers. Its lines stay, and more line ends come where the language
/// does not count them.
pub(crate) fn respaced(text: &str, numbers: &[u8]) -> String {
    let mut numbers = numbers.iter().copied().cycle();
    let mut draw = move |below: u8| numbers.next().unwrap_or(0) % below;
    let windows = draw(4) == 0;
    let line_end = if windows { "\r\n" } else { "\n" };
    let mut result = String::new();
    let stretches = stretches(text);
    for (i, stretch) in stretches.iter().enumerate() {
        let next = stretches.get(i + 1);
        match stretch {
            Stretch::Blanks(_) if i > 0 && stretches[i - 1] == Stretch::LineEnd => {}
            Stretch::Blanks(blanks) => {
                let blanks = match draw(4) {
                    0 => " ".repeat(usize::from(draw(5)) + 1),
                    1 => "\t".to_owned(),
                    _ => blanks.clone(),
                };
                result.push_str(&blanks);
            }
            Stretch::LineEnd => {
                let has_comment = i > 0 && matches!(stretches[i - 1], Stretch::Comment(_));
                if !has_comment && draw(12) == 0 {
                    result.push_str(["# noted", " # noted", "     # noted"][usize::from(draw(3))]);
                }
                result.push_str(["", "", "", "  ", "\t"][usize::from(draw(5))]);
                result.push_str(line_end);
                if draw(10) == 0 {
                    result.push_str(&line_end.repeat(usize::from(draw(3)) + 1));
                }
                result.push_str(["", "  ", "    ", "\t", "       "][usize::from(draw(5))]);
            }
            Stretch::Comment(text) => result.push_str(text),
            Stretch::Solid(text) => {
                let opens = matches!(text.as_str(), "{" | "[" | "(" | ",");
                let closes = matches!(next, Some(Stretch::Solid(next)) if matches!(next.as_str(), "}" | "]" | ")"));
                result.push_str(text);
                // A brace beside a brace would be an expression's.
                let may_break = opens || closes;
                if may_break && draw(12) == 0 {
                    result.push_str(line_end);
                    result.push_str(["", "   ", "\t"][usize::from(draw(3))]);
                }
            }
        }
    }
    result
}
