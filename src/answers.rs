//! Answers: what models said. The only stage that talks to anything outside the machine's own files.
//!
//! An [`Ask`] is a request under an arm. [`ask`](runner::ask) puts asks to [`Respondent`]s, keeps what they say
//! in a [`Store`], and asks nothing that the store has; [`Answers`] reads it back.

mod answer;
mod ask;
pub mod backend;
pub mod backends;
pub mod batch;
mod beside;
pub mod budget;
mod games;
mod headroom;
mod inquiry;
mod key;
mod progress;
mod reading;
mod respondent;
mod retry;
pub mod runner;
pub mod serving;
mod shard;
pub mod store;
pub mod writers;

pub use answer::{Answer, Cause, Failure, Usage};
pub use ask::Ask;
pub use beside::{Labelled, judge_ask};
pub use games::{Games, Playing};
pub use headroom::Headroom;
pub use inquiry::{Inquiry, Posed, RoleMissing, Subject, store_path};
pub use progress::Progress;
pub use respondent::{Identity, Respondent};
pub use retry::RetryPolicy;
pub use runner::ask;
pub use shard::Shard;
pub use store::{Answered, Answers, GROUP, LONGEST_WAIT, Store, StoreError};
pub use writers::Writers;
