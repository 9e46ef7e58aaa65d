use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::answers::reading::Reading;
use crate::answers::store::Claimed;

/// What a source tells its lane.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) tasks: Vec<Task>,
    /// Asks that need no call.
    pub(super) known: u64,
}

/// One call to make.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) ask: Arc<Asked>,
    pub(super) reading: Arc<Reading>,
    pub(super) claimed: Claimed,
    /// For a reading of probabilities, how the same is asked as texts, and which of them are missing.
    pub(super) otherwise: Option<Otherwise>,
}

#[derive(Debug)]
pub(super) struct Otherwise {
    pub(super) reading: Arc<Reading>,
    pub(super) missing: Vec<u32>,
}

/// An ask that is under way, in one or more calls.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) place: String,
    /// Calls that have not come to an end.
    left: AtomicUsize,
}

impl Asked {
    pub(super) fn new(place: String) -> Arc<Self> {
        Arc::new(Self { place, left: AtomicUsize::new(0) })
    }

    fn add(&self, calls: usize) {
        self.left.fetch_add(calls, Ordering::Relaxed);
    }

    /// Counts a call as ended and tells whether it was the last.
    pub(super) fn end(&self) -> bool {
        self.left.fetch_sub(1, Ordering::Relaxed) == 1
    }
}

impl Task {
    pub(super) fn probability(ask: &Arc<Asked>, reading: Arc<Reading>, claimed: Claimed, otherwise: Otherwise) -> Self {
        ask.add(1);
        Self { ask: Arc::clone(ask), reading, claimed, otherwise: Some(otherwise) }
    }

    /// Returns the calls for some claimed samples, each for at most `most` of them.
    pub(super) fn samples(ask: &Arc<Asked>, reading: &Arc<Reading>, claimed: Claimed, most: u32) -> Vec<Self> {
        let mut tasks = Vec::new();
        let mut left = Some(claimed);
        while let Some(mut claimed) = left {
            left = claimed.split_off(most.max(1));
            tasks.push(Self { ask: Arc::clone(ask), reading: Arc::clone(reading), claimed, otherwise: None });
        }
        ask.add(tasks.len());
        tasks
    }
}
