//! Models behind the program itself: what they cannot serve, keys, and recorded runs.

// The allowance for tests in clippy.toml does not reach helper functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod keys;
mod project;
mod replay;
// Only a part of the server is needed here.
#[allow(dead_code)]
#[path = "../support/server.rs"]
mod server;
mod serving;
