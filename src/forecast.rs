//! Before spending: what a run will ask and cost, and what its claims can detect. Pure, but for the answers that a
//! store has already.
//!
//! The law behind it is one for `plan` and `simulate` (see [`Assumptions`]): runs scatter, wordings and items scatter,
//! and answers are draws. `power` turns it into the probability that a claim holds.

mod asking;
mod beside;
mod claims;
mod design;
mod power;
mod runs;
mod terminal;
mod tokens;

use serde::Serialize;

pub use asking::{Amount, Line, Spending, spending};
pub use claims::{ClaimForecast, PartForecast, claims};
pub use runs::{planned_keys, stand_in, with_planned_runs};
pub use terminal::terminal;

/// What is assumed of the models, since nothing has been measured yet. Scatter is in shares of a score's range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Assumptions {
    /// The standard deviation between the runs of one arm, of what they say under one condition. Questions of one
    /// role (`reports`, `shows`) move together, conditions independently.
    pub run_sd: f64,
    /// The standard deviation between the wordings, items and orders of one question in one run.
    pub wording_sd: f64,
    /// The effect beyond its bound that a claim should detect, where its bound is 0.
    pub detect: f64,
}

impl Default for Assumptions {
    fn default() -> Self {
        Assumptions { run_sd: 0.05, wording_sd: 0.1, detect: 0.1 }
    }
}

/// The probability with which a true effect should be found.
pub const POWER: f64 = 0.8;

/// Everything that `introspec plan` says of one experiment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    pub experiment: String,
    pub assumptions: Assumptions,
    pub spending: Spending,
    pub claims: Vec<ClaimForecast>,
    /// What the reader should know.
    pub notes: Vec<String>,
}
