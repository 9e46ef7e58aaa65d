//! Scores: what each answer came to under its question, in plan order.

mod agreement;
mod answered;
mod measure;
mod parse;
mod probability;
mod programs;
mod score;
mod scorer;
mod verdicts;

pub use agreement::Agreement;
pub use answered::ScoredAnswer;
pub(crate) use measure::{Measure, Verdict, whole};
pub use parse::{Parsed, parse};
pub use programs::Programs;
pub use score::{Method, Outcome, RunKey, Score};
pub use scorer::{ScoreError, Scored, score, score_each};
pub(crate) use verdicts::options_of;
