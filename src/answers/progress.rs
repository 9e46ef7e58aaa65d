//! A run as people see it: a bar for each model, or, where there is no terminal, a line every ten seconds.

use std::collections::{BTreeMap, VecDeque};
use std::io::{IsTerminal, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::Usage;
use super::runner::{Event, Listener, Tally};
use crate::configuration::Price;

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(10);
/// How often a bar is drawn.
const DRAWN: Duration = Duration::from_millis(100);
/// What the rate is taken over.
const LATELY: Duration = Duration::from_secs(30);

/// Shows, for each model, how many asks are done, at what rate, what the answers are, what they cost, and the time
/// left.
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
    price: Option<Price>,
    /// Asks done with no call, and with calls.
    known: u64,
    done: u64,
    tally: Tally,
    usage: Usage,
    failed: u64,
    retried: u64,
    /// How many batches are under way, with how many requests, of which so many have come to an end.
    batches: (u64, u64, u64),
    /// How many asks were done with calls at some moments of the last while, at most one a second.
    lately: VecDeque<(Instant, u64)>,
    next: Instant,
}

impl Progress {
    /// Shows a run on standard error, as bars where that is a terminal.
    pub fn to_stderr() -> Self {
        let bars = std::io::stderr().is_terminal().then(MultiProgress::new);
        Self { bars, models: Mutex::default() }
    }

    fn show(&self, total: Option<u64>, price: Option<Price>, model: &str) -> Shown {
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::new(total.unwrap_or_default()));
            bar.set_style(style());
            bar.set_prefix(model.to_owned());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        let now = Instant::now();
        let next = now + if bar.is_some() { DRAWN } else { EVERY };
        Shown {
            bar,
            total,
            price,
            known: 0,
            done: 0,
            tally: Tally::default(),
            usage: Usage::default(),
            failed: 0,
            retried: 0,
            batches: (0, 0, 0),
            lately: VecDeque::from([(now, 0)]),
            next,
        }
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
        let now = Instant::now();
        shown.remember(now);
        if now < shown.next {
            return;
        }
        if let Some(bar) = &shown.bar {
            shown.next = now + DRAWN;
            bar.set_position(shown.known + shown.done);
            bar.set_message(shown.details(now));
        } else {
            shown.next = now + EVERY;
            let line = format!("{model}: {}", shown.line(now));
            drop(models);
            self.say(&line);
        }
    }
}

impl Listener for Progress {
    fn notice(&self, event: &Event<'_>) {
        match *event {
            Event::Started { model, total, price } => {
                let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
                match models.get_mut(model) {
                    // A model that several arms use has one bar.
                    Some(shown) => shown.extend(total),
                    None => drop(models.insert(model.to_owned(), self.show(total, price, model))),
                }
            }
            Event::Known { model, asks } => self.update(model, |shown| shown.known += asks),
            Event::Answered { model, answers, usage, done } => self.update(model, |shown| {
                shown.done += u64::from(done);
                shown.tally.add(answers);
                shown.usage.prompt_tokens += usage.prompt_tokens;
                shown.usage.completion_tokens += usage.completion_tokens;
            }),
            Event::Retried { model, .. } => self.update(model, |shown| shown.retried += 1),
            Event::Batches { model, open, requests, done } => {
                self.update(model, |shown| shown.batches = (open, requests, done));
            }
            // The rate shows it.
            Event::Slowed { .. } => {}
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
                let now = Instant::now();
                match &shown.bar {
                    Some(bar) => {
                        bar.set_position(shown.known + shown.done);
                        bar.set_message(shown.details(now));
                        bar.finish();
                    }
                    None => self.say(&format!("{}: {}", summary.model, shown.line(now))),
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

    fn remember(&mut self, now: Instant) {
        let second = Duration::from_secs(1);
        if self.lately.back().is_none_or(|(at, _)| now.duration_since(*at) >= second) {
            self.lately.push_back((now, self.done));
            while self.lately.len() > 1 && self.lately.front().is_some_and(|(at, _)| now.duration_since(*at) > LATELY) {
                self.lately.pop_front();
            }
        }
    }

    /// Asks done with calls in a second, lately.
    fn rate(&self, now: Instant) -> f64 {
        let Some((since, before)) = self.lately.front() else { return 0.0 };
        self.done.saturating_sub(*before) as f64 / now.duration_since(*since).as_secs_f64().max(0.001)
    }

    /// Returns the state in words, such as `120 of 400 asks, 33/s, 118 texts, 2 failed, spent 0.013, 8 s left`.
    fn line(&self, now: Instant) -> String {
        let done = self.known + self.done;
        match self.total {
            Some(total) => format!("{done} of {total} asks, {}", self.details(now)),
            None => format!("{done} asks, {}", self.details(now)),
        }
    }

    fn details(&self, now: Instant) -> String {
        let rate = self.rate(now);
        let mut parts = vec![if rate < 10.0 { format!("{rate:.1}/s") } else { format!("{rate:.0}/s") }];
        let counts = [
            (self.tally.texts, "texts"),
            (self.tally.probabilities, "probabilities"),
            (self.tally.refusals, "refusals"),
            (self.tally.truncated, "truncated"),
            (self.failed, "failed"),
            (self.retried, "retried"),
        ];
        parts.extend(counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
        if let Some(price) = self.price {
            parts.push(format!("spent {:.3}", price.of(self.usage)));
        }
        if let (open @ 1.., requests, done) = self.batches {
            parts.push(format!("batches: {open}, with {done} of {requests} done"));
        }
        let left = self.total.map(|total| total.saturating_sub(self.known + self.done));
        if let Some(left) = left.filter(|left| *left > 0 && rate > 0.0) {
            parts.push(format!("{} left", in_words(left as f64 / rate)));
        }
        parts.join(", ")
    }
}

/// Returns some seconds as `40 s`, `12 min` or `3.5 h`.
fn in_words(seconds: f64) -> String {
    match seconds {
        short if short < 120.0 => format!("{short:.0} s"),
        some if some < 7200.0 => format!("{:.0} min", some / 60.0),
        long => format!("{:.1} h", long / 3600.0),
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{prefix:16} {bar:20} {human_pos}/{human_len} {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::{Cause, Failure};

    #[test]
    fn a_line_says_what_is_done_and_what_went_wrong() {
        let progress = Progress { bars: None, models: Mutex::default() };
        let answered = |done| Event::Answered {
            model: "m",
            answers: Tally { texts: 3, refusals: 1, ..Tally::default() },
            usage: Usage { prompt_tokens: 500_000, completion_tokens: 10 },
            done,
        };
        let price = Some(Price { input: 2.0, output: 0.0, per: 1e6 });
        for event in [
            Event::Started { model: "m", total: Some(10), price },
            Event::Started { model: "m", total: Some(5), price },
            Event::Known { model: "m", asks: 3 },
            answered(true),
            answered(false),
        ] {
            progress.notice(&event);
        }
        let failure = Failure { cause: Cause::Server, message: "oops".to_owned(), retry_after_ms: None };
        progress.notice(&Event::Failed { model: "m", place: "here", failure: &failure, done: true });

        let models = progress.models.lock().expect("no thread panicked");
        let shown = &models["m"];
        let line = shown.line(shown.lately[0].0 + Duration::from_secs(4));
        assert_eq!(line, "5 of 15 asks, 0.5/s, 6 texts, 2 refusals, 1 failed, spent 2.000, 20 s left");
    }

    #[test]
    fn the_rate_is_that_of_the_last_while() {
        let mut shown = Progress { bars: None, models: Mutex::default() }.show(Some(1_000_000), None, "m");
        let start = shown.lately[0].0;
        for second in 1..=100 {
            shown.done += if second <= 60 { 1 } else { 10 };
            shown.remember(start + Duration::from_secs(second));
        }
        let rate = shown.rate(start + Duration::from_secs(100));
        assert!((rate - 10.0).abs() < 0.5 && shown.lately.len() <= 32, "{rate}");
    }
}
