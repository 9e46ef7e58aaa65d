//! Changes in words: a heading for each dataset and suite, a line for each fact, and a few examples below it.

mod datasets;
mod manifest;
mod screen;
mod suites;

use super::change::{Changes, Edits, FileChange, Place, ValueChange};
use super::words::{Difference, Piece};
use screen::{Line, Style};

/// How many letters of what stayed are shown beside a change.
const CONTEXT: usize = 28;
/// How many letters of a text are shown where it is new or gone.
const LETTERS: usize = 120;

/// Puts changes into words, in lines of at most `width` columns where words allow it. With `colour`, by ANSI sequences;
/// no meaning rests on colour alone. Nothing where nothing changed.
pub fn prose(changes: &Changes, width: usize, colour: bool) -> String {
    let mut lines = Vec::new();
    for named in &changes.datasets {
        datasets::lines(named, &changes.datasets, &mut lines);
    }
    for named in &changes.suites {
        suites::lines(named, &mut lines);
    }
    for change in &changes.files {
        lines.push(Line::head(match change {
            FileChange::New { file } => format!("file {file} is new"),
            FileChange::Gone { file } => format!("file {file} is gone"),
            FileChange::Changed { file } => format!("file {file} changed"),
        }));
    }
    manifest::lines(changes, &mut lines);
    lines.iter().map(|line| line.drawn(width.max(40), colour)).collect()
}

/// `1 row`, `12 rows`.
fn count(number: u64, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// `row 3`, `row 3 → 4`, or a request's id.
fn place(place: &Place) -> String {
    match place {
        Place::Row { before, after } if before == after => format!("row {before}"),
        Place::Row { before, after } => format!("row {before} → {after}"),
        Place::Request { id } => id.clone(),
    }
}

/// Says what was edited, the commonest edit first. `times` is how many texts the fact is about.
fn edits(edits: &Edits, times: u64, word: &str, lines: &mut Vec<Line>) {
    for edit in &edits.shown {
        let lead = if edit.times == times || times == 1 {
            format!("{}: ", place(&edit.place))
        } else {
            format!("{} of them, {}: ", edit.times, place(&edit.place))
        };
        let mut line = Line::example(lead);
        marked(&edit.text, &mut line);
        lines.push(line);
    }
    let more = edits.kinds.saturating_sub(edits.shown.len() as u64);
    if more > 0 {
        lines.push(Line::example(format!("and {} of another kind", count(more, "edit"))));
    }
    if edits.looked_at < times && edits.looked_at > 0 {
        lines.push(Line::example(format!("(the first {} were compared word by word)", count(edits.looked_at, word))));
    }
}

/// Appends a text with what went as `[-...-]` and what came as `{+...+}`.
fn marked(text: &Difference, line: &mut Line) {
    for piece in text.shortened(CONTEXT).pieces {
        match piece {
            Piece::Same(text) => line.push(Style::Plain, &text),
            Piece::Removed(text) => line.push(Style::Removed, &format!("[-{text}-]")),
            Piece::Added(text) => line.push(Style::Added, &format!("{{+{text}+}}")),
        }
    }
}

fn values(examples: &[ValueChange], lines: &mut Vec<Line>) {
    for ValueChange { place: at, before, after } in examples {
        let mut line = Line::example(format!("{}: ", place(at)));
        line.push(Style::Removed, &shortened(before));
        line.push(Style::Plain, " → ");
        line.push(Style::Added, &shortened(after));
        lines.push(line);
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    text.chars().take(LETTERS).chain(['…']).collect()
}
