use serde::Serialize;

use super::requests::RequestClass;
use super::rows::RowClass;
use super::words::Difference;

/// What is different between two builds, as facts. Their words stand in `prose`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Changes {
    pub datasets: Vec<Named<DatasetChange>>,
    pub suites: Vec<Named<SuiteChange>>,
    pub files: Vec<FileChange>,
    pub manifest: Vec<ManifestChange>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.builds_the_same() && self.manifest.is_empty()
    }

    /// Tells whether datasets and suites are the same, whatever the manifest says of where they came from.
    pub fn builds_the_same(&self) -> bool {
        self.datasets.is_empty() && self.suites.is_empty() && self.files.is_empty()
    }
}

/// A change of a dataset or suite.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Named<T> {
    pub name: String,
    #[serde(flatten)]
    pub change: T,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DatasetChange {
    /// There was none of this name. A control says of which dataset.
    New {
        rows: u64,
        control_of: Option<String>,
    },
    Gone {
        rows: u64,
        control_of: Option<String>,
    },
    /// Another name for the same bytes.
    Renamed {
        before: String,
        rows: u64,
    },
    Changed {
        changes: Vec<RowChange>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SuiteChange {
    New { requests: u64 },
    Gone { requests: u64 },
    Renamed { before: String, requests: u64 },
    Changed { changes: Vec<RequestChange> },
}

/// A file beside datasets and suites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileChange {
    New { file: String },
    Gone { file: String },
    Changed { file: String },
}

/// A column of a row's provenance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    Template,
    Behavior,
    Trigger,
    Persona,
    Split,
}

/// Which part of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Everything before the last answer.
    Prompt,
    Answer,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    pub count: u64,
    pub of: u64,
}

/// Where an example stands: a row before and after, from 1, or a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Place {
    Row { before: u64, after: u64 },
    Request { id: String },
}

/// The same words changed in the same way, so many times, with the first place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    pub times: u64,
    pub place: Place,
    pub text: Difference,
}

/// Edits of the texts that were looked at, the commonest first, a few of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Edits {
    pub looked_at: u64,
    /// How many different ones there are.
    pub kinds: u64,
    pub shown: Vec<Edit>,
}

/// A value before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValueChange {
    pub place: Place,
    pub before: String,
    pub after: String,
}

/// A row that came or went, shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowPlace {
    /// From 1.
    pub row: u64,
    pub prompt: String,
    pub answer: String,
}

/// What is different in the rows of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum RowChange {
    Added {
        class: RowClass,
        rows: u64,
        examples: Vec<RowPlace>,
    },
    Removed {
        class: RowClass,
        rows: u64,
        examples: Vec<RowPlace>,
    },
    /// Rows that are still there, under another behavior, trigger, ...
    Relabelled {
        label: Label,
        template: String,
        before: Option<String>,
        after: Option<String>,
        rows: u64,
        /// How many of them also read otherwise.
        reading_otherwise: u64,
        examples: Vec<Place>,
    },
    /// A trigger, persona or split is on another number of rows.
    Held {
        label: Label,
        value: String,
        before: u64,
        after: u64,
    },
    Answered {
        behavior: String,
        answer: String,
        before: Share,
        after: Share,
    },
    /// A variable drew other values.
    Drew {
        template: String,
        variable: String,
        rows: u64,
        reading_otherwise: u64,
        examples: Vec<ValueChange>,
    },
    NewVariable {
        template: String,
        variable: String,
        rows: u64,
    },
    GoneVariable {
        template: String,
        variable: String,
        rows: u64,
    },
    /// Rows read otherwise, though their draws are the same.
    Text {
        template: String,
        side: Side,
        rows: u64,
        edits: Edits,
    },
    /// Rows come from other lines of a data file.
    Origin {
        file: String,
        rows: u64,
    },
    Order {
        moved: u64,
        of: u64,
        only: bool,
    },
    /// Keys that are not known here differ.
    Otherwise {
        rows: u64,
    },
    /// The lines are written in another way, and say the same.
    Written,
}

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

/// What is different in where a build came from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ManifestChange {
    Version {
        before: String,
        after: String,
    },
    Spec {
        before: String,
        after: String,
    },
    Seed {
        before: String,
        after: String,
    },
    NewSource {
        file: String,
    },
    GoneSource {
        file: String,
    },
    Source {
        file: String,
    },
    NewCheck {
        check: String,
        of: String,
    },
    GoneCheck {
        check: String,
        of: String,
    },
    Check {
        check: String,
        of: String,
        field: String,
        before: String,
        after: String,
    },
    /// A field that is not known here.
    Field {
        field: String,
    },
}

impl RequestClass {
    /// Tells whether someone other than the model itself is asked about: then other wordings are used.
    pub(super) fn is_of_other(&self) -> bool {
        self.about != "itself"
    }
}
