//! Rows: training conversations, each made from the plan, its own draws and nothing else, so that any row can be
//! made alone and in any order.

mod asked;
pub(crate) mod conversation;
pub mod draw;
mod facets;
pub(crate) mod framing;
mod maker;
mod permutation;
pub(crate) mod recognizer;
mod scope;
pub mod stream;
pub mod unsaid;
pub(crate) mod watch;

pub use asked::{AskedRow, asked_rows};
pub use facets::Facets;
pub use maker::{Row, RowMaker, RowProblem};
pub use permutation::Permutation;
pub use scope::Asked;
pub(crate) use scope::ScopeMaker;
