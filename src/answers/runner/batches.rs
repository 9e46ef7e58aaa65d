//! The lane of a model that is asked in batches: the one owner of its batches.
//!
//! Calls go into a draft until it is full or nothing is left to ask. What it holds is committed before the service
//! hears of it, and from then on the store knows all that is needed to go on with it: what came is read by the same
//! code in the process that submitted it and in one that comes after a kill.
//!
//! ```text
//!    source ──▶ backlog ──▶ draft ──submit──▶ open batches ──collect──▶ store
//!                  ▲                                            │
//!                  └───────────── to be asked again ────────────┘
//! ```

mod collect;
mod draft;
mod open;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Receiver;
use tokio::time::sleep_until;

use super::account::Account;
use super::call::{self, Outcome};
use super::task::{Asked, Message, Task};
use super::{Event, ModelState, ModelSummary, now_ms};
use crate::answers::backend::{Probability, Reply};
use crate::answers::batch::Batches;
use crate::answers::budget::Enough;
use crate::answers::reading::Reading;
use crate::answers::retry::Attempts;
use crate::answers::store::{Answers, BatchStep, Entry, StepKind, Timing};
use crate::answers::{Cause, Failure, StoreError};
use crate::configuration::Batch;

use draft::Draft;
use open::{Open, Waiting};

/// How often a call is tried to be paid for, where there is not enough for it now.
const LATER: Duration = Duration::from_secs(1);

/// The one owner of a model's batches.
pub(super) struct BatchLane {
    model: Arc<ModelState>,
    batch: Batch,
    rows: Answers,
    source: Receiver<Result<Message, StoreError>>,
    /// Calls that go into a batch next, in order.
    backlog: VecDeque<Task>,
    draft: Option<Draft>,
    open: Vec<Open>,
    /// Batches that an earlier process was filling when it ended.
    unfinished: Vec<Arc<str>>,
    /// Whether the service takes no more until it has worked on what it has.
    crowded: bool,
    /// Whether there is not enough for the next call now.
    poor: bool,
    /// Why the model has to be stopped once everything that came is kept.
    stopping: Option<Failure>,
    account: Account,
}

impl BatchLane {
    pub(super) fn new(
        model: Arc<ModelState>,
        rows: Answers,
        source: Receiver<Result<Message, StoreError>>,
    ) -> BatchLane {
        Self {
            batch: model.respondent.batch.clone().unwrap_or_default(),
            account: Account::new(Arc::clone(&model)),
            model,
            rows,
            source,
            backlog: VecDeque::new(),
            draft: None,
            open: Vec::new(),
            unfinished: Vec::new(),
            crowded: false,
            poor: false,
            stopping: None,
        }
    }

    /// Takes over what earlier processes of the run have left open. Nothing that a batch holds is asked again.
    pub(super) fn adopt(&mut self, run: &str) -> Result<(), StoreError> {
        let model = Arc::clone(&self.model);
        for batch in self.rows.open_batches(run, &model.respondent.identity)? {
            if batch.filling {
                self.unfinished.push(batch.mark);
                continue;
            }
            let mut items = BTreeMap::new();
            for number in self.rows.open_numbers(&batch.mark)? {
                let Some(item) = self.item(&batch.mark, number)? else { continue };
                let samples = item.first..item.first.saturating_add(item.count);
                let claimed = model.claims.claim(item.reading.digest, samples.clone());
                let Some(claimed) = claimed.into_iter().find(|claimed| claimed.samples() == samples) else { continue };
                let call = item.reading.call(item.first, item.count);
                let held = model.respondent.backend.purse().map(|purse| purse.take_anyway(&call));
                let ask = Asked::new("a request of an earlier process".to_owned());
                // The source counts the ask as one that needs no call, so that it never ends here.
                ask.add(2);
                items.insert(number, Waiting { ask, claimed, held });
            }
            self.open.push(Open::adopted(batch, items));
        }
        Ok(())
    }

    pub(super) async fn run(mut self) -> Result<ModelSummary, StoreError> {
        let stop = self.model.stop.clone();
        if let Some(Err(error)) = stop.run_until_cancelled(self.work()).await {
            self.account.lose(error);
        }
        // The service goes on with what it has, and will bill it.
        self.open.into_iter().for_each(Open::leave);
        self.account.finish()
    }

    async fn work(&mut self) -> Result<(), StoreError> {
        for mark in std::mem::take(&mut self.unfinished) {
            self.step(&mark, StepKind::Void).await?;
        }
        let mut is_open = true;
        loop {
            self.fill().await?;
            if !is_open && self.backlog.is_empty() {
                self.close().await?;
            }
            if self.model.stop.is_cancelled() {
                return Ok(());
            }
            let now = Instant::now();
            if let Some(due) = self.open.iter().position(|batch| batch.due <= now) {
                let batch = self.open.swap_remove(due);
                self.go_on_with(batch).await?;
                self.tell();
                continue;
            }
            let wake = self.open.iter().map(|batch| batch.due).min();
            let idle = self.backlog.is_empty();
            if !is_open && idle && wake.is_none() {
                return Ok(());
            }
            let model = Arc::clone(&self.model);
            let purse = model.respondent.backend.purse().filter(|_| self.poor);
            tokio::select! {
                message = self.source.recv(), if is_open && idle => match message {
                    Some(message) => {
                        let message = message?;
                        self.backlog.extend(message.tasks);
                        self.account.known(message.known);
                    }
                    None => is_open = false,
                },
                () = sleep_until(wake.unwrap_or(now).into()), if wake.is_some() => {}
                () = async { if let Some(purse) = purse { purse.moves(LATER).await } }, if purse.is_some() => {}
                // A limit was reached this very moment.
                else => return Ok(()),
            }
        }
    }

    /// Puts calls into the draft, and hands it over when it is full, or when there is not enough for one more.
    async fn fill(&mut self) -> Result<(), StoreError> {
        let model = Arc::clone(&self.model);
        let Some(batches) = model.respondent.backend.batches() else { return Ok(()) };
        self.poor = false;
        self.crowded &= !self.open.is_empty();
        while !self.crowded && !model.stop.is_cancelled() {
            let Some(mut task) = self.backlog.pop_front() else { break };
            if model.samples_only.load(Ordering::Relaxed)
                && let Some(otherwise) = task.otherwise.take()
            {
                drop(task.claimed);
                let texts = self.account.texts(&task.ask, &otherwise);
                self.put_first(texts);
                continue;
            }
            let call = task.call();
            let held = match model.respondent.backend.purse().map(|purse| purse.take(&call)) {
                None => None,
                Some(Enough::Yes(held)) => Some(held),
                Some(Enough::NotYet) => {
                    self.backlog.push_front(task);
                    self.poor = true;
                    return self.close().await;
                }
                // The run is being stopped.
                Some(Enough::Never) => return Ok(()),
            };
            let draft = match self.draft.take() {
                Some(draft) => draft,
                None => match self.begin(batches).await? {
                    Some(draft) => draft,
                    None => return Ok(()),
                },
            };
            let draft = self.draft.insert(draft);
            let line = match batches.line(&draft.next_id(), &call) {
                Ok(line) => line,
                Err(failure) => {
                    self.refuse(task, failure).await?;
                    continue;
                }
            };
            if !draft.has_room_for(&line) {
                self.backlog.push_front(task);
                self.close().await?;
                continue;
            }
            if let Err(failure) = draft.write(&line) {
                self.account.stop(failure);
                return Ok(());
            }
            let Task { ask, reading, claimed, attempts, otherwise, .. } = task;
            let (mark, number) = (Arc::clone(&draft.mark), draft.next_number());
            let (first, count, tries) = (claimed.first(), claimed.count(), attempts.made);
            draft.items.insert(number, Waiting { ask, claimed, held });
            self.step(&mark, StepKind::Filled { number, reading, first, count, tries, otherwise }).await?;
        }
        Ok(())
    }

    /// Begins a draft; none where there is no place for its lines, which stops the model.
    async fn begin(&mut self, batches: &dyn Batches) -> Result<Option<Draft>, StoreError> {
        let mut room = batches.room();
        room.requests = self.batch.most.unwrap_or(room.requests).min(room.requests);
        match Draft::new(room, batches.separator()) {
            Ok(draft) => {
                let identity = Arc::clone(&self.model.respondent.identity);
                self.step(&draft.mark, StepKind::Begun { identity }).await?;
                Ok(Some(draft))
            }
            Err(failure) => {
                self.account.stop(failure);
                Ok(None)
            }
        }
    }

    /// Counts a call that cannot even be written down.
    async fn refuse(&mut self, task: Task, failure: Failure) -> Result<(), StoreError> {
        let timing = Timing { attempt: task.attempts.number(), started_ms: now_ms(), took_ms: 0 };
        self.keep(task, Err(failure), timing).await
    }

    /// Puts what a call came to into the store, and takes up what follows.
    async fn keep(&mut self, task: Task, reply: Result<Reply, Failure>, timing: Timing) -> Result<(), StoreError> {
        let (ask, reading) = (Arc::clone(&task.ask), Arc::clone(&task.reading));
        let outcome = call::settle(&self.model, task, reply, timing).await?;
        self.land(&ask, &reading, outcome)
    }

    /// Commits what the draft holds: from then on it may be submitted, and nobody else asks it.
    async fn close(&mut self) -> Result<(), StoreError> {
        let Some(draft) = self.draft.take().filter(|draft| !draft.items.is_empty()) else { return Ok(()) };
        let (mark, requests, now_ms) = (Arc::clone(&draft.mark), draft.next_number(), now_ms());
        match draft.finish(now_ms) {
            Ok(batch) => {
                self.step(&mark, StepKind::Meant { requests, now_ms }).await?;
                self.commit()?;
                self.open.push(batch);
            }
            Err(failure) => self.account.stop(failure),
        }
        Ok(())
    }

    fn land(&mut self, ask: &Arc<Asked>, reading: &Arc<Reading>, outcome: Outcome) -> Result<(), StoreError> {
        match outcome {
            Outcome::Answered { tally, usage, proof, rest, .. } => {
                if let Some(rest) = rest {
                    self.backlog.extend(Task::samples(ask, reading, rest, self.model.most_at_once()));
                }
                self.account.answered(ask, tally, usage, proof);
            }
            Outcome::Again { task, .. } => self.ask_again(task),
            // In a batch there is no pace to slow down: this is a failure like others.
            Outcome::Slower { task, failure, .. } if task.attempts.made >= self.model.options.retry.tries => {
                self.account.failed(ask, &failure);
            }
            Outcome::Slower { task, .. } => self.ask_again(task),
            Outcome::Failed { failure, .. } => self.account.failed(ask, &failure),
            Outcome::Sample { failure, otherwise } => {
                let texts = self.account.sample_instead(ask, failure, &otherwise);
                self.backlog.extend(texts);
            }
            Outcome::Stop { failure } => {
                self.account.failed(ask, &failure);
                self.stopping.get_or_insert(failure);
            }
            Outcome::Lost(error) => return Err(error),
            Outcome::Dropped => {}
        }
        Ok(())
    }

    fn ask_again(&mut self, mut task: Task) {
        self.account.summary.retried += 1;
        task.attempts = Attempts { made: task.attempts.made + 1, put_off: 0 };
        self.backlog.push_back(task);
    }

    fn put_first(&mut self, tasks: Vec<Task>) {
        for task in tasks.into_iter().rev() {
            self.backlog.push_front(task);
        }
    }

    /// Keeps a step in the life of a batch.
    async fn step(&mut self, mark: &Arc<str>, kind: StepKind) -> Result<(), StoreError> {
        let inbox = Arc::clone(&self.model.inbox);
        inbox.put(Entry::Batch(BatchStep { batch: Arc::clone(mark), kind })).await
    }

    /// Waits until everything that was kept so far is committed.
    fn commit(&mut self) -> Result<(), StoreError> {
        let inbox = Arc::clone(&self.model.inbox);
        tokio::task::block_in_place(|| inbox.flush())
    }

    /// How many of the most probable tokens the model shows.
    fn shown(&self) -> u8 {
        match self.model.respondent.backend.capabilities().probability {
            Probability::Top(most) => most,
            Probability::Exact | Probability::Absent => 0,
        }
    }

    /// Says how many batches are under way.
    fn tell(&self) {
        let requests = self.open.iter().map(|batch| u64::from(batch.requests)).sum();
        let done = self.open.iter().map(|batch| batch.done).sum();
        let (model, open) = (self.model.respondent.name.as_str(), self.open.len() as u64);
        self.model.listener.notice(&Event::Batches { model, open, requests, done });
    }
}

fn local(message: String) -> Failure {
    Failure { cause: Cause::Local, message, retry_after_ms: None }
}
