//! Exports: a build's datasets as trainers take them, each with what its target refuses checked beforehand and the
//! trainer's configuration beside it, so that only the assistant's tokens are learned.
//!
//! An export reads the rows that the build wrote, one at a time, and hands each to every format that is asked for:
//! memory does not grow with the rows. Preference pairs alone are made anew, for the half that the dataset lacks.

mod conversations;
mod data;
mod format;
mod hub;
mod pairs;
mod row;
mod rules;
mod run;
mod slug;
#[cfg(test)]
mod tests;
mod trainers;
mod training;

pub use format::Format;
pub(crate) use run::{ExportProblem, export};

use serde::{Deserialize, Serialize};

/// What a build is exported as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exports {
    pub formats: Vec<Format>,
    /// The license that a Hugging Face repository states; none is stated without it.
    pub license: Option<String>,
}

/// A data file that an export wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedFile {
    /// The format's name, as `--format` takes it.
    pub format: String,
    pub dataset: String,
    pub split: String,
    /// The path below the build's folder.
    pub file: String,
    pub rows: u64,
    pub bytes: u64,
    pub blake3: String,
}
