//! The report: every number of a run, in the terminal, as `results.json` and as one page.

mod junit;
mod page;
mod results;
mod terminal;

pub use junit::junit;
pub use page::page;
pub use results::{
    ArmSummary, Cell, ClaimResult, Conversation, Count, Interval, Outcomes, Part, ReadCount, Results, RunMean, Verdict,
};
pub use terminal::terminal;
