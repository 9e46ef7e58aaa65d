//! What services say about their limits in the headers of every reply.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use chrono::DateTime;
use reqwest::header::HeaderMap;

/// The headers that say how much is left and when it is more again, in pairs: those of `OpenAI` and all that
/// follow it, Anthropic's, and the IETF's draft with its common forerunner.
const HEADERS: [(&str, &str); 8] = [
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
    ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
    ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"),
    ("ratelimit-remaining", "ratelimit-reset"),
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
];

/// A number of seconds above this is a date: seconds since 1970, and above its thousandfold, milliseconds.
const SURELY_A_DATE: f64 = 1e9;

/// When a service allows more, where it has said that nothing is left. The backend notes what headers say, the
/// runner takes it and waits.
#[derive(Debug, Default)]
pub struct Headroom(Mutex<Option<Instant>>);

impl Headroom {
    /// Notes what the headers of a reply say.
    pub fn note(&self, headers: &HeaderMap) {
        if let Some(wait) = wait(headers, SystemTime::now()) {
            let until = Instant::now() + wait;
            let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *noted = Some(noted.map_or(until, |before| before.max(until)));
        }
    }

    /// Returns how long nothing should be sent, where that is not known to the runner yet.
    pub(crate) fn take(&self) -> Option<Duration> {
        let until = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(until.saturating_duration_since(Instant::now()))
    }
}

/// Returns the longest wait for anything of which nothing is left.
fn wait(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let waits = HEADERS.iter().filter_map(|(remaining, reset)| {
        let left: f64 = text(remaining)?.parse().ok()?;
        if left < 1.0 { until(text(reset)?, now) } else { None }
    });
    waits.max()
}

/// Reads `6m0s`, `20ms`, `12`, `1.5`, a date, or a number of seconds or milliseconds since 1970.
fn until(text: &str, now: SystemTime) -> Option<Duration> {
    let since_1970 = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    if let Ok(number) = text.parse::<f64>() {
        let seconds = match number {
            date if date > 1000.0 * SURELY_A_DATE => date / 1000.0 - since_1970,
            date if date > SURELY_A_DATE => date - since_1970,
            seconds => seconds,
        };
        return Duration::try_from_secs_f64(seconds.max(0.0)).ok();
    }
    if let Ok(date) = DateTime::parse_from_rfc3339(text) {
        let seconds = date.timestamp_millis() as f64 / 1000.0 - since_1970;
        return Duration::try_from_secs_f64(seconds.max(0.0)).ok();
    }
    spelled(text)
}

/// Reads a duration as Go writes it, such as `1h2m3.5s`.
fn spelled(text: &str) -> Option<Duration> {
    let (mut rest, mut seconds) = (text, 0.0);
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        let (unit, after) = after.split_at(after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len()));
        let scale = match unit {
            "d" => 86_400.0,
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * scale;
        rest = after;
    }
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderName;

    use super::*;

    fn said(pairs: &[(&'static str, &str)]) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(HeaderName::from_static(name), value.parse().expect("a header"));
        }
        // 24 November 2026, 12:00:00.
        wait(&headers, SystemTime::UNIX_EPOCH + Duration::from_hours(498_756))
    }

    #[test]
    fn every_way_of_telling_the_time_is_read() {
        let requests = |reset| said(&[("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", reset)]);
        for (text, milliseconds) in
            [("20ms", 20), ("1s", 1000), ("6m0s", 360_000), ("1m30.5s", 90_500), ("2", 2000), ("0.25", 250)]
        {
            assert_eq!(requests(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["2026-11-24T12:00:07Z", "1795521607", "1795521607000"] {
            assert_eq!(requests(text), Some(Duration::from_secs(7)), "{text}");
        }
        assert_eq!(requests("2020-01-01T00:00:00Z"), Some(Duration::ZERO));
        for text in ["soon", "1x", "s", "-1s", "1e400s"] {
            assert_eq!(requests(text), None, "{text}");
        }
    }

    #[test]
    fn only_what_is_used_up_is_waited_for_and_the_longest_counts() {
        let tokens = [("anthropic-ratelimit-tokens-remaining", "0"), ("anthropic-ratelimit-tokens-reset", "9")];
        let requests = [("ratelimit-remaining", "0"), ("ratelimit-reset", "3")];
        assert_eq!(said(&[tokens, requests].concat()), Some(Duration::from_secs(9)));
        assert_eq!(said(&[("ratelimit-remaining", "1"), ("ratelimit-reset", "3")]), None);
        assert_eq!(said(&[("ratelimit-remaining", "0")]), None);
    }
}
