//! Answers: what models said. The only stage that talks to anything outside the machine's own files.

mod answer;
pub mod backend;
pub mod backends;

pub use answer::{Answer, Cause, Failure, Usage};
