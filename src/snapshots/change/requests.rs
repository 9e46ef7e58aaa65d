use serde::Serialize;

use super::{Edits, ValueChange};

/// What changed the text of requests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A wording, from 1, in the question's `ask` or `ask about other`.
    Wording { question: String, wording: u32, of_other: bool },
    /// Everything asked under one context, and nothing under others.
    Context { name: String },
    /// Everything asked about one persona, and nothing about others.
    Persona { name: String },
}

/// What requests that came or went have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// The suite asked it nowhere before, or asks it nowhere now.
    Question {
        question: String,
    },
    Wording {
        question: String,
        wording: u32,
        of_other: bool,
    },
    Context {
        question: String,
        under: String,
    },
    Persona {
        question: String,
        about: String,
    },
    /// More or fewer items of a question.
    Items {
        question: String,
        under: String,
        about: String,
    },
}

/// What is different in the requests of a suite.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum RequestChange {
    Added {
        group: Group,
        requests: u64,
        example: Option<String>,
    },
    Removed {
        group: Group,
        requests: u64,
        example: Option<String>,
    },
    Text {
        cause: Cause,
        requests: u64,
        of: u64,
        edits: Edits,
    },
    /// A wording stands in another place.
    Renumbered {
        question: String,
        of_other: bool,
        before: u32,
        after: u32,
        requests: u64,
    },
    /// An option reads otherwise; no name where the texts were not kept.
    Option {
        question: String,
        option: Option<String>,
        requests: u64,
        edits: Edits,
    },
    NewOption {
        question: String,
        option: String,
        requests: u64,
    },
    GoneOption {
        question: String,
        option: String,
        requests: u64,
    },
    OptionOrder {
        question: String,
        requests: u64,
    },
    Drew {
        question: String,
        variable: String,
        requests: u64,
        examples: Vec<ValueChange>,
    },
    NewVariable {
        question: String,
        variable: String,
        requests: u64,
    },
    GoneVariable {
        question: String,
        variable: String,
        requests: u64,
    },
    /// A field of the sampling, in all requests where there is no question.
    Setting {
        field: String,
        before: Option<String>,
        after: Option<String>,
        question: Option<String>,
        requests: u64,
    },
    Read {
        question: String,
        before: String,
        after: String,
        requests: u64,
    },
    Seeds {
        requests: u64,
        of: u64,
    },
    /// Requests stand under another id for another reason than their wording.
    Ids {
        question: String,
        requests: u64,
    },
    Order {
        moved: u64,
        of: u64,
        only: bool,
    },
    Otherwise {
        requests: u64,
    },
    Written,
}
