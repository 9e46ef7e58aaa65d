//! Requests: what a suite asks, one prompt at a time, before any model is chosen.

mod continuations;
mod items;
mod maker;
mod options;
mod request;

pub(crate) use continuations::continuations;
pub use items::{Item, items};
pub(crate) use maker::default_tokens;
pub use maker::{Prompt, RequestProblem, prompts, requests};
pub use options::{labels, shown, written};
pub use request::{Message, Read, Request, Role, Sampling, ShownOption};
