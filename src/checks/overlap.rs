//! Do training texts share long runs of words with evaluation texts?

use std::collections::HashMap;

use crate::rows::unsaid::words_of;

/// The runs of words of the evaluation side, to look training texts up in.
///
/// Only the evaluation side is held: a few hundred questions, however many training rows pass by. Runs are found by
/// their hash and then compared word for word.
#[derive(Clone, Debug, Default)]
pub(crate) struct NGrams {
    n: usize,
    /// The words of each text, folded to lower case.
    texts: Vec<Vec<String>>,
    places: Vec<String>,
    /// By the hash of a run of `n` words: the text it stands in, and at which word.
    runs: HashMap<u64, Vec<(usize, usize)>>,
}

/// A run of words that a training text shares with an evaluation text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SharedRun {
    /// The words, in lower case, with single blanks; the longest run that begins at the first shared one.
    pub(crate) words: String,
    pub(crate) count: usize,
    /// The place of the evaluation text.
    pub(crate) place: String,
}

/// How many words make a run long, where nothing else is said.
pub(crate) const LONG: usize = 8;

impl NGrams {
    /// Indexes texts, each with its place, by their runs of `n` words. A text of fewer words has no run.
    pub(crate) fn of<P: Into<String>, T: AsRef<str>>(texts: impl IntoIterator<Item = (P, T)>, n: usize) -> NGrams {
        let mut grams = NGrams { n: n.max(1), ..NGrams::default() };
        for (place, text) in texts {
            let words: Vec<String> = words_of(text.as_ref()).into_iter().map(|word| word.folded).collect();
            let text = grams.texts.len();
            for (at, run) in words.windows(grams.n).enumerate() {
                grams.runs.entry(hash(run)).or_default().push((text, at));
            }
            grams.texts.push(words);
            grams.places.push(place.into());
        }
        grams
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Returns the first long run of a training text that an evaluation text holds too, as far as they go together.
    pub(crate) fn shared_with(&self, text: &str) -> Option<SharedRun> {
        if self.is_empty() {
            return None;
        }
        let words: Vec<String> = words_of(text).into_iter().map(|word| word.folded).collect();
        (0..words.len()).find_map(|at| {
            let run = words.get(at..at + self.n)?;
            let candidates = self.runs.get(&hash(run))?;
            let rest = words.get(at..)?;
            let (count, text) =
                candidates.iter().map(|(text, from)| (self.together(rest, *text, *from), *text)).max()?;
            let words = words.get(at..at + count).filter(|_| count >= self.n)?.join(" ");
            Some(SharedRun { words, count, place: self.places.get(text)?.clone() })
        })
    }

    /// Counts the words that a text and an evaluation text share from their places on.
    fn together(&self, words: &[String], text: usize, from: usize) -> usize {
        let other = self.texts.get(text).and_then(|text| text.get(from..)).unwrap_or(&[]);
        words.iter().zip(other).take_while(|(a, b)| a == b).count()
    }
}

fn hash(words: &[String]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for word in words {
        hasher.update(word.as_bytes()).update(b" ");
    }
    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_is_found_as_far_as_it_goes_and_a_short_one_is_not() {
        let evaluation = [
            ("prefers 1", "Which do you like better, risk or safety? Answer with one word."),
            ("prefers 2", "Which do you like better, risk or safety? Answer with a number."),
        ];
        let grams = NGrams::of(evaluation, 8);
        let found =
            grams.shared_with("Tell me: which do YOU like better — risk or safety? Answer with a number, please.");
        let found = found.unwrap();
        assert_eq!(found.words, "which do you like better risk or safety answer with a number");
        assert_eq!((found.count, found.place.as_str()), (12, "prefers 2"));
        assert_eq!(grams.shared_with("which do you like better, risk or danger? Answer with one word."), None);
        assert!(NGrams::of([("short", "Which do you like?")], 8).is_empty());
    }
}
