//! Estimates: numbers with intervals, and the verdicts of claims. Pure: no clock, no files, no chance.
//!
//! A mean is built from the bottom up, so that no failure shifts a weight: first over the samples of one item,
//! wording and order; then over those cells, equally; then over the pooled conditions of a question, over the
//! questions of a suite, over the checkpoints of a run, and over the runs of the arms, each equally.
//!
//! What the interval varies over depends on what there is: runs, where several share a role in the estimate; else
//! the items or wordings of the one run (whichever the question has more of, wordings when equal); else
//! the samples of its one wording. [`estimate`] is the way in.

mod cells;
mod claims;
mod components;
mod correlation;
mod crossed;
mod estimated;

mod experiment;
mod family;
mod index;
pub(crate) mod interval;
mod p_value;
mod rank;
mod ratio;
mod setting;
mod share;
mod slope;
mod spread;
mod statement;
pub mod statistics;
mod sums;
mod verdict;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use components::{asked, sum, takes_run};
pub(crate) use interval::normal_reach;
pub(crate) use spread::{Source, Spread};
pub(crate) use words::{number as bound_in_words, quantity as quantity_in_words};

use crate::report::{ClaimResult, Conversation, Results};
use crate::scores::Score;

pub use setting::{ArmInSetting, ClaimInSetting, Condition, QuestionInSetting, Setting};
pub use statement::{
    Among, Comparison, Conditions, Counted, Equivalence, Mean, Measure, Operator, Over, Quantity, Share, Statement,
    Term,
};

/// Estimates every cell and every claim of one experiment from its scores. The order of the scores does not
/// matter; a score whose value is not finite counts as unparsed.
pub fn estimate(scores: &[Score], setting: &Setting, conversations: Vec<Conversation>) -> Results {
    let index = index::Index::of(scores, setting);
    let mut claims: Vec<ClaimResult> =
        setting.claims.iter().map(|claim| claims::result(claim, setting, &index)).collect();
    family::adjust(&mut claims, setting.adjustment);
    Results {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        spec: setting.spec.clone(),
        spec_digest: setting.spec_digest.clone(),
        experiment: setting.experiment.clone(),
        claims,
        arms: setting.arms.iter().map(|arm| arm.summary.clone()).collect(),
        cells: cells::cells(setting, &index),
        conversations,
        agreement: setting.agreement.clone(),
        notes: setting.notes.clone(),
    }
}
