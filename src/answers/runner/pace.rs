use std::time::{Duration, Instant};

use crate::answers::RetryPolicy;

/// How many calls an unknown service gets at first.
const FIRST_WINDOW: f64 = 8.0;
/// How much earlier than spaced evenly a call may be made: timers are no finer.
const SLACK: Duration = Duration::from_millis(2);

/// How many calls of one model may be under way, and when the next may be made.
///
/// The window grows as TCP's does (RFC 5681): by one for each answer up to a threshold, which doubles it every
/// round trip, and by one for each window of answers above. A 429 halves it, once for all calls that were made
/// before; nothing else does. From then on the calls of a window are spread over a round trip, since a service that
/// counts by the moment refuses those that come at once. The pause after a 429 that names no time halves while answers come between two of
/// them and doubles while none do, so that it settles at what the service allows.
#[derive(Debug)]
pub(super) struct Pace {
    window: f64,
    threshold: f64,
    ceiling: f64,
    /// How often the window has been halved. Calls carry the number that they were made under.
    round: u64,
    /// Whether an answer came to a call of this round.
    answered: bool,
    pause: Duration,
    first_pause: Duration,
    longest_pause: Duration,
    /// Nothing is sent before this.
    until: Option<Instant>,
    /// When the next call is due if calls are spread evenly; none before the first 429.
    due: Option<Instant>,
    /// How long an answer takes: the moving average of RFC 6298.
    round_trip: Duration,
}

impl Pace {
    /// A pace of at most `ceiling` calls at once, which are made from the start where that number is `fixed`.
    pub(super) fn new(ceiling: usize, fixed: bool, policy: &RetryPolicy) -> Self {
        let ceiling = (ceiling as f64).max(1.0);
        Self {
            window: if fixed { ceiling } else { ceiling.min(FIRST_WINDOW) },
            threshold: ceiling,
            ceiling,
            round: 0,
            answered: true,
            pause: policy.first_pause,
            first_pause: policy.first_pause,
            longest_pause: policy.longest_pause,
            until: None,
            due: None,
            round_trip: Duration::ZERO,
        }
    }

    /// How many calls may be under way.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn window(&self) -> usize {
        // From 1 to the ceiling, so that nothing is lost.
        self.window as usize
    }

    pub(super) fn round(&self) -> u64 {
        self.round
    }

    /// When the next call may be made; none if now.
    pub(super) fn until(&mut self, now: Instant) -> Option<Instant> {
        self.until = self.until.filter(|until| *until > now);
        self.until.max(self.due.filter(|due| *due > now + SLACK))
    }

    /// Counts a call that is made now.
    pub(super) fn sent(&mut self, now: Instant) {
        if let Some(due) = &mut self.due {
            *due = (*due).max(now) + self.round_trip.div_f64(self.window);
        }
    }

    /// Whether as many calls are under way as make the window worth growing: half of it, since calls are spread.
    pub(super) fn is_used(&self, flying: usize) -> bool {
        flying.saturating_mul(2) >= self.window()
    }

    /// Sends nothing for some time.
    pub(super) fn hold(&mut self, wait: Duration, now: Instant) {
        let until = now + wait;
        self.until = Some(self.until.map_or(until, |before| before.max(until)));
    }

    /// Counts an answer to a call of some round, and how long it took. A window that is not used does not grow.
    pub(super) fn answered(&mut self, round: u64, took: Duration, used: bool) {
        self.answered |= round == self.round;
        self.round_trip = if self.round_trip.is_zero() { took } else { (self.round_trip * 7 + took) / 8 };
        if used {
            let step = if self.window < self.threshold { 1.0 } else { 1.0 / self.window };
            self.window = (self.window + step).min(self.ceiling);
        }
    }

    /// Slows down after a 429 to a call of some round, which may say how long to wait.
    pub(super) fn limited(&mut self, round: u64, asked: Option<Duration>, now: Instant) {
        if round == self.round {
            self.round += 1;
            self.window = (self.window / 2.0).max(1.0);
            self.threshold = self.window;
            self.pause = if self.answered {
                (self.pause / 2).max(self.first_pause / 4)
            } else {
                (self.pause * 2).min(self.longest_pause)
            };
            self.answered = false;
            self.due = Some(self.due.unwrap_or(now));
            self.hold(asked.unwrap_or(self.pause), now);
        } else if let Some(asked) = asked {
            self.hold(asked, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    fn pace(ceiling: usize, fixed: bool) -> Pace {
        Pace::new(ceiling, fixed, &RetryPolicy::default())
    }

    #[test]
    fn it_starts_slowly_doubles_each_round_trip_and_grows_by_one_above_its_threshold() {
        let mut pace = pace(100, false);
        let mut windows = Vec::new();
        for _ in 0..4 {
            windows.push(pace.window());
            for _ in 0..pace.window() {
                pace.answered(pace.round(), Duration::ZERO, true);
            }
        }
        assert_eq!(windows, [8, 16, 32, 64]);
        let now = Instant::now();
        pace.limited(0, None, now);
        assert_eq!(pace.window(), 50);
        for _ in 0..50 {
            pace.answered(1, Duration::ZERO, true);
        }
        assert!((50..=51).contains(&pace.window()), "{}", pace.window());
        pace.answered(1, Duration::ZERO, false);
        assert!(pace.window() <= 51);
    }

    #[test]
    fn the_calls_of_one_round_halve_it_once() {
        let (mut pace, now) = (pace(64, true), Instant::now());
        assert_eq!(pace.window(), 64);
        for _ in 0..64 {
            pace.limited(0, Some(Duration::from_secs(2)), now);
        }
        assert_eq!((pace.window(), pace.round()), (32, 1));
        assert_eq!(pace.until(now), Some(now + Duration::from_secs(2)));
        // A longer wait that an older call brings counts too; a shorter one does not.
        pace.limited(0, Some(Duration::from_secs(3)), now);
        pace.limited(0, Some(Duration::from_secs(1)), now);
        assert_eq!((pace.window(), pace.until(now)), (32, Some(now + Duration::from_secs(3))));
        assert_eq!(pace.until(now + Duration::from_secs(4)), None);
    }

    /// Asks a service that allows `rate` calls a second with a reserve of `burst`, and says nothing in its 429s,
    /// for a minute of simulated time. Returns how many were answered and how many refused.
    fn minute(rate: f64, burst: f64, latency: Duration) -> (f64, f64) {
        let (mut pace, start) = (pace(256, false), Instant::now());
        let (mut now, end) = (start, start + Duration::from_mins(1));
        let (mut tokens, mut filled) = (burst, start);
        let (mut answered, mut refused) = (0.0, 0.0);
        // When a call lands, the round it was made in, and whether it is answered.
        let mut flying: VecDeque<(Instant, u64, bool)> = VecDeque::new();
        while now < end {
            while pace.until(now).is_none() && flying.len() < pace.window() {
                tokens = (tokens + rate * now.duration_since(filled).as_secs_f64()).min(burst);
                filled = now;
                let is_answered = tokens >= 1.0;
                tokens -= f64::from(u8::from(is_answered));
                flying.push_back((now + latency, pace.round(), is_answered));
                pace.sent(now);
            }
            let landing = flying.front().map(|(landed, ..)| *landed);
            let sending = pace.until(now).filter(|_| flying.len() < pace.window());
            now = landing.into_iter().chain(sending).min().expect("a call or a pause").max(now);
            if let Some((_, round, is_answered)) = flying.pop_front_if(|(landed, ..)| *landed <= now) {
                if is_answered {
                    answered += 1.0;
                    pace.answered(round, latency, pace.is_used(flying.len() + 1));
                } else {
                    refused += 1.0;
                    pace.limited(round, None, now);
                }
            }
        }
        (answered, refused)
    }

    #[test]
    fn under_sustained_429_it_keeps_to_what_the_service_allows() {
        let services = [
            (50.0, 50.0, 1),
            (50.0, 50.0, 200),
            (5.0, 1.0, 20),
            (500.0, 100.0, 50),
            (10.0, 1.0, 1000),
            (0.2, 10.0, 300),
        ];
        for (rate, burst, latency_ms) in services {
            let (answered, refused) = minute(rate, burst, Duration::from_millis(latency_ms));
            let most = rate * 60.0 + burst;
            assert!(answered > 0.5 * most, "{rate}/s, {burst}, {latency_ms} ms: {answered} of {most}");
            assert!(
                refused < 4.0 * answered,
                "{rate}/s, {burst}, {latency_ms} ms: {refused} refused, {answered} answered"
            );
        }
    }

    #[test]
    fn a_minute_without_answers_freezes_nothing() {
        let (mut pace, mut now) = (pace(64, false), Instant::now());
        let start = now;
        while now < start + Duration::from_mins(1) {
            pace.limited(pace.round(), None, now);
            now = pace.until(now).expect("a pause");
        }
        // Whenever the service comes back, it is asked within this.
        pace.limited(pace.round(), None, now);
        assert!(pace.until(now).expect("a pause") <= now + Duration::from_secs(10));
        for _ in 0..8 {
            pace.answered(pace.round(), Duration::ZERO, true);
            pace.limited(pace.round(), None, now);
            now = pace.until(now).expect("a pause");
        }
        assert!(pace.pause <= Duration::from_millis(100), "{:?}", pace.pause);
    }
}
