use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc::Receiver;
use tokio::task::{JoinError, JoinSet};

use super::call::{self, Landed, Outcome};
use super::task::{Asked, Message, Otherwise, Task};
use super::{Event, ModelState, ModelSummary};
use crate::answers::backend::Probability;
use crate::answers::reading::Reading;
use crate::answers::store::Claimed;
use crate::answers::{Cause, Failure, StoreError};
use crate::scores::Method;

/// The one owner of a model's calls.
pub(super) struct Lane {
    model: Arc<ModelState>,
    source: Receiver<Result<Message, StoreError>>,
    /// Calls to make, in order.
    backlog: VecDeque<Task>,
    flying: JoinSet<Landed>,
    /// Whether a call is under way that finds out whether the model gives probabilities.
    trying: bool,
    /// Calls in a row that used up their tries.
    spent_in_a_row: u32,
    summary: ModelSummary,
    last_failure: Option<Failure>,
    lost: Option<StoreError>,
}

impl Lane {
    pub(super) fn new(model: Arc<ModelState>, source: Receiver<Result<Message, StoreError>>) -> Self {
        let summary = ModelSummary { model: model.respondent.name.clone(), ..ModelSummary::default() };
        Self {
            model,
            source,
            backlog: VecDeque::new(),
            flying: JoinSet::new(),
            trying: false,
            spent_in_a_row: 0,
            summary,
            last_failure: None,
            lost: None,
        }
    }

    pub(super) async fn run(mut self) -> Result<ModelSummary, StoreError> {
        let stop = self.model.stop.clone();
        let mut stopped = pin!(stop.cancelled());
        let mut open = true;
        loop {
            let full = self.launch();
            tokio::select! {
                biased;
                () = &mut stopped, if open => {
                    open = false;
                    self.source.close();
                }
                Some(landed) = self.flying.join_next() => self.land(landed),
                message = self.source.recv(), if open && !full => match message {
                    Some(Ok(message)) => self.take(message),
                    Some(Err(error)) => self.lose(error),
                    None => open = false,
                },
                else => break,
            }
        }
        match self.lost {
            Some(error) => Err(error),
            None => {
                // A model that gave nothing at all has stopped, however few its requests were.
                if self.summary.answers == 0 && self.summary.stopped.is_none() {
                    self.summary.stopped = self.last_failure;
                }
                Ok(self.summary)
            }
        }
    }

    /// Makes calls from the backlog while there is room, and tells whether more work would have to wait.
    fn launch(&mut self) -> bool {
        if self.model.stop.is_cancelled() {
            self.backlog.clear();
        }
        while self.flying.len() < self.model.respondent.concurrency {
            let Some(task) = self.backlog.front() else { return false };
            if task.otherwise.is_some() && self.unknown() {
                // The first such call goes alone: if probabilities are refused, only one call found out.
                if self.trying {
                    return true;
                }
                self.trying = true;
            }
            let Some(task) = self.backlog.pop_front() else { return false };
            match task.otherwise {
                Some(otherwise) if self.model.samples_only.load(Ordering::Relaxed) => {
                    drop(task.claimed);
                    let done = self.sample_instead(&task.ask, &otherwise);
                    self.count_known(done);
                }
                otherwise => {
                    let task = Task { otherwise, ..task };
                    self.flying.spawn(call::make(task, Arc::clone(&self.model)));
                }
            }
        }
        true
    }

    /// Whether it is not known yet if the model gives probabilities.
    fn unknown(&self) -> bool {
        let declared = self.model.respondent.backend.capabilities().probability == Probability::Exact;
        !declared && !self.model.proven.load(Ordering::Relaxed) && !self.model.samples_only.load(Ordering::Relaxed)
    }

    fn take(&mut self, message: Message) {
        self.backlog.extend(message.tasks);
        self.count_known(message.known);
    }

    fn count_known(&mut self, asks: u64) {
        if asks > 0 {
            self.summary.known += asks;
            self.model.listener.notice(&Event::Known { model: &self.model.respondent.name, asks });
        }
    }

    fn land(&mut self, landed: Result<Landed, JoinError>) {
        let Landed { ask, reading, retried, outcome } = match landed {
            Ok(landed) => landed,
            Err(error) => return self.stop(panicked(&error)),
        };
        self.summary.retried += retried;
        if reading.method != Method::Samples {
            self.trying = false;
        }
        match outcome {
            Outcome::Answered { answers, usage, proof, rest } => {
                self.spent_in_a_row = 0;
                if proof {
                    self.model.proven.store(true, Ordering::Relaxed);
                }
                self.summary.answers += answers;
                self.summary.usage.prompt_tokens += usage.prompt_tokens;
                self.summary.usage.completion_tokens += usage.completion_tokens;
                if let Some(rest) = rest {
                    self.split(&ask, &reading, rest);
                }
                let done = ask.end();
                self.summary.done += u64::from(done);
                self.model.listener.notice(&Event::Answered { model: &self.model.respondent.name, answers, done });
            }
            Outcome::Failed { failure, spent } => {
                self.fail(&ask, &failure);
                self.spent_in_a_row += u32::from(spent);
                if self.spent_in_a_row >= self.model.options.retry.failures_in_a_row {
                    self.stop(failure);
                }
            }
            Outcome::Sample { failure, otherwise } => {
                if !self.model.samples_only.swap(true, Ordering::Relaxed) {
                    let model = &self.model.respondent.name;
                    self.model.listener.notice(&Event::Sampled { model, failure: &failure });
                    self.summary.sampled = Some(failure);
                }
                let known = self.sample_instead(&ask, &otherwise);
                self.count_known(known);
            }
            Outcome::Stop { failure } => {
                self.fail(&ask, &failure);
                self.stop(failure);
            }
            Outcome::Dropped => {}
            Outcome::Lost(error) => self.lose(error),
        }
    }

    fn fail(&mut self, ask: &Arc<Asked>, failure: &Failure) {
        let done = ask.end();
        self.last_failure = Some(failure.clone());
        self.summary.failed += 1;
        self.summary.done += u64::from(done);
        let (model, place) = (self.model.respondent.name.as_str(), ask.place.as_str());
        self.model.listener.notice(&Event::Failed { model, place, failure, done });
    }

    /// Queues the calls for texts in place of probabilities; returns 1 where none is needed.
    fn sample_instead(&mut self, ask: &Arc<Asked>, otherwise: &Otherwise) -> u64 {
        let claimed = self.model.claims.claim(otherwise.reading.digest, otherwise.missing.iter().copied());
        let known = u64::from(claimed.is_empty());
        for claimed in claimed {
            self.split(ask, &otherwise.reading, claimed);
        }
        ask.end();
        known
    }

    fn split(&mut self, ask: &Arc<Asked>, reading: &Arc<Reading>, claimed: Claimed) {
        let several = self.model.respondent.backend.capabilities().several;
        let most = if several { self.model.options.samples_per_call } else { 1 };
        for task in Task::samples(ask, reading, claimed, most).into_iter().rev() {
            self.backlog.push_front(task);
        }
    }

    /// Ends this model: what is under way may still bring answers, nothing else is sent.
    fn stop(&mut self, failure: Failure) {
        if self.summary.stopped.is_none() {
            let model = &self.model.respondent.name;
            self.model.listener.notice(&Event::Stopped { model, failure: &failure });
            self.summary.stopped = Some(failure);
        }
        self.model.stop.cancel();
    }

    /// Ends the whole run: without a store, answers would be paid for and lost.
    fn lose(&mut self, error: StoreError) {
        self.lost.get_or_insert(error);
        self.model.cancel.cancel();
    }
}

fn panicked(error: &JoinError) -> Failure {
    Failure { cause: Cause::Local, message: format!("the backend failed: {error}"), retry_after_ms: None }
}
