use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reply {
    Text(String),
    /// The service marked it as a refusal.
    Refused(String),
    /// It ended at the token limit.
    Truncated(String),
    /// There is none, for this reason, after every try.
    Failed(String),
}

/// Replies by the digest of their request.
#[derive(Clone, Debug, Default)]
pub struct Replies(BTreeMap<String, Reply>);

impl Replies {
    pub fn get(&self, digest: &str) -> Option<&Reply> {
        self.0.get(digest)
    }

    pub fn insert(&mut self, digest: String, reply: Reply) {
        self.0.insert(digest, reply);
    }

    /// Forgets the requests that failed, so that they are made again.
    pub fn forget_failures(&mut self) {
        self.0.retain(|_, reply| !matches!(reply, Reply::Failed(_)));
    }

    pub fn extend(&mut self, other: Replies) {
        self.0.extend(other.0);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
