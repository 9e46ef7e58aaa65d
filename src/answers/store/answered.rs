use crate::answers::{Answer, Failure};
use crate::scores::Method;

/// What the store has for one ask.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// How it was read; where nothing was answered, how it was last tried.
    pub method: Method,
    /// For [`Method::Samples`] one item for each sample wanted, in order; otherwise a single one. An item is a
    /// failure where all tries failed, and none where it was never asked.
    pub samples: Vec<Option<Result<Answer, Failure>>>,
}
