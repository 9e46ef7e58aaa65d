use crate::answers::{Failure, Usage};

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
        self.retried += round.retried;
        self.usage.prompt_tokens += round.usage.prompt_tokens;
        self.usage.completion_tokens += round.usage.completion_tokens;
        self.stopped = self.stopped.take().or(round.stopped);
        self.sampled = self.sampled.take().or(round.sampled);
    }
}
