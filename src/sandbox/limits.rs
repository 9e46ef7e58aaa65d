use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What one program may use up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Time on the clock for the program's body, and again for each call.
    pub time: Duration,
    /// Bytes that a program may hold, beyond what the worker needs for itself.
    pub memory: u64,
    /// Calls inside calls, as Python counts them.
    pub recursion: usize,
    /// Bytes of code.
    pub code: usize,
    /// Bytes that a call may print, and bytes of JSON that it may return.
    pub output: usize,
    /// Calls that may use up time or memory or end the worker, after which the rest are not made.
    pub strikes: usize,
}

impl Default for Limits {
    /// Returns limits that a function of a page or two never meets: 5 seconds, 256 MiB, 1,000 calls deep (Python's own
    /// limit), 100 kB of code and of output, three strikes.
    fn default() -> Limits {
        Limits {
            time: Duration::from_secs(5),
            memory: 256 << 20,
            recursion: 1_000,
            code: 100_000,
            output: 100_000,
            strikes: 3,
        }
    }
}
