use crate::requests::{Message, Read, Sampling};
use crate::writing::under;

/// One thing to ask a model: a request of a suite under an arm, or a judge's question about an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub messages: Vec<Message>,
    pub read: Read,
    pub sampling: Sampling,
    /// Where it comes from, for messages, such as `question prefers`.
    pub place: String,
}

impl Ask {
    /// Puts a system prompt before the one that the ask has.
    pub(super) fn under(&mut self, system: Option<&str>) {
        under(&mut self.messages, system);
    }
}
