//! Scores: what each answer came to under its question, in plan order.

mod score;

pub use score::{Method, Outcome, RunKey, Score};
