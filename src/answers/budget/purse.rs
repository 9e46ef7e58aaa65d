use std::sync::Arc;
use std::time::Duration;

use super::{Budget, Room, Spent, may_be_billed, most_of};
use crate::answers::backend::{Call, Reply};
use crate::answers::{Failure, Usage};
use crate::configuration::Price;

/// What a model's calls are paid from.
#[derive(Clone, Debug)]
pub struct Purse {
    pub(super) budget: Arc<Budget>,
    pub(super) price: Option<Price>,
}

/// Whether there is enough for a call now.
#[derive(Debug)]
pub(crate) enum Enough {
    Yes(Held),
    /// Not before something that is under way has come to an end.
    NotYet,
    /// A limit is reached, and the run is being stopped.
    Never,
}

/// What one call may cost. Dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Held {
    pub(super) budget: Arc<Budget>,
    pub(super) price: Option<Price>,
    pub(super) most: Spent,
    pub(super) comes_to: Spent,
}

impl Purse {
    /// Sets aside what a call may cost, where there is enough without waiting.
    pub(crate) fn take(&self, call: &Call) -> Enough {
        let place = self.budget.place();
        let most = Spent::of(1, most_of(call), self.price);
        match self.budget.room(place.number, most) {
            Room::Enough => Enough::Yes(self.budget.held(most, self.price)),
            Room::Perhaps => Enough::NotYet,
            Room::None => Enough::Never,
        }
    }

    /// Sets aside what a call may cost that an earlier process has made, whatever the limit is.
    pub(crate) fn take_anyway(&self, call: &Call) -> Held {
        let most = Spent::of(1, most_of(call), self.price);
        let mut state = self.budget.lock();
        state.held = state.held.plus(most);
        state.flying += 1;
        drop(state);
        self.budget.held(most, self.price)
    }

    /// Waits until something that was set aside is settled, at most for so long.
    pub(crate) async fn moves(&self, longest: Duration) {
        // When that was before this began to wait is seen after the longest wait.
        let _ = tokio::time::timeout(longest, self.budget.moved.notified()).await;
    }
}

impl Held {
    /// Counts what the call came to.
    pub(crate) fn settle(&mut self, reply: Result<&Reply, &Failure>) {
        self.comes_to = match reply {
            // A reply that says nothing of tokens counts at its dearest.
            Ok(reply) if reply.usage == Usage::default() => self.most,
            Ok(reply) => Spent::of(1, reply.usage, self.price),
            Err(failure) if may_be_billed(failure.cause) => self.most,
            Err(_) => Spent::of(1, Usage::default(), None),
        };
    }

    /// Counts a call as dear as it can be: it goes on, and nobody waits for it any more.
    pub(crate) fn give_up(mut self) {
        self.comes_to = self.most;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        state.spent = state.spent.plus(self.comes_to);
        state.flying = state.flying.saturating_sub(1);
        // With nothing under way nothing is held: what rounding left of a cost goes too.
        state.held = if state.flying == 0 { Spent::default() } else { state.held.minus(self.most) };
        drop(state);
        self.budget.moved.notify_waiters();
    }
}
