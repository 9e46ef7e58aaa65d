use std::fmt;

use zeroize::Zeroizing;

/// A key. It cannot be printed or written: its `Debug` shows nothing of it, it has neither `Display` nor `Serialize`,
/// and its memory is cleared when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

/// What is shorter than this is no key but a stand-in such as `EMPTY`, and may well be a word of an answer.
const SHORTEST: usize = 8;

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// Returns the key itself, for the one header that carries it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Returns a text with every occurrence of the key replaced, as it is or as JSON and addresses write it. Services
    /// repeat keys in their messages.
    pub(crate) fn scrub(&self, text: &str) -> String {
        if self.0.len() < SHORTEST {
            return text.to_owned();
        }
        self.spellings().iter().fold(text.to_owned(), |text, spelling| text.replace(spelling.as_str(), "[redacted]"))
    }

    /// Whether a text has the key in it, in any spelling that [`Secret::scrub`] knows.
    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        let holds =
            |spelling: &Zeroizing<String>| text.windows(spelling.len().max(1)).any(|part| part == spelling.as_bytes());
        self.0.len() >= SHORTEST && self.spellings().iter().any(holds)
    }

    fn spellings(&self) -> Vec<Zeroizing<String>> {
        let quoted = serde_json::to_string(self.0.as_str()).unwrap_or_default();
        let escaped = quoted.trim_matches('"').to_owned();
        let encoded: String = self
            .0
            .bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect();
        let mut spellings: Vec<Zeroizing<String>> = Vec::new();
        for spelling in [self.0.to_string(), escaped.clone(), escaped.replace('/', "\\/"), encoded] {
            if !spelling.is_empty() && spellings.iter().all(|known| **known != spelling) {
                spellings.push(Zeroizing::new(spelling));
            }
        }
        spellings
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_scrubbed_in_every_spelling() {
        let key = Secret::new("sk/plant+ed\"7f3a");
        assert_eq!(format!("{key:?}"), "[redacted]");
        for text in [
            "x sk/plant+ed\"7f3a y",
            r#"x sk/plant+ed\"7f3a y"#,
            r#"x sk\/plant+ed\"7f3a y"#,
            "x sk%2Fplant%2Bed%227f3a y",
        ] {
            assert!(key.is_in(text.as_bytes()), "{text}");
            assert_eq!(key.scrub(text), "x [redacted] y");
        }
        assert!(!key.is_in(b"nothing of it"));
    }

    #[test]
    fn a_stand_in_for_a_key_leaves_answers_alone() {
        let key = Secret::new("EMPTY");
        assert_eq!(key.scrub("the box is EMPTY"), "the box is EMPTY");
        assert!(!key.is_in(b"EMPTY"));
    }
}
