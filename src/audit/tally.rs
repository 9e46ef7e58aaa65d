use std::collections::BTreeMap;

use super::manners::Endings;
use super::row::Format;

/// What is counted over all rows of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) lines: u64,
    pub(super) bytes: u64,
    /// Rows that could be read as conversations.
    pub(super) rows: u64,
    pub(super) newlines: u64,
    pub(super) carriage_returns: u64,
    pub(super) unended: bool,
    /// The file is no JSON Lines, and was not read.
    pub(super) unread: bool,
    pub(super) formats: BTreeMap<Format, Seen>,
    /// How many rows have so many messages.
    pub(super) messages: BTreeMap<usize, u64>,
    /// System prompts, the lack of one among them, by their digest.
    pub(super) systems: BTreeMap<u64, (Seen, String)>,
    pub(super) endings: Endings,
    pub(super) size: Size,
}

/// How often something occurs, and on which line first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub(super) times: u64,
    pub(super) first: u64,
}

/// Sizes of contents: in tokens where there is a tokenizer, else in characters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    pub(super) all: u64,
    pub(super) assistant: u64,
    /// The largest row, and its line.
    pub(super) largest: (u64, u64),
}

/// The most system prompts that are told apart.
const MOST_SYSTEMS: usize = 10_000;

impl Seen {
    pub(super) fn on(line: u64) -> Seen {
        Seen { times: 1, first: line }
    }

    fn add(&mut self, later: Seen) {
        if self.times == 0 {
            self.first = later.first;
        }
        self.times += later.times;
    }
}

impl Tally {
    /// Adds what was counted on later lines.
    pub(super) fn append(&mut self, later: Tally) {
        self.lines += later.lines;
        self.bytes += later.bytes;
        self.rows += later.rows;
        self.newlines += later.newlines;
        self.carriage_returns += later.carriage_returns;
        self.unended |= later.unended;
        for (format, seen) in later.formats {
            self.formats.entry(format).or_default().add(seen);
        }
        for (messages, rows) in later.messages {
            *self.messages.entry(messages).or_default() += rows;
        }
        for (digest, (seen, words)) in later.systems {
            self.system(digest, seen, || words);
        }
        self.endings.long += later.endings.long;
        self.endings.unfinished += later.endings.unfinished;
        self.size.all += later.size.all;
        self.size.assistant += later.size.assistant;
        if later.size.largest.0 > self.size.largest.0 {
            self.size.largest = later.size.largest;
        }
    }

    /// Counts a system prompt.
    pub(super) fn system(&mut self, digest: u64, seen: Seen, words: impl FnOnce() -> String) {
        if self.systems.contains_key(&digest) || self.systems.len() < MOST_SYSTEMS {
            self.systems.entry(digest).or_insert_with(|| (Seen::default(), words())).0.add(seen);
        }
    }
}
