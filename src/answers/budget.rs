//! How much a run may spend. A call is made only where it fits, at its dearest, beside what is spent and what is
//! under way.

mod purse;

use std::collections::VecDeque;
use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::backend::{Backend, Call, Capabilities, Reply, Want};
use super::batch::Batches;
use super::{Cause, Failure, Headroom, Usage};
use crate::configuration::Price;

pub use purse::Purse;
pub(crate) use purse::{Enough, Held};

/// The most that a run may spend, in all its processes together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// Calls that are sent, whatever they come to.
    pub requests: Option<u64>,
    /// Tokens of prompts and answers.
    pub tokens: Option<u64>,
    /// In the currency of the configuration's prices.
    pub cost: Option<f64>,
}

/// What was spent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    pub requests: u64,
    pub tokens: u64,
    pub cost: f64,
}

/// The limit that a run has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    Requests,
    Tokens,
    Cost,
}

/// What a run may spend, and what it has spent. Models share one.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    state: Mutex<State>,
    /// Something that was held has been settled, or the line has moved.
    moved: Notify,
    /// Called when a limit is reached.
    stop: CancellationToken,
}

#[derive(Debug, Default)]
struct State {
    spent: Spent,
    /// What the calls under way may come to.
    held: Spent,
    flying: u64,
    reached: Option<Reached>,
    /// Calls that wait, in the order in which they came. Only the first may take what is left: a dear call is not
    /// passed by cheap ones for ever, and whether it fits does not depend on which task runs first.
    line: VecDeque<u64>,
    next: u64,
}

/// A call's place in the line. Dropping it leaves the line.
struct Place<'b> {
    budget: &'b Budget,
    number: u64,
}

enum Room {
    Enough,
    /// What is under way may turn out cheaper than it could.
    Perhaps,
    None,
}

impl Budget {
    /// A budget of which `spent` is gone already. `stop` is cancelled when a limit is reached.
    pub fn new(limits: Limits, spent: Spent, stop: CancellationToken) -> Arc<Self> {
        let state = Mutex::new(State { spent, ..State::default() });
        Arc::new(Self { limits, state, moved: Notify::new(), stop })
    }

    /// Returns the same model within this budget. A model without a price costs nothing.
    pub fn around(self: &Arc<Self>, backend: Arc<dyn Backend>, price: Option<Price>) -> Arc<dyn Backend> {
        Arc::new(Budgeted { backend, purse: Purse { budget: Arc::clone(self), price } })
    }

    /// The limit that was reached, where one was.
    pub fn reached(&self) -> Option<Reached> {
        self.lock().reached
    }

    pub fn spent(&self) -> Spent {
        self.lock().spent
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Waits until a call fits; none where a limit is reached.
    async fn hold(self: &Arc<Self>, most: Spent, price: Option<Price>) -> Option<Held> {
        let place = self.place();
        loop {
            // It is made before the look, so that nothing that moves in between goes unnoticed.
            let moved = self.moved.notified();
            match self.room(place.number, most) {
                Room::Enough => return Some(self.held(most, price)),
                Room::Perhaps => moved.await,
                Room::None => return None,
            }
        }
    }

    fn held(self: &Arc<Self>, most: Spent, price: Option<Price>) -> Held {
        Held { budget: Arc::clone(self), price, most, comes_to: Spent::default() }
    }

    fn place(&self) -> Place<'_> {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        state.line.push_back(number);
        Place { budget: self, number }
    }

    fn room(&self, number: u64, most: Spent) -> Room {
        let mut state = self.lock();
        if state.reached.is_some() {
            return Room::None;
        }
        if state.line.front() != Some(&number) {
            return Room::Perhaps;
        }
        let Some(reached) = self.limits.passed_by(state.spent.plus(state.held).plus(most)) else {
            state.held = state.held.plus(most);
            state.flying += 1;
            return Room::Enough;
        };
        if state.flying > 0 {
            return Room::Perhaps;
        }
        state.reached = Some(reached);
        drop(state);
        self.stop.cancel();
        self.moved.notify_waiters();
        Room::None
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        state.line.retain(|number| *number != self.number);
        let waiting = !state.line.is_empty();
        drop(state);
        if waiting {
            self.budget.moved.notify_waiters();
        }
    }
}

impl Limits {
    /// Whether there is any.
    pub fn any(&self) -> bool {
        self.requests.is_some() || self.tokens.is_some() || self.cost.is_some()
    }

    fn passed_by(&self, spent: Spent) -> Option<Reached> {
        // Sums of prices are off by their last digits.
        let dear = |most: f64| spent.cost > most * (1.0 + 1e-9);
        if self.requests.is_some_and(|most| spent.requests > most) {
            Some(Reached::Requests)
        } else if self.tokens.is_some_and(|most| spent.tokens > most) {
            Some(Reached::Tokens)
        } else if self.cost.is_some_and(dear) {
            Some(Reached::Cost)
        } else {
            None
        }
    }
}

impl Spent {
    /// What a call with this usage comes to.
    pub fn of(requests: u64, usage: Usage, price: Option<Price>) -> Self {
        let cost = price.map_or(0.0, |price| {
            (usage.prompt_tokens as f64 * price.input + usage.completion_tokens as f64 * price.output) / price.per
        });
        Self { requests, tokens: usage.prompt_tokens.saturating_add(usage.completion_tokens), cost }
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            tokens: self.tokens.saturating_add(other.tokens),
            cost: self.cost + other.cost,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(other.requests),
            tokens: self.tokens.saturating_sub(other.tokens),
            cost: (self.cost - other.cost).max(0.0),
        }
    }
}

/// What chat templates put around a message, and a conversation, at most: roles, and a system prompt of their own.
const AROUND_A_MESSAGE: u64 = 8;
const AROUND_A_CONVERSATION: u64 = 64;

/// Returns the most tokens that a prompt can have: no token stands for less than one byte of text.
pub(super) fn most_prompt_tokens<'m>(contents: impl Iterator<Item = &'m str>) -> u64 {
    AROUND_A_CONVERSATION + contents.map(|content| content.len() as u64 + AROUND_A_MESSAGE).sum::<u64>()
}

/// Whether a service may have billed a call that failed in this way: a reply was cut off, late or unreadable.
pub(super) fn may_be_billed(cause: Cause) -> bool {
    matches!(cause, Cause::TimedOut | Cause::Connection | Cause::Malformed)
}

/// The most tokens that a call can take.
fn most_of(call: &Call) -> Usage {
    let prompt = most_prompt_tokens(call.messages.iter().map(|message| message.content.as_str()));
    let (prompt_tokens, completion_tokens) = match &call.want {
        // A server that refuses several samples is sent the prompt once for each.
        Want::Samples { count, .. } => (prompt, u64::from(*count) * u64::from(call.max_tokens)),
        Want::Exact { continuations, .. } => {
            (prompt + continuations.iter().map(|text| text.len() as u64).sum::<u64>(), 0)
        }
        Want::Top { .. } => (prompt, 1),
    };
    Usage { prompt_tokens, completion_tokens }
}

/// A model within a budget.
struct Budgeted {
    backend: Arc<dyn Backend>,
    purse: Purse,
}

impl Budgeted {
    async fn within(&self, call: &Call) -> Result<Reply, Failure> {
        let Purse { budget, price } = &self.purse;
        let most = Spent::of(1, most_of(call), *price);
        let Some(mut held) = budget.hold(most, *price).await else {
            // The run is being stopped, which drops this call.
            return pending().await;
        };
        let reply = self.backend.call(call).await;
        held.settle(reply.as_ref());
        reply
    }
}

impl Backend for Budgeted {
    fn capabilities(&self) -> Capabilities {
        self.backend.capabilities()
    }

    fn headroom(&self) -> Option<&Headroom> {
        self.backend.headroom()
    }

    fn batches(&self) -> Option<&dyn Batches> {
        self.backend.batches()
    }

    fn purse(&self) -> Option<&Purse> {
        Some(&self.purse)
    }

    fn call<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(self.within(call))
    }
}

impl fmt::Display for Reached {
    /// Writes the flag that says more.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requests => "--max-requests",
            Self::Tokens => "--max-tokens",
            Self::Cost => "--max-cost",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(tokens: u64) -> Spent {
        Spent { requests: 1, tokens, cost: 0.0 }
    }

    fn budget(most: u64) -> Arc<Budget> {
        let limits = Limits { tokens: Some(most), ..Limits::default() };
        Budget::new(limits, Spent::default(), CancellationToken::new())
    }

    #[tokio::test]
    async fn a_call_waits_for_what_is_under_way_and_fits_where_that_was_cheaper() {
        let budget = budget(100);
        let mut first = budget.hold(tokens(80), None).await.expect("it fits");
        let second = tokio::spawn({
            let budget = Arc::clone(&budget);
            async move { budget.hold(tokens(80), None).await.is_some() }
        });
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        first.comes_to = tokens(20);
        drop(first);
        assert!(second.await.expect("it ends"));
        assert_eq!(budget.spent(), tokens(20));
    }

    #[tokio::test]
    async fn a_limit_is_reached_when_nothing_is_under_way_and_stops_the_run() {
        let budget = budget(100);
        let mut first = budget.hold(tokens(60), None).await.expect("it fits");
        first.comes_to = tokens(60);
        drop(first);
        assert!(budget.hold(tokens(41), None).await.is_none());
        assert_eq!(budget.reached(), Some(Reached::Tokens));
        assert!(budget.stop.is_cancelled());
        assert!(budget.hold(tokens(1), None).await.is_none(), "a run that is stopped stays so");
    }

    #[tokio::test]
    async fn a_dear_call_is_not_passed_by_cheap_ones() {
        let budget = budget(100);
        let mut first = budget.hold(tokens(60), None).await.expect("it fits");
        let wait = |most: u64| {
            let budget = Arc::clone(&budget);
            tokio::spawn(async move { budget.hold(tokens(most), None).await.is_some() })
        };
        let dear = wait(80);
        tokio::task::yield_now().await;
        let cheap = wait(10);
        tokio::task::yield_now().await;
        assert!(!dear.is_finished() && !cheap.is_finished());
        first.comes_to = tokens(10);
        drop(first);
        assert!(dear.await.expect("it ends") && cheap.await.expect("it ends"));
    }

    #[tokio::test]
    async fn what_was_spent_before_counts() {
        let limits = Limits { requests: Some(2), ..Limits::default() };
        let budget = Budget::new(limits, tokens(5), CancellationToken::new());
        let mut call = budget.hold(tokens(5), None).await.expect("one is left");
        call.comes_to = tokens(5);
        drop(call);
        assert!(budget.hold(tokens(5), None).await.is_none());
        assert_eq!(budget.reached(), Some(Reached::Requests));
    }

    #[test]
    fn prices_count_prompt_and_answer_apart() {
        let usage = Usage { prompt_tokens: 1000, completion_tokens: 10 };
        let price = Price { input: 2.5, output: 10.0, per: 1_000_000.0 };
        assert!((Spent::of(1, usage, Some(price)).cost - 0.0026).abs() < 1e-12);
    }
}
