use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::answers::backend::{Call, Want};

/// What a model may be sent in a minute, as the configuration has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    pub requests_per_minute: Option<NonZeroU32>,
    /// Tokens of prompts and the most tokens of their answers together, as services count them.
    pub tokens_per_minute: Option<NonZeroU32>,
}

/// What is left of a model's limits. Both are spread evenly: a tenth of a second's worth may come at once.
#[derive(Debug)]
pub(super) struct Allowance {
    requests: Option<Meter>,
    tokens: Option<Meter>,
    /// How many tokens of the next call have no allowance yet; none where it has not been looked at.
    owed: Option<u64>,
}

#[derive(Debug)]
struct Meter {
    limiter: RateLimiter<NotKeyed, InMemoryState, SinceMade, NoOpMiddleware<Nanos>>,
    clock: SinceMade,
    /// The most that may be taken at once.
    burst: NonZeroU32,
}

/// Time since a meter was made: the system's clock that never goes back.
#[derive(Clone, Copy, Debug)]
struct SinceMade(Instant);

impl Clock for SinceMade {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

impl Allowance {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            requests: limits.requests_per_minute.map(Meter::new),
            tokens: limits.tokens_per_minute.map(Meter::new),
            owed: None,
        }
    }

    /// Takes what a call needs, or returns when to try again; what was taken of its tokens stays taken.
    pub(super) fn take(&mut self, call: impl FnOnce() -> u64) -> Result<(), Instant> {
        if let Some(tokens) = &self.tokens {
            let mut owed = self.owed.take().unwrap_or_else(call);
            while let Some(part) = u32::try_from(owed.min(u64::from(tokens.burst.get()))).ok().and_then(NonZeroU32::new)
            {
                if let Err(wait) = tokens.take(part) {
                    self.owed = Some(owed);
                    return Err(Instant::now() + wait);
                }
                owed -= u64::from(part.get());
            }
        }
        if let Some(requests) = &self.requests {
            if let Err(wait) = requests.take(NonZeroU32::MIN) {
                self.owed = Some(0);
                return Err(Instant::now() + wait);
            }
        }
        self.owed = None;
        Ok(())
    }
}

impl Meter {
    fn new(per_minute: NonZeroU32) -> Self {
        let burst = NonZeroU32::new(per_minute.get() / 600).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(per_minute).allow_burst(burst);
        let clock = SinceMade(Instant::now());
        Self { limiter: RateLimiter::direct_with_clock(quota, clock), clock, burst }
    }

    fn take(&self, part: NonZeroU32) -> Result<(), Duration> {
        match self.limiter.check_n(part) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => Err(until.wait_time_from(self.clock.now())),
            // No part is larger than the burst.
            Err(_) => Ok(()),
        }
    }
}

/// How many tokens a service may count for a call before it is made: a quarter of the prompt's bytes, and as many
/// as its answers may have.
pub(super) fn tokens(call: &Call) -> u64 {
    let prompt: u64 = call.messages.iter().map(|message| message.content.len() as u64 / 4 + 4).sum();
    let answers = match &call.want {
        Want::Samples { count, .. } => u64::from(*count),
        Want::Exact { .. } | Want::Top { .. } => 1,
    };
    prompt + answers * u64::from(call.max_tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_minute_allows_is_spread_over_it() {
        let limits = Limits { requests_per_minute: NonZeroU32::new(1200), tokens_per_minute: None };
        let mut allowance = Allowance::new(limits);
        assert!(allowance.take(|| 0).is_ok() && allowance.take(|| 0).is_ok(), "a tenth of a second's worth is there");
        let now = Instant::now();
        let until = allowance.take(|| 0).expect_err("no third one");
        // One in 50 ms.
        assert!(until > now && until <= now + Duration::from_millis(60));
    }

    #[test]
    fn a_call_larger_than_the_burst_is_paid_in_parts() {
        let limits = Limits { requests_per_minute: None, tokens_per_minute: NonZeroU32::new(600_000) };
        let mut allowance = Allowance::new(limits);
        let (mut waits, start) = (0, Instant::now());
        while let Err(until) = allowance.take(|| 2500) {
            waits += 1;
            std::thread::sleep(until.saturating_duration_since(Instant::now()));
        }
        // 1,000 are there at once, the others come at 10,000 a second.
        assert!(waits >= 1 && start.elapsed() >= Duration::from_millis(140), "{waits}");
        assert!(Allowance::new(Limits::default()).take(|| u64::MAX).is_ok());
    }
}
