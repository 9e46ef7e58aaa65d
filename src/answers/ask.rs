use std::sync::Arc;

use super::Identity;
use super::key::Digest;
use super::reading::Reading;
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
    /// Returns the key under which a store keeps what a model answers, where it is sampled.
    pub(crate) fn key(&self, identity: &Arc<Identity>) -> Digest {
        Reading::samples(self, identity).digest
    }

    /// Puts a system prompt before the one that the ask has.
    pub(super) fn under(&mut self, system: Option<&str>) {
        under(&mut self.messages, system);
    }
}
