//! A run as people see it: a bar for each model, or, where there is no terminal, a line every ten seconds.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::runner::{Event, Listener};

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(10);

/// Shows, for each model, how many asks are done, at what rate, how many failed, and the time left.
#[derive(Debug)]
pub struct Progress {
    /// None where there is no terminal.
    bars: Option<MultiProgress>,
    models: Mutex<BTreeMap<String, Shown>>,
}

#[derive(Debug)]
struct Shown {
    bar: Option<ProgressBar>,
    total: Option<u64>,
    started: Instant,
    /// Asks done with no call, and with calls.
    known: u64,
    done: u64,
    failed: u64,
    retried: u64,
    next_line: Instant,
}

impl Progress {
    /// Shows a run on standard error, as bars where that is a terminal.
    pub fn to_stderr() -> Self {
        let bars = std::io::stderr().is_terminal().then(MultiProgress::new);
        Self { bars, models: Mutex::default() }
    }

    fn show(&self, total: Option<u64>, model: &str) -> Shown {
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::new(total.unwrap_or_default()));
            bar.set_style(style());
            bar.set_prefix(model.to_owned());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        let now = Instant::now();
        Shown { bar, total, started: now, known: 0, done: 0, failed: 0, retried: 0, next_line: now + EVERY }
    }

    fn say(&self, line: &str) {
        match &self.bars {
            // A line that cannot be written is no reason to stop a run.
            Some(bars) => drop(bars.println(line)),
            None => drop(writeln!(std::io::stderr(), "{line}")),
        }
    }

    fn update(&self, model: &str, change: impl FnOnce(&mut Shown)) {
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(shown) = models.get_mut(model) else { return };
        change(shown);
        if let Some(bar) = &shown.bar {
            bar.set_position(shown.known + shown.done);
            bar.set_message(shown.troubles());
        } else if Instant::now() >= shown.next_line {
            shown.next_line = Instant::now() + EVERY;
            let line = format!("{model}: {}", shown.line());
            drop(models);
            self.say(&line);
        }
    }
}

impl Listener for Progress {
    fn notice(&self, event: &Event<'_>) {
        match *event {
            Event::Started { model, total } => {
                let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
                match models.get_mut(model) {
                    // A model that several arms use has one bar.
                    Some(shown) => shown.extend(total),
                    None => drop(models.insert(model.to_owned(), self.show(total, model))),
                }
            }
            Event::Known { model, asks } => self.update(model, |shown| shown.known += asks),
            Event::Answered { model, done, .. } => self.update(model, |shown| shown.done += u64::from(done)),
            Event::Retried { model, .. } => self.update(model, |shown| shown.retried += 1),
            Event::Failed { model, done, .. } => self.update(model, |shown| {
                shown.failed += 1;
                shown.done += u64::from(done);
            }),
            Event::Sampled { model, failure } => {
                self.say(&format!("{model} is asked for texts instead: {}", failure.message));
            }
            Event::Stopped { model, failure } => self.say(&format!("{model} stopped: {}", failure.message)),
            Event::Finished { summary } => {
                let models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(shown) = models.get(&summary.model) else { return };
                match &shown.bar {
                    Some(bar) => bar.finish(),
                    None => self.say(&format!("{}: {}", summary.model, shown.line())),
                }
            }
        }
    }
}

impl Shown {
    fn extend(&mut self, total: Option<u64>) {
        self.total = self.total.zip(total).map(|(before, more)| before + more);
        if let (Some(bar), Some(total)) = (&self.bar, self.total) {
            bar.set_length(total);
        }
    }

    /// Returns the state in words, such as `120 of 400 asks, 33/s, 2 failed, 8 s left`.
    fn line(&self) -> String {
        let done = self.known + self.done;
        let mut line = match self.total {
            Some(total) => format!("{done} of {total} asks"),
            None => format!("{done} asks"),
        };
        let rate = self.done as f64 / self.started.elapsed().as_secs_f64().max(0.001);
        // Writing to a text cannot fail.
        let _ = write!(line, ", {rate:.0}/s");
        let troubles = self.troubles();
        if !troubles.is_empty() {
            let _ = write!(line, ", {troubles}");
        }
        if let Some(left) = self.total.map(|total| total.saturating_sub(done)).filter(|left| *left > 0 && rate > 0.0) {
            let _ = write!(line, ", {:.0} s left", left as f64 / rate);
        }
        line
    }

    fn troubles(&self) -> String {
        let troubles = [(self.failed, "failed"), (self.retried, "retried")];
        let troubles = troubles.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
        troubles.collect::<Vec<_>>().join(", ")
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{prefix:16} {bar:30} {pos}/{len} {per_sec} {msg} {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::{Cause, Failure};

    #[test]
    fn a_line_says_what_is_done_and_what_went_wrong() {
        let progress = Progress { bars: None, models: Mutex::default() };
        for event in [
            Event::Started { model: "m", total: Some(10) },
            Event::Started { model: "m", total: Some(5) },
            Event::Known { model: "m", asks: 3 },
            Event::Answered { model: "m", answers: 4, done: true },
            Event::Answered { model: "m", answers: 4, done: false },
        ] {
            progress.notice(&event);
        }
        let failure = Failure { cause: Cause::Server, message: "oops".to_owned(), retry_after_ms: None };
        progress.notice(&Event::Failed { model: "m", place: "here", failure: &failure, done: true });

        let models = progress.models.lock().expect("no thread panicked");
        let line = models["m"].line();
        assert!(line.starts_with("5 of 15 asks, ") && line.contains("/s, 1 failed, "), "{line}");
        assert!(line.ends_with(" s left"), "{line}");
    }
}
