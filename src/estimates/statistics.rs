//! Statistics: the formulas behind every number with an interval. Pure functions of numbers; the only chance in
//! them is a [`Stream`](crate::rows::stream::Stream) that the caller names.
//!
//! Most methods give an [`Estimate`]: a value, its standard error and the degrees of freedom of that error. From it
//! follow the interval of any level, the p value against any null, and the test of equivalence within any margin,
//! each in one way only. What cannot be estimated is an [`Unestimable`] that says why; nothing here panics.
//!
//! | what varies | function |
//! |---|---|
//! | runs | [`mean`](means::mean), [`welch`](means::welch) for two arms |
//! | shared items or runs of two arms | [`paired`](means::paired), [`paired_by`](means::paired_by) in clusters |
//! | wordings of a single model | [`clustered`](clusters::clustered) |
//! | runs and wordings, crossed | [`two_way`](clusters::two_way) |
//! | samples that score 0 or 1 | [`Share`](shares::Share), [`newcombe`](shares::newcombe), [`McNemar`](shares::McNemar) |
//! | points of two measures | [`pearson`](association::pearson), [`spearman`](association::spearman) |
//! | a numeric axis | [`slope`](slope::slope) |
//! | judge and label | [`kappa`](agreement::kappa) |
//! | wordings or orders against each other | [`crossed`](contrasts::crossed), [`nested`](contrasts::nested) |
//! | runs, as the paper did it | [`percentile`](bootstrap::percentile) |
//! | a claim among others | [`holm`](families::holm), [`benjamini_hochberg`](families::benjamini_hochberg) |
//! | samples that are looked at as they come | [`Sequence`](sequence::Sequence) |
//! | a judge's rating over its number tokens | [`Rating`](rating::Rating) |
//! | an experiment that has not been run | [`Design`](power::Design) |
//!
//! Levels are of two-sided intervals, between 0 and 1; p values are two-sided unless a function says otherwise.

pub mod agreement;
pub mod association;
pub mod bootstrap;
pub mod clusters;
pub mod contrasts;
mod estimate;
pub mod families;
mod laws;
pub mod means;
pub mod power;
pub mod rating;
pub mod sequence;
pub mod shares;
pub mod slope;

#[cfg(test)]
mod tests;

pub use estimate::{Estimate, Limits, Unestimable};
