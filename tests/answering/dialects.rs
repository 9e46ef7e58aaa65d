//! What each service is sent, and what its own errors come to.

use introspec::answers::{Answer, Ask, Cause};
use introspec::requests::{Message, Role};
use serde_json::{Value, json};

use crate::desk::{Desk, KEY, any, cause, probabilities_of, texts_of};
use crate::server::{Play, Server, refuse, reply, texts, tokens};

/// What one ask under a provider sends to a server that answers as `play` says.
fn sent(provider: &str, settings: &str, ask: Ask, play: fn(&Value) -> Play) -> Value {
    let server = Server::start(move |seen| play(&seen.body));
    let (desk, model) = (Desk::new(), any(provider, &server.base_url, settings));
    desk.ask(&model, vec![ask]);
    server.counts().remove(0).0
}

fn obliging(body: &Value) -> Play {
    let mut body = body.clone();
    if body.get("seed").is_none() {
        body["seed"] = json!(0);
    }
    texts(&body)
}

fn begun(prompt: &str) -> Ask {
    let mut ask = texts_of(prompt, 1);
    ask.messages.push(Message { role: Role::Assistant, content: "I would say".to_owned() });
    ask
}

#[test]
fn each_service_is_asked_for_probabilities_in_its_own_words() {
    for (provider, flag, top) in [
        ("vllm", json!(true), json!(20)),
        ("llama.cpp", json!(true), json!(20)),
        ("fireworks", json!(true), json!(5)),
        ("together", json!(20), Value::Null),
        ("chat", json!(true), json!(20)),
    ] {
        let body = sent(provider, "", probabilities_of("a", 1), |_| tokens(&[("A", -0.1)]));
        assert_eq!((&body["logprobs"], &body["top_logprobs"]), (&flag, &top), "{provider}");
    }
    let routed = sent("openrouter", "", probabilities_of("a", 1), |_| tokens(&[("A", -0.1)]));
    assert_eq!(routed["provider"], json!({ "require_parameters": true }));
    let fewer = sent("vllm", "can: { logprobs: 7 }", probabilities_of("a", 1), |_| tokens(&[("A", -0.1)]));
    assert_eq!(fewer["top_logprobs"], 7);
    let none = sent("vllm", "can: { logprobs: 0 }", probabilities_of("a", 2), obliging);
    assert_eq!((none.get("logprobs"), &none["n"]), (None, &json!(2)));
}

#[test]
fn what_a_server_cannot_do_is_left_out() {
    let body = sent("ollama", "", texts_of("a", 2), obliging);
    assert_eq!((body.get("n"), &body["seed"]), (None, &json!(100)));
    let body = sent("chat", "can: { n: false, seed: false, temperature: false }", texts_of("a", 2), obliging);
    assert!(["n", "seed", "temperature"].iter().all(|key| body.get(*key).is_none()), "{body}");
}

#[test]
fn a_begun_answer_is_gone_on_with_in_each_servers_words() {
    let vllm = sent("vllm", "", begun("a"), obliging);
    assert_eq!((&vllm["continue_final_message"], &vllm["add_generation_prompt"]), (&json!(true), &json!(false)));
    let sglang = sent("sglang", "", begun("a"), obliging);
    assert_eq!((&sglang["continue_final_message"], sglang.get("add_generation_prompt")), (&json!(true), None));
    let llama = sent("llama.cpp", "", begun("a"), obliging);
    assert_eq!(llama.get("continue_final_message"), None);
    assert_eq!(llama["messages"][1]["role"], "assistant");
}

#[test]
fn a_server_that_wants_the_newer_limit_gets_it_from_then_on() {
    let server = Server::start(|seen| match seen.body.get("max_tokens") {
        Some(_) => refuse(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        None => texts(&seen.body),
    });
    let (desk, model) = (Desk::new(), any("chat", &server.base_url, "concurrency: 1"));
    desk.ask(&model, vec![texts_of("a", 1), texts_of("b", 1)]);
    assert_eq!(server.total(), 3);
    assert_eq!(desk.texts(&model, &texts_of("b", 1)), ["b/100"]);
}

#[test]
fn messages_are_sent_and_read() {
    let server = Server::start(|seen| {
        assert_eq!(seen.path, "/v1/messages");
        assert_eq!((seen.headers["x-api-key"].as_str(), seen.key.as_deref()), (KEY, None));
        assert_eq!(seen.headers["anthropic-version"], "2023-06-01");
        reply(
            200,
            &json!({
                "id": "msg_1", "type": "message", "role": "assistant", "model": "m-20260101",
                "content": [{ "type": "text", "text": "Red" }], "stop_reason": "end_turn",
                "usage": { "input_tokens": 9, "output_tokens": 2 }
            }),
        )
    });
    let (desk, model) = (Desk::new(), any("anthropic", &server.base_url, "concurrency: 1"));
    let mut ask = texts_of("Red or blue?", 2);
    ask.messages.insert(0, Message { role: Role::System, content: "Be brief.".to_owned() });
    let summary = desk.ask(&model, vec![ask.clone()]);
    assert_eq!(desk.texts(&model, &ask), ["Red", "Red"]);
    assert_eq!((summary.models[0].usage.prompt_tokens, summary.models[0].usage.completion_tokens), (18, 4));
    let (body, times) = server.counts().remove(0);
    assert_eq!(times, 2, "one request brings one sample");
    let expected = json!({ "model": "m", "max_tokens": 8, "system": "Be brief.",
                           "messages": [{ "role": "user", "content": "Red or blue?" }] });
    assert_eq!(body, expected);
}

#[test]
fn a_model_with_a_temperature_of_its_own_says_what_to_write() {
    let server = Server::start(|seen| match seen.body.get("temperature") {
        Some(_) => refuse(400, "`temperature` is deprecated for this model."),
        None => reply(200, &json!({ "type": "message", "content": [], "stop_reason": "end_turn" })),
    });
    let mut cool = texts_of("a", 1);
    cool.sampling.temperature = 0.0;
    let desk = Desk::new();
    let model = any("anthropic", &server.base_url, "");
    desk.ask(&model, vec![cool.clone(), texts_of("a", 1)]);
    let samples = desk.answers(&model, &cool).samples;
    let failure = samples[0].as_ref().unwrap().as_ref().unwrap_err();
    assert!(failure.message.contains("can: { temperature: false }"), "{}", failure.message);
    assert_eq!(desk.texts(&model, &texts_of("a", 1)), [""], "1 is nobody's wish, and not sent");

    let desk = Desk::new();
    let model = any("anthropic", &server.base_url, "can: { temperature: false }");
    desk.ask(&model, vec![cool.clone()]);
    assert_eq!(desk.texts(&model, &cool), [""]);
}

#[test]
fn generate_content_is_sent_and_read() {
    let server = Server::start(|seen| {
        assert_eq!(seen.path, "/v1/models/m:generateContent");
        assert_eq!(seen.headers["x-goog-api-key"], KEY);
        let config = &seen.body["generationConfig"];
        if config["responseLogprobs"] == true {
            let candidates = json!([{ "token": "A", "logProbability": -0.25 }]);
            return reply(
                200,
                &json!({ "candidates": [{ "finishReason": "MAX_TOKENS",
                    "logprobsResult": { "topCandidates": [{ "candidates": candidates }] } }] }),
            );
        }
        let wanted = config["candidateCount"].as_u64().unwrap_or(1);
        let candidate = |index: u64| {
            json!({ "index": index, "content": { "role": "model", "parts": [{ "text": format!("t{index}") }] },
                    "finishReason": "STOP" })
        };
        let candidates: Vec<Value> = (0..wanted).map(candidate).collect();
        reply(
            200,
            &json!({ "candidates": candidates, "modelVersion": "m-001",
                            "usageMetadata": { "promptTokenCount": 5, "candidatesTokenCount": 3 } }),
        )
    });
    let (desk, model) = (Desk::new(), any("gemini", &server.base_url, ""));
    let mut ask = begun("a");
    ask.messages.insert(0, Message { role: Role::System, content: "Be brief.".to_owned() });
    ask.sampling.samples = 2;
    desk.ask(&model, vec![ask.clone(), probabilities_of("b", 1)]);
    assert_eq!(desk.texts(&model, &ask), ["t0", "t1"]);
    let read = desk.answers(&model, &probabilities_of("b", 1)).samples;
    assert_eq!(read, [Some(Ok(Answer::Top { tokens: vec![("A".into(), -0.25)] }))]);
    let bodies = server.counts();
    let texts = bodies.iter().map(|(body, _)| body).find(|body| body["systemInstruction"].is_object()).unwrap();
    assert_eq!(
        *texts,
        json!({
            "contents": [
                { "role": "user", "parts": [{ "text": "a" }] },
                { "role": "model", "parts": [{ "text": "I would say" }] }
            ],
            "systemInstruction": { "parts": [{ "text": "Be brief." }] },
            "generationConfig": { "temperature": 1.0, "maxOutputTokens": 8, "candidateCount": 2, "seed": 100 }
        })
    );
}

#[test]
fn each_services_errors_have_their_causes() {
    let google = |code: u16, status: &str, reason: &str| json!({ "error": { "code": code, "message": "no", "status": status, "details": [{ "reason": reason }] } });
    let anthropic =
        |kind: &str, message: &str| json!({ "type": "error", "error": { "type": kind, "message": message } });
    for (provider, status, body, expected) in [
        ("anthropic", 401, anthropic("authentication_error", "invalid x-api-key"), Cause::Key),
        ("anthropic", 404, anthropic("not_found_error", "model: m"), Cause::UnknownModel),
        ("anthropic", 529, anthropic("overloaded_error", "Overloaded"), Cause::Server),
        ("anthropic", 429, anthropic("rate_limit_error", "slow down"), Cause::RateLimited),
        ("anthropic", 400, anthropic("invalid_request_error", "Your credit balance is too low"), Cause::Quota),
        ("anthropic", 400, anthropic("invalid_request_error", "prompt is too long"), Cause::Rejected),
        ("gemini", 400, google(400, "INVALID_ARGUMENT", "API_KEY_INVALID"), Cause::Key),
        ("gemini", 429, google(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"), Cause::RateLimited),
        ("gemini", 404, google(404, "NOT_FOUND", ""), Cause::UnknownModel),
        ("gemini", 503, google(503, "UNAVAILABLE", ""), Cause::Server),
        ("openrouter", 402, json!({ "error": { "code": 402, "message": "Insufficient credits" } }), Cause::Quota),
        ("openrouter", 200, json!({ "error": { "code": 502, "message": "Provider returned error" } }), Cause::Server),
        (
            "ollama",
            404,
            json!({ "error": { "message": "model \"m\" not found, try pulling it first" } }),
            Cause::UnknownModel,
        ),
        ("fireworks", 400, json!({ "error": { "object": "error", "message": "too long" } }), Cause::Rejected),
    ] {
        let said = body.to_string();
        let server = Server::start(move |_| reply(status, &body));
        let mut desk = Desk::new();
        (desk.options.retry.tries, desk.options.retry.put_off) = (1, 0);
        let model = any(provider, &server.base_url, "concurrency: 1");
        desk.ask(&model, vec![texts_of("a", 1)]);
        assert_eq!(cause(&desk.answers(&model, &texts_of("a", 1)).samples[0]), Some(expected), "{provider} {said}");
    }
}

#[test]
fn a_wait_in_an_errors_details_is_waited_out() {
    let server = Server::start(|seen| match seen.times {
        1 => reply(429, &json!({ "error": { "code": 429, "message": "no", "details": [{ "retryDelay": "0.02s" }] } })),
        _ => reply(
            200,
            &json!({ "candidates": [{ "content": { "parts": [{ "text": "t" }] }, "finishReason": "STOP" }] }),
        ),
    });
    let (desk, model) = (Desk::new(), any("gemini", &server.base_url, ""));
    desk.ask(&model, vec![texts_of("a", 1)]);
    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["t"]);
    assert!(desk.log.lines("Retried")[0].contains("retry_after_ms: Some(20)"));
}
