//! What may come of the requests of a batch, and of a batch.

use introspec::answers::{Ask, Cause, Failure, Respondent};
use serde_json::{Value, json};

use crate::PROVIDERS;
use crate::desk::{Desk, any, cause, probabilities_of, texts_of};
use crate::server::{Fate, Rules, Server};

pub(crate) fn batched(provider: &str, server: &Server, settings: &str) -> Respondent {
    any(provider, &server.base_url, &format!("batch: {{ poll: 0.002, {settings} }}"))
}

pub(crate) fn asks(count: usize, samples: u32) -> Vec<Ask> {
    (0..count).map(|number| texts_of(&number.to_string(), samples)).collect()
}

/// The texts that a server without faults gives.
fn right(provider: &str, asks: &[Ask]) -> Vec<Vec<String>> {
    let server = Server::start(Rules::kind());
    let (desk, model) = (Desk::new(), batched(provider, &server, ""));
    desk.ask(&model, asks.to_vec());
    asks.iter().map(|ask| desk.texts(&model, ask)).collect()
}

/// Asks a server of these rules, and holds its answers to the right ones.
fn assert_right(provider: &str, rules: Rules, settings: &str) -> Server {
    let asks = asks(40, 2);
    let server = Server::start(rules);
    let (mut desk, model) = (Desk::new(), batched(provider, &server, settings));
    desk.options.samples_per_call = 1;
    let summary = desk.ask(&model, asks.clone());
    let of = &summary.models[0];
    assert_eq!((of.answers, of.failed, of.done, &of.stopped), (80, 0, 40, &None), "{provider}");
    let texts: Vec<_> = asks.iter().map(|ask| desk.texts(&model, ask)).collect();
    assert_eq!(texts, right(provider, &asks), "{provider}");
    let requests = server.total();
    let again = desk.ask(&model, asks);
    assert_eq!((again.models[0].known, server.total()), (40, requests), "{provider}: nothing is left to ask");
    server
}

fn in_hash(body: &Value, of: u8) -> bool {
    blake3::hash(body.to_string().as_bytes()).as_bytes()[0] < of
}

#[test]
fn batches_are_filled_as_far_as_they_go_and_their_answers_come_in_any_order() {
    for provider in PROVIDERS {
        let server = assert_right(provider, Rules::kind(), "most: 30");
        let sizes: Vec<usize> = server.state().batches.iter().map(|batch| batch.items.len()).collect();
        assert_eq!(sizes, [30, 30, 20], "{provider}");
    }
}

#[test]
fn one_call_may_ask_for_several_samples_in_a_batch_too() {
    let server = Server::start(Rules::kind());
    let (desk, model) = (Desk::new(), batched("openai", &server, ""));
    let summary = desk.ask(&model, asks(10, 5));
    assert_eq!(summary.models[0].answers, 50);
    assert_eq!(server.state().batches[0].items.len(), 10);
    assert_eq!(server.state().batches[0].items[0].1["n"], 5);
}

#[test]
fn what_has_no_answer_goes_into_another_batch_and_what_has_one_does_not() {
    for provider in PROVIDERS {
        let fate = |body: &Value, times: usize| match blake3::hash(body.to_string().as_bytes()).as_bytes()[1] % 8 {
            0 if times < 3 => Fate::Expired,
            1 if times < 2 => Fate::Refused(500, json!({ "type": "api_error", "message": "tired" })),
            2 if times < 2 => Fate::Refused(429, json!({ "type": "rate_limit_error", "message": "slow down" })),
            3 if times < 2 => Fate::Says(json!({ "object": "list", "type": "list" })),
            _ => Fate::Answered,
        };
        let server = assert_right(provider, Rules { fate: Box::new(fate), ..Rules::kind() }, "most: 50");
        let state = server.state();
        assert!(state.batches.len() > 3, "{provider}: {}", state.batches.len());
        // Two samples are two requests: Anthropic's are alike, and `OpenAI`'s differ by their seeds.
        let each = if provider == "openai" { 1 } else { 2 };
        assert!(state.answered().values().all(|answered| *answered == each), "{provider}: {:?}", state.asked);
    }
}

#[test]
fn a_request_without_a_line_is_asked_again_when_the_file_was_fetched_often_enough() {
    let fate =
        |body: &Value, times: usize| if in_hash(body, 60) && times == 1 { Fate::Missing } else { Fate::Answered };
    for (provider, end) in [("openai", "completed"), ("openai", "expired"), ("openai", "cancelled"), ("anthropic", "")]
    {
        assert_right(provider, Rules { fate: Box::new(fate), end, ..Rules::kind() }, "");
    }
}

#[test]
fn a_file_that_is_cut_off_is_fetched_again_and_nothing_in_it_is_asked_again() {
    for provider in PROVIDERS {
        // In the middle of a line, and at the end of one.
        for cut in [700, 4000] {
            let cut = move |fetched: usize| (fetched < 3).then_some(cut * fetched);
            let server = assert_right(provider, Rules { cut: Box::new(cut), ..Rules::kind() }, "");
            let state = server.state();
            assert_eq!(state.batches.len(), 1, "{provider}");
            assert!(state.batches[0].fetched >= 3, "{provider}");
        }
    }
}

#[test]
fn a_request_that_is_refused_fails_alone_and_one_that_never_gets_done_is_given_up() {
    for provider in PROVIDERS {
        let fate = |body: &Value, _| match body["messages"][0]["content"].as_str() {
            Some("3") => Fate::Refused(400, json!({ "type": "invalid_request_error", "message": "too long" })),
            Some("5") => Fate::Expired,
            _ => Fate::Answered,
        };
        let server = Server::start(Rules { fate: Box::new(fate), ..Rules::kind() });
        let (mut desk, model) = (Desk::new(), batched(provider, &server, ""));
        desk.options.retry.tries = 3;
        let asks = asks(20, 1);
        let summary = desk.ask(&model, asks.clone());
        assert_eq!((summary.models[0].answers, summary.models[0].failed, summary.models[0].done), (18, 2, 20));
        assert_eq!(cause(&desk.answers(&model, &asks[3]).samples[0]), Some(Cause::Rejected), "{provider}");
        assert_eq!(cause(&desk.answers(&model, &asks[5]).samples[0]), Some(Cause::Expired), "{provider}");
        let sizes: Vec<usize> = server.state().batches.iter().map(|batch| batch.items.len()).collect();
        assert_eq!(sizes, [20, 1, 1], "{provider}");
    }
}

#[test]
fn a_batch_that_is_not_taken_stops_its_model_with_the_services_words() {
    for provider in PROVIDERS {
        let errors = match provider {
            "openai" => json!([{ "code": "invalid_json_line", "line": 2, "message": "a line is wrong" }, {}]),
            _ => json!({ "type": "invalid_request_error", "message": "a line is wrong" }),
        };
        let refusal = move |before: usize| (before == 0).then(|| errors.clone());
        let server = Server::start(Rules { refusal: Box::new(refusal), ..Rules::kind() });
        let (desk, model) = (Desk::new(), batched(provider, &server, ""));
        let stopped = desk.ask(&model, asks(5, 1)).models[0].stopped.clone();
        let Some(Failure { cause, message, .. }) = stopped else { panic!("{provider} is stopped") };
        assert!(cause == Cause::Rejected && message.contains("a line is wrong"), "{provider}: {message}");
        if provider == "openai" {
            assert!(message.contains("(line 2), and 1 more"), "{message}");
            // The next run asks everything again.
            assert_eq!(desk.ask(&model, asks(5, 1)).models[0].answers, 5);
        }
    }
}

#[test]
fn a_batch_that_is_too_much_beside_others_waits_for_them() {
    let refusal = |before: usize| {
        (before == 1).then(|| json!([{ "code": "token_limit_exceeded", "message": "Enqueued token limit reached" }]))
    };
    let server = assert_right("openai", Rules { refusal: Box::new(refusal), ..Rules::kind() }, "most: 40");
    let sizes: Vec<usize> = server.state().batches.iter().map(|batch| batch.items.len()).collect();
    assert_eq!(sizes, [40, 40, 40], "the second one was made twice");
}

#[test]
fn several_samples_and_token_limits_are_asked_for_as_the_server_wants_them() {
    let fate = |body: &Value, _| match body {
        body if body["n"].is_u64() => Fate::Refused(400, json!({ "error": { "message": "Only `n` = 1 is allowed" } })),
        body if body["max_tokens"].is_u64() => {
            Fate::Refused(400, json!({ "error": { "message": "Use 'max_completion_tokens' instead." } }))
        }
        _ => Fate::Answered,
    };
    let server = Server::start(Rules { fate: Box::new(fate), ..Rules::kind() });
    let (desk, model) = (Desk::new(), batched("openai", &server, ""));
    let summary = desk.ask(&model, asks(6, 3));
    assert_eq!((summary.models[0].answers, summary.models[0].failed), (18, 0), "{summary:?}");
}

#[test]
fn probabilities_are_read_from_a_batch_and_texts_where_there_are_none() {
    let ask: Vec<Ask> = (0..8).map(|number| probabilities_of(&number.to_string(), 2)).collect();
    let server = Server::start(Rules::kind());
    let (desk, model) = (Desk::new(), batched("openai", &server, ""));
    assert_eq!(desk.ask(&model, ask.clone()).models[0].answers, 8);

    let fate = |body: &Value, _| {
        let refused = json!({ "error": { "message": "logprobs are not supported", "param": "logprobs" } });
        if body["logprobs"] == true { Fate::Refused(400, refused) } else { Fate::Answered }
    };
    let server = Server::start(Rules { fate: Box::new(fate), ..Rules::kind() });
    let (desk, model) = (Desk::new(), batched("openai", &server, ""));
    let summary = desk.ask(&model, ask.clone());
    assert_eq!((summary.models[0].answers, summary.models[0].done), (16, 8));
    assert!(summary.models[0].sampled.is_some());
    let sizes: Vec<usize> = server.state().batches.iter().map(|batch| batch.items.len()).collect();
    assert_eq!(sizes, [8, 8]);
}

#[test]
fn a_key_that_is_refused_inside_of_a_batch_stops_its_model_when_the_others_are_kept() {
    for provider in PROVIDERS {
        let fate = |body: &Value, _| match body["messages"][0]["content"].as_str() {
            Some("3") => Fate::Refused(401, json!({ "type": "authentication_error", "message": "no" })),
            _ => Fate::Answered,
        };
        let server = Server::start(Rules { fate: Box::new(fate), ..Rules::kind() });
        let (desk, model) = (Desk::new(), batched(provider, &server, ""));
        let summary = desk.ask(&model, asks(20, 1));
        assert_eq!(summary.models[0].answers, 19, "{provider}");
        assert_eq!(summary.models[0].stopped.as_ref().map(|failure| failure.cause), Some(Cause::Key), "{provider}");
    }
}
