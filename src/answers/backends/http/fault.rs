//! What went wrong with a call, and which kind of failure that is.

use std::error::Error;

use reqwest::{StatusCode, Url};
use serde_json::Value;

use super::failure;
use crate::answers::{Cause, Failure};

/// A call that brought no completion.
pub(in crate::answers::backends) enum Fault {
    /// The server said no.
    Refused(Refusal),
    /// There was no whole reply.
    Transport { cause: Cause, message: String },
}

/// A reply with an error status.
pub(in crate::answers::backends) struct Refusal {
    status: StatusCode,
    /// What the server said, in its words and without the key.
    message: String,
    /// Its code, type and parameter, where it gives them.
    labels: Vec<String>,
    retry_after_ms: Option<u64>,
}

impl Fault {
    pub(in crate::answers::backends) fn refused(status: StatusCode, body: &[u8], retry_after_ms: Option<u64>) -> Self {
        let (message, labels, wait) = match serde_json::from_slice::<Value>(body) {
            // Gemini's errors are lists of one where a stream was expected.
            Ok(Value::Array(items)) if items.len() == 1 => of_value(items.first().unwrap_or(&Value::Null)),
            Ok(value) => of_value(&value),
            Err(_) => (String::from_utf8_lossy(body).into_owned(), Vec::new(), None),
        };
        Self::Refused(Refusal { status, message, labels, retry_after_ms: retry_after_ms.or(wait) })
    }

    /// An error that came under a success status; its code is taken for the status where it is one.
    pub(in crate::answers::backends) fn under_success(error: &Value) -> Self {
        let status = error
            .get("code")
            .and_then(Value::as_u64)
            .and_then(|code| u16::try_from(code).ok())
            .filter(|code| (400..600).contains(code))
            .and_then(|code| StatusCode::from_u16(code).ok())
            .unwrap_or(StatusCode::BAD_GATEWAY);
        Self::Refused(Refusal { status, message: said(error), labels: labels(error), retry_after_ms: None })
    }

    pub(super) fn unsendable(error: &serde_json::Error) -> Self {
        Self::Transport { cause: Cause::Rejected, message: format!("the request cannot be written: {error}") }
    }

    pub(super) fn unreadable(error: &std::io::Error) -> Self {
        Self::Transport {
            cause: Cause::Local,
            message: format!("gets nothing: the file to send cannot be read: {error}"),
        }
    }

    pub(super) fn too_long(most: usize) -> Self {
        Self::malformed(format!("sent a reply of more than {} MiB", most >> 20))
    }

    /// A reply that is not what it should be; `message` says what the server did.
    pub(super) fn malformed(message: String) -> Self {
        Self::Transport { cause: Cause::Malformed, message }
    }

    pub(in crate::answers::backends) fn into_failure(self, endpoint: &Url) -> Failure {
        match self {
            Self::Refused(refusal) => refusal.into_failure(endpoint),
            Self::Transport { cause, message } => failure(cause, format!("{endpoint} {message}")),
        }
    }
}

impl From<reqwest::Error> for Fault {
    fn from(error: reqwest::Error) -> Self {
        let cause = match () {
            () if error.is_timeout() => Cause::TimedOut,
            () if error.is_builder() => Cause::Rejected,
            () if error.is_decode() => Cause::Malformed,
            () => Cause::Connection,
        };
        let what = match cause {
            Cause::TimedOut => "did not answer in time",
            Cause::Rejected => "cannot be asked",
            Cause::Malformed => "sent a reply that cannot be decoded",
            _ if error.is_connect() => "cannot be reached",
            _ => "broke the connection",
        };
        // The innermost error says what happened; those around it only where.
        let mut root: &dyn Error = &error;
        while let Some(source) = root.source() {
            root = source;
        }
        Self::Transport { cause, message: format!("{what}: {root}") }
    }
}

impl Refusal {
    /// Whether a 400 or 422 is about `n`: as its label, as a word of the message, or in llama.cpp's words.
    pub(in crate::answers::backends) fn is_about_n(&self) -> bool {
        let words = || self.message.split(|c: char| !c.is_alphanumeric() && c != '_');
        matches!(self.status.as_u16(), 400 | 422)
            && (self.labels.iter().any(|label| label == "n")
                || words().any(|word| word == "n")
                || self.message.contains("one completion choice"))
    }

    /// Whether a 400 or 422 asks for the newer name of the token limit, as reasoning models do.
    pub(in crate::answers::backends) fn wants_completion_tokens(&self) -> bool {
        matches!(self.status.as_u16(), 400 | 422) && self.message.contains("max_completion_tokens")
    }

    /// Whether a refusal speaks of something. A service may refuse log-probabilities as 400, 403 or 422.
    pub(in crate::answers::backends) fn speaks_of(&self, what: &str) -> bool {
        matches!(self.status.as_u16(), 400 | 403 | 422 | 501)
            && (self.message.contains(what) || self.labels.iter().any(|label| label.contains(what)))
    }

    pub(in crate::answers::backends) fn without_probabilities(self) -> Failure {
        failure(Cause::NoProbabilities, format!("no log-probabilities: {}", shortened(&self.message)))
    }

    fn into_failure(self, endpoint: &Url) -> Failure {
        let cause = self.cause();
        let advice = match cause {
            Cause::Key => "; check the key that the configuration names",
            Cause::UnknownModel => "; check `model` and `base_url` in the configuration",
            Cause::Rejected if self.status.as_u16() == 400 && self.message.contains("temperature") => {
                "; if the model has a temperature of its own, write `can: { temperature: false }` in the configuration"
            }
            Cause::Rejected if self.status.as_u16() == 400 && self.message.contains("prefill") => {
                "; write `can: { prefill: false }` in the configuration"
            }
            Cause::Rejected if self.status.is_redirection() => "; put the address it points to into the configuration",
            _ => "",
        };
        let message = format!("{endpoint} answered {}: {}{advice}", self.status, shortened(&self.message));
        Failure { cause, message, retry_after_ms: self.retry_after_ms }
    }

    fn cause(&self) -> Cause {
        let labelled = |word: &str| self.labels.iter().any(|label| label == word);
        match self.status.as_u16() {
            401 | 403 => Cause::Key,
            402 => Cause::Quota,
            404 => Cause::UnknownModel,
            408 => Cause::TimedOut,
            429 if labelled("insufficient_quota") => Cause::Quota,
            429 => Cause::RateLimited,
            // Anthropic and Gemini say these under 400.
            400 if self.message.contains("credit balance is too low") => Cause::Quota,
            400 if labelled("API_KEY_INVALID") => Cause::Key,
            500.. => Cause::Server,
            _ if labelled("model_not_found") || self.denies_model() => Cause::UnknownModel,
            _ => Cause::Rejected,
        }
    }

    fn denies_model(&self) -> bool {
        let message = self.message.to_lowercase();
        message.contains("model")
            && ["does not exist", "not found", "unknown model", "no such model", "not a valid model"]
                .iter()
                .any(|phrase| message.contains(phrase))
    }
}

fn of_value(error: &Value) -> (String, Vec<String>, Option<u64>) {
    (said(error), labels(error), wait(error))
}

/// Returns the wait that Gemini asks for in an error's details, such as `"retryDelay": "31.5s"`, in milliseconds.
fn wait(error: &Value) -> Option<u64> {
    let details = error.get("error")?.get("details")?.as_array()?;
    let delay = details.iter().find_map(|detail| detail.get("retryDelay")?.as_str())?;
    super::retry_after::whole(delay.strip_suffix('s')?.parse::<f64>().ok()? * 1000.0)
}

/// Returns what an error says in words: its message, or all of it.
fn said(error: &Value) -> String {
    let inner = error.get("error").unwrap_or(error);
    match [inner, error].iter().find_map(|value| value.get("message").or_else(|| value.get("detail"))) {
        Some(Value::String(message)) => message.clone(),
        Some(other) => other.to_string(),
        None => inner.as_str().map_or_else(|| inner.to_string(), str::to_owned),
    }
}

/// Returns an error's code, type, parameter, status and reasons, and the last part of a validation error's place.
fn labels(error: &Value) -> Vec<String> {
    let inner = error.get("error").unwrap_or(error);
    let own = ["code", "type", "param", "status"].iter().filter_map(|name| inner.get(name)?.as_str());
    let details = inner.get("details").and_then(Value::as_array).into_iter().flatten();
    let reasons = details.filter_map(|detail| detail.get("reason")?.as_str());
    let places = error.get("detail").and_then(Value::as_array).into_iter().flatten();
    let places = places.filter_map(|detail| detail.get("loc")?.as_array()?.last()?.as_str());
    own.chain(reasons).chain(places).map(str::to_owned).collect()
}

/// Returns the start of a text, on one line.
pub(in crate::answers::backends) fn shortened(text: &str) -> String {
    const MOST: usize = 300;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
        None if line.is_empty() => "(nothing)".to_owned(),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &str) -> Refusal {
        match Fault::refused(StatusCode::from_u16(status).expect("a status"), body.as_bytes(), None) {
            Fault::Refused(refusal) => refusal,
            Fault::Transport { .. } => panic!("a refusal"),
        }
    }

    #[test]
    fn statuses_and_codes_decide_the_cause() {
        for (status, body, cause) in [
            (401, "", Cause::Key),
            (403, "<html>", Cause::Key),
            (404, r#"{"detail":"Not Found"}"#, Cause::UnknownModel),
            (400, r#"{"error":{"code":"model_not_found","message":"x"}}"#, Cause::UnknownModel),
            (400, r#"{"object":"error","message":"The model `a` does not exist."}"#, Cause::UnknownModel),
            (429, r#"{"error":{"type":"insufficient_quota","message":"x"}}"#, Cause::Quota),
            (429, r#"{"error":{"message":"slow down"}}"#, Cause::RateLimited),
            (402, "", Cause::Quota),
            (503, "", Cause::Server),
            (529, "", Cause::Server),
            (400, r#"{"error":{"message":"too long"}}"#, Cause::Rejected),
            (307, "", Cause::Rejected),
        ] {
            assert_eq!(refusal(status, body).cause(), cause, "{status} {body}");
        }
    }

    #[test]
    fn a_refusal_of_n_is_recognised() {
        assert!(refusal(400, r#"{"error":{"message":"unsupported","param":"n"}}"#).is_about_n());
        assert!(refusal(400, r#"{"error":{"message":"Only `n` = 1 is allowed"}}"#).is_about_n());
        assert!(refusal(422, r#"{"detail":[{"loc":["body","n"],"msg":"extra"}]}"#).is_about_n());
        assert!(refusal(400, "Only one completion choice is allowed").is_about_n());
        assert!(!refusal(400, r#"{"error":{"message":"can't do\nthat now"}}"#).is_about_n());
        assert!(!refusal(500, "n").is_about_n());
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let cut = shortened(&"é".repeat(400));
        assert_eq!(cut.chars().count(), 303);
    }
}
