use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use minijinja::Value;

use super::fields::read_row;
use super::reading::{Reading, values};
use crate::diagnostic::Diagnostic;

/// How long a text is at least, in bytes, of which each processor reads a part.
const SHARED: usize = 1 << 20;

/// A line's number, and the row that it holds or what is wrong with it.
type Line = (usize, Result<Vec<Value>, Diagnostic>);

/// Reads JSON Lines: one object a line, blank lines allowed.
pub(super) fn read(text: &str, reading: &mut Reading<'_>) {
    let lines: Vec<(usize, &str)> = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).collect();
    let parts = if text.len() < SHARED { 1 } else { thread::available_parallelism().map_or(1, NonZero::get) };
    let (columns, place) = (reading.columns, reading.place);
    let read = |(index, line): &(usize, &str)| -> Line {
        let row = read_row(line).map_err(|problem| Diagnostic::at(place, problem));
        (index + 1, row.and_then(|fields| values(columns, &fields)))
    };
    // Rows come out in the order of the file, whoever read them.
    let read: Vec<Vec<Line>> = thread::scope(|scope| {
        let parts = lines.chunks(lines.len().div_ceil(parts).max(1));
        let workers: Vec<_> = parts.map(|part| scope.spawn(move || part.iter().map(read).collect())).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    for (line, row) in read.into_iter().flatten() {
        reading.row(line, row);
    }
}
