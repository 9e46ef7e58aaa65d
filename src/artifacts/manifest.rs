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

/// A file that the build wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// How many lines there are of each kind: by behavior for a dataset, by question for a suite.
    pub counts: BTreeMap<String, u64>,
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
}
