use std::sync::Arc;

use super::Claimed;
use crate::answers::reading::Reading;
use crate::answers::{Answer, Failure, Identity, Usage};

/// What the writer is given.
#[derive(Debug)]
pub(crate) enum Entry {
    Answered(AnsweredCall),
    Failed(FailedCall),
    /// A step in the life of a batch.
    Batch(BatchStep),
}

/// A request's place in a batch: the batch's mark, and the request's number.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) batch: Arc<str>,
    pub(crate) number: u32,
}

/// How a reading of probabilities is asked as texts, and which of them are missing.
#[derive(Debug)]
pub(crate) struct Otherwise {
    pub(crate) reading: Arc<Reading>,
    pub(crate) missing: Vec<u32>,
}

/// A step in the life of a batch, which its mark names.
#[derive(Debug)]
pub(crate) struct BatchStep {
    pub(crate) batch: Arc<str>,
    pub(crate) kind: StepKind,
}

#[derive(Debug)]
pub(crate) enum StepKind {
    /// It is being filled with requests.
    Begun { identity: Arc<Identity> },
    /// A request was put into it, whose answers nobody else asks for.
    Filled { number: u32, reading: Arc<Reading>, first: u32, count: u32, tries: u32, otherwise: Option<Otherwise> },
    /// It is about to be submitted, at this time.
    Meant { requests: u32, now_ms: i64 },
    /// The service has it, under a name.
    Submitted { name: String },
    /// The service has said how it stands.
    Seen { word: String, done: u64 },
    /// Everything that came of it is kept.
    Collected,
    /// The service has not taken it, or never got it: its requests are free again.
    Void,
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
    /// Taken off its batch with the same commit.
    pub(crate) item: Option<Item>,
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
    /// Taken off its batch with the same commit.
    pub(crate) item: Option<Item>,
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
            Self::Failed(_) | Self::Batch(_) => 1,
        }
    }
}
