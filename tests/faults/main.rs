//! A server that fails in every way there is, and a client that is killed at any moment: the answers are those of a
//! run without faults, and nothing that was committed is asked again.
//!
//! `FAULTS=20000` and `KILLS=30` make the long runs that `docs/performance.md` speaks of.

// The allowance for tests in clippy.toml does not reach helper functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// Counts of requests are small.
#![allow(clippy::cast_possible_truncation)]

// Only a part of the desk is needed here.
#[allow(dead_code)]
#[path = "../support/desk.rs"]
mod desk;
mod kills;
mod kind;
mod limits;
#[allow(dead_code)]
#[path = "../support/server.rs"]
mod plain_server;
mod server;
mod steady;

/// Returns how much of something is done: more where the environment says so.
fn amount(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}
