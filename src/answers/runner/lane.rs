use std::collections::{BTreeMap, VecDeque};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Receiver;
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep_until;

use super::account::Account;
use super::allowance::{Allowance, tokens};
use super::call::{self, Landed, Outcome};
use super::pace::Pace;
use super::task::{Message, Task};
use super::{Event, ModelState, ModelSummary};
use crate::answers::backend::Probability;
use crate::answers::{Cause, Failure, Headroom, StoreError};

/// How many calls may wait for another try, for each that may be under way. Beyond that, nothing new is drawn.
const PARKED: usize = 1;

/// The one owner of a model's calls.
pub(super) struct Lane {
    model: Arc<ModelState>,
    source: Receiver<Result<Message, StoreError>>,
    /// Calls to make, in order.
    backlog: VecDeque<Task>,
    /// Calls to make again, by when, and by the order in which they failed.
    parked: BTreeMap<(Instant, u64), Task>,
    parked_so_far: u64,
    flying: JoinSet<Landed>,
    pace: Pace,
    allowance: Allowance,
    /// Whether a call is under way that finds out whether the model gives probabilities.
    trying: bool,
    /// Calls in a row that used up their tries.
    spent_in_a_row: u32,
    /// Since when nothing but 429 has come.
    refused_since: Option<Instant>,
    account: Account,
}

/// Why no more calls are made now.
enum Waiting {
    /// There is nothing to make them from.
    ForWork,
    /// Room is needed, which a call that lands gives.
    ForRoom,
    /// Time has to pass.
    Until(Instant),
}

impl Lane {
    pub(super) fn new(model: Arc<ModelState>, source: Receiver<Result<Message, StoreError>>) -> Self {
        let respondent = &model.respondent;
        let pace = Pace::new(respondent.concurrency, respondent.fixed, &model.options.retry);
        let allowance = Allowance::new(respondent.limits);
        Self {
            account: Account::new(Arc::clone(&model)),
            model,
            source,
            backlog: VecDeque::new(),
            parked: BTreeMap::new(),
            parked_so_far: 0,
            flying: JoinSet::new(),
            pace,
            allowance,
            trying: false,
            spent_in_a_row: 0,
            refused_since: None,
        }
    }

    pub(super) async fn run(mut self) -> Result<ModelSummary, StoreError> {
        let stop = self.model.stop.clone();
        let mut stopped = pin!(stop.cancelled());
        let mut open = true;
        loop {
            let waiting = self.launch();
            let parked = self.parked.first_key_value().map(|((due, _), _)| *due);
            let (wake, full) = match waiting {
                Waiting::ForWork => (parked, self.parked.len() >= self.most_parked()),
                Waiting::ForRoom => (parked.filter(|_| self.flying.is_empty()), true),
                Waiting::Until(until) => (Some(until), true),
            };
            tokio::select! {
                biased;
                () = &mut stopped, if open => {
                    open = false;
                    self.source.close();
                }
                Some(landed) = self.flying.join_next() => self.land(landed),
                message = self.source.recv(), if open && !full => match message {
                    Some(Ok(message)) => self.take(message),
                    Some(Err(error)) => self.account.lose(error),
                    None => open = false,
                },
                () = sleep_until(wake.unwrap_or_else(Instant::now).into()), if wake.is_some() => {}
                else => break,
            }
        }
        self.account.finish()
    }

    /// Makes calls while there is something to ask, room, and nothing to wait for.
    fn launch(&mut self) -> Waiting {
        if self.model.stop.is_cancelled() {
            self.backlog.clear();
            self.parked.clear();
        }
        let now = Instant::now();
        while let Some(entry) = self.parked.first_entry().filter(|entry| entry.key().0 <= now) {
            self.backlog.push_front(entry.remove());
        }
        while self.flying.len() < self.pace.window() {
            let Some(mut task) = self.backlog.pop_front() else { return Waiting::ForWork };
            match task.otherwise {
                Some(otherwise) if self.model.samples_only.load(Ordering::Relaxed) => {
                    drop(task.claimed);
                    let texts = self.account.texts(&task.ask, &otherwise);
                    self.put_first(texts);
                    continue;
                }
                otherwise => task = Task { otherwise, ..task },
            }
            if let Some(waiting) = self.holds_back(&mut task, now) {
                self.backlog.push_front(task);
                return waiting;
            }
            self.pace.sent(now);
            self.flying.spawn(call::make(task, self.pace.round(), Arc::clone(&self.model)));
        }
        Waiting::ForRoom
    }

    /// Returns why a call cannot be made now.
    fn holds_back(&mut self, task: &mut Task, now: Instant) -> Option<Waiting> {
        if let Some(until) = self.pace.until(now) {
            return Some(Waiting::Until(until));
        }
        let first_parked = self.parked.first_key_value().map(|((due, _), _)| *due);
        if task.attempts.number() == 1 && self.parked.len() >= self.most_parked() {
            return first_parked.map(Waiting::Until);
        }
        if task.otherwise.is_some() && self.unknown() && !task.probes {
            // The first such call goes alone: if probabilities are refused, only one call found out.
            if self.trying {
                return Some(first_parked.map_or(Waiting::ForRoom, Waiting::Until));
            }
            self.trying = true;
            task.probes = true;
        }
        self.allowance.take(|| tokens(&task.call())).err().map(Waiting::Until)
    }

    fn most_parked(&self) -> usize {
        self.model.respondent.concurrency.saturating_mul(PARKED)
    }

    /// Whether it is not known yet if the model gives probabilities.
    fn unknown(&self) -> bool {
        let declared = self.model.respondent.backend.capabilities().probability == Probability::Exact;
        !declared && !self.model.proven.load(Ordering::Relaxed) && !self.model.samples_only.load(Ordering::Relaxed)
    }

    fn take(&mut self, message: Message) {
        self.backlog.extend(message.tasks);
        self.account.known(message.known);
    }

    fn land(&mut self, landed: Result<Landed, JoinError>) {
        let Landed { ask, reading, round, probes, outcome } = match landed {
            Ok(landed) => landed,
            Err(error) => return self.account.stop(panicked(&error)),
        };
        if let Some(wait) = self.model.respondent.backend.headroom().and_then(Headroom::take) {
            if wait <= self.model.options.retry.patience {
                self.pace.hold(wait, Instant::now());
            }
        }
        let outcome = match outcome {
            Outcome::Again { task, wait } => return self.park(task, wait),
            Outcome::Slower { task, failure, wait } => return self.slow_down(task, round, failure, wait),
            outcome => outcome,
        };
        if probes {
            self.trying = false;
        }
        match outcome {
            Outcome::Answered { tally, usage, proof, rest, took } => {
                self.pace.answered(round, took, self.pace.is_used(self.flying.len() + 1));
                self.spent_in_a_row = 0;
                self.refused_since = None;
                if let Some(rest) = rest {
                    let rest = Task::samples(&ask, &reading, rest, self.model.most_at_once());
                    self.put_first(rest);
                }
                self.account.answered(&ask, tally, usage, proof);
            }
            Outcome::Failed { failure, spent } => {
                self.account.failed(&ask, &failure);
                self.spent_in_a_row += u32::from(spent);
                if self.spent_in_a_row >= self.model.options.retry.failures_in_a_row {
                    self.account.stop(failure);
                }
            }
            Outcome::Sample { failure, otherwise } => {
                let texts = self.account.sample_instead(&ask, failure, &otherwise);
                self.put_first(texts);
            }
            Outcome::Stop { failure } => {
                self.account.failed(&ask, &failure);
                self.account.stop(failure);
            }
            Outcome::Lost(error) => self.account.lose(error),
            Outcome::Dropped | Outcome::Again { .. } | Outcome::Slower { .. } => {}
        }
    }

    /// Keeps a call until it is made again.
    fn park(&mut self, mut task: Task, wait: Duration) {
        self.account.summary.retried += 1;
        task.attempts.made += 1;
        self.parked.insert((Instant::now() + wait, self.parked_so_far), task);
        self.parked_so_far += 1;
    }

    /// Asks less after a 429, and makes the same call next; a model that says nothing else for too long stops.
    fn slow_down(&mut self, mut task: Task, round: u64, failure: Failure, wait: Option<Duration>) {
        let now = Instant::now();
        self.pace.limited(round, wait, now);
        if now.duration_since(*self.refused_since.get_or_insert(now)) > self.model.options.retry.patience {
            self.account.failed(&task.ask, &failure);
            return self.account.stop(failure);
        }
        self.account.summary.retried += 1;
        task.attempts.put_off += 1;
        self.backlog.push_front(task);
        let wait = self.pace.until(now).map_or(Duration::ZERO, |until| until.duration_since(now));
        let (model, calls) = (self.model.respondent.name.as_str(), self.pace.window());
        self.model.listener.notice(&Event::Slowed { model, calls, wait });
    }

    fn put_first(&mut self, tasks: Vec<Task>) {
        for task in tasks.into_iter().rev() {
            self.backlog.push_front(task);
        }
    }
}

fn panicked(error: &JoinError) -> Failure {
    Failure { cause: Cause::Local, message: format!("the backend failed: {error}"), retry_after_ms: None }
}
