use std::collections::{HashMap, HashSet};

use super::Results;
use crate::requests::Message;
use crate::scores::ScoredAnswer;

/// How many conversations a page holds at most.
const MOST: usize = 100_000;
/// How many bytes the conversations of a page take at most.
const BYTES: usize = 20 << 20;
/// About how many bytes a conversation takes besides its texts.
const FIELDS: usize = 50;
/// How much of a long text is kept, in characters.
const LONGEST: usize = 4_000;

/// The conversations that a page shows: all of them, or where they are too many, as many of each run under each
/// condition, the first ones first.
#[derive(Debug, Default)]
pub struct Kept {
    rows: Vec<Row>,
    /// How many conversations of each run's cell were seen.
    seen: HashMap<String, usize>,
    of: u64,
}

/// One conversation with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) question: String,
    pub(super) arm: String,
    /// Such as `seed 2, checkpoint 300`; empty where it is not known.
    pub(super) run: String,
    pub(super) about: String,
    pub(super) under: String,
    /// The values of the question's axes, such as `side = risky`.
    pub(super) axes: String,
    /// Such as `wording 2, risky first`; empty where it is not known.
    pub(super) way: String,
    pub(super) messages: Vec<Message>,
    pub(super) answer: String,
    pub(super) read: Option<String>,
    pub(super) outcome: String,
    pub(super) score: Option<f64>,
    /// How many of the same cell came before, and how many of all.
    rank: usize,
    position: u64,
}

impl Kept {
    /// The few conversations that `results.json` holds.
    pub fn of_results(results: &Results) -> Kept {
        let mut kept = Kept::default();
        for conversation in &results.conversations {
            kept.push(Row {
                question: conversation.question.clone(),
                arm: conversation.arm.clone(),
                run: String::new(),
                about: conversation.about.clone(),
                under: conversation.under.clone(),
                axes: String::new(),
                way: String::new(),
                messages: conversation.messages.clone(),
                answer: conversation.answer.clone(),
                read: conversation.read.clone(),
                outcome: conversation.outcome.clone(),
                score: conversation.score,
                rank: 0,
                position: 0,
            });
        }
        kept.of = kept.of.max(results.cells.iter().map(|cell| cell.outcomes.asked).sum());
        kept
    }

    /// Takes in one answer, and lets go of others where there are too many.
    pub fn add(&mut self, answer: &ScoredAnswer<'_>) {
        let score = &answer.score;
        let mut way = vec![format!("item {}", score.item), format!("wording {}", score.wording)];
        if !score.order.is_empty() {
            way.push(format!("order {}", score.order.replace(',', ", ")));
        }
        way.push(format!("sample {}", score.sample));
        self.push(Row {
            question: score.question.clone(),
            arm: score.arm.clone(),
            run: super::page::run_name(&score.run),
            about: score.about.clone(),
            under: score.under.clone(),
            axes: super::page::axes_in_words(&score.axes),
            way: way.join("; "),
            messages: answer.messages.to_vec(),
            answer: answer.answer.clone().into_owned(),
            read: score.read.clone(),
            outcome: score.outcome.word().to_owned(),
            score: score.outcome.value(),
            rank: 0,
            position: 0,
        });
    }

    /// How many conversations there were in all.
    pub fn of(&self) -> u64 {
        self.of
    }

    /// The conversations that a page has room for, in the order in which they came.
    pub(super) fn rows(&self) -> Vec<&Row> {
        let mut by_rank: Vec<&Row> = self.rows.iter().collect();
        by_rank.sort_by_key(|row| (row.rank, row.position));
        let (mut bytes, mut prompts) = (0, HashSet::new());
        let mut rows: Vec<&Row> = by_rank
            .into_iter()
            .take(MOST)
            .take_while(|row| {
                bytes += FIELDS + written(&row.answer);
                // Prompts come again and again, and are written once.
                if prompts.insert(&row.messages) {
                    bytes += row.messages.iter().map(|message| written(&message.content)).sum::<usize>();
                }
                bytes <= BYTES
            })
            .collect();
        rows.sort_by_key(|row| row.position);
        rows
    }

    fn push(&mut self, row: Row) {
        let cell = [&row.question, &row.arm, &row.run, &row.about, &row.under, &row.axes].map(String::as_str);
        let seen = self.seen.entry(cell.join("\u{0}")).or_default();
        let messages = row.messages.into_iter().map(|message| Message { content: cut(message.content), ..message });
        let messages = messages.collect();
        let answer = cut(row.answer);
        self.rows.push(Row { rank: *seen, position: self.of, messages, answer, ..row });
        *seen += 1;
        self.of += 1;
        if self.rows.len() >= 2 * MOST {
            self.rows.sort_by_key(|row| (row.rank, row.position));
            self.rows.truncate(MOST);
        }
    }
}

/// How many bytes a text takes on a page, where it stands in JSON.
fn written(text: &str) -> usize {
    let escaped = |byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
        b'<' | b'>' | 0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(escaped).sum()
}

/// Cuts a text that is very long.
fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", text.get(..at).unwrap_or("")),
        None => text,
    }
}
