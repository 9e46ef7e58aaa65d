//! The one place that decides what is tried again, how often, and what a failure comes to.

use std::time::Duration;

use super::key::Digest;
use super::{Cause, Failure};

/// How failed calls are tried again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// How often a call is made in all.
    pub tries: u32,
    /// The wait before the second try; it doubles with each further one.
    pub first_wait: Duration,
    /// The longest wait, unless the service itself asks for more.
    pub longest_wait: Duration,
    /// The longest wait that a service may ask for; a model that asks for more is stopped.
    pub patience: Duration,
    /// A model is stopped when this many calls in a row used up their tries.
    pub failures_in_a_row: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            tries: 6,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            patience: Duration::from_mins(15),
            failures_in_a_row: 8,
        }
    }
}

/// What a failure comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The call is made again after a wait.
    Again(Duration),
    /// The request stays without an answer. `spent` says that its tries are used up, as they are when a
    /// service is down.
    GiveUp { spent: bool },
    /// Texts are sampled instead of probabilities.
    Sample,
    /// The model is not asked any more.
    Stop,
}

impl RetryPolicy {
    /// Decides about a failure. `attempt` counts from 1; `proven` says that the model has given probabilities
    /// before, so that their lack is an accident.
    pub(crate) fn decide(&self, failure: &Failure, attempt: u32, proven: bool, request: Digest) -> Decision {
        match failure.cause {
            Cause::Key | Cause::UnknownModel | Cause::Quota => Decision::Stop,
            Cause::Rejected | Cause::Local | Cause::Cancelled => Decision::GiveUp { spent: false },
            Cause::NoProbabilities if !proven => Decision::Sample,
            Cause::NoProbabilities
            | Cause::RateLimited
            | Cause::Server
            | Cause::TimedOut
            | Cause::Connection
            | Cause::Malformed => self.again(failure, attempt, request),
        }
    }

    fn again(&self, failure: &Failure, attempt: u32, request: Digest) -> Decision {
        let asked = failure.retry_after_ms.map(Duration::from_millis);
        if asked.is_some_and(|wait| wait > self.patience) {
            return Decision::Stop;
        }
        if attempt >= self.tries {
            return Decision::GiveUp { spent: true };
        }
        let doubled = self.first_wait.saturating_mul(1 << attempt.saturating_sub(1).min(20)).min(self.longest_wait);
        // The jitter repeats with the request, so that a run does too; it only ever lengthens a wait that the
        // service asked for.
        let share = request.share(attempt);
        Decision::Again(match asked {
            Some(wait) => wait + doubled.min(wait).mul_f64(share / 4.0),
            None => doubled.mul_f64(0.5 + share / 2.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(cause: Cause, attempt: u32, retry_after_ms: Option<u64>) -> Decision {
        let failure = Failure { cause, message: String::new(), retry_after_ms };
        RetryPolicy::default().decide(&failure, attempt, true, Digest::of(&["a"]))
    }

    #[test]
    fn waits_double_within_their_bounds() {
        for (attempt, most) in [(1, 500), (2, 1000), (3, 2000), (5, 8000)] {
            let Decision::Again(wait) = decide(Cause::Server, attempt, None) else { panic!("another try") };
            let most = Duration::from_millis(most);
            assert!(wait >= most / 2 && wait <= most, "{attempt}: {wait:?}");
        }
        assert_eq!(decide(Cause::Server, 6, None), Decision::GiveUp { spent: true });
    }

    #[test]
    fn a_wait_that_the_service_asks_for_is_never_shortened() {
        for attempt in 1..6 {
            let Decision::Again(wait) = decide(Cause::RateLimited, attempt, Some(7000)) else { panic!("another try") };
            assert!(wait >= Duration::from_secs(7) && wait < Duration::from_secs(9), "{wait:?}");
        }
        assert_eq!(decide(Cause::RateLimited, 1, Some(3_600_000)), Decision::Stop);
    }

    #[test]
    fn the_jitter_repeats_and_differs_between_requests() {
        let failure = Failure { cause: Cause::Server, message: String::new(), retry_after_ms: None };
        let wait = |text| RetryPolicy::default().decide(&failure, 1, false, Digest::of(&[text]));
        assert_eq!(wait("a"), wait("a"));
        assert_ne!(wait("a"), wait("b"));
    }

    #[test]
    fn a_wrong_key_stops_and_a_refused_request_does_not() {
        assert_eq!(decide(Cause::Key, 1, None), Decision::Stop);
        assert_eq!(decide(Cause::Quota, 1, Some(10)), Decision::Stop);
        assert_eq!(decide(Cause::Rejected, 1, None), Decision::GiveUp { spent: false });
    }
}
