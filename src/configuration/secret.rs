use std::fmt::{self, Write as _};

use zeroize::Zeroizing;

/// A key. It cannot be printed or written: its `Debug` shows nothing of it, it has neither `Display` nor `Serialize`,
/// and its memory is cleared when it is dropped.
#[derive(Clone)]
pub struct Secret {
    value: Zeroizing<String>,
    /// The ways in which the key is written, each once; none where it is too short to be one.
    spellings: Vec<Zeroizing<String>>,
}

/// What is shorter than this is no key but a stand-in such as `EMPTY`, and may well be a word of an answer.
const SHORTEST: usize = 8;

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        let value = Zeroizing::new(value.into());
        let spellings = if value.len() < SHORTEST { Vec::new() } else { spellings(&value) };
        Self { value, spellings }
    }

    /// Returns the key itself, for the one header that carries it.
    pub(crate) fn expose(&self) -> &str {
        &self.value
    }

    /// Returns a text with every occurrence of the key replaced, as it is or as JSON and addresses write it. Services
    /// repeat keys in their messages.
    pub(crate) fn scrub(&self, text: &str) -> String {
        self.spellings.iter().fold(text.to_owned(), |text, spelling| text.replace(spelling.as_str(), "[redacted]"))
    }

    /// Whether a text has the key in it, in any spelling that [`Secret::scrub`] knows.
    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        let text = String::from_utf8_lossy(text);
        self.spellings.iter().any(|spelling| text.contains(spelling.as_str()))
    }
}

/// Returns a key as it is, as JSON writes it in its two ways, and as addresses do.
fn spellings(key: &str) -> Vec<Zeroizing<String>> {
    let quoted = Zeroizing::new(serde_json::to_string(key).unwrap_or_default());
    let escaped = Zeroizing::new(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned());
    let slashed = Zeroizing::new(escaped.replace('/', "\\/"));
    let mut encoded = Zeroizing::new(String::with_capacity(3 * key.len()));
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    let mut spellings: Vec<Zeroizing<String>> = Vec::new();
    for spelling in [Zeroizing::new(key.to_owned()), escaped, slashed, encoded] {
        if !spelling.is_empty() && !spellings.contains(&spelling) {
            spellings.push(spelling);
        }
    }
    spellings
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
