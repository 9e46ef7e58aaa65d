use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Score;
use crate::requests::Message;

/// A score with the conversation that it was given for: one line of `scores.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoredAnswer<'a> {
    pub score: Cow<'a, Score>,
    /// The model that answered, as the configuration names it.
    pub model: Cow<'a, str>,
    /// What it was asked.
    pub messages: Cow<'a, [Message]>,
    /// The answer's text, its probabilities in words, or what went wrong.
    pub answer: Cow<'a, str>,
}
