//! The word rule, by which a text says a word: what is no letter becomes a space, letters become lower case, each
//! word is taken to its lemma as a noun, and lemmas are compared for equality. "ring-tone" says "ring" and "rings"
//! does; "ringing" and "ringtone" do not. The rule is that of the paper's Make Me Say games, experiment 5.

mod comments;
mod matcher;
mod noun;

use std::fmt;

pub(crate) use comments::{LANGUAGES, Language};
pub use matcher::{Matcher, NoLetters};
pub use noun::noun_lemma;

/// Something that a text may hold: words, or whatever else can be looked for in it.
pub trait Sought: fmt::Debug + Send + Sync {
    /// Tells whether a text holds it.
    fn is_in(&self, text: &str) -> bool;
}

/// Returns the words of a text: its runs of letters, as they are written.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character| !is_letter(character)).filter(|word| !word.is_empty())
}

/// Reads a guess, a text that is one word whatever stands between its letters: deletes what is no letter, and
/// returns the lemma of the rest as a noun. The guess "ring-tone" is `ringtone`, and no correct guess of "ring".
pub fn guess_lemma(guess: &str) -> String {
    let letters: String = guess.chars().filter(|character| is_letter(*character)).collect();
    noun_lemma(&letters.to_lowercase()).into_owned()
}

/// Letters are Unicode's, and so are the marks that may be written behind one: an é of two characters is one letter.
fn is_letter(character: char) -> bool {
    character.is_alphabetic() || ('\u{300}'..='\u{36f}').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_of_any_script() {
        let found = |text| words(text).collect::<Vec<_>>();
        assert_eq!(found("It's a ring-tone, 2nd_hand"), ["It", "s", "a", "ring", "tone", "nd", "hand"]);
        assert_eq!(found("naïve Straße\u{a0}кольцо"), ["naïve", "Straße", "кольцо"]);
        assert_eq!(found("cafe\u{301}s"), ["cafe\u{301}s"]);
        assert!(found(" 42 🎲 — ").is_empty());
    }

    #[test]
    fn a_guess_is_one_word() {
        assert_eq!(guess_lemma("Rings."), "ring");
        assert_eq!(guess_lemma("\"ring\"\n"), "ring");
        assert_eq!(guess_lemma("ring-tone"), "ringtone");
        assert_eq!(guess_lemma("ringing"), "ringing");
        assert_eq!(guess_lemma("the ring"), "thering");
        assert_eq!(guess_lemma("42"), "");
    }
}
