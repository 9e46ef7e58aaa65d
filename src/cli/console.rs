//! The terminal: colours and widths where there is one, plain text where there is none.

use std::io::{IsTerminal as _, Write as _};

use introspec::diagnostic::{Diagnostic, render, summary};
use introspec::text::Sources;

const WIDTH_WITHOUT_TERMINAL: usize = 120;

/// Tells whether to colour what is written to standard error.
fn colours_errors() -> bool {
    std::io::stderr().is_terminal() && wants_colour()
}

/// Tells whether to colour what is written to standard output.
pub(crate) fn colours_output() -> bool {
    std::io::stdout().is_terminal() && wants_colour()
}

fn wants_colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Returns how wide the terminal is.
pub(crate) fn width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH_WITHOUT_TERMINAL, |(width, _)| usize::from(width.0).clamp(40, 160))
}

/// Draws diagnostics on standard error, with their count.
pub(crate) fn show(diagnostics: &[Diagnostic], sources: &Sources) {
    if diagnostics.is_empty() {
        return;
    }
    let mut stderr = std::io::stderr().lock();
    let _ = write!(stderr, "{}", render(diagnostics, sources, colours_errors(), width()));
    let _ = writeln!(stderr, "{}", summary(diagnostics));
}

/// Writes a line on standard output. A reader that went away is no failure.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
