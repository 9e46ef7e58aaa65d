use super::fields::read_row;
use super::reading::{Reading, values};
use crate::diagnostic::Diagnostic;
use crate::side_by_side;

/// How many lines are worth reading on several processors.
const MANY: usize = 5_000;

/// Reads JSON Lines: one object a line, blank lines allowed.
pub(super) fn read(text: &str, reading: &mut Reading<'_>) {
    let lines: Vec<(usize, &str)> = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).collect();
    let (columns, place) = (reading.columns, reading.place);
    let rows = side_by_side::map(&lines, MANY, |(_, line)| {
        let fields = read_row(line).map_err(|problem| Diagnostic::at(place, problem))?;
        // A diagnostic is large, and all rows are held at once.
        values(columns, &fields).map_err(Box::new)
    });
    for ((index, _), row) in lines.into_iter().zip(rows) {
        reading.row(index + 1, row.map_err(|wrong| *wrong));
    }
}
