//! Models that are asked in batches, in front of a server that plays both batch interfaces: whatever happens to a
//! batch, the answers are those of a run in which nothing did, and nothing that was answered is asked again.
//!
//! `KILLS=30` makes the long run that `docs/batch.md` speaks of.

// The allowance for tests in clippy.toml does not reach helper functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// Counts of requests are small.
#![allow(clippy::cast_possible_truncation)]

mod budget;
// Only a part of the desk is needed here.
#[allow(dead_code)]
#[path = "../support/desk.rs"]
mod desk;
mod fates;
mod kills;
mod program;
mod project;
mod server;
mod troubles;

/// The providers that have batches.
const PROVIDERS: [&str; 2] = ["openai", "anthropic"];

/// Returns how much of something is done: more where the environment says so.
fn amount(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}
