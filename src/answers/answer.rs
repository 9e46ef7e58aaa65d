use serde::{Deserialize, Serialize};

/// What one sample of one request came to. Only these are ever stored as answers; failed requests are kept
/// apart, with their cause, and never reused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Answer {
    /// A finished text.
    Text { text: String },
    /// The service or the model declined, and said so outside the text.
    Refusal { text: String },
    /// The text stopped at the token limit.
    Truncated { text: String },
    /// The natural log-probability of each continuation asked for, in the order asked, from the model's
    /// whole distribution.
    Exact { logprobs: Vec<f64> },
    /// The most probable first tokens with their natural log-probabilities, as a service returned them.
    Top { tokens: Vec<(String, f64)> },
}

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub cause: Cause,
    /// One sentence for people, without secrets.
    pub message: String,
    /// How long the service asked us to wait, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_after_ms: Option<u64>,
}

/// The kinds of failure. What is retried, and what stops a model, is decided from this alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// 429 with time to wait.
    RateLimited,
    /// 5xx.
    Server,
    /// Connect, header or body time-out.
    TimedOut,
    /// Refused, reset, cut off, or no such host.
    Connection,
    /// A reply that is not a completion.
    Malformed,
    /// 401 or 403.
    Key,
    /// 404, or a model id the service does not know.
    UnknownModel,
    /// The account has no quota left.
    Quota,
    /// The service refuses or leaves out log-probabilities; samples can be asked for instead.
    NoProbabilities,
    /// Any other 4xx: the request itself is refused.
    Rejected,
    /// The batch that held the request ended without an answer to it.
    Expired,
    /// The model in the process itself failed.
    Local,
    /// The run was stopped before an answer came.
    Cancelled,
}

/// Tokens that a reply was billed for, where the backend says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
}
