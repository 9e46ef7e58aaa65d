//! Replies that only look like what was asked for: each is a failure with a cause, and no answer.

use std::sync::{Arc, Mutex};

use introspec::answers::Cause;
use serde_json::{Value, json};

use crate::desk::{Desk, any, cause, probabilities_of, respondent, texts_of};
use crate::server::{Play, Seen, Server, completion, texts};

fn raw(headers: &[(&'static str, &str)], body: impl Into<Vec<u8>>) -> Play {
    Play::Raw { headers: headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(), body: body.into() }
}

fn whole() -> String {
    let choice = json!({ "index": 0, "message": { "content": "a" }, "finish_reason": "stop" });
    json!({ "choices": [choice], "usage": { "prompt_tokens": 1, "completion_tokens": 1 } }).to_string()
}

/// What a server that always plays the same comes to.
fn failure(play: impl Fn() -> Play + Send + Sync + 'static) -> (Cause, String) {
    let server = Server::start(move |_| play());
    let mut desk = Desk::new();
    desk.options.retry.tries = 2;
    let model = respondent(&server.base_url, "");
    desk.ask(&model, vec![texts_of("a", 1)]);
    match desk.answers(&model, &texts_of("a", 1)).samples.remove(0) {
        Some(Err(failure)) => (failure.cause, failure.message),
        other => panic!("no failure: {other:?}"),
    }
}

#[test]
fn another_content_type_is_no_completion_even_where_the_body_is_one() {
    for kind in ["text/html", "text/event-stream", "text/plain; charset=utf-8"] {
        let (cause, message) = failure(move || raw(&[("content-type", kind)], whole()));
        assert_eq!(cause, Cause::Malformed);
        assert!(message.contains(kind), "{message}");
    }
}

#[test]
fn a_body_without_a_type_is_taken_for_what_it_holds() {
    let server = Server::start(|_| raw(&[], whole()));
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    desk.ask(&model, vec![texts_of("a", 1)]);
    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["a"]);
}

#[test]
fn a_compressed_body_is_read_where_it_was_offered_and_refused_where_not() {
    // `whole()` as gzip would be read; these bytes only begin like gzip.
    let json = ("content-type", "application/json");
    let (cause, message) = failure(move || raw(&[json, ("content-encoding", "gzip")], [0x1f, 0x8b, 8, 0, 1, 2, 3]));
    assert_eq!(cause, Cause::Malformed, "{message}");
    for encoding in ["br", "zstd"] {
        let (cause, message) = failure(move || raw(&[json, ("content-encoding", encoding)], whole()));
        assert_eq!(cause, Cause::Malformed);
        assert!(message.contains(encoding) && message.contains("compressed"), "{message}");
    }

    let server = Server::start(|seen| {
        assert!(seen.headers["accept-encoding"].contains("gzip"));
        raw(&[("content-type", "application/json"), ("content-encoding", "gzip")], stored_gzip(whole().as_bytes()))
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    desk.ask(&model, vec![texts_of("a", 1)]);
    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["a"]);
}

/// A gzip file of one stored block: nothing is compressed, and every decoder has to read it.
fn stored_gzip(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    out.extend(length.to_le_bytes());
    out.extend((!length).to_le_bytes());
    out.extend(bytes);
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    out.extend((!crc).to_le_bytes());
    out.extend(u32::from(length).to_le_bytes());
    out
}

#[test]
fn json_that_is_no_completion_says_what_it_is() {
    for (body, said) in [
        ("{\"choices\": [", "EOF"),
        ("[]", "not a completion"),
        ("{\"id\":\"x\",\"object\":\"list\",\"data\":[]}", "`list`"),
        ("{\"status\":\"ok\"}", "no `choices`"),
        ("{\"choices\":[]}", "without choices"),
        ("{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}", "without text"),
        ("null", "not a completion"),
    ] {
        let (cause, message) = failure(move || raw(&[("content-type", "application/json")], body));
        assert_eq!(cause, Cause::Malformed, "{body}");
        assert!(message.contains(said), "{body}: {message}");
    }
}

#[test]
fn more_choices_than_asked_for_are_no_answer() {
    let choice = |index: u64| json!({ "index": index, "message": { "content": "a" }, "finish_reason": "stop" });
    let (cause, message) = failure(move || completion(&[choice(0), choice(1)]));
    assert_eq!(cause, Cause::Malformed);
    assert!(message.contains("2 choices, where 1"), "{message}");
}

#[test]
fn missing_usage_counts_nothing_and_loses_no_answer() {
    let server = Server::start(|_| {
        let choice = json!({ "index": 0, "message": { "content": "a" }, "finish_reason": "stop" });
        crate::server::reply(200, &json!({ "choices": [choice] }))
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    let summary = desk.ask(&model, vec![texts_of("a", 1)]);
    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["a"]);
    assert_eq!((summary.models[0].usage.prompt_tokens, summary.models[0].usage.completion_tokens), (0, 0));
}

fn named(seen: &Seen, name: &str) -> Play {
    let Play::Reply { body, .. } = texts(&seen.body) else { panic!("a reply") };
    let mut body: Value = serde_json::from_str(&body).unwrap();
    body["model"] = json!(name);
    crate::server::reply(200, &body)
}

#[test]
fn an_answer_of_another_model_is_no_answer() {
    // vLLM answers under the name that was asked for.
    let server = Server::start(|seen| named(seen, if seen.times == 1 { "other" } else { "m" }));
    let (desk, model) = (Desk::new(), any("vllm", &server.base_url, "concurrency: 1"));
    desk.ask(&model, vec![texts_of("a", 1)]);
    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["a/100"]);
    let retried = desk.log.lines("Retried");
    assert!(retried.len() == 1 && retried[0].contains("the model `other`"), "{retried:?}");

    // Any server may have a name of its own, as long as it keeps it.
    let server = Server::start(|seen| named(seen, if seen.before == 1 { "other.gguf" } else { "weights.gguf" }));
    let (desk, model) = (Desk::new(), any("llama.cpp", &server.base_url, "concurrency: 1"));
    desk.ask(&model, vec![texts_of("a", 1), texts_of("b", 1)]);
    assert_eq!(desk.texts(&model, &texts_of("b", 1)), ["b/100"]);
    let retried = desk.log.lines("Retried");
    assert!(retried.len() == 1 && retried[0].contains("where `weights.gguf` was due"), "{retried:?}");
}

#[test]
fn an_answer_to_another_request_is_no_answer() {
    // The server mixes up its connections: it gives the second request's answer the first one's mark.
    let first: Arc<Mutex<Option<String>>> = Arc::default();
    let server = Server::start(move |seen| {
        let own = seen.headers["x-request-id"].clone();
        let mut first = first.lock().unwrap();
        let mark = if seen.before == 1 { first.clone().unwrap() } else { own.clone() };
        first.get_or_insert(own);
        let Play::Reply { body, .. } = texts(&seen.body) else { panic!("a reply") };
        raw(&[("content-type", "application/json"), ("x-request-id", &mark)], body)
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "concurrency: 1"));
    desk.ask(&model, vec![texts_of("a", 1), texts_of("b", 1)]);
    assert_eq!(server.total(), 3);
    let retried = desk.log.lines("Retried");
    assert!(retried.len() == 1 && retried[0].contains("the answer to another request"), "{retried:?}");

    // A mark of the service's own says nothing.
    let server = Server::start(|seen| {
        let Play::Reply { body, .. } = texts(&seen.body) else { panic!("a reply") };
        raw(&[("content-type", "application/json"), ("x-request-id", "req_123")], body)
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    desk.ask(&model, vec![texts_of("a", 1), texts_of("b", 1)]);
    assert_eq!(server.total(), 2);
}

#[test]
fn a_distribution_without_choices_is_a_failure_too() {
    let server = Server::start(|_| completion(&[]));
    let mut desk = Desk::new();
    desk.options.retry.tries = 2;
    let model = respondent(&server.base_url, "");
    desk.ask(&model, vec![probabilities_of("a", 1)]);
    assert_eq!(cause(&desk.answers(&model, &probabilities_of("a", 1)).samples[0]), Some(Cause::Malformed));
}
