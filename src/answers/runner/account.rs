use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::task::{Asked, Task};
use super::{Event, ModelState, ModelSummary, Tally};
use crate::answers::store::{Claimed, Otherwise};
use crate::answers::{Failure, StoreError, Usage};

/// What a lane has come to, and the telling of it.
pub(super) struct Account {
    model: Arc<ModelState>,
    pub(super) summary: ModelSummary,
    last_failure: Option<Failure>,
    lost: Option<StoreError>,
}

impl Account {
    pub(super) fn new(model: Arc<ModelState>) -> Self {
        let summary = ModelSummary { model: model.respondent.name.clone(), ..ModelSummary::default() };
        Self { model, summary, last_failure: None, lost: None }
    }

    /// Counts asks that need no call.
    pub(super) fn known(&mut self, asks: u64) {
        if asks > 0 {
            self.summary.known += asks;
            self.model.listener.notice(&Event::Known { model: &self.model.respondent.name, asks });
        }
    }

    /// Counts a call that brought answers; `proof` says that they are probabilities.
    pub(super) fn answered(&mut self, ask: &Asked, answers: Tally, usage: Usage, proof: bool) {
        if proof {
            self.model.proven.store(true, Ordering::Relaxed);
        }
        self.summary.answers += answers.all();
        self.summary.usage.prompt_tokens += usage.prompt_tokens;
        self.summary.usage.completion_tokens += usage.completion_tokens;
        let done = ask.end();
        self.summary.done += u64::from(done);
        let model = &self.model.respondent.name;
        self.model.listener.notice(&Event::Answered { model, answers, usage, done });
    }

    /// Counts a call that failed for good.
    pub(super) fn failed(&mut self, ask: &Asked, failure: &Failure) {
        let done = ask.end();
        self.last_failure = Some(failure.clone());
        self.summary.failed += 1;
        self.summary.done += u64::from(done);
        let (model, place) = (self.model.respondent.name.as_str(), ask.place.as_str());
        self.model.listener.notice(&Event::Failed { model, place, failure, done });
    }

    /// Notes that the model gives no probabilities, and returns the calls for texts in place of a reading of them.
    pub(super) fn sample_instead(&mut self, ask: &Arc<Asked>, failure: Failure, otherwise: &Otherwise) -> Vec<Task> {
        if !self.model.samples_only.swap(true, Ordering::Relaxed) {
            let model = &self.model.respondent.name;
            self.model.listener.notice(&Event::Sampled { model, failure: &failure });
            self.summary.sampled = Some(failure);
        }
        self.texts(ask, otherwise)
    }

    /// Returns the calls for texts in place of a reading of probabilities.
    pub(super) fn texts(&mut self, ask: &Arc<Asked>, otherwise: &Otherwise) -> Vec<Task> {
        let claimed = self.model.claims.claim(otherwise.reading.digest, otherwise.missing.iter().copied());
        let known = u64::from(claimed.is_empty());
        let texts = |claimed: Claimed| Task::samples(ask, &otherwise.reading, claimed, self.model.most_at_once());
        let tasks = claimed.into_iter().flat_map(texts).collect();
        ask.end();
        self.known(known);
        tasks
    }

    /// Ends this model: nothing else is sent.
    pub(super) fn stop(&mut self, failure: Failure) {
        if self.summary.stopped.is_none() {
            let model = &self.model.respondent.name;
            self.model.listener.notice(&Event::Stopped { model, failure: &failure });
            self.summary.stopped = Some(failure);
        }
        self.model.stop.cancel();
    }

    /// Ends the whole run: without a store, answers would be paid for and lost.
    pub(super) fn lose(&mut self, error: StoreError) {
        self.lost.get_or_insert(error);
        self.model.cancel.cancel();
    }

    pub(super) fn finish(mut self) -> Result<ModelSummary, StoreError> {
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
}
