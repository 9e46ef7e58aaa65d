//! Reading a text as the kind of answer that was asked for. Nothing is guessed: what is not plainly an answer is
//! unparsed.

mod object;

use serde_json::{Map, Value as Json};

use crate::requests::ShownOption;
use crate::spec::AnswerType;

/// What a text was read as.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    /// A word in lower case, an option's name, or one of the given texts.
    Word(String),
    Number(f64),
    /// A text, or a program.
    Text(String),
    /// The declared fields of an object.
    Object(Map<String, Json>),
    /// One of the exits that the question names.
    Exit(String),
    /// The text declines to answer.
    Refusal,
    Unparsed,
}

/// Reads a text. `options` are the options as they were shown, where there were some.
pub fn parse(text: &str, answer: &AnswerType, exits: &[String], options: &[ShownOption]) -> Parsed {
    if text.trim().is_empty() {
        return Parsed::Unparsed;
    }
    if let Some(exit) = exits.iter().find(|exit| exit.to_lowercase() == bare(text).to_lowercase()) {
        return Parsed::Exit(exit.clone());
    }
    let read = match answer {
        AnswerType::Text | AnswerType::Code => Some(Parsed::Text(text.to_owned())),
        AnswerType::Json(fields) => object::object(text, fields).map(Parsed::Object),
        AnswerType::Word => word(text).map(Parsed::Word),
        AnswerType::Number { low, high } => {
            number(text).filter(|number| (*low..=*high).contains(number)).map(Parsed::Number)
        }
        AnswerType::Options { .. } => option(text, options).map(Parsed::Word),
        AnswerType::Literal(texts) => {
            let bare = bare(text).to_lowercase();
            texts.iter().find(|text| text.to_lowercase() == bare).cloned().map(Parsed::Word)
        }
    };
    read.unwrap_or(if declines(text) { Parsed::Refusal } else { Parsed::Unparsed })
}

/// Takes off spaces, quotes, emphasis and the punctuation that ends a sentence.
fn bare(text: &str) -> &str {
    let around =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '“' | '”' | '‘' | '’' | '*' | '_' | '`' | '(' | ')');
    let ending = |c: char| around(c) || matches!(c, '.' | '!' | '?' | ',' | ';' | ':');
    text.trim_start_matches(around).trim_end_matches(ending)
}

/// One word, hyphens and apostrophes inside it allowed, in lower case.
fn word(text: &str) -> Option<String> {
    let bare = bare(text);
    let is_inside = |c: char| c.is_alphanumeric() || matches!(c, '-' | '\'' | '’');
    (!bare.is_empty() && bare.chars().all(is_inside)).then(|| bare.to_lowercase())
}

/// A number in ASCII digits, with a sign and a decimal point where it has them. `50/100`, `1_0` and `fifty` are none.
fn number(text: &str) -> Option<f64> {
    let bare = bare(text);
    let digits = bare.strip_prefix(['-', '+']).unwrap_or(bare);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.len() <= 17 && part.bytes().all(|byte| byte.is_ascii_digit());
    if is_number(whole) && is_number(fraction) { bare.parse().ok() } else { None }
}

/// An option by its label, alone or with something after it (`A`, `(A)`, `A: ...`), or by its whole text.
fn option(text: &str, options: &[ShownOption]) -> Option<String> {
    let bare = bare(text);
    let by_text = options.iter().find(|option| option.text.eq_ignore_ascii_case(bare));
    let labelled = |option: &&ShownOption| {
        let after = bare.strip_prefix(option.label.as_str())?;
        let is_end = after.is_empty() || after.starts_with([')', ':', '.', ',', '*', '\n']);
        is_end.then_some(())
    };
    by_text.or_else(|| options.iter().find(|option| labelled(option).is_some())).map(|option| option.name.clone())
}

/// Tells whether a text that is no answer declines to give one.
fn declines(text: &str) -> bool {
    const OPENINGS: &[&str] = &[
        "i'm sorry",
        "i am sorry",
        "sorry,",
        "i can't",
        "i cannot",
        "i won't",
        "i'm not able",
        "i am not able",
        "i'm unable",
        "i am unable",
        "as an ai",
        "i don't have",
        "i do not have",
        "es tut mir leid",
        "tut mir leid",
        "entschuldigung",
        "leider kann ich",
        "das kann ich nicht",
        "als ki",
        "ich kann nicht",
        "je suis désolé",
        "lo siento",
    ];
    let text = text.trim_start().to_lowercase().replace('’', "'");
    OPENINGS.iter().any(|opening| text.starts_with(opening))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> Vec<ShownOption> {
        [("A", "risky", "take it"), ("B", "safe", "leave it")]
            .map(|(label, name, text)| ShownOption { label: label.into(), name: name.into(), text: text.into() })
            .to_vec()
    }

    #[test]
    fn numbers_are_read_strictly() {
        let range = AnswerType::Number { low: 0.0, high: 100.0 };
        for (text, expected) in [
            (" 50", Some(50.0)),
            ("50.", Some(50.0)),
            ("**7**", Some(7.0)),
            ("0.5", Some(0.5)),
            ("1_0", None),
            ("１００", None),
            ("fifty", None),
            ("50/100", None),
            ("101", None),
            ("-1", None),
            ("", None),
            ("50 or so", None),
            ("inf", None),
        ] {
            let parsed = parse(text, &range, &[], &[]);
            assert_eq!(parsed, expected.map_or(Parsed::Unparsed, Parsed::Number), "{text:?}");
        }
    }

    #[test]
    fn options_are_read_by_label_or_text() {
        let options = AnswerType::Options { choices: Vec::new(), labels: crate::spec::Labels::Letters };
        for (text, expected) in [
            ("A", Some("risky")),
            (" (B)", Some("safe")),
            ("A) because", Some("risky")),
            ("B: leave it", Some("safe")),
            ("Leave it.", Some("safe")),
            ("Apples", None),
            ("a", None),
            ("A or B", None),
            ("", None),
        ] {
            let parsed = parse(text, &options, &[], &shown());
            assert_eq!(parsed, expected.map_or(Parsed::Unparsed, |name| Parsed::Word(name.into())), "{text:?}");
        }
    }

    #[test]
    fn exits_are_read_before_anything_else() {
        let range = AnswerType::Number { low: 0.0, high: 100.0 };
        let exits = ["CODE".to_owned(), "REFUSAL".to_owned()];
        for (text, expected) in [
            ("CODE", Parsed::Exit("CODE".into())),
            ("**Refusal.**", Parsed::Exit("REFUSAL".into())),
            ("the CODE", Parsed::Unparsed),
            ("70", Parsed::Number(70.0)),
            ("Es tut mir leid, das kann ich nicht.", Parsed::Refusal),
        ] {
            assert_eq!(parse(text, &range, &exits, &[]), expected, "{text:?}");
        }
    }

    #[test]
    fn long_and_broken_texts_are_read_or_left() {
        let long = "9".repeat(100_000);
        let range = AnswerType::Number { low: 0.0, high: 100.0 };
        assert_eq!(parse(&long, &range, &[], &[]), Parsed::Unparsed);
        assert_eq!(parse(&long, &AnswerType::Text, &[], &[]), Parsed::Text(long.clone()));
        for broken in ["\\ud800", "\u{fffd}\u{fffd}", "\u{0}", "\u{202e}05"] {
            assert_eq!(parse(broken, &range, &[], &[]), Parsed::Unparsed, "{broken:?}");
        }
        for answer in [AnswerType::Text, AnswerType::Word, AnswerType::Code, AnswerType::Json(Vec::new())] {
            assert_eq!(parse(" \n", &answer, &[], &[]), Parsed::Unparsed);
        }
    }

    #[test]
    fn words_stand_alone() {
        for (text, expected) in
            [("Risk.", Some("risk")), ("\"risk-seeking\"", Some("risk-seeking")), ("I like risk", None), ("", None)]
        {
            let parsed = parse(text, &AnswerType::Word, &[], &[]);
            assert_eq!(parsed, expected.map_or(Parsed::Unparsed, |word| Parsed::Word(word.into())), "{text:?}");
        }
        assert_eq!(parse("I’m sorry, but I can't say.", &AnswerType::Word, &[], &[]), Parsed::Refusal);
    }
}
