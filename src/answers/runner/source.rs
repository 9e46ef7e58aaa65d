use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc::Sender;

use super::ModelState;
use super::task::{Asked, Message, Task};
use crate::answers::reading::Reading;
use crate::answers::store::{Answers, Claimed, Otherwise};
use crate::answers::{Ask, StoreError};

/// How many messages a source is ahead of its lane.
pub(super) const AHEAD: usize = 2;
/// How many calls, or known asks, one message holds at most.
const MOST: usize = 64;

/// Draws a model's asks and sends its lane the calls that are missing.
pub(super) struct Source<'a> {
    model: Arc<ModelState>,
    answers: Answers,
    sender: Sender<Result<Message, StoreError>>,
    asks: Box<dyn Iterator<Item = Ask> + Send + 'a>,
}

impl<'a> Source<'a> {
    pub(super) fn new(
        model: Arc<ModelState>,
        answers: Answers,
        sender: Sender<Result<Message, StoreError>>,
        asks: Box<dyn Iterator<Item = Ask> + Send + 'a>,
    ) -> Self {
        Self { model, answers, sender, asks }
    }

    pub(super) fn run(mut self) {
        if let Err(error) = self.send_all() {
            // A lane that is gone has an error of its own.
            let _ = self.sender.blocking_send(Err(error));
        }
    }

    fn send_all(&mut self) -> Result<(), StoreError> {
        let mut message = Message::default();
        while let Some(ask) = self.asks.next() {
            if self.model.stop.is_cancelled() {
                return Ok(());
            }
            let tasks = self.missing(&ask)?;
            if tasks.is_empty() {
                message.known += 1;
            }
            message.tasks.extend(tasks);
            // A lane with nothing to do gets what there is; otherwise whole messages save wake-ups.
            let idle = self.sender.capacity() == AHEAD && !message.tasks.is_empty();
            let whole = message.tasks.len() >= MOST || message.known >= 16 * MOST as u64;
            if (idle || whole) && self.sender.blocking_send(Ok(std::mem::take(&mut message))).is_err() {
                return Ok(());
            }
        }
        let _ = self.sender.blocking_send(Ok(message));
        Ok(())
    }

    /// Returns the calls that an ask still needs.
    fn missing(&self, ask: &Ask) -> Result<Vec<Task>, StoreError> {
        let model = &self.model;
        let identity = &model.respondent.identity;
        let capabilities = model.respondent.backend.capabilities();
        let texts = Reading::samples(ask, identity);
        let asked = Asked::new(ask.place.clone());

        if let Some(probabilities) = Reading::probabilities(ask, identity, capabilities.probability) {
            let missing = missing_of(&self.answers.has(&texts)?);
            if missing.is_empty() {
                return Ok(Vec::new());
            }
            let claimed = self.claim(&probabilities, 0..1)?;
            let Some(claimed) = claimed.into_iter().next() else { return Ok(Vec::new()) };
            if !model.samples_only.load(Ordering::Relaxed) {
                let otherwise = Otherwise { reading: texts, missing };
                return Ok(vec![Task::probability(&asked, probabilities, claimed, otherwise)]);
            }
        }
        let most = model.most_at_once();
        let claimed = self.claim(&texts, 0..texts.wanted)?;
        Ok(claimed.into_iter().flat_map(|claimed| Task::samples(&asked, &texts, claimed, most)).collect())
    }

    /// Claims those samples that are neither committed nor under way.
    fn claim(&self, reading: &Reading, samples: std::ops::Range<u32>) -> Result<Vec<Claimed>, StoreError> {
        // Claims come first: a claim is given up only after its answer is committed, so that whatever can be
        // claimed here is either visible in the store now or nobody's.
        let claimed = self.model.claims.claim(reading.digest, samples);
        if claimed.is_empty() {
            return Ok(claimed);
        }
        let has = self.answers.has(reading)?;
        if has.iter().all(|has| !has) {
            return Ok(claimed);
        }
        let missing: Vec<u32> = claimed
            .iter()
            .flat_map(Claimed::samples)
            .filter(|sample| !has.get(*sample as usize).copied().unwrap_or(false))
            .collect();
        drop(claimed);
        Ok(self.model.claims.claim(reading.digest, missing.into_iter()))
    }
}

fn missing_of(has: &[bool]) -> Vec<u32> {
    (0..).zip(has).filter(|(_, has)| !**has).map(|(sample, _)| sample).collect()
}
