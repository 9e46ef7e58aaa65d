//! What a completion says, as answers.

use std::borrow::Cow;

use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

use super::failure;
use super::fault::{Fault, shortened};
use crate::answers::backend::Reply;
use crate::answers::{Answer, Cause, Failure, Usage};

#[derive(Deserialize)]
struct Completion<'a> {
    #[serde(borrow, default)]
    choices: Vec<Choice<'a>>,
    usage: Option<Billed>,
    /// Some gateways report an error under a success status.
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    index: Option<u32>,
    #[serde(borrow)]
    message: Option<Said<'a>>,
    #[serde(borrow)]
    finish_reason: Option<Cow<'a, str>>,
    logprobs: Option<Logprobs>,
}

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    content: Option<Cow<'a, str>>,
    #[serde(borrow)]
    refusal: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Logprobs {
    content: Option<Vec<Position>>,
}

#[derive(Deserialize)]
struct Position {
    #[serde(default)]
    top_logprobs: Vec<Token>,
}

#[derive(Deserialize)]
struct Token {
    token: String,
    /// Null where a server means minus infinity.
    logprob: Option<f64>,
}

#[derive(Clone, Copy, Deserialize)]
struct Billed {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
}

/// Reads up to `count` texts, in the order of their indices, and how many choices there were.
pub(super) fn samples(bytes: &[u8], count: usize, endpoint: &Url) -> Result<(Reply, usize), Failure> {
    let mut completion = read(bytes, endpoint)?;
    let found = completion.choices.len();
    completion.choices.sort_by_key(|choice| choice.index);
    let mut answers = Vec::with_capacity(count.min(found));
    for choice in completion.choices.into_iter().take(count) {
        match choice.into_answer(endpoint) {
            Ok(answer) => answers.push(answer),
            // The texts before it are whole; the runner asks for the rest again.
            Err(_) if !answers.is_empty() => break,
            Err(failure) => return Err(failure),
        }
    }
    Ok((Reply { answers, usage: usage(completion.usage) }, found))
}

/// Reads the most probable first tokens.
pub(super) fn top(bytes: &[u8], endpoint: &Url) -> Result<Reply, Failure> {
    let completion = read(bytes, endpoint)?;
    let usage = usage(completion.usage);
    let Some(choice) = completion.choices.into_iter().next() else {
        return Err(malformed(endpoint, "a completion without choices"));
    };
    if choice.is_refusal() {
        let answer = choice.into_answer(endpoint)?;
        return Ok(Reply { answers: vec![answer], usage });
    }
    let tokens: Vec<(String, f64)> = choice
        .logprobs
        .and_then(|logprobs| logprobs.content)
        .and_then(|positions| positions.into_iter().next())
        .map(|position| position.top_logprobs)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|token| Some((token.token, token.logprob?)))
        .collect();
    if tokens.is_empty() {
        let message = format!("{endpoint} gives no log-probabilities");
        return Err(failure(Cause::NoProbabilities, message));
    }
    Ok(Reply { answers: vec![Answer::Top { tokens }], usage })
}

fn read<'a>(bytes: &'a [u8], endpoint: &Url) -> Result<Completion<'a>, Failure> {
    let completion: Completion = serde_json::from_slice(bytes).map_err(|error| {
        let start = shortened(&String::from_utf8_lossy(bytes));
        malformed(endpoint, &format!("something that is not a completion ({error}): {start}"))
    })?;
    if !completion.choices.is_empty() {
        return Ok(completion);
    }
    match completion.error {
        Some(error) => Err(Fault::under_success(&error).into_failure(endpoint)),
        None => Err(malformed(endpoint, "a completion without choices")),
    }
}

impl Choice<'_> {
    fn is_refusal(&self) -> bool {
        self.finish_reason.as_deref() == Some("content_filter")
            || self.message.as_ref().is_some_and(|said| said.refusal.as_deref().is_some_and(|text| !text.is_empty()))
    }

    fn into_answer(self, endpoint: &Url) -> Result<Answer, Failure> {
        let refused = self.is_refusal();
        let (content, refusal) = match self.message {
            Some(said) => (said.content, said.refusal),
            None => (None, None),
        };
        if refused {
            let text = refusal.filter(|text| !text.is_empty()).or(content).unwrap_or_default();
            return Ok(Answer::Refusal { text: text.into_owned() });
        }
        match (self.finish_reason.as_deref(), content) {
            (Some("length"), content) => Ok(Answer::Truncated { text: content.unwrap_or_default().into_owned() }),
            (Some("error"), _) => Err(failure(Cause::Server, format!("{endpoint} broke off its answer with an error"))),
            (_, Some(content)) => Ok(Answer::Text { text: content.into_owned() }),
            (reason, None) => {
                let reason = reason.unwrap_or("nothing");
                Err(malformed(endpoint, &format!("a choice without text (finish reason: {reason})")))
            }
        }
    }
}

fn usage(billed: Option<Billed>) -> Usage {
    let tokens = |pick: fn(Billed) -> Option<u64>| billed.and_then(pick).unwrap_or_default();
    Usage {
        prompt_tokens: tokens(|billed| billed.prompt_tokens),
        completion_tokens: tokens(|billed| billed.completion_tokens),
    }
}

fn malformed(endpoint: &Url, what: &str) -> Failure {
    failure(Cause::Malformed, format!("{endpoint} answered with {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Url {
        Url::parse("http://h/v1/chat/completions").expect("an address")
    }

    fn answers(choices: &str, count: usize) -> Result<Vec<Answer>, Cause> {
        let body = format!(r#"{{"choices":[{choices}],"usage":null}}"#);
        samples(body.as_bytes(), count, &endpoint()).map(|(reply, _)| reply.answers).map_err(|failure| failure.cause)
    }

    #[test]
    fn choices_are_taken_in_the_order_of_their_indices() {
        let choices = r#"{"index":1,"message":{"content":"b"},"finish_reason":"stop"},
            {"index":0,"message":{"content":"a \" é"},"finish_reason":"length"}"#;
        assert_eq!(
            answers(choices, 2),
            Ok(vec![Answer::Truncated { text: "a \" é".into() }, Answer::Text { text: "b".into() }])
        );
    }

    #[test]
    fn an_empty_content_is_no_text() {
        assert_eq!(answers(r#"{"message":{"content":null},"finish_reason":"tool_calls"}"#, 1), Err(Cause::Malformed));
        assert_eq!(
            answers(r#"{"message":{"content":null},"finish_reason":"content_filter"}"#, 1),
            Ok(vec![Answer::Refusal { text: String::new() }])
        );
        assert_eq!(answers("", 1), Err(Cause::Malformed));
    }

    #[test]
    fn texts_before_a_broken_choice_are_kept() {
        let choices = r#"{"index":0,"message":{"content":"a"},"finish_reason":"stop"},
            {"index":1,"message":null,"finish_reason":"error"}"#;
        assert_eq!(answers(choices, 2), Ok(vec![Answer::Text { text: "a".into() }]));
    }

    #[test]
    fn an_error_under_a_success_status_is_an_error() {
        let body = br#"{"error":{"code":429,"message":"slow down"}}"#;
        let failure = samples(body, 1, &endpoint()).expect_err("an error");
        assert_eq!(failure.cause, Cause::RateLimited);
        assert!(failure.message.contains("slow down"), "{}", failure.message);
    }

    #[test]
    fn minus_infinity_as_null_is_left_out() {
        let body = br#"{"choices":[{"message":{"content":"A"},"finish_reason":"length","logprobs":{"content":[
            {"token":"A","top_logprobs":[{"token":"A","logprob":-0.5},{"token":"B","logprob":null}]}]}}]}"#;
        let reply = top(body, &endpoint()).expect("tokens");
        assert_eq!(reply.answers, [Answer::Top { tokens: vec![("A".into(), -0.5)] }]);
    }
}
