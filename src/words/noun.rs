use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Plurals that the endings do not give, and those that they would give wrongly: the plural and its singular a line.
static PLURALS: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| include_str!("noun/plurals.txt").lines().filter_map(|line| line.split_once(' ')).collect());

/// Words that end as plurals do and are none, one a line.
static UNCHANGING: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("noun/unchanging.txt").lines().collect());

/// Endings of plurals, how many letters have to stand before each, and what stands in its place in the singular. The
/// first that fits counts.
const ENDINGS: &[(&str, usize, &str)] = &[
    ("men", 1, "man"),
    ("ss", 0, "ss"),
    ("us", 0, "us"),
    ("is", 0, "is"),
    ("ies", 2, "y"),
    ("ches", 1, "ch"),
    ("shes", 1, "sh"),
    ("sses", 1, "ss"),
    ("xes", 1, "x"),
    ("tzes", 1, "tz"),
    ("zzes", 1, "zz"),
    ("oes", 2, "o"),
    ("yses", 1, "ysis"),
    ("auses", 0, "ause"),
    ("ouses", 0, "ouse"),
    ("uses", 1, "us"),
    ("s", 2, ""),
];

/// Returns the lemma of a word in lower case, taken as a noun: the singular of a plural, and any other word itself.
///
/// The rule is that of `WordNet`'s `morphy` for nouns, with lists in place of its dictionary: exceptions first, words that
/// only look like plurals second, then endings.
pub fn noun_lemma(word: &str) -> Cow<'_, str> {
    if let Some(singular) = PLURALS.get(word) {
        return Cow::Borrowed(singular);
    }
    if UNCHANGING.contains(word) {
        return Cow::Borrowed(word);
    }
    for (plural, least, singular) in ENDINGS {
        match word.strip_suffix(plural).filter(|stem| stem.chars().count() >= *least) {
            None => {}
            Some(_) if plural == singular => return Cow::Borrowed(word),
            Some(stem) if singular.is_empty() => return Cow::Borrowed(stem),
            Some(stem) => return Cow::Owned(format!("{stem}{singular}")),
        }
    }
    Cow::Borrowed(word)
}

#[cfg(test)]
mod tests;
