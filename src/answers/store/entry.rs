use std::sync::Arc;

use super::Claimed;
use crate::answers::reading::Reading;
use crate::answers::{Answer, Failure, Usage};

/// What the writer is given.
#[derive(Debug)]
pub(crate) enum Entry {
    Answered(AnsweredCall),
    Failed(FailedCall),
}

/// A call that brought answers to the samples it was made for.
#[derive(Debug)]
pub(crate) struct AnsweredCall {
    pub(crate) reading: Arc<Reading>,
    /// Given up once the answers are committed.
    pub(crate) claimed: Claimed,
    pub(crate) answers: Vec<Answer>,
    /// What was thought before each; it may be shorter.
    pub(crate) thinking: Vec<Option<String>>,
    pub(crate) usage: Usage,
    pub(crate) timing: Timing,
}

/// One attempt that failed.
#[derive(Debug)]
pub(crate) struct FailedCall {
    pub(crate) reading: Arc<Reading>,
    pub(crate) first: u32,
    pub(crate) count: u32,
    /// The samples' claims, where no attempt follows; given up once this is committed.
    #[expect(dead_code, reason = "dropping it is its use")]
    pub(crate) claimed: Option<Claimed>,
    pub(crate) failure: Failure,
    pub(crate) timing: Timing,
}

/// When a call was made, which attempt it was (from 1), and how long it took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) attempt: u32,
    /// Milliseconds since 1970.
    pub(crate) started_ms: i64,
    pub(crate) took_ms: i64,
}

impl Entry {
    /// How much of a group it takes up.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Answered(call) => call.answers.len().max(1),
            Self::Failed(_) => 1,
        }
    }
}
