mod requests;
mod rows;

use serde::Serialize;

use super::words::Difference;
pub use requests::{Cause, Group, RequestChange};
pub use rows::RowChange;

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
