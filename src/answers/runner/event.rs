use std::time::Duration;

use super::ModelSummary;
use crate::answers::{Answer, Failure, Usage};
use crate::configuration::Price;

/// How many answers came, by what they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub texts: u64,
    pub refusals: u64,
    pub truncated: u64,
    /// Readings of probabilities.
    pub probabilities: u64,
}

impl Tally {
    pub(super) fn of(answers: &[Answer]) -> Self {
        let mut tally = Self::default();
        for answer in answers {
            *match answer {
                Answer::Text { .. } => &mut tally.texts,
                Answer::Refusal { .. } => &mut tally.refusals,
                Answer::Truncated { .. } => &mut tally.truncated,
                Answer::Exact { .. } | Answer::Top { .. } => &mut tally.probabilities,
            } += 1;
        }
        tally
    }

    /// How many there are in all.
    pub fn all(&self) -> u64 {
        self.texts + self.refusals + self.truncated + self.probabilities
    }

    pub(crate) fn add(&mut self, more: Self) {
        self.texts += more.texts;
        self.refusals += more.refusals;
        self.truncated += more.truncated;
        self.probabilities += more.probabilities;
    }
}

/// What happens during a run. Models carry the configuration's name.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A model is about to be asked.
    Started { model: &'a str, total: Option<u64>, price: Option<Price> },
    /// Asks that need no call: the store has their answers, or the same ask is under way.
    Known { model: &'a str, asks: u64 },
    /// A call brought answers; `done` says whether its ask is complete with them.
    Answered { model: &'a str, answers: Tally, usage: Usage, done: bool },
    /// A call failed and will be made again after a wait; after a 429 without a stated wait, that is 0 here, and
    /// the pace decides.
    Retried { model: &'a str, place: &'a str, failure: &'a Failure, wait: Duration },
    /// After a 429, so many calls may be under way, and nothing is sent for some time.
    Slowed { model: &'a str, calls: usize, wait: Duration },
    /// A call failed for good; `done` says whether nothing else of its ask is left.
    Failed { model: &'a str, place: &'a str, failure: &'a Failure, done: bool },
    /// A model gives no probabilities, and is asked for texts instead.
    Sampled { model: &'a str, failure: &'a Failure },
    /// A model is not asked any more.
    Stopped { model: &'a str, failure: &'a Failure },
    /// So many batches are under way at the service, with so many requests, of which so many have come to an end.
    Batches { model: &'a str, open: u64, requests: u64, done: u64 },
    /// A model has nothing left to be asked.
    Finished { summary: &'a ModelSummary },
}

/// Somebody who is told what happens. It is called from several threads and must not block.
pub trait Listener: Send + Sync {
    fn notice(&self, event: &Event<'_>);
}

/// A listener that does nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Listener for Silent {
    fn notice(&self, _: &Event<'_>) {}
}
