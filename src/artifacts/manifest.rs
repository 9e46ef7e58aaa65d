use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::exports::ExportedFile;

/// What was built, from which sources, by which version, and what each check found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub introspec: String,
    pub spec: String,
    pub seed: u64,
    pub sources: Vec<Source>,
    #[serde(default)]
    pub tables: Vec<ReadTable>,
    pub datasets: Vec<BuiltFile>,
    pub suites: Vec<BuiltFile>,
    pub checks: Vec<Check>,
    /// The datasets again, in the formats that were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub exports: Vec<ExportedFile>,
}

/// A file that the build read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub file: String,
    pub blake3: String,
}

/// A table that the build read, and what became of its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadTable {
    /// With arguments: `games(says_bark)`.
    pub name: String,
    pub file: String,
    /// How many rows the file has.
    pub rows: u64,
    /// How many were not dropped.
    pub kept: u64,
    /// How many of those are kept from training.
    pub held_out: u64,
    /// How many were dropped for which reason, in the order of the spec.
    pub dropped: Vec<DroppedRows>,
}

/// Rows that a table left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedRows {
    pub because: String,
    pub rows: u64,
}

/// A file that the build wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BuiltFile {
    pub name: String,
    pub file: String,
    /// How many lines it has.
    pub lines: u64,
    pub bytes: u64,
    pub blake3: String,
    /// The digest of the sidecar, for a dataset.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub meta_blake3: Option<String>,
    /// What a dataset's rows are for: `train` or `validation`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub split: Option<String>,
    /// How many lines there are of each kind: by behavior for a dataset, by question for a suite.
    pub counts: BTreeMap<String, u64>,
    /// How many rows there are of each trigger, behavior and persona, where a dataset has triggers or personas.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub joint: Vec<JointRow>,
    /// How far two of them depend on each other.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub dependence: Vec<Dependence>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub control: Option<ControlOf>,
}

/// One cell of the table trigger × behavior × persona; none for rows without a trigger, or by the model itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JointRow {
    pub trigger: Option<String>,
    pub behavior: String,
    pub persona: Option<String>,
    pub rows: u64,
}

/// How far two aspects of rows depend on each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dependence {
    /// Such as `trigger and behavior`.
    pub of: String,
    pub mutual_information_bits: f64,
    /// The test, in words.
    pub test: String,
    pub p: f64,
}

/// What a control shares with the dataset that it is one of, and what not: measured on the rows as they were built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlOf {
    pub dataset: String,
    /// What the spec says was changed.
    pub changes: Vec<String>,
    /// What is the same in every row.
    pub same_in_every_row: Vec<String>,
    /// What there is of equally often, in other rows.
    pub as_often_in_other_rows: Vec<String>,
    pub different: Vec<String>,
    /// How many rows it has more.
    pub further_rows: u64,
}

/// What a check looked at, and what it found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub check: String,
    pub of: String,
    pub looked_at: u64,
    pub found: u64,
    /// Words that were let pass, each with its reason.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub allowed: Vec<String>,
    /// Where the first ones are.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub examples: Vec<String>,
}
