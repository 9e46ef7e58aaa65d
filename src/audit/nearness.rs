//! Rows that say almost the same as others, of their own file or of another.

use std::collections::{BTreeMap, HashSet};

use super::code::Code;
use super::finding::{Example, Finding, counted, share};
use super::sketch::proposed;
use crate::checks::near::near_copies;

/// How much of their word triples two rows share when they are near-duplicates.
pub(super) const NEAR: f64 = 0.8;

/// The most texts of which each is compared with each; of more, sketches propose those that are.
const MOST_TEXTS: usize = 50_000;

/// The most bytes of text that are held for comparison.
const MOST_BYTES: usize = 192 << 20;

/// The texts of rows, one for each question.
#[derive(Debug, Default)]
pub(super) struct Texts {
    known: HashSet<u128>,
    /// All texts, one after another, and where each ends.
    all: String,
    places: Vec<Place>,
    /// How many rows found no room.
    left_out: u64,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    end: usize,
    file: u32,
    line: u32,
}

/// An earlier row, a later one, and what they share.
type Pair = (Place, Place, f64);

impl Texts {
    /// Keeps a row's text, unless its question is known: the same question is told as a duplicate, or as a question
    /// with several answers.
    pub(super) fn add(&mut self, question: u128, file: u32, line: u32, text: &str) {
        if self.all.len() + text.len() > MOST_BYTES {
            self.left_out += 1;
        } else if self.known.insert(question) {
            self.all.push_str(text);
            self.places.push(Place { end: self.all.len(), file, line });
        }
    }

    pub(super) fn findings(self, files: &[&str], rows: &[u64], examples: usize) -> Vec<Finding> {
        let Texts { known, all, places, left_out } = self;
        drop(known);
        let text = |at: usize| {
            let start = at.checked_sub(1).and_then(|before| places.get(before)).map_or(0, |place| place.end);
            places.get(at).and_then(|place| all.get(start..place.end)).unwrap_or("")
        };
        let is_sketched = places.len() > MOST_TEXTS;
        let chosen: Vec<usize> =
            if is_sketched { proposed((0..places.len()).map(text)) } else { (0..places.len()).collect() };
        let mut by_files: BTreeMap<(u32, u32), Vec<Pair>> = BTreeMap::new();
        for pair in near_copies(chosen.iter().map(|at| text(*at)), NEAR) {
            let place = |at: usize| chosen.get(at).and_then(|at| places.get(*at));
            if let (Some(first), Some(second)) = (place(pair.first), place(pair.second)) {
                by_files.entry((first.file, second.file)).or_default().push((*first, *second, pair.similarity));
            }
        }
        let looked = if is_sketched { " Sketches proposed the pairs to measure; they miss 3 of 1,000." } else { "" };
        let name = |file: u32| files.get(file as usize).copied().unwrap_or_default();
        let found = by_files.into_iter().map(|((a, b), pairs)| {
            let count = pairs.len() as u64;
            let of = rows.get(b as usize).copied().unwrap_or(0);
            let says = format!(
                "{} of {} of {} share more than {:.0}% of their word triples with an earlier one{}.{looked}",
                share(count, of),
                counted(of, "row"),
                name(b),
                NEAR * 100.0,
                if a == b { String::new() } else { format!(" of {}", name(a)) },
            );
            let shown = pairs.iter().take(examples).map(|(first, second, similarity)| {
                Example::at(u64::from(second.line), format!("{:.0}% of line {}", similarity * 100.0, first.line))
            });
            let (code, files) = if a == b {
                (Code::NearDuplicates, vec![name(b)])
            } else {
                (Code::NearAcrossFiles, vec![name(b), name(a)])
            };
            Finding::new(code, &files, says).rows(count).examples(shown.collect())
        });
        let mut found: Vec<Finding> = found.collect();
        if left_out > 0 {
            let compared = counted(places.len() as u64, "distinct question");
            let says = format!(
                "{compared} were compared; {} had no room in {} MB.",
                counted(left_out, "row"),
                MOST_BYTES >> 20
            );
            found.push(Finding::new(Code::NotCompared, files, says).rows(left_out));
        }
        found
    }
}
