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

impl ModelSummary {
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
