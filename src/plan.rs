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
mod unwritten;

pub use dataset::{DatasetPlan, Split};
pub(crate) use opposed::opposed;
pub use parts::PartPlan;
pub use shuffle::TriggerShuffle;
pub use suites::{QuestionPlan, SuitePlan};
pub use tables::{Dropped, Making, TableValues, Tried};
pub use units::{Unit, Units};
pub use unwritten::Unwritten;

use crate::diagnostic::{Diagnostic, distinct, has_errors};
use crate::spec::{DatasetLock, Spec};
use crate::writing::{Replies, kept_replies};

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
    /// What models have still to write. A plan with such rows counts them, and cannot make them.
    pub unwritten: Vec<Unwritten>,
    /// What models said, for rows that show it.
    pub replies: Replies,
}

impl Plan {
    /// Returns a dataset, its controls and its rows that are set aside, by what is kept for it.
    pub fn datasets_of<'p>(&'p self, spec: &Spec, lock: &DatasetLock) -> impl Iterator<Item = &'p DatasetPlan> {
        let name = spec.with_arguments(&spec[lock.dataset].name, &lock.arguments);
        self.datasets.iter().filter(move |dataset| {
            dataset.name.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// Returns the rows of a dataset or control that are set aside, where some are.
    pub fn validation_of(&self, dataset: &DatasetPlan) -> Option<&DatasetPlan> {
        let name = format!("{}.validation", dataset.name);
        self.datasets.iter().find(|other| other.split == Split::Validation && other.name == name)
    }
}

/// Multiplies a spec out, with what models wrote for it and is kept beside it.
///
/// # Errors
/// Returns what cannot be made: shares that do not add up, rows that are not there, templates that say nothing
/// under a behavior, ...
pub fn plan(spec: &Spec) -> Result<Plan, Vec<Diagnostic>> {
    let (replies, unreadable) = kept_replies(spec);
    if has_errors(&unreadable) { Err(unreadable) } else { plan_with(spec, replies) }
}

/// Multiplies a spec out, with these replies in place of those that are kept.
///
/// # Errors
/// As [`plan`].
pub fn plan_with(spec: &Spec, replies: Replies) -> Result<Plan, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let tables = tables::tables(spec, &replies, None, &mut diagnostics);
    if has_errors(&diagnostics) {
        return Err(diagnostics);
    }
    let datasets = datasets::datasets(spec, &tables, &mut diagnostics);
    let suites = suites::suites(spec, &tables, &mut diagnostics);
    if has_errors(&diagnostics) {
        return Err(distinct(diagnostics));
    }
    let unwritten = unwritten::of_tables(spec, &tables);
    let mut plan = Plan { tables, datasets, suites, unwritten, replies };
    let more = unwritten::of_datasets(spec, &plan);
    plan.unwritten.extend(more);
    Ok(plan)
}

/// Makes the rows of every table as far as the replies go; `rows` limits how many rows models make, for a preview.
///
/// # Errors
/// Returns what cannot be made.
pub fn written_tables(spec: &Spec, replies: &Replies, rows: Option<u64>) -> Result<Vec<TableValues>, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let tables = tables::tables(spec, replies, rows, &mut diagnostics);
    if has_errors(&diagnostics) { Err(diagnostics) } else { Ok(tables) }
}
