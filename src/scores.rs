//! Scores: what each answer came to under its question, in plan order.

mod answered;
mod parse;
mod probability;
mod score;
mod scorer;
mod verdicts;

pub use answered::ScoredAnswer;
pub use parse::{Parsed, parse};
pub use score::{Method, Outcome, RunKey, Score};
pub use scorer::{Scored, score, score_each};
