//! The door to models: one small trait, which every backend implements.

use futures_util::future::BoxFuture;

use super::{Answer, Failure, Headroom, Usage};
use crate::requests::Message;

/// What a backend can do. It is checked before the first request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    pub probability: Probability,
    /// Whether one call may ask for several samples.
    pub several: bool,
    /// How many calls make sense at once; a model in the process takes one at a time.
    pub concurrency: usize,
}

/// How a backend gives probabilities, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probability {
    /// The log-probability of any continuation.
    Exact,
    /// The log-probabilities of the `k` most probable first tokens.
    Top(u8),
    /// None: samples only.
    Absent,
}

/// What is wanted from one call.
#[derive(Clone, Debug, PartialEq)]
pub enum Want {
    /// `count` sampled texts: samples `first`, `first + 1`, ... of the request.
    Samples { first: u32, count: u32 },
    /// The log-probability of each continuation, from the end of the prompt.
    Exact { continuations: Vec<String> },
    /// The `k` most probable first tokens.
    Top { k: u8 },
}

/// One call of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub messages: Vec<Message>,
    pub want: Want,
    pub temperature: f64,
    pub max_tokens: u32,
    /// The seed of sample 0; sample `k` uses `seed + k`, wrapping.
    pub seed: u32,
}

/// What a call brought: one answer for [`Want::Exact`] and [`Want::Top`]; for [`Want::Samples`] at least one
/// and at most as many as were wanted, from the first on. The runner asks for the rest again.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub answers: Vec<Answer>,
    pub usage: Usage,
}

/// A model that can be asked.
pub trait Backend: Send + Sync {
    /// What it can do as far as it is known now; `several` may turn false once a service has refused it.
    fn abilities(&self) -> Abilities;

    /// What its service says about its limits, where it does.
    fn headroom(&self) -> Option<&Headroom> {
        None
    }

    /// Makes one call, once: retries are the runner's business.
    fn call<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Result<Reply, Failure>>;
}
