use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::task::{Asked, Task};
use super::{Event, ModelState, Tally, now_ms};
use crate::answers::backend::Reply;
use crate::answers::reading::Reading;
use crate::answers::retry::Decision;
use crate::answers::store::{AnsweredCall, Claimed, Entry, FailedCall, Otherwise, Timing};
use crate::answers::{Answer, Cause, Failure, StoreError, Usage};

/// What a call came to.
pub(super) struct Landed {
    pub(super) ask: Arc<Asked>,
    pub(super) reading: Arc<Reading>,
    /// The round of the pace that it was made under.
    pub(super) round: u64,
    pub(super) probes: bool,
    pub(super) outcome: Outcome,
}

pub(super) enum Outcome {
    /// The store has the answers, or will before the run ends. Samples may be left to ask for.
    Answered { tally: Tally, usage: Usage, proof: bool, rest: Option<Claimed>, took: Duration },
    /// The call is to be made again after a wait.
    Again { task: Task, wait: Duration },
    /// The call is to be made again, and the model is asked less.
    Slower { task: Task, failure: Failure, wait: Option<Duration> },
    /// There is no answer. `spent` says that its tries are used up.
    Failed { failure: Failure, spent: bool },
    /// Texts have to be sampled instead.
    Sample { failure: Failure, otherwise: Otherwise },
    /// The model has to be stopped.
    Stop { failure: Failure },
    /// The run was cancelled.
    Dropped,
    /// The store is gone.
    Lost(StoreError),
}

/// Makes a call once, and puts what came of it into the store.
pub(super) async fn make(task: Task, round: u64, model: Arc<ModelState>) -> Landed {
    let (ask, reading, probes) = (Arc::clone(&task.ask), Arc::clone(&task.reading), task.probes);
    let outcome = try_once(task, &model).await.unwrap_or_else(Outcome::Lost);
    Landed { ask, reading, round, probes, outcome }
}

async fn try_once(task: Task, model: &ModelState) -> Result<Outcome, StoreError> {
    let call = task.call();
    let (started_ms, clock) = (now_ms(), Instant::now());
    let Some(reply) = model.cancel.run_until_cancelled(model.respondent.backend.call(&call)).await else {
        return Ok(Outcome::Dropped);
    };
    let took = clock.elapsed();
    let took_ms = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
    let timing = Timing { attempt: task.attempts.number(), started_ms, took_ms };
    settle(model, task, reply, timing).await
}

/// Puts what a call was answered with into the store, and says what comes of it.
pub(super) async fn settle(
    model: &ModelState,
    task: Task,
    reply: Result<Reply, Failure>,
    timing: Timing,
) -> Result<Outcome, StoreError> {
    match reply {
        Ok(reply) if !reply.answers.is_empty() => keep(model, task, reply, timing).await,
        Ok(_) => fail(model, task, nothing_came(), timing).await,
        Err(failure) => fail(model, task, failure, timing).await,
    }
}

/// Keeps a failed attempt, and says what comes of it.
async fn fail(model: &ModelState, mut task: Task, failure: Failure, timing: Timing) -> Result<Outcome, StoreError> {
    let proven = model.proven.load(Ordering::Relaxed);
    let decision = model.options.retry.decide(&failure, task.attempts, proven, task.reading.digest);
    let (reading, first, count) = (Arc::clone(&task.reading), task.claimed.first(), task.claimed.count());
    let (name, place) = (model.respondent.name.as_str(), task.ask.place.as_str());
    let item = task.item.take();
    let failed = |claimed| FailedCall { reading, first, count, claimed, failure: failure.clone(), timing, item };
    match decision {
        Decision::Again(wait) => {
            model.inbox.put(Entry::Failed(failed(None))).await?;
            model.listener.notice(&Event::Retried { model: name, place, failure: &failure, wait });
            Ok(Outcome::Again { task, wait })
        }
        Decision::Slower(wait) => {
            model.inbox.put(Entry::Failed(failed(None))).await?;
            let told = wait.unwrap_or_default();
            model.listener.notice(&Event::Retried { model: name, place, failure: &failure, wait: told });
            Ok(Outcome::Slower { task, failure, wait })
        }
        Decision::Sample => {
            model.inbox.put(Entry::Failed(failed(Some(task.claimed)))).await?;
            Ok(match task.otherwise {
                Some(otherwise) => Outcome::Sample { failure, otherwise },
                None => Outcome::Failed { failure, spent: false },
            })
        }
        Decision::GiveUp { spent } => {
            model.inbox.put(Entry::Failed(failed(Some(task.claimed)))).await?;
            Ok(Outcome::Failed { failure, spent })
        }
        Decision::Stop => {
            model.inbox.put(Entry::Failed(failed(Some(task.claimed)))).await?;
            Ok(Outcome::Stop { failure })
        }
    }
}

/// Hands a reply to the store. It may have fewer samples than were asked for, and never more.
async fn keep(model: &ModelState, task: Task, reply: Reply, timing: Timing) -> Result<Outcome, StoreError> {
    let Task { reading, mut claimed, item, .. } = task;
    let Reply { mut answers, thinking, usage } = reply;
    answers.truncate(claimed.count() as usize);
    let came = u32::try_from(answers.len()).unwrap_or(u32::MAX);
    let tally = Tally::of(&answers);
    let proof = answers.iter().any(|answer| matches!(answer, Answer::Exact { .. } | Answer::Top { .. }));
    let rest = claimed.split_off(came);
    model.inbox.put(Entry::Answered(AnsweredCall { reading, claimed, answers, thinking, usage, timing, item })).await?;
    let took = Duration::from_millis(timing.took_ms.max(0).cast_unsigned());
    Ok(Outcome::Answered { tally, usage, proof, rest, took })
}

fn nothing_came() -> Failure {
    Failure { cause: Cause::Malformed, message: "the reply holds no answer".to_owned(), retry_after_ms: None }
}
