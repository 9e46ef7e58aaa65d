//! Asking models over HTTP: a real server on loopback, a real store in a folder.

// The allowance for tests in clippy.toml does not reach helper functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// Counts of requests are small.
#![allow(clippy::cast_possible_truncation)]

#[path = "../support/desk.rs"]
mod desk;
mod dialects;
mod failures;
mod network;
mod probabilities;
mod replies;
mod samples;
#[path = "../support/server.rs"]
mod server;
mod store;
mod thinking;
