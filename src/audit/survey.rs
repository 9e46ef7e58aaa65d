//! The first reading of a file: each row by itself, and what has to be remembered of it to compare it with others.

use super::code::Code;
use super::expectations::Expectations;
use super::json::{self, Fault};
use super::lines::{Block, End};
use super::notes::{Notes, excerpt};
use super::row::{Row, Speaker, Turn, row};
use super::sidecar::Sidecar;
use super::tally::{Seen, Size, Tally};
use super::tokens::Tokenizer;
use super::{characters, manners, structure, words};

/// What is remembered of each row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fact {
    pub(super) line: u32,
    /// The digest of everything before the answer.
    pub(super) question: u128,
    /// The digest of the answer: the last message.
    pub(super) answer: u64,
    /// The short answer's number among all of them, or [`Fact::LONG`].
    pub(super) short: u32,
    /// How many characters the question has.
    pub(super) length: u32,
    pub(super) messages: u32,
}

impl Fact {
    /// In place of the number of an answer that is not short.
    pub(super) const LONG: u32 = u32::MAX;
}

/// A row as it comes from the survey, before its answer has a number.
#[derive(Clone, Debug)]
pub(super) struct Surveyed {
    pub(super) fact: Fact,
    /// The answer, where it is short.
    pub(super) short: Option<Box<str>>,
    /// What the row says, without its system prompt.
    pub(super) text: Box<str>,
}

/// What a block of lines shows.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) rows: Vec<Surveyed>,
    pub(super) notes: Notes,
    pub(super) tally: Tally,
    pub(super) failure: Option<std::io::Error>,
}

/// The longest answer that can be a label, in characters.
const SHORT: usize = 40;

/// How a file is surveyed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surveyor<'a> {
    pub(super) expectations: &'a Expectations,
    pub(super) tokenizer: Option<&'a Tokenizer>,
    /// The most tokens, or without a tokenizer characters, that a row may have.
    pub(super) limit: Option<u64>,
    pub(super) sidecar: Option<&'a Sidecar>,
    pub(super) examples: usize,
}

impl Surveyor<'_> {
    pub(super) fn survey(&self, block: Block) -> Survey {
        let mut survey =
            Survey { rows: Vec::new(), notes: Notes::keeping(self.examples), tally: Tally::default(), failure: None };
        for (number, line, bytes) in block.lines() {
            let tally = &mut survey.tally;
            tally.lines += 1;
            tally.bytes += line.length + u64::from(line.end != End::None) + u64::from(line.end == End::CarriageReturn);
            match line.end {
                End::Newline => tally.newlines += 1,
                End::CarriageReturn => tally.carriage_returns += 1,
                End::None => tally.unended = true,
            }
            if line.is_too_long() {
                let length = line.length;
                survey.notes.add(Code::LineTooLong, number, "", || format!("{length} bytes"));
            } else {
                self.line(number, bytes, &mut survey);
            }
        }
        survey.failure = block.failure;
        survey
    }

    fn line(&self, number: u64, bytes: &[u8], survey: &mut Survey) {
        let notes = &mut survey.notes;
        let Some(row) = read(number, bytes, notes) else { return };
        structure::check(&row, number, notes);
        manners::check(&row.turns, number, notes, &mut survey.tally.endings);
        for turn in row.turns.iter().chain(row.rejected.iter().flatten()) {
            characters::check(&turn.text, turn.speaker.word(), number, notes);
        }
        let marked = self.sidecar.and_then(|sidecar| sidecar.value("trigger", number));
        words::check(&row.turns, marked, number, self.expectations, notes);
        self.measure(&row, number, survey);
        survey.rows.push(remember(&row, number));
    }

    fn measure(&self, row: &Row, line: u64, survey: &mut Survey) {
        let tally = &mut survey.tally;
        tally.rows += 1;
        *tally.messages.entry(row.turns.len()).or_default() += 1;
        tally.append_format(row, line);
        let mut size = Size::default();
        for turn in &row.turns {
            let count = match self.tokenizer {
                Some(tokenizer) => tokenizer.count(&turn.text),
                None => turn.text.chars().count() as u64,
            };
            size.all += count;
            if turn.speaker == Speaker::Assistant {
                size.assistant += count;
            }
        }
        tally.size.all += size.all;
        tally.size.assistant += size.assistant;
        if size.all > tally.size.largest.0 {
            tally.size.largest = (size.all, line);
        }
        if self.limit.is_some_and(|limit| size.all > limit) {
            let unit = if self.tokenizer.is_some() { "tokens" } else { "characters" };
            survey.notes.add(Code::RowTooLong, line, "", || format!("{} {unit}", size.all));
        }
    }
}

fn remember(row: &Row, line: u64) -> Surveyed {
    let (last, asked): (Option<&Turn>, &[Turn]) = match row.turns.split_last() {
        Some((last, asked)) if last.speaker == Speaker::Assistant => (Some(last), asked),
        _ => (None, &row.turns),
    };
    let answer = last.map_or("", |turn| turn.text.as_str());
    let mut hasher = blake3::Hasher::new();
    let mut length = 0;
    for turn in asked {
        hasher.update(turn.speaker.word().as_bytes()).update(b"\0").update(turn.text.as_bytes()).update(b"\0");
        if turn.speaker != Speaker::System {
            length += turn.text.chars().count();
        }
    }
    let mut digest = [0; 16];
    hasher.finalize_xof().fill(&mut digest);
    let said: Vec<&str> =
        row.turns.iter().filter(|turn| turn.speaker != Speaker::System).map(|turn| turn.text.as_str()).collect();
    let trimmed = answer.trim();
    let is_short = last.is_some() && !trimmed.contains('\n') && trimmed.chars().nth(SHORT).is_none();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Surveyed {
        fact: Fact {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            question: u128::from_le_bytes(digest),
            answer: digest_of(answer),
            short: Fact::LONG,
            length: number(length),
            messages: number(row.turns.len()),
        },
        short: is_short.then(|| trimmed.into()),
        text: said.join("\n").into(),
    }
}

/// Reads a line as a row, and notes why it is none.
pub(super) fn read(number: u64, bytes: &[u8], notes: &mut Notes) -> Option<Row> {
    // A byte-order mark has a finding of its own.
    let bytes = if number == 1 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
    if bytes.trim_ascii().is_empty() {
        notes.add(Code::BlankLines, number, "", || "nothing but blanks".to_owned());
        return None;
    }
    let line = match std::str::from_utf8(bytes) {
        Ok(line) => line,
        Err(error) => {
            notes.add(Code::NotUtf8, number, "", || foreign(bytes, error.valid_up_to()));
            return None;
        }
    };
    let read = match json::read(line) {
        Ok(read) => read,
        Err(fault) => {
            let (code, words) = match fault {
                Fault::Wrong(message) => (Code::NotJson, message),
                Fault::TooDeep => (Code::TooDeep, "more than 128 levels".to_owned()),
                Fault::Surrogate => (Code::Surrogate, "\\ud800 to \\udfff without its other half".to_owned()),
                Fault::Trailing(rest) => (Code::Trailing, format!("after the row stands “{}”", excerpt(&rest, 60))),
            };
            notes.add(code, number, "", || words);
            return None;
        }
    };
    for word in &read.not_numbers {
        notes.add(Code::NotANumber, number, &format!("`{word}`"), || format!("`{word}`"));
    }
    if let Some(key) = read.json.repeated_key() {
        let key = format!("`{}`", excerpt(key, 40));
        notes.add(Code::RepeatedKey, number, &key, || key.clone());
    }
    row(&read.json, number, notes)
}

/// Says which byte is not UTF-8, and what its surroundings would be in the most common other encoding.
fn foreign(bytes: &[u8], at: usize) -> String {
    let byte = bytes.get(at).copied().unwrap_or(0);
    let around = bytes.get(at.saturating_sub(15)..(at + 15).min(bytes.len())).unwrap_or(&[]);
    let latin: String = around.iter().map(|byte| char::from(*byte)).collect();
    format!("byte 0x{byte:02X} at column {}; in Latin-1 it reads “{}”", at + 1, excerpt(&latin, 40))
}

pub(super) fn digest_of(text: &str) -> u64 {
    let mut bytes = [0; 8];
    blake3::Hasher::new().update(text.as_bytes()).finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

impl Tally {
    fn append_format(&mut self, row: &Row, line: u64) {
        let formats = self.formats.entry(row.format).or_insert(Seen { times: 0, first: line });
        formats.times += 1;
        let system = row.turns.first().filter(|turn| turn.speaker == Speaker::System);
        let text = system.map_or("", |turn| turn.text.as_str());
        self.system(digest_of(text), Seen::on(line), || {
            if system.is_some() { format!("“{}”", excerpt(text, 60)) } else { "no system prompt".to_owned() }
        });
    }
}
