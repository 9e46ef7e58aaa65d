//! Answers and causes as columns. Texts stand as they are, so that any tool for `SQLite` can show them.

use std::borrow::Cow;

use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use serde::{Deserialize, Serialize};

use crate::answers::{Answer, Cause};

/// Returns an answer's kind and content. Probabilities are JSON, where null means minus infinity.
pub(super) fn encode(answer: &Answer) -> (&'static str, Cow<'_, str>) {
    match answer {
        Answer::Text { text } => ("text", Cow::Borrowed(text)),
        Answer::Refusal { text } => ("refusal", Cow::Borrowed(text)),
        Answer::Truncated { text } => ("truncated", Cow::Borrowed(text)),
        Answer::Exact { logprobs } => {
            let logprobs: Vec<_> = logprobs.iter().copied().map(finite).collect();
            ("exact", json(&logprobs))
        }
        Answer::Top { tokens } => {
            let tokens: Vec<_> = tokens.iter().map(|(token, logprob)| (token, finite(*logprob))).collect();
            ("top", json(&tokens))
        }
    }
}

/// Reads an answer back; none where the columns were not written by [`encode`].
pub(super) fn decode(kind: &str, content: String) -> Option<Answer> {
    let finite = |logprob: Option<f64>| logprob.unwrap_or(f64::NEG_INFINITY);
    match kind {
        "text" => Some(Answer::Text { text: content }),
        "refusal" => Some(Answer::Refusal { text: content }),
        "truncated" => Some(Answer::Truncated { text: content }),
        "exact" => {
            let logprobs: Vec<Option<f64>> = serde_json::from_str(&content).ok()?;
            Some(Answer::Exact { logprobs: logprobs.into_iter().map(finite).collect() })
        }
        "top" => {
            let tokens: Vec<(String, Option<f64>)> = serde_json::from_str(&content).ok()?;
            Some(Answer::Top { tokens: tokens.into_iter().map(|(token, logprob)| (token, finite(logprob))).collect() })
        }
        _ => None,
    }
}

/// Returns the word for a cause, which is also what serde has for it.
pub(super) fn cause_word(cause: Cause) -> String {
    match serde_json::to_value(cause) {
        Ok(serde_json::Value::String(word)) => word,
        // Every cause is a word.
        _ => String::new(),
    }
}

pub(super) fn cause(word: &str) -> Option<Cause> {
    let word: StrDeserializer<Error> = word.into_deserializer();
    Cause::deserialize(word).ok()
}

fn finite(logprob: f64) -> Option<f64> {
    logprob.is_finite().then_some(logprob)
}

fn json<T: Serialize>(value: &T) -> Cow<'static, str> {
    // Texts and finite numbers always serialise.
    Cow::Owned(serde_json::to_string(value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_back_as_they_were() {
        for answer in [
            Answer::Text { text: "a\u{0}\"é\n".into() },
            Answer::Refusal { text: String::new() },
            Answer::Truncated { text: "half".into() },
            Answer::Exact { logprobs: vec![-0.1, -1.0 / 3.0, f64::NEG_INFINITY] },
            Answer::Top { tokens: vec![(" A".into(), -0.356_675), ("\"".into(), -13.25)] },
        ] {
            let (kind, content) = encode(&answer);
            assert_eq!(decode(kind, content.into_owned()), Some(answer));
        }
        assert_eq!(decode("unheard of", String::new()), None);
    }

    #[test]
    fn causes_come_back_as_they_were() {
        for cause_ in [Cause::RateLimited, Cause::NoProbabilities, Cause::Cancelled] {
            assert_eq!(cause(&cause_word(cause_)), Some(cause_));
        }
    }
}
