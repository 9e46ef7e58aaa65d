//! Each request has a mark in its headers. Some servers repeat it, and then a reply that carries the mark of another
//! of our requests was meant for that one.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::header::HeaderMap;

pub(super) const HEADER: &str = "x-request-id";

/// The marks of one process for one model.
pub(super) struct Marks {
    /// What all of them begin with, and nobody else's do.
    ours: String,
    count: AtomicU64,
}

impl Marks {
    pub(super) fn new() -> Self {
        // The standard library's hash keys are random; nothing that is kept depends on them.
        let random = RandomState::new().hash_one(0_u8);
        Self { ours: format!("introspec-{random:016x}-"), count: AtomicU64::new(0) }
    }

    pub(super) fn next(&self) -> String {
        format!("{}{}", self.ours, self.count.fetch_add(1, Ordering::Relaxed))
    }

    /// Whether a reply carries the mark of a request of ours that is not this one. Marks that services give of their
    /// own say nothing.
    pub(super) fn is_foreign(&self, headers: &HeaderMap, mark: &str) -> bool {
        let repeated = headers.get(HEADER).and_then(|value| value.to_str().ok());
        repeated.is_some_and(|repeated| repeated != mark && repeated.starts_with(&self.ours))
    }
}
