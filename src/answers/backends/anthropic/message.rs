//! What a message says, as an answer.

use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

use super::super::http::{Fault, Names, malformed, shortened};
use crate::answers::backend::Reply;
use crate::answers::{Answer, Failure, Usage};

#[derive(Deserialize)]
struct Said {
    #[serde(rename = "type")]
    kind: Option<String>,
    model: Option<String>,
    content: Option<Vec<Block>>,
    stop_reason: Option<String>,
    usage: Option<Billed>,
    error: Option<Value>,
}

/// A part of a message. Kinds that are not known here are passed over.
#[derive(Deserialize)]
struct Block {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    thinking: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Billed {
    #[serde(rename = "input_tokens")]
    input: u64,
    #[serde(rename = "output_tokens")]
    output: u64,
    #[serde(rename = "cache_creation_input_tokens")]
    into_cache: Option<u64>,
    #[serde(rename = "cache_read_input_tokens")]
    from_cache: Option<u64>,
}

pub(super) fn read(bytes: &[u8], endpoint: &Url, names: &Names) -> Result<Reply, Failure> {
    let wrong = |why: &str| {
        let start = shortened(&String::from_utf8_lossy(bytes));
        malformed(endpoint, &format!("something that is not a message ({why}): {start}"))
    };
    let said: Said = serde_json::from_slice(bytes).map_err(|error| wrong(&error.to_string()))?;
    match (said.kind.as_deref(), &said.error) {
        (Some("message"), _) => {}
        (_, Some(error)) => return Err(Fault::under_success(error).into_failure(endpoint)),
        (Some(kind), None) => return Err(wrong(&format!("it is of type `{}`", shortened(kind)))),
        (None, None) => return Err(wrong("it has no `type`")),
    }
    names.check(said.model.as_deref()).map_err(|what| malformed(endpoint, &what))?;
    let blocks = said.content.ok_or_else(|| wrong("it has no `content`"))?;
    let of = |pick: fn(&Block) -> Option<&str>| {
        let parts: Vec<&str> = blocks.iter().filter_map(pick).collect();
        (!parts.is_empty()).then(|| parts.concat())
    };
    let text = of(|block| block.text.as_deref().filter(|_| block.kind == "text"));
    let thought = of(|block| block.thinking.as_deref().filter(|text| block.kind == "thinking" && !text.is_empty()));
    let reason = said.stop_reason.as_deref().unwrap_or("nothing");
    let answer = match (reason, text) {
        ("refusal", text) => Answer::Refusal { text: text.unwrap_or_default() },
        ("max_tokens" | "model_context_window_exceeded", text) => Answer::Truncated { text: text.unwrap_or_default() },
        // An empty list of parts under `end_turn` is how an answer without a word is written.
        ("end_turn" | "stop_sequence", text) => Answer::Text { text: text.unwrap_or_default() },
        (reason, _) => return Err(malformed(endpoint, &format!("a message that stopped for `{}`", shortened(reason)))),
    };
    let billed = said.usage.unwrap_or_default();
    let cached = [billed.into_cache, billed.from_cache].into_iter().flatten();
    let usage = Usage { prompt_tokens: billed.input + cached.sum::<u64>(), completion_tokens: billed.output };
    Ok(Reply { answers: vec![answer], thinking: vec![thought], usage })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::Cause;

    fn answer(body: &str) -> Result<Reply, Failure> {
        let endpoint = Url::parse("http://h/v1/messages").expect("an address");
        read(body.as_bytes(), &endpoint, &Names::as_asked("claude"))
    }

    #[test]
    fn thinking_and_text_are_apart_and_every_cached_token_counts() {
        let reply = answer(
            r#"{"type":"message","model":"claude-20260101","stop_reason":"end_turn","content":[
                {"type":"thinking","thinking":"hm","signature":"x"},{"type":"redacted_thinking","data":"x"},
                {"type":"text","text":"Re"},{"type":"text","text":"d"}],
                "usage":{"input_tokens":3,"cache_read_input_tokens":4,"cache_creation_input_tokens":null,"output_tokens":5}}"#,
        )
        .expect("a reply");
        assert_eq!(reply.answers, [Answer::Text { text: "Red".into() }]);
        assert_eq!(reply.thinking, [Some("hm".to_owned())]);
        assert_eq!((reply.usage.prompt_tokens, reply.usage.completion_tokens), (7, 5));
    }

    #[test]
    fn a_stop_reason_decides_what_an_answer_is() {
        for (reason, content, answered) in [
            ("refusal", "[]", Ok(Answer::Refusal { text: String::new() })),
            ("max_tokens", r#"[{"type":"thinking","thinking":"hm"}]"#, Ok(Answer::Truncated { text: String::new() })),
            ("end_turn", "[]", Ok(Answer::Text { text: String::new() })),
            ("tool_use", "[]", Err(Cause::Malformed)),
        ] {
            let body = format!(r#"{{"type":"message","content":{content},"stop_reason":"{reason}"}}"#);
            let got = answer(&body).map_err(|failure| failure.cause);
            assert_eq!(got.map(|reply| reply.answers), answered.map(|answer| vec![answer]), "{reason}");
        }
    }

    #[test]
    fn what_only_looks_like_a_message_is_not_one() {
        for body in [
            "{}",
            "[]",
            r#"{"type":"message"}"#,
            r#"{"type":"completion","content":[]}"#,
            r#"{"type":"message","model":"another","content":[],"stop_reason":"end_turn"}"#,
        ] {
            assert_eq!(answer(body).expect_err(body).cause, Cause::Malformed, "{body}");
        }
        let overloaded = answer(r#"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#);
        assert_eq!(overloaded.expect_err("an error").cause, Cause::Server);
    }
}
