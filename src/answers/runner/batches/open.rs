use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::task::{Asked, Task};
use super::BatchLane;
use crate::answers::batch::{self, Batches, Found, Sought, Stage};
use crate::answers::budget::Held;
use crate::answers::key::Digest;
use crate::answers::retry::{Attempts, Decision};
use crate::answers::store::{Claimed, OpenBatch, OpenItem, StepKind};
use crate::answers::{Cause, Failure, StoreError};

/// A batch that the service has, or may have.
pub(super) struct Open {
    pub(super) mark: Arc<str>,
    /// The service's name for it; none before it has said one.
    pub(super) name: Option<String>,
    /// What is to be submitted, in so many bytes; none where an earlier process did that.
    lines: Option<(File, u64)>,
    pub(super) requests: u32,
    /// When it was submitted, in milliseconds since 1970.
    pub(super) since_ms: i64,
    /// What is not collected yet, by its number.
    pub(super) items: BTreeMap<u32, Waiting>,
    /// When to go on with it.
    pub(super) due: Instant,
    /// Whether the service may have it though it never said so.
    doubtful: bool,
    /// How often it was looked for in vain.
    missed: u32,
    /// How often in a row the service could not be talked to about it, and since when.
    troubles: u32,
    troubled_since: Option<Instant>,
    /// How often its results lacked some.
    pub(super) lacked: u32,
    pub(super) done: u64,
    /// The service's last word for how it stands.
    pub(super) word: String,
}

/// A request that waits in a batch.
pub(super) struct Waiting {
    pub(super) ask: Arc<Asked>,
    pub(super) claimed: Claimed,
    pub(super) held: Option<Held>,
}

impl Open {
    pub(super) fn finished(mark: Arc<str>, lines: (File, u64), items: BTreeMap<u32, Waiting>, since_ms: i64) -> Self {
        let requests = u32::try_from(items.len()).unwrap_or(u32::MAX);
        Self {
            mark,
            name: None,
            lines: Some(lines),
            requests,
            since_ms,
            items,
            due: Instant::now(),
            doubtful: false,
            missed: 0,
            troubles: 0,
            troubled_since: None,
            lacked: 0,
            done: 0,
            word: String::new(),
        }
    }

    pub(super) fn adopted(batch: OpenBatch, items: BTreeMap<u32, Waiting>) -> Self {
        let OpenBatch { mark, name, requests, submitted_ms, .. } = batch;
        Self {
            mark,
            doubtful: name.is_none(),
            name,
            lines: None,
            requests,
            since_ms: submitted_ms,
            items,
            due: Instant::now(),
            missed: 0,
            troubles: 0,
            troubled_since: None,
            lacked: 0,
            done: 0,
            word: String::new(),
        }
    }

    /// Leaves it to the service.
    pub(super) fn leave(self) {
        self.items.into_values().filter_map(|waiting| waiting.held).for_each(Held::give_up);
    }

    /// The service could be talked to about it.
    pub(super) fn was_reached(&mut self) {
        (self.troubles, self.troubled_since) = (0, None);
    }

    pub(super) fn look_again(&mut self, wait: Duration) {
        self.due = Instant::now() + wait;
    }
}

impl BatchLane {
    /// Does what is next for a batch, once.
    pub(super) async fn go_on_with(&mut self, batch: Open) -> Result<(), StoreError> {
        let model = Arc::clone(&self.model);
        let Some(batches) = model.respondent.backend.batches() else { return Ok(()) };
        match (&batch.name, batch.doubtful) {
            (Some(_), _) => self.look(batches, batch).await,
            (None, true) => self.seek(batches, batch).await,
            (None, false) => self.submit(batches, batch).await,
        }
    }

    async fn submit(&mut self, batches: &dyn Batches, mut batch: Open) -> Result<(), StoreError> {
        // What an earlier process meant to submit, and did not, goes into another batch.
        let Some((lines, bytes)) = &batch.lines else { return self.take_back(batch).await };
        let draft = batch::Draft { mark: &batch.mark, lines, bytes: *bytes, window: &self.batch.window };
        match batches.submit(&draft).await {
            Ok(name) => self.has(batch, name).await,
            Err(failure) => {
                // The service may have taken it before the connection broke.
                batch.doubtful =
                    matches!(failure.cause, Cause::Server | Cause::TimedOut | Cause::Connection | Cause::Malformed);
                let refused = !batch.doubtful && failure.cause != Cause::RateLimited;
                if refused {
                    self.step(&batch.mark, StepKind::Void).await?;
                    self.account.stop(failure);
                    return Ok(());
                }
                self.put_off(batch, failure, false);
                Ok(())
            }
        }
    }

    /// Looks for a batch that the service may have.
    async fn seek(&mut self, batches: &dyn Batches, mut batch: Open) -> Result<(), StoreError> {
        let others = self.rows.batch_names()?;
        let requests = u64::from(batch.requests);
        let sought = Sought { mark: &batch.mark, requests, since_ms: batch.since_ms, others: &others };
        match batches.find(&sought).await {
            Ok(Found::There(name)) => return self.has(batch, name).await,
            Ok(Found::Perhaps) => {
                batch.was_reached();
                batch.look_again(self.batch.poll);
            }
            // Services may list what is new a moment later.
            Ok(Found::Nowhere) if batch.missed == 0 => {
                batch.missed += 1;
                batch.look_again(self.batch.poll);
            }
            Ok(Found::Nowhere) => {
                (batch.doubtful, batch.missed) = (false, 0);
                batch.due = Instant::now();
            }
            Err(failure) => {
                self.put_off(batch, failure, true);
                return Ok(());
            }
        }
        self.open.push(batch);
        Ok(())
    }

    /// Keeps the service's name for a batch.
    async fn has(&mut self, mut batch: Open, name: String) -> Result<(), StoreError> {
        self.step(&batch.mark, StepKind::Submitted { name: name.clone() }).await?;
        self.commit()?;
        (batch.name, batch.lines) = (Some(name), None);
        batch.was_reached();
        batch.look_again(self.batch.poll);
        self.open.push(batch);
        Ok(())
    }

    /// Asks how a batch stands.
    async fn look(&mut self, batches: &dyn Batches, mut batch: Open) -> Result<(), StoreError> {
        let name = batch.name.clone().unwrap_or_default();
        let standing = match batches.look(&name).await {
            Ok(standing) => standing,
            Err(mut failure) => {
                if failure.cause == Cause::UnknownModel {
                    failure.message.push_str(
                        "; if the batch is gone for good, `introspec cache prune --batches` forgets it, and what it \
                         held is asked again",
                    );
                }
                self.put_off(batch, failure, true);
                return Ok(());
            }
        };
        if (batch.word.as_str(), batch.done) != (standing.word.as_str(), standing.done) {
            (batch.word, batch.done) = (standing.word.clone(), standing.done);
            self.step(&batch.mark, StepKind::Seen { word: standing.word, done: standing.done }).await?;
        }
        match standing.stage {
            Stage::Working => {
                batch.was_reached();
                batch.look_again(self.batch.poll);
                self.open.push(batch);
                Ok(())
            }
            Stage::Ended { files, lines } => self.collect(batches, batch, &files, lines).await,
            Stage::Refused { crowded: true, .. } if !self.open.is_empty() => {
                self.crowded = true;
                self.take_back(batch).await
            }
            Stage::Refused { message, crowded } => {
                self.step(&batch.mark, StepKind::Void).await?;
                let advice = if crowded { "; write `batch: { most: N }` with a smaller number" } else { "" };
                let message = format!("{message}{advice}");
                self.account.stop(Failure { cause: Cause::Rejected, message, retry_after_ms: None });
                Ok(())
            }
        }
    }

    /// Takes the requests of a batch back that the service does not have.
    async fn take_back(&mut self, batch: Open) -> Result<(), StoreError> {
        let mut tasks = Vec::with_capacity(batch.items.len());
        for (number, waiting) in batch.items {
            if let Some(item) = self.item(&batch.mark, number)? {
                tasks.push(task(waiting, item).0);
            }
        }
        self.step(&batch.mark, StepKind::Void).await?;
        self.put_first(tasks);
        Ok(())
    }

    /// Waits before the next try, or stops the model. What the service has, or may have, is waited for as long as it may
    /// be away; what it does not have yet is tried as often as any call.
    pub(super) fn put_off(&mut self, mut batch: Open, failure: Failure, may_be_there: bool) {
        let (policy, now) = (self.model.options.retry, Instant::now());
        let since = *batch.troubled_since.get_or_insert(now);
        batch.troubles += 1;
        let attempts = Attempts { made: batch.troubles, put_off: 0 };
        let is_patient = now.duration_since(since) <= policy.patience;
        let wait = match policy.decide(&failure, attempts, true, Digest::of(&[&batch.mark])) {
            Decision::Again(wait) => Some(wait),
            Decision::Slower(asked) if is_patient => Some(asked.unwrap_or(policy.longest_pause)),
            Decision::GiveUp { spent: true } if is_patient && may_be_there => Some(policy.longest_wait),
            _ => None,
        };
        match wait {
            Some(wait) => batch.look_again(wait),
            None => self.account.stop(failure),
        }
        self.open.push(batch);
    }

    /// Returns a request of a batch as the store has it.
    pub(super) fn item(&mut self, mark: &str, number: u32) -> Result<Option<OpenItem>, StoreError> {
        let shown = self.shown();
        self.rows.open_item(mark, number, &self.model.respondent.identity, shown)
    }
}

/// Makes a request of a batch into a call again, with what was set aside for it.
pub(super) fn task(waiting: Waiting, item: OpenItem) -> (Task, Option<Held>) {
    let Waiting { ask, claimed, held } = waiting;
    let OpenItem { reading, tries, otherwise, .. } = item;
    let attempts = Attempts { made: tries, put_off: 0 };
    (Task { ask, reading, claimed, attempts, probes: false, otherwise, item: None }, held)
}
