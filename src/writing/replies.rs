use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Lock;
use crate::diagnostic::{Diagnostic, Problem};
use crate::spec::Spec;

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
pub struct Replies(HashMap<String, Reply>);

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

/// Reads every lock that lies beside a spec, as far as they can be read.
pub fn kept_replies(spec: &Spec) -> (Replies, Vec<Diagnostic>) {
    let (mut replies, mut unreadable) = (Replies::default(), Vec::new());
    let tables =
        spec.instances.iter().filter_map(|instance| Some((instance.kept.as_ref()?, spec[instance.table].span)));
    let datasets = spec.dataset_locks.iter().map(|lock| (&lock.kept, spec[lock.dataset].span));
    for (kept, span) in tables.chain(datasets) {
        let Some(text) = &kept.lock else { continue };
        match Lock::read(text) {
            Ok(lock) => replies.extend(lock.replies()),
            Err(why) => {
                let problem = Problem::LockUnreadable { file: kept.lock_file.clone(), why: why.to_string() };
                unreadable.push(Diagnostic::at(span, problem));
            }
        }
    }
    (replies, unreadable)
}
