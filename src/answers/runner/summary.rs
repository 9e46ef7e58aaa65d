use std::collections::BTreeMap;

use crate::answers::{Cause, Failure, Usage};

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunSummary {
    /// One for each job, in the order of the jobs.
    pub models: Vec<ModelSummary>,
    /// Whether it was stopped from outside.
    pub cancelled: bool,
}

/// What a run came to for one model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelSummary {
    pub model: String,
    /// Asks that needed no call.
    pub known: u64,
    /// Asks that ended in this run, answered or not.
    pub done: u64,
    /// Answers that came.
    pub answers: u64,
    /// Calls that failed for good.
    pub failed: u64,
    /// The same by cause, each with one message: the first by the alphabet, so that it does not hang on timing.
    pub causes: BTreeMap<Cause, (u64, String)>,
    /// Calls that were made again.
    pub retried: u64,
    pub usage: Usage,
    /// Why the model was stopped, where it was.
    pub stopped: Option<Failure>,
    /// Why texts were sampled instead of probabilities, where that was so.
    pub sampled: Option<Failure>,
}

impl RunSummary {
    /// Adds what a further round of the same run came to.
    pub fn add(&mut self, round: RunSummary) {
        self.cancelled |= round.cancelled;
        for model in round.models {
            match self.models.iter_mut().find(|known| known.model == model.model) {
                Some(known) => known.add(model),
                None => self.models.push(model),
            }
        }
    }
}

impl ModelSummary {
    fn add(&mut self, round: ModelSummary) {
        self.known += round.known;
        self.done += round.done;
        self.answers += round.answers;
        self.failed += round.failed;
        for (cause, (count, message)) in round.causes {
            let (known, least) = self.causes.entry(cause).or_insert_with(|| (0, message.clone()));
            *known += count;
            if message < *least {
                *least = message;
            }
        }
        self.retried += round.retried;
        self.usage.prompt_tokens += round.usage.prompt_tokens;
        self.usage.completion_tokens += round.usage.completion_tokens;
        self.stopped = self.stopped.take().or(round.stopped);
        self.sampled = self.sampled.take().or(round.sampled);
    }

    /// Counts a call that failed for good.
    pub(super) fn count_failure(&mut self, failure: &Failure) {
        self.failed += 1;
        let (count, message) = self.causes.entry(failure.cause).or_insert_with(|| (0, failure.message.clone()));
        *count += 1;
        if failure.message < *message {
            message.clone_from(&failure.message);
        }
    }

    /// Returns what failed for good, by cause, in words.
    pub fn failures(&self) -> String {
        let parts = self.causes.iter().map(|(cause, (count, message))| format!("{count} {cause} ({message})"));
        parts.collect::<Vec<_>>().join("; ")
    }
}
