//! Tables that models write and dialogues that they have, by the program itself, in front of a server that answers as a
//! script says and counts what it is asked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod dialogues;
mod editing;
mod embedded;
mod hostile;
mod kills;
mod project;
mod tables;
mod templates;

// Only a part of the server is needed here.
#[allow(dead_code)]
#[path = "../support/server.rs"]
mod server;

/// A size that an environment variable may set, for longer runs.
fn amount(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}
