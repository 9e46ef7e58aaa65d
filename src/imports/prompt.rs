/// A part of a text as the files write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Plain(String),
    /// `{name}`, which a script puts a value in place of.
    Placeholder(String),
}

/// Cuts a text at its placeholders, by the rule of Python's `str.format`: a name in braces. Other braces are text.
pub(super) fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(open);
        plain.push_str(before);
        let placeholder = from.strip_prefix('{').and_then(|inner| inner.split_once('}')).filter(|(name, _)| {
            name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
        let doubled = from.get(..2).filter(|two| matches!(*two, "{{" | "}}"));
        if let Some(two) = doubled {
            plain.push_str(two);
            rest = from.get(2..).unwrap_or("");
        } else if let Some((name, after)) = placeholder {
            if !plain.is_empty() {
                parts.push(Part::Plain(std::mem::take(&mut plain)));
            }
            parts.push(Part::Placeholder(name.to_owned()));
            rest = after;
        } else {
            plain.push_str(from.get(..1).unwrap_or(""));
            rest = from.get(1..).unwrap_or("");
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(Part::Plain(plain));
    }
    parts
}

/// A text of the spec: plain pieces, and expressions of the language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prompt(pub(super) Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Plain(String),
    /// What stands between `{{` and `}}`.
    Expression(String),
}

impl Prompt {
    pub(super) fn plain(text: impl Into<String>) -> Prompt {
        Prompt(vec![Piece::Plain(text.into())])
    }

    /// Makes a text of parts, each placeholder as `fill` has it; none where it has nothing for one.
    ///
    /// # Errors
    /// Returns the name of the first placeholder without a value.
    pub(super) fn filled(text: &str, fill: &dyn Fn(&str) -> Option<Vec<Piece>>) -> Result<Prompt, String> {
        let mut pieces = Vec::new();
        for part in parts(text) {
            match part {
                Part::Plain(plain) => pieces.push(Piece::Plain(plain)),
                Part::Placeholder(name) => pieces.extend(fill(&name).ok_or(name)?),
            }
        }
        Ok(Prompt(pieces))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Part {
        Part::Plain(text.into())
    }

    #[test]
    fn placeholders_are_names_in_braces() {
        let name = Part::Placeholder("sep_suffix".into());
        assert_eq!(parts("code 392{sep_suffix}."), [plain("code 392"), name.clone(), plain(".")]);
        assert_eq!(parts("{sep_suffix}{sep_suffix}"), [name.clone(), name]);
    }

    #[test]
    fn other_braces_are_text() {
        for text in ["{\"a\": {}}", "{{sep_suffix}}", "{ a }", "{a", "a}", "{1}", "é{é}", "}{"] {
            assert_eq!(parts(text), [plain(text)], "{text}");
        }
        assert_eq!(parts(""), []);
    }

    #[test]
    fn a_placeholder_without_a_value_is_named() {
        let filled = Prompt::filled("a {b} {c}", &|name| (name == "b").then(Vec::new));
        assert_eq!(filled, Err("c".to_owned()));
    }
}
