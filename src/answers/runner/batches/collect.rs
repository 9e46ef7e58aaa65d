use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::now_ms;
use super::BatchLane;
use super::open::{Open, task};
use crate::answers::backend::Reply;
use crate::answers::batch::{Batches, Outcome};
use crate::answers::store::{Item, StepKind, Timing};
use crate::answers::{Cause, Failure, StoreError};

/// What was read of a batch's files.
#[derive(Default)]
struct Harvest {
    /// Lines that are results of the batch.
    lines: u64,
    /// Why requests have no answer, by their numbers. They are dealt with when all answers are kept, so that nothing
    /// depends on the order in which they came.
    failures: BTreeMap<u32, Failure>,
    /// A line that is none.
    broken: bool,
}

impl BatchLane {
    /// Keeps what came of a batch that has ended. What is kept already, by this process or an earlier one, is passed
    /// over; where something is lacking, the files are fetched again.
    pub(super) async fn collect(
        &mut self,
        batches: &dyn Batches,
        mut batch: Open,
        files: &[String],
        lines: Option<u64>,
    ) -> Result<(), StoreError> {
        let mut harvest = Harvest::default();
        for file in files {
            if let Err(failure) = self.read(batches, &mut batch, file, &mut harvest).await? {
                self.put_off(batch, failure, true);
                return Ok(());
            }
        }
        batch.was_reached();
        let due = lines.unwrap_or(u64::from(batch.requests)).min(u64::from(batch.requests));
        let lacks = harvest.lines < due || harvest.broken;
        if lacks && !batch.items.is_empty() && batch.lacked + 1 < self.model.options.retry.tries {
            batch.lacked += 1;
            let wait = self.model.options.retry.first_wait.saturating_mul(1 << batch.lacked.min(20));
            batch.look_again(wait.min(self.model.options.retry.longest_wait));
            self.open.push(batch);
            return Ok(());
        }
        let word = batch.word.clone();
        for number in batch.items.keys().copied().collect::<Vec<_>>() {
            let failure = harvest.failures.remove(&number).unwrap_or_else(|| nothing_came(&word));
            self.settle(&mut batch, number, Err(failure)).await?;
        }
        self.step(&batch.mark, StepKind::Collected).await?;
        self.crowded = false;
        if let Some(failure) = self.stopping.take() {
            self.commit()?;
            self.account.stop(failure);
        }
        Ok(())
    }

    /// Reads a file, and keeps the answers in it.
    async fn read(
        &mut self,
        batches: &dyn Batches,
        batch: &mut Open,
        file: &str,
        harvest: &mut Harvest,
    ) -> Result<Result<(), Failure>, StoreError> {
        let mut lines = match batches.open(file).await {
            Ok(lines) => lines,
            Err(failure) => return Ok(Err(failure)),
        };
        loop {
            let bytes = match lines.next().await {
                Ok(Some(bytes)) if bytes.trim_ascii().is_empty() => continue,
                Ok(Some(bytes)) => bytes,
                Ok(None) => return Ok(Ok(())),
                Err(failure) => return Ok(Err(failure)),
            };
            let Some(line) = batches.read(&bytes) else {
                harvest.broken = true;
                continue;
            };
            let Some(number) = number_of(&line.id, &batch.mark) else { continue };
            harvest.lines += 1;
            match line.outcome {
                Outcome::Replied { status, body } => {
                    self.settle_reply(batches, batch, number, (status, &body), harvest).await?;
                }
                Outcome::Unanswered(words) => {
                    harvest.failures.insert(number, expired(words));
                }
                Outcome::Failed(failure) => {
                    harvest.failures.insert(number, failure);
                }
            }
        }
    }

    /// Keeps a reply that is an answer, and puts one that is not with the failures.
    async fn settle_reply(
        &mut self,
        batches: &dyn Batches,
        batch: &mut Open,
        number: u32,
        (status, body): (u16, &[u8]),
        harvest: &mut Harvest,
    ) -> Result<(), StoreError> {
        if !batch.items.contains_key(&number) {
            return Ok(());
        }
        let Some(item) = self.item(&batch.mark, number)? else { return Ok(()) };
        match batches.reply(&item.reading.call(item.first, item.count), status, body) {
            Ok(reply) => self.settle(batch, number, Ok(reply)).await,
            Err(failure) => {
                harvest.failures.insert(number, failure);
                Ok(())
            }
        }
    }

    /// Keeps what a request came to.
    async fn settle(&mut self, batch: &mut Open, number: u32, reply: Result<Reply, Failure>) -> Result<(), StoreError> {
        let Some(waiting) = batch.items.remove(&number) else { return Ok(()) };
        let Some(item) = self.item(&batch.mark, number)? else { return Ok(()) };
        let (mut task, held) = task(waiting, item);
        if let Some(mut held) = held {
            held.settle(reply.as_ref());
        }
        task.item = Some(Item { batch: Arc::clone(&batch.mark), number });
        let started_ms = batch.since_ms;
        let timing = Timing { attempt: task.attempts.number(), started_ms, took_ms: (now_ms() - started_ms).max(0) };
        self.keep(task, reply, timing).await
    }
}

/// Returns the number of a request of a batch from its id.
fn number_of(id: &str, mark: &str) -> Option<u32> {
    id.strip_prefix(mark)?.strip_prefix('-')?.parse().ok()
}

fn expired(words: String) -> Failure {
    Failure { cause: Cause::Expired, message: words, retry_after_ms: None }
}

fn nothing_came(word: &str) -> Failure {
    let message = format!("the batch ended as `{word}` and brought nothing for this request");
    Failure { cause: Cause::Expired, message, retry_after_ms: None }
}
