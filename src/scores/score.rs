use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One trained run of an arm at one checkpoint; an untrained arm has the single run with neither.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunKey {
    pub seed: Option<u64>,
    pub checkpoint: Option<u64>,
    /// The values of the arm's axes, as they print.
    pub axes: BTreeMap<String, String>,
}

/// How an answer was read. Numbers of different methods are never compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// An expectation under the model's whole distribution.
    Exact,
    /// An expectation over the most probable first tokens.
    Top,
    /// One sampled text.
    Samples,
}

impl Method {
    /// `exact`, `top` or `samples`, as files have it.
    pub fn word(self) -> &'static str {
        match self {
            Method::Exact => "exact",
            Method::Top => "top",
            Method::Samples => "samples",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::Exact => "exact probability",
            Method::Top => "top-k probability",
            Method::Samples => "samples",
        })
    }
}

/// What an answer came to. Only `Value` takes part in a mean; the rest leaves the denominator and is counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "value", rename_all = "lowercase")]
pub enum Outcome {
    Value(f64),
    Refusal,
    Truncated,
    Error,
    Unparsed,
    /// One of the exits that the question or its judge names; `read` says which.
    Exit,
    /// It was read, and `among` does not count it.
    Excluded,
    /// A program, or an expression, came to a number outside the declared range, or to no number.
    OutOfRange,
    /// A program raised, or used up its limits; `read` says how it failed.
    Failed,
}

impl Outcome {
    /// The outcome as files have it: `value`, `refusal`, `truncated`, `error`, `unparsed`, `exit`, `excluded`,
    /// `out_of_range` or `failed`.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Value(_) => "value",
            Outcome::Refusal => "refusal",
            Outcome::Truncated => "truncated",
            Outcome::Error => "error",
            Outcome::Unparsed => "unparsed",
            Outcome::Exit => "exit",
            Outcome::Excluded => "excluded",
            Outcome::OutOfRange => "out_of_range",
            Outcome::Failed => "failed",
        }
    }

    /// The score, where there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Outcome::Value(value) => Some(value),
            _ => None,
        }
    }
}

/// One scored answer and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    pub question: String,
    pub arm: String,
    pub run: RunKey,
    pub about: String,
    pub under: String,
    /// The question's condition axes, as they print.
    pub axes: BTreeMap<String, String>,
    pub item: u32,
    pub wording: u32,
    /// The options in the order shown, joined by `,`; empty without options.
    pub order: String,
    pub sample: u32,
    pub method: Method,
    pub outcome: Outcome,
    /// What was read, for the distribution of answers: a word, a number, an option's name, a judge's verdict.
    pub read: Option<String>,
    /// The probability of each thing that could be read, normalised, where probabilities were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probabilities: Vec<(String, f64)>,
    /// The probability outside the options, words or numbers asked about, where probabilities were read: of the answer,
    /// or else of its judges the most.
    pub outside: Option<f64>,
}
