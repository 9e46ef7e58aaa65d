use tracing::{error, info, warn};

use super::{Event, Listener};

/// Writes what happens to whoever listens to `tracing` events, such as a log file. Answers are counted, not
/// written: the store has them. No event carries a key: failures are worded without.
pub(super) fn record(event: &Event<'_>) {
    match *event {
        Event::Started { model, total, .. } => info!(model, total, "started"),
        Event::Known { .. } | Event::Answered { .. } => {}
        Event::Retried { model, place, failure, wait } => warn!(
            model,
            place,
            cause = ?failure.cause,
            message_of_service = failure.message,
            wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            "tried again"
        ),
        Event::Slowed { model, calls, wait } => {
            let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            warn!(model, calls_at_once = calls, wait_ms, "slowed down");
        }
        Event::Failed { model, place, failure, .. } => {
            error!(model, place, cause = ?failure.cause, message_of_service = failure.message, "failed for good");
        }
        Event::Sampled { model, failure } => {
            warn!(model, message_of_service = failure.message, "texts are sampled instead of probabilities");
        }
        Event::Stopped { model, failure } => {
            error!(model, cause = ?failure.cause, message_of_service = failure.message, "stopped");
        }
        Event::Batches { model, open, requests, done } => info!(model, open, requests, done, "batches"),
        Event::Finished { summary } => info!(
            model = summary.model,
            known = summary.known,
            done = summary.done,
            answers = summary.answers,
            failed = summary.failed,
            retried = summary.retried,
            prompt_tokens = summary.usage.prompt_tokens,
            completion_tokens = summary.usage.completion_tokens,
            "finished"
        ),
    }
}

/// Passes events on, and records each.
pub(super) struct Recorded(pub(super) std::sync::Arc<dyn Listener>);

impl Listener for Recorded {
    fn notice(&self, event: &Event<'_>) {
        record(event);
        self.0.notice(event);
    }
}
