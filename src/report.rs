//! The report: every number of a run, in the terminal, as `results.json` and as one page.

pub mod inspect;
mod junit;
mod kept;
mod page;
mod parquet;
mod results;
mod terminal;

pub use crate::scores::Agreement;
pub use junit::junit;
pub use kept::Kept;
pub use page::{page, page_of};
pub use parquet::write_parquet;
pub use results::{
    ArmSummary, Cell, ClaimResult, Conversation, Count, Interval, Outcomes, Part, ReadCount, Results, RunMean, Verdict,
};
pub use terminal::terminal;
