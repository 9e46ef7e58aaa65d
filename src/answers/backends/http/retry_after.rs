use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Reads how long a service asks us to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date.
pub(super) fn milliseconds(headers: &HeaderMap) -> Option<u64> {
    let text = |value: &reqwest::header::HeaderValue| Some(value.to_str().ok()?.trim().to_owned());
    if let Some(wait) = headers.get("retry-after-ms").and_then(text).and_then(|text| text.parse::<f64>().ok()) {
        return whole(wait);
    }
    let value = headers.get(RETRY_AFTER).and_then(text)?;
    if let Ok(seconds) = value.parse::<f64>() {
        return whole(seconds * 1000.0);
    }
    let date = |text: String| httpdate::parse_http_date(&text).ok();
    let until = date(value)?;
    // By the service's own clock, where it says: this machine's may be wrong, or jump.
    let now = headers.get(DATE).and_then(text).and_then(date).unwrap_or_else(SystemTime::now);
    // A date that has passed means: now.
    let wait = until.duration_since(now).unwrap_or(Duration::ZERO);
    u64::try_from(wait.as_millis()).ok()
}

/// Returns whole milliseconds, never fewer than were asked for.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn whole(milliseconds: f64) -> Option<u64> {
    (milliseconds.is_finite() && milliseconds >= 0.0).then_some(milliseconds.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(name: &'static str, value: &str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().expect("a header"));
        milliseconds(&headers)
    }

    #[test]
    fn seconds_fractions_dates_and_milliseconds_are_read() {
        assert_eq!(wait("retry-after", "2"), Some(2000));
        assert_eq!(wait("retry-after", "0.05"), Some(50));
        assert_eq!(wait("retry-after-ms", "12"), Some(12));
        assert_eq!(wait("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"), Some(0));
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        assert!(wait("retry-after", &soon).is_some_and(|wait| (90_000..=100_000).contains(&wait)));
    }

    #[test]
    fn a_date_counts_from_the_services_own_clock() {
        let mut headers = HeaderMap::new();
        headers.insert("date", "Wed, 21 Oct 2015 07:28:00 GMT".parse().expect("a header"));
        headers.insert("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT".parse().expect("a header"));
        assert_eq!(milliseconds(&headers), Some(30_000));
        headers.insert("date", "yesterday".parse().expect("a header"));
        assert_eq!(milliseconds(&headers), Some(0));
    }

    #[test]
    fn what_is_not_a_time_is_not_one() {
        assert_eq!(wait("retry-after", "later"), None);
        assert_eq!(wait("retry-after", "-3"), None);
        assert_eq!(wait("retry-after", "NaN"), None);
    }
}
