//! The one place that decides what is tried again, how often, and what a failure comes to.

use std::time::Duration;

use super::key::Digest;
use super::{Cause, Failure};

/// How failed calls are tried again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// How often a call is made in all. Calls that the service put off by a 429 are not counted.
    pub tries: u32,
    /// The wait before the second try; it doubles with each further one.
    pub first_wait: Duration,
    /// The longest wait, unless the service itself asks for more.
    pub longest_wait: Duration,
    /// How long the whole model waits after a 429 that does not say how long, at first.
    pub first_pause: Duration,
    /// The longest that it waits after such a 429.
    pub longest_pause: Duration,
    /// The longest wait that a service may ask for, and the longest time in which it may answer with nothing
    /// but 429: a model that asks for more is stopped.
    pub patience: Duration,
    /// How often one call may be put off by a 429. A service that answers other calls in the meantime will
    /// never answer this one: it may be larger than the whole limit.
    pub put_off: u32,
    /// A model is stopped when this many calls in a row used up their tries.
    pub failures_in_a_row: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            tries: 6,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(10),
            patience: Duration::from_mins(15),
            put_off: 100,
            failures_in_a_row: 8,
        }
    }
}

/// How often a call has been made, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// From 1; calls that a 429 put off are not counted.
    pub(crate) made: u32,
    /// How often a 429 put it off.
    pub(crate) put_off: u32,
}

impl Attempts {
    pub(crate) const FIRST: Self = Self { made: 1, put_off: 0 };

    /// Which attempt this is, counting every one, from 1.
    pub(crate) fn number(self) -> u32 {
        self.made.saturating_add(self.put_off)
    }
}

/// What a failure comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The call is made again after a wait; others go on.
    Again(Duration),
    /// The whole model is asked less: it waits for as long as the service says, where it does, and the call is
    /// the next to be made.
    Slower(Option<Duration>),
    /// The request stays without an answer. `spent` says that its tries are used up, as they are when a
    /// service is down.
    GiveUp { spent: bool },
    /// Texts are sampled instead of probabilities.
    Sample,
    /// The model is not asked any more.
    Stop,
}

impl RetryPolicy {
    /// Decides about a failure. `proven` says that the model has given probabilities before, so that their lack
    /// is an accident.
    pub(crate) fn decide(&self, failure: &Failure, attempts: Attempts, proven: bool, request: Digest) -> Decision {
        let asked = failure.retry_after_ms.map(Duration::from_millis);
        let waits = matches!(
            failure.cause,
            Cause::NoProbabilities
                | Cause::RateLimited
                | Cause::Server
                | Cause::TimedOut
                | Cause::Connection
                | Cause::Malformed
        );
        match failure.cause {
            Cause::NoProbabilities if !proven => Decision::Sample,
            _ if waits && asked.is_some_and(|wait| wait > self.patience) => Decision::Stop,
            Cause::Key | Cause::UnknownModel | Cause::Quota => Decision::Stop,
            Cause::Rejected | Cause::Local | Cause::Cancelled => Decision::GiveUp { spent: false },
            Cause::RateLimited if attempts.put_off >= self.put_off => Decision::GiveUp { spent: false },
            Cause::RateLimited => Decision::Slower(asked),
            _ if attempts.made >= self.tries => Decision::GiveUp { spent: true },
            _ => Decision::Again(self.wait(asked, attempts.made, request)),
        }
    }

    /// The jitter repeats with the request, so that a run does too; it only ever lengthens a wait that the
    /// service asked for.
    fn wait(&self, asked: Option<Duration>, attempt: u32, request: Digest) -> Duration {
        let doubled = self.first_wait.saturating_mul(1 << attempt.saturating_sub(1).min(20)).min(self.longest_wait);
        let share = request.share(attempt);
        match asked {
            Some(wait) => wait + doubled.min(wait).mul_f64(share / 4.0),
            None => doubled.mul_f64(0.5 + share / 2.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(cause: Cause, made: u32, retry_after_ms: Option<u64>) -> Decision {
        let failure = Failure { cause, message: String::new(), retry_after_ms };
        RetryPolicy::default().decide(&failure, Attempts { made, put_off: 0 }, true, Digest::of(&["a"]))
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
            let Decision::Again(wait) = decide(Cause::Server, attempt, Some(7000)) else { panic!("another try") };
            assert!(wait >= Duration::from_secs(7) && wait < Duration::from_secs(9), "{wait:?}");
        }
        assert_eq!(decide(Cause::RateLimited, 1, Some(3_600_000)), Decision::Stop);
    }

    #[test]
    fn a_429_slows_the_model_down_and_uses_up_no_try() {
        let wait = Duration::from_millis(20);
        assert_eq!(decide(Cause::RateLimited, 99, Some(20)), Decision::Slower(Some(wait)));
        assert_eq!(decide(Cause::RateLimited, 99, None), Decision::Slower(None));
        let failure = Failure { cause: Cause::RateLimited, message: String::new(), retry_after_ms: None };
        let put_off = Attempts { made: 1, put_off: 100 };
        let decision = RetryPolicy::default().decide(&failure, put_off, true, Digest::of(&["a"]));
        assert_eq!(decision, Decision::GiveUp { spent: false });
    }

    #[test]
    fn the_jitter_repeats_and_differs_between_requests() {
        let failure = Failure { cause: Cause::Server, message: String::new(), retry_after_ms: None };
        let wait = |text| RetryPolicy::default().decide(&failure, Attempts::FIRST, false, Digest::of(&[text]));
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
