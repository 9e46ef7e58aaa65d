//! Probabilities: read where a server gives them, sampled where it does not.

use introspec::answers::{Answer, Cause};
use introspec::scores::Method;
use serde_json::json;

use crate::desk::{Desk, cause, probabilities_of, respondent};
use crate::server::{Seen, Server, refuse, texts, tokens};

#[test]
fn probabilities_are_read_from_the_most_probable_tokens() {
    let server = Server::start(|_| tokens(&[("A", -0.25), (" B", -1.5)]));
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "sampling: { top_p: 0.5 }"));
    let asks: Vec<_> = (0..30).map(|i| probabilities_of(&i.to_string(), 5)).collect();
    desk.ask(&model, asks.clone());

    assert_eq!(server.total(), 30);
    let (body, _) = &server.counts()[0];
    assert_eq!((&body["logprobs"], &body["top_logprobs"], &body["max_tokens"]), (&json!(true), &json!(20), &json!(1)));
    assert_eq!(body.get("top_p"), None);
    let answered = desk.answers(&model, &asks[29]);
    assert_eq!(answered.method, Method::Top);
    let expected = Answer::Top { tokens: vec![("A".into(), -0.25), (" B".into(), -1.5)] };
    assert_eq!(answered.samples, [Some(Ok(expected))]);

    desk.ask(&model, asks);
    assert_eq!(server.total(), 30);
}

#[test]
fn without_log_probabilities_texts_are_sampled() {
    let omits = |seen: &Seen| texts(&seen.body);
    let refuses = |seen: &Seen| match seen.body.get("logprobs") {
        Some(_) => refuse(403, "You are not allowed to request logprobs from this model"),
        None => texts(&seen.body),
    };
    for server in [Server::start(omits), Server::start(refuses)] {
        let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
        let asks: Vec<_> = (0..200).map(|i| probabilities_of(&i.to_string(), 5)).collect();
        let summary = desk.ask(&model, asks.clone());

        // One request found out; all others ask for texts at once.
        assert_eq!(server.total(), 201);
        assert_eq!(server.counts().iter().filter(|(body, _)| body["logprobs"] == true).count(), 1);
        assert_eq!(summary.models[0].sampled.as_ref().map(|failure| failure.cause), Some(Cause::NoProbabilities));
        assert_eq!((summary.models[0].answers, summary.models[0].done), (1000, 200));
        for ask in &asks {
            let answered = desk.answers(&model, ask);
            assert_eq!(answered.method, Method::Samples);
            assert_eq!(answered.samples.len(), 5);
            assert!(answered.samples.iter().all(|sample| matches!(sample, Some(Ok(Answer::Text { .. })))));
        }
        let again = desk.ask(&model, asks);
        assert_eq!((server.total(), again.models[0].known), (201, 200));
    }
}

#[test]
fn a_model_that_has_given_probabilities_is_not_mixed_with_texts() {
    let server = Server::start(|seen| match seen.body["messages"][0]["content"].as_str() {
        Some("odd") => texts(&seen.body),
        _ => tokens(&[("A", -0.25)]),
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "concurrency: 1"));
    desk.ask(&model, vec![probabilities_of("a", 2), probabilities_of("odd", 2)]);
    let odd = desk.answers(&model, &probabilities_of("odd", 2));
    assert_eq!((odd.method, cause(&odd.samples[0])), (Method::Top, Some(Cause::NoProbabilities)));
    // A process that starts anew knows it from the store.
    desk.ask(&model, vec![probabilities_of("odd", 2)]);
    assert!(server.counts().iter().all(|(body, _)| body["logprobs"] == true));
}
