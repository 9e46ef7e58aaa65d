use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use super::{Entry, StoreError};

/// The most answers that are received and not committed, at any time.
pub const GROUP: usize = 256;
/// The longest that an answer waits for its group to fill.
pub const LONGEST_WAIT: Duration = Duration::from_millis(50);
/// A group is committed once it holds this many: while it is, the other half fills.
const FULL: usize = GROUP / 2;

/// Entries on their way to the writer.
#[derive(Debug)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    /// Something for the writer to do.
    work: Condvar,
    /// A group was committed, or the writer failed.
    settled: Condvar,
    /// Room for answers; taken when an entry is put in, given back when it is committed.
    room: Semaphore,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<Entry>,
    weight: usize,
    /// How many entries came, and how many of them are committed.
    received: u64,
    committed: u64,
    /// Up to which entry somebody waits for the commit.
    wanted: u64,
    closed: bool,
    failed: Option<StoreError>,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self { state: Mutex::default(), work: Condvar::new(), settled: Condvar::new(), room: Semaphore::new(GROUP) }
    }

    /// Hands an entry over. It waits while [`GROUP`] answers are not committed.
    ///
    /// # Errors
    ///
    /// What the writer failed with.
    pub(crate) async fn put(&self, entry: Entry) -> Result<(), StoreError> {
        let weight = entry.weight().min(GROUP);
        if let Ok(room) = self.room.acquire_many(u32::try_from(weight).unwrap_or(1)).await {
            room.forget();
        }
        let mut state = self.lock();
        if let Some(error) = &state.failed {
            return Err(error.clone());
        }
        state.waiting.push(entry);
        state.received += 1;
        let before = state.weight;
        state.weight += weight;
        // The writer sleeps until there is a first entry, and then until the group is full.
        let wake = before == 0 || (before < FULL && state.weight >= FULL);
        drop(state);
        if wake {
            self.work.notify_one();
        }
        Ok(())
    }

    /// Waits until everything put in so far is committed.
    pub(crate) fn flush(&self) -> Result<(), StoreError> {
        let mut state = self.lock();
        let last = state.received;
        state.wanted = state.wanted.max(last);
        self.work.notify_one();
        loop {
            if let Some(error) = &state.failed {
                return Err(error.clone());
            }
            if state.committed >= last {
                return Ok(());
            }
            state = self.settled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets the writer end once it has committed what is here.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.work.notify_one();
    }

    /// Waits for a group; none once the inbox is closed and empty.
    pub(super) fn group(&self) -> Option<Vec<Entry>> {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if state.closed {
                return None;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let deadline = Instant::now() + LONGEST_WAIT;
        while state.weight < FULL && !state.closed && state.wanted <= state.committed {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.weight = 0;
        Some(mem::take(&mut state.waiting))
    }

    /// Says that a group is committed.
    pub(super) fn settle(&self, group: Vec<Entry>) {
        let weight = group.iter().map(|entry| entry.weight().min(GROUP)).sum();
        let count = group.len() as u64;
        // Dropping the entries gives up their claims, which must not happen before this.
        drop(group);
        self.room.add_permits(weight);
        self.lock().committed += count;
        self.settled.notify_all();
    }

    /// Says that nothing more will be committed.
    pub(super) fn fail(&self, error: StoreError) {
        self.lock().failed = Some(error);
        // Whoever waits for room learns of the failure instead.
        self.room.close();
        self.settled.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
