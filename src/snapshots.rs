//! Snapshots: what a spec builds, held against what was last accepted, and the difference in the spec's own terms.
//!
//! ```text
//!                    Snapshot::read              compare               prose
//!    build folder ─────────────────▶ Snapshot ──────────▶ Changes ──────────▶ text
//!    accepted folder ──────────────▶    "
//! ```
//!
//! A [`Snapshot`] knows every row and request by digests of its parts, so that two of them are compared without holding
//! their texts; texts are read from the files again where an example is shown. What is too large to be kept whole is
//! kept as those digests with its counts ([`accept()`]).

mod accept;
mod change;
mod compare;
mod conversation;
mod counts;
mod kept;
mod lines;
mod pairs;
mod print;
mod prose;
mod requests;
mod rows;
mod snapshot;
mod words;

pub use accept::{MAX_WHOLE_BYTES, accept};
pub use change::{
    Cause, Changes, DatasetChange, Edit, Edits, FileChange, Group, Label, ManifestChange, Named, Place, RequestChange,
    RowChange, RowPlace, Share, Side, SuiteChange, ValueChange,
};
pub use compare::compare;
pub use counts::counts;
pub use prose::prose;
pub use requests::RequestClass;
pub use rows::RowClass;
pub use snapshot::{ReadProblem, Snapshot};
pub use words::{Difference, Piece};
