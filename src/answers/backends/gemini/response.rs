//! What a response says, as answers.

use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

use super::super::http::{Fault, Names, failure, malformed, shortened};
use crate::answers::backend::Reply;
use crate::answers::{Answer, Cause, Failure, Usage};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    candidates: Option<Vec<Candidate>>,
    prompt_feedback: Option<Feedback>,
    usage_metadata: Option<Billed>,
    model_version: Option<String>,
    error: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    finish_reason: Option<String>,
    /// Left out for the first.
    #[serde(default)]
    index: u32,
    logprobs_result: Option<Logprobs>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
    #[serde(default)]
    thought: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback {
    block_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Logprobs {
    #[serde(default)]
    top_candidates: Vec<Top>,
}

#[derive(Deserialize)]
struct Top {
    #[serde(default)]
    candidates: Vec<Token>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    token: String,
    log_probability: f64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Billed {
    #[serde(rename = "promptTokenCount")]
    prompt: u64,
    #[serde(rename = "candidatesTokenCount")]
    candidates: u64,
    #[serde(rename = "thoughtsTokenCount")]
    thoughts: u64,
}

/// Reads up to `count` texts, in the order of their indices.
pub(super) fn samples(bytes: &[u8], count: usize, endpoint: &Url, names: &Names) -> Result<Reply, Failure> {
    let response = read(bytes, endpoint, names)?;
    let usage = usage(response.usage_metadata);
    // A prompt that was blocked is declined for all of its samples at once.
    if let Some(reason) = response.prompt_feedback.and_then(|feedback| feedback.block_reason) {
        let answers = vec![Answer::Refusal { text: format!("the prompt was blocked: {reason}") }; count];
        return Ok(Reply { answers, thinking: Vec::new(), usage });
    }
    let mut candidates = response.candidates.unwrap_or_default();
    if candidates.is_empty() {
        return Err(malformed(endpoint, "a response without candidates"));
    }
    if candidates.len() > count {
        let what = format!("{} candidates, where {count} were asked for", candidates.len());
        return Err(malformed(endpoint, &what));
    }
    candidates.sort_by_key(|candidate| candidate.index);
    if candidates.windows(2).any(|pair| matches!(pair, [a, b] if a.index == b.index)) {
        return Err(malformed(endpoint, "two candidates of one index"));
    }
    let (mut answers, mut thinking) = (Vec::new(), Vec::new());
    for candidate in candidates {
        match answer(candidate, endpoint) {
            Ok((answer, thought)) => {
                answers.push(answer);
                thinking.push(thought);
            }
            // The texts before it are whole; the runner asks for the rest again.
            Err(_) if !answers.is_empty() => break,
            Err(failure) => return Err(failure),
        }
    }
    Ok(Reply { answers, thinking, usage })
}

/// Reads the most probable first tokens.
pub(super) fn top(bytes: &[u8], endpoint: &Url, names: &Names) -> Result<Reply, Failure> {
    let response = read(bytes, endpoint, names)?;
    let usage = usage(response.usage_metadata);
    if let Some(reason) = response.prompt_feedback.and_then(|feedback| feedback.block_reason) {
        let answers = vec![Answer::Refusal { text: format!("the prompt was blocked: {reason}") }];
        return Ok(Reply { answers, thinking: Vec::new(), usage });
    }
    let candidate = response.candidates.into_iter().flatten().next();
    let first = candidate.and_then(|candidate| candidate.logprobs_result?.top_candidates.into_iter().next());
    let tokens: Vec<(String, f64)> = first
        .map(|top| top.candidates)
        .unwrap_or_default()
        .into_iter()
        .map(|token| (token.token, token.log_probability))
        .collect();
    if tokens.is_empty() {
        return Err(failure(Cause::NoProbabilities, format!("{endpoint} gives no log-probabilities")));
    }
    Ok(Reply { answers: vec![Answer::Top { tokens }], thinking: Vec::new(), usage })
}

fn read(bytes: &[u8], endpoint: &Url, names: &Names) -> Result<Response, Failure> {
    let wrong = |why: &str| {
        let start = shortened(&String::from_utf8_lossy(bytes));
        malformed(endpoint, &format!("something that is not a response ({why}): {start}"))
    };
    let response: Response = serde_json::from_slice(bytes).map_err(|error| wrong(&error.to_string()))?;
    if response.candidates.is_none() && response.prompt_feedback.is_none() {
        return Err(match &response.error {
            Some(error) => Fault::under_success(error).into_failure(endpoint),
            None => wrong("it has no `candidates`"),
        });
    }
    names.check(response.model_version.as_deref()).map_err(|what| malformed(endpoint, &what))?;
    Ok(response)
}

fn answer(candidate: Candidate, endpoint: &Url) -> Result<(Answer, Option<String>), Failure> {
    let parts = candidate.content.map(|content| content.parts).unwrap_or_default();
    let of = |thought: bool| -> String {
        parts.iter().filter(|part| part.thought == thought).filter_map(|part| part.text.as_deref()).collect()
    };
    let (text, thought) = (of(false), Some(of(true)).filter(|text| !text.is_empty()));
    let answer = match candidate.finish_reason.as_deref() {
        Some("STOP") => Answer::Text { text },
        Some("MAX_TOKENS") => Answer::Truncated { text },
        Some("SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "LANGUAGE") => {
            Answer::Refusal { text }
        }
        reason => {
            let reason = shortened(reason.unwrap_or("nothing"));
            return Err(malformed(endpoint, &format!("a candidate that ended for `{reason}`")));
        }
    };
    Ok((answer, thought))
}

/// Thinking is billed as the answer is.
fn usage(billed: Option<Billed>) -> Usage {
    let billed = billed.unwrap_or_default();
    Usage { prompt_tokens: billed.prompt, completion_tokens: billed.candidates + billed.thoughts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Url {
        Url::parse("http://h/v1beta/models/gemini:generateContent").expect("an address")
    }

    fn reply(body: &str, count: usize) -> Result<Reply, Failure> {
        samples(body.as_bytes(), count, &endpoint(), &Names::as_first("gemini"))
    }

    #[test]
    fn thoughts_are_apart_and_billed() {
        let reply = reply(
            r#"{"candidates":[
                {"index":1,"content":{"parts":[{"text":"Blue"}],"role":"model"},"finishReason":"MAX_TOKENS"},
                {"content":{"parts":[{"text":"hm","thought":true},{"text":"Red"}]},"finishReason":"STOP"}],
                "usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"thoughtsTokenCount":5},
                "modelVersion":"gemini-001"}"#,
            2,
        )
        .expect("a reply");
        assert_eq!(reply.answers, [Answer::Text { text: "Red".into() }, Answer::Truncated { text: "Blue".into() }]);
        assert_eq!(reply.thinking, [Some("hm".to_owned()), None]);
        assert_eq!((reply.usage.prompt_tokens, reply.usage.completion_tokens), (3, 7));
    }

    #[test]
    fn blocked_prompts_and_filtered_candidates_are_refusals() {
        let blocked = reply(r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#, 2).expect("a reply");
        assert!(blocked.answers.len() == 2 && matches!(blocked.answers[1], Answer::Refusal { .. }));
        let filtered = reply(r#"{"candidates":[{"finishReason":"RECITATION"}]}"#, 1).expect("a reply");
        assert_eq!(filtered.answers, [Answer::Refusal { text: String::new() }]);
    }

    #[test]
    fn what_only_looks_like_a_response_is_not_one() {
        for body in [
            "{}",
            r#"{"candidates":[]}"#,
            r#"{"candidates":[{"finishReason":"OTHER"}]}"#,
            r#"{"candidates":[{"finishReason":"STOP"},{"finishReason":"STOP"},{"finishReason":"STOP"}]}"#,
            r#"{"candidates":[{"finishReason":"STOP"},{"finishReason":"STOP"}]}"#,
        ] {
            assert_eq!(reply(body, 2).expect_err(body).cause, Cause::Malformed, "{body}");
        }
        let gone = reply(r#"{"error":{"code":503,"message":"busy"}}"#, 1).expect_err("an error");
        assert_eq!(gone.cause, Cause::Server);
    }

    #[test]
    fn the_first_tokens_are_read() {
        let body = br#"{"candidates":[{"finishReason":"MAX_TOKENS","logprobsResult":{"topCandidates":[
            {"candidates":[{"token":"A","logProbability":-0.5},{"token":"B","logProbability":-1.5}]}]}}]}"#;
        let reply = top(body, &endpoint(), &Names::as_first("gemini")).expect("tokens");
        assert_eq!(reply.answers, [Answer::Top { tokens: vec![("A".into(), -0.5), ("B".into(), -1.5)] }]);
    }
}
