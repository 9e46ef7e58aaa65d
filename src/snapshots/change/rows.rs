use serde::Serialize;

use super::{Edits, Label, Place, RowPlace, Share, Side, ValueChange};
use crate::snapshots::rows::RowClass;

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
        template: String,
        behavior: Option<String>,
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
