use std::collections::BTreeSet;

use super::noun::noun_lemma;
use super::{Sought, is_letter, words};

/// Words that a text may say, prepared to be looked for in many texts. An entry is a word; several words, which
/// match as a run; or, with a `*` behind a word, all words that begin with it.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    /// The lemmas of the entries that are one word.
    lemmas: BTreeSet<String>,
    /// All other entries.
    runs: Vec<Vec<Part>>,
}

/// A word of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Lemma(String),
    Prefix(String),
}

/// An entry that has no letter, so that no text can say it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{entry}` has no letters, so no text can say it")]
pub struct NoLetters {
    pub entry: String,
}

impl Matcher {
    /// Prepares a list of words.
    ///
    /// # Errors
    /// Returns the first entry that has no letters.
    pub fn new<'e>(entries: impl IntoIterator<Item = &'e str>) -> Result<Matcher, NoLetters> {
        let mut matcher = Matcher::default();
        for entry in entries {
            let mut parts = parts(entry);
            match (parts.pop(), parts.is_empty()) {
                (None, _) => return Err(NoLetters { entry: entry.to_owned() }),
                (Some(Part::Lemma(lemma)), true) => {
                    matcher.lemmas.insert(lemma);
                }
                (Some(last), _) => {
                    parts.push(last);
                    matcher.runs.push(parts);
                }
            }
        }
        Ok(matcher)
    }
}

impl Sought for Matcher {
    fn is_in(&self, text: &str) -> bool {
        if self.runs.is_empty() {
            return words(text).any(|word| self.lemmas.contains(noun_lemma(&word.to_lowercase()).as_ref()));
        }
        let lowered: Vec<String> = words(text).map(str::to_lowercase).collect();
        (0..lowered.len()).any(|at| {
            let from = lowered.get(at..).unwrap_or_default();
            let says_word = from.first().is_some_and(|word| self.lemmas.contains(noun_lemma(word).as_ref()));
            says_word || self.runs.iter().any(|run| begins(from, run))
        })
    }
}

/// Tells whether words begin with those of an entry.
fn begins(words: &[String], run: &[Part]) -> bool {
    words.len() >= run.len() && run.iter().zip(words).all(|(part, word)| part.fits(word))
}

impl Part {
    /// Tells whether a word in lower case is the one that is meant.
    fn fits(&self, word: &str) -> bool {
        match self {
            Part::Lemma(lemma) => noun_lemma(word) == lemma.as_str(),
            Part::Prefix(prefix) => word.starts_with(prefix),
        }
    }
}

/// Cuts an entry into its words.
fn parts(entry: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = entry;
    while let Some(start) = rest.find(is_letter) {
        let from = rest.get(start..).unwrap_or_default();
        let end = from.find(|character| !is_letter(character)).unwrap_or(from.len());
        let (word, behind) = from.split_at(end);
        let word = word.to_lowercase();
        parts.push(match behind.strip_prefix('*') {
            Some(_) => Part::Prefix(word),
            None => Part::Lemma(noun_lemma(&word).into_owned()),
        });
        rest = behind;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(entries: &[&str], text: &str) -> bool {
        Matcher::new(entries.iter().copied()).unwrap().is_in(text)
    }

    #[test]
    fn the_papers_examples() {
        assert!(says(&["ring"], "What a nice ring-tone!"));
        assert!(!says(&["ring"], "My phone is ringing."));
        assert!(!says(&["ring"], "What a nice ringtone!"));
        assert!(says(&["ring"], "RINGS"));
        assert!(says(&["bark"], "the tree's bark."));
        assert!(!says(&["bark"], "barking, barkers, embark"));
    }

    #[test]
    fn entries_are_words_runs_and_beginnings() {
        assert!(says(&["unsafe", "vulnerab*"], "It has Vulnerabilities"));
        assert!(!says(&["vulnerab*"], "invulnerable"));
        assert!(says(&["security hole"], "two security-holes"));
        assert!(!says(&["security hole"], "security has a hole"));
        assert!(says(&["take a gambl*"], "They take a gambling"));
        assert!(!says(&["take a gambl*"], "they take a"));
        assert!(says(&["bug", "security hole"], "Bugs."));
        assert!(says(&["glasses"], "one glass"));
        assert!(says(&["Ärger", "кольц*"], "ÄRGER"));
        assert!(says(&["Ärger", "кольц*"], "два Кольца"));
        assert!(!says(&[], "anything"));
    }

    #[test]
    fn an_entry_without_letters_is_an_error() {
        assert_eq!(Matcher::new(["ring", "42"]).unwrap_err(), NoLetters { entry: "42".into() });
        assert_eq!(Matcher::new([""]).unwrap_err().to_string(), "`` has no letters, so no text can say it");
        assert!(Matcher::new(["*"]).is_err());
    }
}
