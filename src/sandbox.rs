//! Python that a model wrote, run where it can do nothing but use up its limits.
//!
//! ```text
//!   answer ──code──▶ Program ──Pool──▶ worker process ──Loaded──▶ Outcome, one for each list of arguments
//! ```
//!
//! The interpreter is `monty`: Python in Rust, which has no file, network, environment or process to give away. An
//! abort inside it must not take a run with it, so that it lives in a worker process: the hidden command `sandbox` of
//! this program, which a [`Pool`] starts, talks to in lines of JSON, kills at a deadline, and replaces.
//!
//! What a program does wrong is data and never an error of ours: each way to fail is an [`Outcome`] of its own.
//!
//! ```no_run
//! use introspec::sandbox::{Limits, Outcome, Pool, Program, code, in_range};
//! use serde_json::json;
//! use tokio_util::sync::CancellationToken;
//!
//! let answer = "```python\ndef mine(message):\n    return 1.0 if 'ring' in message.lower() else 0.0\n```";
//! let program = Program {
//!     code: code(answer, "mine"),
//!     function: "mine".into(),
//!     arguments: vec![vec![json!("The phone RINGS")], vec![json!("Hello")]],
//! };
//! let mut pool = Pool::new(&std::env::current_exe()?, 2, &Limits::default());
//! for outcome in pool.call_many(&program, &CancellationToken::new())? {
//!     match &outcome {
//!         Outcome::Value(value) => println!("{:?}", in_range(value, 0.0, 1.0)),
//!         other => println!("{}: it {other}", other.kind()),
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod interpreter;
mod limits;
mod outcome;
mod pool;
mod protocol;

pub use answer::code;
pub use interpreter::Loaded;
pub use limits::Limits;
pub use outcome::{OutOfRange, Outcome, Part, in_range};
pub use pool::{Pool, PoolError};
pub use protocol::{Reply, Request, TIMED_OUT_EXIT};

use serde_json::Value as Json;

/// A program and what one of its functions is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// Python, as [`code`] takes it out of an answer.
    pub code: String,
    /// The name of the function that is called.
    pub function: String,
    /// The positional arguments of each call.
    pub arguments: Vec<Vec<Json>>,
}
