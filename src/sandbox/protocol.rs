//! What the pool and a worker say to each other, one line of JSON each.
//!
//! The pool's first line is the worker's [`Limits`](super::Limits), answered by [`Reply::Ready`]. After that each
//! [`Request`] has one [`Reply`]. A worker that cannot answer ends, and how it ended is the answer.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::Outcome;

/// The exit status of a worker that ended itself because a program did not come to an end.
pub const TIMED_OUT_EXIT: u8 = 75;

/// What a pool asks of a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Run a program's body and keep what it defines. Answered by `Loaded` or `Failed`.
    Load { code: String, function: String },
    /// Call the loaded program's function. Answered by `Called`.
    Call { arguments: Vec<Json> },
}

/// What a worker answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    Ready,
    Loaded,
    /// The program's body did not come to a function that can be called.
    Failed(Outcome),
    Called(Outcome),
}
