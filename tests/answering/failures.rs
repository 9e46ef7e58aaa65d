//! Failures: what is tried again, what stops a model, and what is said about it.

use std::fs;
use std::net::TcpListener;
use std::time::{Duration, SystemTime};

use introspec::answers::Cause;
use introspec::answers::backends::openai::OpenAi;
use serde_json::json;

use crate::desk::{Desk, KEY, cause, model, respondent, texts_of};
use crate::server::{Play, Server, completion, refuse, reply, texts};

#[test]
fn a_rate_limit_is_waited_out() {
    let server = Server::start(|seen| match seen.times {
        1 => {
            let until = httpdate::fmt_http_date(SystemTime::now());
            let headers = vec![("retry-after", until)];
            Play::Reply { status: 429, headers, body: json!({ "error": { "message": "slow down" } }).to_string() }
        }
        2 => {
            let headers = vec![("retry-after", "0.02".to_owned())];
            Play::Reply { status: 429, headers, body: String::new() }
        }
        _ => texts(&seen.body),
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    let summary = desk.ask(&model, vec![texts_of("a", 1)]);

    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["a/100"]);
    assert_eq!((server.total(), summary.models[0].retried), (3, 2));
    let retried = desk.log.lines("Retried");
    assert!(retried[0].contains("retry_after_ms: Some(0)"), "{retried:?}");
    // The wait that the service asked for is never shortened.
    let wait = retried[1].split("wait: ").nth(1).unwrap().trim_end_matches("ms }");
    assert!(wait.parse::<f64>().unwrap() >= 20.0, "{retried:?}");
}

#[test]
fn a_wait_beyond_all_patience_stops_the_model() {
    let server = Server::start(|_| Play::Reply {
        status: 429,
        headers: vec![("retry-after", "86400".to_owned())],
        body: String::new(),
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "concurrency: 1"));
    let summary = desk.ask(&model, (0..20).map(|i| texts_of(&i.to_string(), 1)).collect());
    assert_eq!(summary.models[0].stopped.as_ref().map(|failure| failure.cause), Some(Cause::RateLimited));
    assert_eq!(server.total(), 1);
}

#[test]
fn server_errors_and_broken_connections_are_tried_again() {
    let server = Server::start(|seen| match seen.times {
        1 => refuse(500, "oops"),
        2 => Play::HangUp,
        3 => Play::Reply { status: 200, headers: Vec::new(), body: "<html>busy</html>".to_owned() },
        4 => refuse(503, "oops"),
        _ => texts(&seen.body),
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    let summary = desk.ask(&model, vec![texts_of("a", 1), texts_of("b", 1)]);

    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["a/100"]);
    assert_eq!(desk.texts(&model, &texts_of("b", 1)), ["b/100"]);
    assert_eq!((server.total(), summary.models[0].retried, summary.models[0].failed), (10, 8, 0));
}

#[test]
fn a_wrong_key_stops_its_model_and_no_other() {
    let wrong = Server::start(|_| refuse(401, &format!("Incorrect API key provided: {KEY}")));
    let right = Server::obliging();
    let desk = Desk::new();
    let bad = respondent(&wrong.base_url, "key: TEST_KEY, concurrency: 2");
    let good = respondent(&right.base_url, "concurrency: 2");
    let asks: Vec<_> = (0..50).map(|i| texts_of(&i.to_string(), 1)).collect();
    let summary = desk.run(vec![(&bad, asks.clone()), (&good, asks.clone())]).unwrap();

    let stopped = summary.models[0].stopped.as_ref().expect("the model stopped");
    assert_eq!(stopped.cause, Cause::Key);
    assert!(stopped.message.contains("answered 401") && stopped.message.contains("check the key"), "{stopped:?}");
    assert!(wrong.total() <= 2, "{} requests with a wrong key", wrong.total());
    assert_eq!((summary.models[1].answers, &summary.models[1].stopped), (50, &None));
    assert_eq!(desk.texts(&good, &asks[49]), ["49/100"]);
    let samples = desk.answers(&bad, &asks[49]).samples;
    assert_eq!(samples, [None], "what was never asked has no failure either");
}

#[test]
fn the_key_reaches_the_server_and_no_file() {
    let server = Server::start(|seen| {
        assert_eq!(seen.key.as_deref(), Some(format!("Bearer {KEY}").as_str()));
        match seen.before % 3 {
            0 => refuse(500, &format!("key {KEY} is tired")),
            1 => Play::Reply { status: 200, headers: Vec::new(), body: format!("not JSON: {KEY}") },
            _ => completion(&[json!({ "message": { "content": format!("your key: {KEY}") } })]),
        }
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "key: TEST_KEY, concurrency: 1"));
    desk.ask(&model, vec![texts_of("a", 1), texts_of("b", 1)]);
    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["your key: [redacted]"]);

    assert_eq!(desk.log.lines("Retried").len(), 4);
    assert!(desk.log.lines("").iter().all(|line| !line.contains(KEY)));
    assert!(!format!("{model:?}").contains(KEY));
    let mut files = 0;
    for file in fs::read_dir(desk.folder.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes()));
        files += 1;
    }
    assert!(files > 0);
}

#[test]
fn a_key_that_is_not_set_is_named() {
    let settings = model("http://127.0.0.1:9/v1", "key: NOT_SET_ANYWHERE");
    let failure = OpenAi::connect(&settings, &|_| None).expect_err("no key");
    assert_eq!(failure.cause, Cause::Key);
    assert!(failure.message.contains("NOT_SET_ANYWHERE"), "{}", failure.message);
}

#[test]
fn an_unknown_model_stops() {
    let server = Server::start(|_| refuse(404, "The model `m` does not exist"));
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "concurrency: 1"));
    let summary = desk.ask(&model, (0..9).map(|i| texts_of(&i.to_string(), 1)).collect());
    let stopped = summary.models[0].stopped.as_ref().expect("the model stopped");
    assert_eq!(stopped.cause, Cause::UnknownModel);
    assert!(stopped.message.contains("The model `m` does not exist"), "{}", stopped.message);
    assert_eq!(server.total(), 1);
}

#[test]
fn a_spent_account_stops_and_is_not_tried_again() {
    let server = Server::start(|_| reply(429, &json!({ "error": { "message": "pay", "code": "insufficient_quota" } })));
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "concurrency: 1"));
    let summary = desk.ask(&model, (0..9).map(|i| texts_of(&i.to_string(), 1)).collect());
    assert_eq!(summary.models[0].stopped.as_ref().map(|failure| failure.cause), Some(Cause::Quota));
    assert_eq!(server.total(), 1);
}

#[test]
fn an_unreachable_server_stops_the_model_with_one_message() {
    // The port was free a moment ago, and nothing listens on it now.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (desk, model) = (Desk::new(), respondent(&format!("http://127.0.0.1:{port}/v1"), ""));
    let asks: Vec<_> = (0..1000).map(|i| texts_of(&i.to_string(), 1)).collect();
    let summary = desk.ask(&model, asks.clone());

    let stopped = summary.models[0].stopped.as_ref().expect("the model stopped");
    assert_eq!(stopped.cause, Cause::Connection);
    assert!(stopped.message.contains("cannot be reached"), "{}", stopped.message);
    assert_eq!(desk.log.lines("Stopped").len(), 1);
    assert!(summary.models[0].failed < 200, "{} requests were given up one by one", summary.models[0].failed);
    assert_eq!(cause(&desk.answers(&model, &asks[0]).samples[0]), Some(Cause::Connection));
}

#[test]
fn a_request_that_is_refused_fails_alone() {
    let server = Server::start(|seen| match seen.body["messages"][0]["content"].as_str() {
        Some("3") => refuse(400, "this prompt is too long"),
        _ => texts(&seen.body),
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    let asks: Vec<_> = (0..9).map(|i| texts_of(&i.to_string(), 2)).collect();
    let summary = desk.ask(&model, asks.clone());

    assert_eq!((summary.models[0].answers, summary.models[0].failed, summary.models[0].done), (16, 1, 9));
    let samples = desk.answers(&model, &asks[3]).samples;
    assert_eq!(samples.iter().map(cause).collect::<Vec<_>>(), [Some(Cause::Rejected); 2]);
    let failed = desk.log.lines("Failed");
    assert!(failed.len() == 1 && failed[0].contains("question 3") && failed[0].contains("too long"), "{failed:?}");

    // A failure is never reused: the same command asks for it again, and for nothing else.
    let before = server.total();
    desk.ask(&model, asks);
    assert_eq!(server.total() - before, 1);
}

#[test]
fn what_is_not_a_completion_uses_up_its_tries() {
    let server = Server::start(|_| Play::Reply { status: 200, headers: Vec::new(), body: "{\"choices\": [".into() });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    desk.ask(&model, vec![texts_of("a", 1)]);
    assert_eq!(server.total(), 6);
    assert_eq!(cause(&desk.answers(&model, &texts_of("a", 1)).samples[0]), Some(Cause::Malformed));
}

#[test]
fn a_server_that_does_not_answer_in_time_is_given_up() {
    let server = Server::start(|seen| {
        if seen.times == 1 {
            std::thread::sleep(Duration::from_millis(400));
        }
        texts(&seen.body)
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "timeout: 0.1, concurrency: 1"));
    desk.ask(&model, vec![texts_of("a", 1)]);
    assert!(desk.log.lines("Retried")[0].contains("TimedOut"));
    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["a/100"]);
}
