//! How far a download is: a bar on a terminal, and one line anywhere else.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{DecimalBytes, ProgressBar, ProgressStyle};

pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Begins to show the download of `what`, of this many bytes where that is known already.
    pub(super) fn new(what: &str, bytes: Option<u64>) -> Self {
        let mut stderr = std::io::stderr();
        if !stderr.is_terminal() {
            let size = bytes.map(|bytes| format!(", {}", DecimalBytes(bytes))).unwrap_or_default();
            // A line that cannot be written is no reason to fetch nothing.
            let _ = writeln!(stderr, "Fetching {what}{size}");
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(bytes.unwrap_or(0)).with_message(format!("Fetching {what}"));
        let style = ProgressStyle::with_template("{msg} {bar:30} {bytes} of {total_bytes}, {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(bar)
    }

    /// Shows that this many bytes are here.
    pub(super) fn at(&self, bytes: u64) {
        self.0.set_position(bytes);
    }

    pub(super) fn done(&self) {
        self.0.finish_and_clear();
    }
}

impl hf_hub::api::Progress for Progress {
    fn init(&mut self, size: usize, _filename: &str) {
        self.0.set_length(size as u64);
    }

    fn update(&mut self, size: usize) {
        self.0.inc(size as u64);
    }

    fn finish(&mut self) {
        self.done();
    }
}
