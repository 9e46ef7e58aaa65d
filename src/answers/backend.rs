//! The door to models: one small trait, which every backend implements.

use futures_util::future::BoxFuture;

use super::batch::Batches;
use super::budget::Purse;
use super::{Answer, Failure, Headroom, Usage};
use crate::requests::Message;

/// What a backend can do. It is declared by the backend and its configuration, and checked against what a spec asks
/// before the first request is sent; see [`serving`](super::serving).
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a yes or no of its own")]
pub struct Capabilities {
    pub probability: Probability,
    /// Whether one call may ask for several samples.
    pub several: bool,
    /// Whether a seed makes a sample repeat.
    pub seeds: bool,
    /// Whether it goes on with a conversation that ends in the assistant's words.
    pub prefill: bool,
    /// Whether a conversation may begin with a system prompt.
    pub system: bool,
    /// The highest temperature that can be set; none where the model has only its own.
    pub temperature: Option<f64>,
    /// How many calls make sense at once; a model in the process takes one at a time.
    pub concurrency: usize,
}

impl Capabilities {
    /// What a model in this process can do.
    pub(crate) fn of_a_process(concurrency: usize) -> Self {
        Self {
            probability: Probability::Exact,
            several: true,
            seeds: true,
            prefill: false,
            system: true,
            temperature: Some(f64::INFINITY),
            concurrency,
        }
    }
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
    /// The log-probability of each continuation, from the end of the prompt; of `whole` ones, that none of the others
    /// goes on from it: `1` is not the beginning of `10`.
    Exact { continuations: Vec<String>, whole: bool },
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
    /// What the model thought before each answer, in the order of the answers, as far as it is shown. It is kept
    /// beside the answers, and never scored. It may be shorter than `answers`.
    pub thinking: Vec<Option<String>>,
    pub usage: Usage,
}

/// A model that can be asked.
pub trait Backend: Send + Sync {
    /// What it can do as far as it is known now; `several` may turn false once a service has refused it.
    fn capabilities(&self) -> Capabilities;

    /// What its service says about its limits, where it does.
    fn headroom(&self) -> Option<&Headroom> {
        None
    }

    /// The same model by its service's batches, where it has them.
    fn batches(&self) -> Option<&dyn Batches> {
        None
    }

    /// What its calls are paid from, where that is limited. [`Backend::call`] takes it from there by itself.
    fn purse(&self) -> Option<&Purse> {
        None
    }

    /// Makes one call, once: retries are the runner's business.
    fn call<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Result<Reply, Failure>>;
}
