use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::answers::backend::Call;
use crate::answers::reading::Reading;
use crate::answers::retry::Attempts;
use crate::answers::store::{Claimed, Item, Otherwise};

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
    pub(super) attempts: Attempts,
    /// Whether it finds out, alone, if the model gives probabilities.
    pub(super) probes: bool,
    /// For a reading of probabilities, how the same is asked as texts, and which of them are missing.
    pub(super) otherwise: Option<Otherwise>,
    /// Where it stands in a batch, if it does: there it is taken off when what came of it is kept.
    pub(super) item: Option<Item>,
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

    /// Counts calls that were begun.
    pub(super) fn add(&self, calls: usize) {
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
        Self { otherwise: Some(otherwise), ..Self::first(ask, reading, claimed) }
    }

    /// Returns the calls for some claimed samples, each for at most `most` of them.
    pub(super) fn samples(ask: &Arc<Asked>, reading: &Arc<Reading>, claimed: Claimed, most: u32) -> Vec<Self> {
        let mut tasks = Vec::new();
        let mut left = Some(claimed);
        while let Some(mut claimed) = left {
            left = claimed.split_off(most.max(1));
            tasks.push(Self::first(ask, Arc::clone(reading), claimed));
        }
        ask.add(tasks.len());
        tasks
    }

    fn first(ask: &Arc<Asked>, reading: Arc<Reading>, claimed: Claimed) -> Self {
        Self {
            ask: Arc::clone(ask),
            reading,
            claimed,
            attempts: Attempts::FIRST,
            probes: false,
            otherwise: None,
            item: None,
        }
    }

    pub(super) fn call(&self) -> Call {
        self.reading.call(self.claimed.first(), self.claimed.count())
    }
}
