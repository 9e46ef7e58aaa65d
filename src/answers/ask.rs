use crate::requests::{Message, Read, Sampling};

/// One thing to ask a model: a request of a suite under an arm, or a judge's question about an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub messages: Vec<Message>,
    pub read: Read,
    pub sampling: Sampling,
    /// Where it comes from, for messages, such as `question prefers`.
    pub place: String,
}
