//! How far a download is: a bar on a terminal, and one line anywhere else.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressStyle};

#[derive(Clone)]
pub(super) struct Progress {
    bar: ProgressBar,
    what: String,
}

impl Progress {
    /// Begins to show the download of `what`, which has this many bytes.
    pub(super) fn new(what: &str, bytes: u64) -> Self {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(bytes) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{msg} {bar:30} {bytes} of {total_bytes}, {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let progress = Self { bar, what: format!("Fetching {what}") };
        progress.announce(bytes);
        progress
    }

    fn announce(&self, bytes: u64) {
        if self.bar.is_hidden() {
            // A line that cannot be written is no reason to fetch nothing.
            let _ = writeln!(std::io::stderr(), "{}, {}", self.what, indicatif::DecimalBytes(bytes));
        } else {
            self.bar.set_message(self.what.clone());
        }
    }

    /// Shows that this many bytes are here.
    pub(super) fn at(&self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    pub(super) fn done(&self) {
        self.bar.finish_and_clear();
    }
}

impl hf_hub::api::Progress for Progress {
    fn init(&mut self, size: usize, _filename: &str) {
        self.bar.set_length(size as u64);
    }

    fn update(&mut self, size: usize) {
        self.bar.inc(size as u64);
    }

    fn finish(&mut self) {
        self.done();
    }
}
