use super::fields::read_row;
use super::reading::Reading;
use crate::diagnostic::Diagnostic;

/// Reads JSON Lines: one object a line, blank lines allowed.
pub(super) fn read(text: &str, reading: &mut Reading<'_>) {
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match read_row(line) {
            Ok(fields) => reading.object(index + 1, &fields),
            Err(problem) => reading.broken(index + 1, Diagnostic::at(reading.place, problem)),
        }
    }
}
