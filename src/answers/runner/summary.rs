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
