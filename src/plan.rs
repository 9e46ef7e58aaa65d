//! The plan: axes multiplied out, shares made whole numbers, every row and request counted, before any is made.

mod balance;
mod controls;
mod conversation;
mod dataset;
mod datasets;
mod opposed;
mod parts;
mod rounding;
mod shares;
mod shuffle;
mod suites;
mod tables;
mod units;

pub use dataset::{DatasetPlan, Split};
pub(crate) use opposed::opposed;
pub use parts::PartPlan;
pub use shuffle::TriggerShuffle;
pub use suites::{QuestionPlan, SuitePlan};
pub use tables::{Dropped, TableValues};
pub use units::{Unit, Units};

use crate::diagnostic::{Diagnostic, distinct, has_errors};
use crate::spec::Spec;

/// The most rows of a dataset, and the most requests of a suite.
pub const MAX_ROWS: u64 = 100_000_000;

/// What a spec comes to.
#[derive(Debug)]
pub struct Plan {
    /// The computed rows of each table, in the order of `Spec::instances`.
    pub tables: Vec<TableValues>,
    /// The datasets to build, each followed by its controls: those of the spec's own file, and those that its arms
    /// are trained on.
    pub datasets: Vec<DatasetPlan>,
    /// Every suite that is built or run.
    pub suites: Vec<SuitePlan>,
}

impl Plan {
    /// Returns the rows of a dataset or control that are set aside, where some are.
    pub fn validation_of(&self, dataset: &DatasetPlan) -> Option<&DatasetPlan> {
        let name = format!("{}.validation", dataset.name);
        self.datasets.iter().find(|other| other.split == Split::Validation && other.name == name)
    }
}

/// Multiplies a spec out.
///
/// # Errors
/// Returns what cannot be made: shares that do not add up, rows that are not there, templates that say nothing
/// under a behavior, ...
pub fn plan(spec: &Spec) -> Result<Plan, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let tables = tables::tables(spec, &mut diagnostics);
    if has_errors(&diagnostics) {
        return Err(diagnostics);
    }
    let datasets = datasets::datasets(spec, &tables, &mut diagnostics);
    let suites = suites::suites(spec, &tables, &mut diagnostics);
    if has_errors(&diagnostics) { Err(distinct(diagnostics)) } else { Ok(Plan { tables, datasets, suites }) }
}
