use std::time::Duration;

use super::ModelSummary;
use crate::answers::Failure;

/// What happens during a run. Models carry the configuration's name.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A model is about to be asked.
    Started { model: &'a str, total: Option<u64> },
    /// Asks that need no call: the store has their answers, or the same ask is under way.
    Known { model: &'a str, asks: u64 },
    /// A call brought answers; `done` says whether its ask is complete with them.
    Answered { model: &'a str, answers: u64, done: bool },
    /// A call failed and will be made again after a wait.
    Retried { model: &'a str, place: &'a str, failure: &'a Failure, wait: Duration },
    /// A call failed for good; `done` says whether nothing else of its ask is left.
    Failed { model: &'a str, place: &'a str, failure: &'a Failure, done: bool },
    /// A model gives no probabilities, and is asked for texts instead.
    Sampled { model: &'a str, failure: &'a Failure },
    /// A model is not asked any more.
    Stopped { model: &'a str, failure: &'a Failure },
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
