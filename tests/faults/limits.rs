//! Services with limits: what they allow is used, and nothing is lost.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use introspec::answers::Cause;
use serde_json::json;

use crate::desk::{Desk, respondent, texts_of};
use crate::plain_server::{Play, Server, refuse, texts};

/// A service that allows so many requests a second, with a reserve of so many, and says nothing in its 429s.
fn limited(rate: f64, burst: f64) -> Server {
    let bucket = Mutex::new((burst, Instant::now()));
    Server::start(move |seen| {
        let mut bucket = bucket.lock().unwrap();
        let now = Instant::now();
        bucket.0 = (bucket.0 + rate * now.duration_since(bucket.1).as_secs_f64()).min(burst);
        bucket.1 = now;
        if bucket.0 < 1.0 {
            return refuse(429, "slow down");
        }
        bucket.0 -= 1.0;
        texts(&seen.body)
    })
}

#[test]
fn under_sustained_429_every_request_is_answered() {
    let server = limited(400.0, 20.0);
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    let asks: Vec<_> = (0..600).map(|number| texts_of(&number.to_string(), 1)).collect();
    let summary = desk.ask(&model, asks);
    let model = &summary.models[0];
    // Some are put off far more often than other failures are tried again.
    assert_eq!((model.answers, model.failed, &model.stopped), (600, 0, &None));
    assert!(model.retried > 0 && (server.total() as u64) == 600 + model.retried);
    assert!(desk.log.lines("Slowed").len() as u64 == model.retried);
}

#[test]
fn a_request_that_is_always_put_off_is_given_up_and_the_others_are_not() {
    let server = Server::start(|seen| match seen.body["messages"][0]["content"].as_str() {
        Some("3") => {
            let headers = vec![("retry-after", "0".to_owned())];
            let body = json!({ "error": { "message": "larger than your limit" } }).to_string();
            Play::Reply { status: 429, headers, body }
        }
        _ => texts(&seen.body),
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    let asks: Vec<_> = (0..300).map(|number| texts_of(&number.to_string(), 1)).collect();
    let summary = desk.ask(&model, asks.clone());
    assert_eq!((summary.models[0].answers, summary.models[0].failed), (299, 1));
    assert_eq!(crate::desk::cause(&desk.answers(&model, &asks[3]).samples[0]), Some(Cause::RateLimited));
}

#[test]
fn a_service_that_says_only_429_stops_its_model_in_the_end() {
    let server = Server::start(|_| refuse(429, "slow down"));
    let (mut desk, model) = (Desk::new(), respondent(&server.base_url, "concurrency: 4"));
    desk.options.retry.patience = Duration::from_millis(300);
    desk.options.retry.put_off = 1_000_000;
    let summary = desk.ask(&model, (0..50).map(|number| texts_of(&number.to_string(), 1)).collect());
    assert_eq!(summary.models[0].stopped.as_ref().map(|failure| failure.cause), Some(Cause::RateLimited));
}

#[test]
fn what_headers_say_is_left_is_not_exceeded() {
    let times = std::sync::Arc::new(Mutex::new(Vec::new()));
    let noted = std::sync::Arc::clone(&times);
    let server = Server::start(move |seen| {
        noted.lock().unwrap().push(Instant::now());
        let headers =
            vec![("x-ratelimit-remaining-requests", "0".to_owned()), ("x-ratelimit-reset-requests", "40ms".to_owned())];
        match texts(&seen.body) {
            Play::Reply { status, body, .. } => Play::Reply { status, headers, body },
            other => other,
        }
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "concurrency: 1"));
    desk.ask(&model, (0..5).map(|number| texts_of(&number.to_string(), 1)).collect());
    let times = times.lock().unwrap();
    assert_eq!(times.len(), 5);
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_millis(40)), "{times:?}");
}

#[test]
fn limits_of_the_configuration_are_kept() {
    let server = Server::obliging();
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "requests_per_minute: 1200"));
    let clock = Instant::now();
    desk.ask(&model, (0..22).map(|number| texts_of(&number.to_string(), 1)).collect());
    // Two come at once, and one more in each 50 ms.
    assert!(clock.elapsed() >= Duration::from_millis(990), "{:?}", clock.elapsed());

    let (desk, model) = (Desk::new(), respondent(&server.base_url, "tokens_per_minute: 12000"));
    let clock = Instant::now();
    // Each may have 8 tokens of answers, and its prompt counts 4: a second's worth is 200.
    desk.ask(&model, (0..22).map(|number| texts_of(&(100 + number).to_string(), 1)).collect());
    assert!(clock.elapsed() >= Duration::from_millis(1200), "{:?}", clock.elapsed());
}
