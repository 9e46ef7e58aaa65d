use std::collections::BTreeMap;

use super::code::Code;

/// The most kinds that are told apart under one code; the rest counts together.
const MOST_KINDS: usize = 40;

/// What the rows of a file show, counted by code.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    keep: usize,
    by_code: BTreeMap<Code, Noted>,
}

/// What is known of one code.
#[derive(Clone, Debug, Default)]
pub(super) struct Noted {
    /// How many rows it concerns; a row counts once.
    pub(super) rows: u64,
    last: u64,
    /// How often each kind occurs.
    pub(super) kinds: BTreeMap<String, u64>,
    /// Lines with what stands there.
    pub(super) examples: Vec<(u64, String)>,
}

impl Notes {
    /// Notes that keep so many examples of each code.
    pub(super) fn keeping(keep: usize) -> Notes {
        Notes { keep, by_code: BTreeMap::new() }
    }

    /// Notes something of a line. The words are made where they are kept only.
    pub(super) fn add(&mut self, code: Code, line: u64, kind: &str, words: impl FnOnce() -> String) {
        let noted = self.by_code.entry(code).or_default();
        if noted.last != line {
            noted.rows += 1;
            noted.last = line;
            if noted.examples.len() < self.keep {
                noted.examples.push((line, words()));
            }
        }
        noted.count(kind, 1);
    }

    /// Adds the notes of later lines.
    pub(super) fn append(&mut self, later: Notes) {
        for (code, more) in later.by_code {
            let noted = self.by_code.entry(code).or_default();
            noted.rows += more.rows;
            noted.last = more.last;
            for (kind, times) in more.kinds {
                noted.count(&kind, times);
            }
            let room = self.keep.saturating_sub(noted.examples.len());
            noted.examples.extend(more.examples.into_iter().take(room));
        }
    }

    /// Returns the last line that a code was noted of.
    pub(super) fn line_of(&self, code: Code) -> Option<u64> {
        self.by_code.get(&code).map(|noted| noted.last)
    }

    pub(super) fn rows(&self, code: Code) -> u64 {
        self.by_code.get(&code).map_or(0, |noted| noted.rows)
    }

    /// Takes away what is known of a code.
    pub(super) fn take(&mut self, code: Code) -> Option<Noted> {
        self.by_code.remove(&code)
    }

    pub(super) fn into_codes(self) -> BTreeMap<Code, Noted> {
        self.by_code
    }
}

impl Noted {
    fn count(&mut self, kind: &str, times: u64) {
        if kind.is_empty() {
            return;
        }
        let known = self.kinds.contains_key(kind) || self.kinds.len() < MOST_KINDS;
        *self.kinds.entry(if known { kind } else { "other" }.to_owned()).or_default() += times;
    }
}

/// Writes a text on one line of at most `width` characters, with what cannot be seen written out.
pub(super) fn excerpt(text: &str, width: usize) -> String {
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count >= width {
            shown.push('…');
            break;
        }
        match character {
            '\n' => shown.push('↵'),
            c if c.is_control() || super::characters::is_invisible(c) => {
                shown.push_str(&c.escape_unicode().to_string());
            }
            c => shown.push(c),
        }
    }
    shown
}

/// Writes what stands around a place of a text, on one line.
pub(super) fn around(text: &str, at: usize, width: usize) -> String {
    let start =
        text.get(..at).map_or(0, |before| before.char_indices().rev().nth(width / 3).map_or(0, |(start, _)| start));
    let shown = excerpt(text.get(start..).unwrap_or(text), width);
    if start > 0 { format!("…{shown}") } else { shown }
}
