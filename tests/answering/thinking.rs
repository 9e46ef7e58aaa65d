//! Models that think: what is asked of them, and what is kept apart.

use introspec::answers::{Answer, Store};
use serde_json::{Value, json};

use crate::desk::{Desk, any, probabilities_of, texts_of};
use crate::server::{Server, completion, reply};

fn thought(content: &str, reason: &str) -> Value {
    let message = json!({ "role": "assistant", "content": content, "reasoning_content": "hm" });
    json!({ "index": 0, "message": message, "finish_reason": reason })
}

#[test]
fn thinking_is_kept_beside_the_answer() {
    let server = Server::start(|_| completion(&[thought("Red", "stop")]));
    let (desk, model) = (Desk::new(), any("vllm", &server.base_url, "thinking: { tokens: 500 }"));
    desk.ask(&model, vec![texts_of("a", 1)]);
    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["Red"]);
    let store = Store::open(&desk.path()).unwrap();
    let kept = store.reader().unwrap().thinking(&texts_of("a", 1), &model.identity).unwrap();
    assert_eq!(kept, [Some("hm".to_owned())]);
    let (body, _) = server.counts().remove(0);
    assert_eq!(body["max_tokens"], 508, "the answer's 8 and 500 for thinking");
    assert_eq!(body["chat_template_kwargs"], json!({ "enable_thinking": true, "thinking": true }));
}

#[test]
fn an_exhausted_budget_is_truncated_and_not_an_answer() {
    let server = Server::start(|_| completion(&[thought("", "length")]));
    let (desk, model) = (Desk::new(), any("vllm", &server.base_url, "thinking: true"));
    desk.ask(&model, vec![texts_of("a", 1)]);
    let samples = desk.answers(&model, &texts_of("a", 1)).samples;
    assert_eq!(samples, [Some(Ok(Answer::Truncated { text: String::new() }))]);
}

#[test]
fn each_service_hears_of_thinking_in_its_own_words() {
    for (provider, settings, key, value) in [
        ("chat", "thinking: { effort: low, tokens: 10 }", "reasoning_effort", json!("low")),
        ("chat", "thinking: { effort: low, tokens: 10 }", "max_completion_tokens", json!(18)),
        ("ollama", "thinking: false", "reasoning_effort", json!("none")),
        ("openrouter", "thinking: { tokens: 2000 }", "reasoning", json!({ "max_tokens": 2000 })),
        ("openrouter", "thinking: { effort: high }", "reasoning", json!({ "effort": "high" })),
        ("together", "thinking: false", "reasoning", json!({ "enabled": false })),
        ("fireworks", "thinking: { effort: low }", "reasoning_effort", json!("low")),
    ] {
        let server = Server::start(|_| completion(&[thought("Red", "stop")]));
        let (desk, model) = (Desk::new(), any(provider, &server.base_url, settings));
        desk.ask(&model, vec![texts_of("a", 1)]);
        let (body, _) = server.counts().remove(0);
        assert_eq!(body[key], value, "{provider} {settings}: {body}");
    }
}

#[test]
fn a_model_that_thinks_is_sampled_and_never_read_as_probabilities() {
    let server = Server::start(|_| completion(&[thought("A", "stop")]));
    let (desk, model) = (Desk::new(), any("vllm", &server.base_url, "thinking: true"));
    desk.ask(&model, vec![probabilities_of("a", 2)]);
    assert!(server.counts().iter().all(|(body, _)| body.get("logprobs").is_none()));
    assert_eq!(desk.answers(&model, &probabilities_of("a", 2)).samples.len(), 2);
}

#[test]
fn messages_are_told_a_budget_or_an_effort() {
    let message = json!({ "type": "message", "model": "m", "stop_reason": "end_turn",
        "content": [{ "type": "thinking", "thinking": "hm" }, { "type": "text", "text": "Red" }] });
    for (settings, thinking, effort, tokens) in [
        ("thinking: { tokens: 2000 }", json!({ "type": "enabled", "budget_tokens": 2000 }), Value::Null, 2008),
        ("thinking: { tokens: 10 }", json!({ "type": "enabled", "budget_tokens": 1024 }), Value::Null, 1032),
        (
            "thinking: { effort: low }",
            json!({ "type": "adaptive", "display": "summarized" }),
            json!({ "effort": "low" }),
            4104,
        ),
        ("thinking: false", json!({ "type": "disabled" }), Value::Null, 8),
    ] {
        let message = message.clone();
        let server = Server::start(move |_| reply(200, &message));
        let (desk, model) = (Desk::new(), any("anthropic", &server.base_url, settings));
        let mut ask = texts_of("a", 1);
        ask.sampling.temperature = 0.5;
        desk.ask(&model, vec![ask.clone()]);
        let (body, _) = server.counts().remove(0);
        assert_eq!((&body["thinking"], &body["output_config"]), (&thinking, &effort), "{settings}");
        assert_eq!(body["max_tokens"], tokens, "{settings}");
        assert_eq!(body.get("temperature").is_some(), settings == "thinking: false", "{settings}");
        assert_eq!(desk.texts(&model, &ask), ["Red"]);
    }
}

#[test]
fn another_way_of_thinking_is_another_request() {
    let server = Server::start(|_| completion(&[thought("Red", "stop")]));
    let desk = Desk::new();
    for settings in ["", "thinking: true", "thinking: { effort: low }", "thinking: true"] {
        desk.ask(&any("vllm", &server.base_url, settings), vec![texts_of("a", 1)]);
    }
    assert_eq!(server.total(), 3);
}
