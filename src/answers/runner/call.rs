use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::task::{Asked, Otherwise, Task};
use super::{Event, ModelState, now_ms};
use crate::answers::backend::Reply;
use crate::answers::reading::Reading;
use crate::answers::retry::Decision;
use crate::answers::store::{AnsweredCall, Claimed, Entry, FailedCall, Timing};
use crate::answers::{Answer, Cause, Failure, StoreError, Usage};

/// What a call came to.
pub(super) struct Landed {
    pub(super) ask: Arc<Asked>,
    pub(super) reading: Arc<Reading>,
    pub(super) retried: u64,
    pub(super) outcome: Outcome,
}

pub(super) enum Outcome {
    /// The store has the answers, or will before the run ends. Samples may be left to ask for.
    Answered { answers: u64, usage: Usage, proof: bool, rest: Option<Claimed> },
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

/// Makes a call until it is answered or given up, and puts every attempt into the store.
pub(super) async fn make(task: Task, model: Arc<ModelState>) -> Landed {
    let (ask, reading) = (Arc::clone(&task.ask), Arc::clone(&task.reading));
    let mut retried = 0;
    let outcome = try_until_done(task, &model, &mut retried).await.unwrap_or_else(Outcome::Lost);
    Landed { ask, reading, retried, outcome }
}

async fn try_until_done(task: Task, model: &ModelState, retried: &mut u64) -> Result<Outcome, StoreError> {
    let Task { ask, reading, claimed, otherwise } = task;
    let (first, count) = (claimed.first(), claimed.count());
    let call = reading.call(first, count);
    let mut attempt = 1;
    loop {
        let (started_ms, clock) = (now_ms(), Instant::now());
        let Some(reply) = model.cancel.run_until_cancelled(model.respondent.backend.call(&call)).await else {
            return Ok(Outcome::Dropped);
        };
        let took_ms = i64::try_from(clock.elapsed().as_millis()).unwrap_or(i64::MAX);
        let timing = Timing { attempt, started_ms, took_ms };
        let failure = match reply {
            Ok(reply) if reply.answers.is_empty() => nothing_came(),
            Ok(reply) => return keep(model, reading, claimed, reply, timing).await,
            Err(failure) => failure,
        };

        let proven = model.proven.load(Ordering::Relaxed);
        let decision = model.options.retry.decide(&failure, attempt, proven, reading.digest);
        let fail = |claimed| {
            let (reading, failure) = (Arc::clone(&reading), failure.clone());
            model.inbox.put(Entry::Failed(FailedCall { reading, first, count, claimed, failure, timing }))
        };
        match decision {
            Decision::Again(wait) => {
                fail(None).await?;
                let (name, place) = (model.respondent.name.as_str(), ask.place.as_str());
                model.listener.notice(&Event::Retried { model: name, place, failure: &failure, wait });
                if model.stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
                    return Ok(Outcome::Dropped);
                }
                *retried += 1;
                attempt += 1;
            }
            Decision::Sample => {
                fail(Some(claimed)).await?;
                return Ok(match otherwise {
                    Some(otherwise) => Outcome::Sample { failure, otherwise },
                    None => Outcome::Failed { failure, spent: false },
                });
            }
            Decision::GiveUp { spent } => {
                fail(Some(claimed)).await?;
                return Ok(Outcome::Failed { failure, spent });
            }
            Decision::Stop => {
                fail(Some(claimed)).await?;
                return Ok(Outcome::Stop { failure });
            }
        }
    }
}

/// Hands a reply to the store. It may have fewer samples than were asked for, and never more.
async fn keep(
    model: &ModelState,
    reading: Arc<Reading>,
    mut claimed: Claimed,
    reply: Reply,
    timing: Timing,
) -> Result<Outcome, StoreError> {
    let Reply { mut answers, thinking, usage } = reply;
    answers.truncate(claimed.count() as usize);
    let came = u32::try_from(answers.len()).unwrap_or(u32::MAX);
    let proof = answers.iter().any(|answer| matches!(answer, Answer::Exact { .. } | Answer::Top { .. }));
    let rest = claimed.split_off(came);
    model.inbox.put(Entry::Answered(AnsweredCall { reading, claimed, answers, thinking, usage, timing })).await?;
    Ok(Outcome::Answered { answers: u64::from(came), usage, proof, rest })
}

fn nothing_came() -> Failure {
    Failure { cause: Cause::Malformed, message: "the reply holds no answer".to_owned(), retry_after_ms: None }
}
