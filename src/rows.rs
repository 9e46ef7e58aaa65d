//! Rows: training conversations, each made from the plan, its own draws and nothing else, so that any row can be
//! made alone and in any order.

pub(crate) mod conversation;
pub mod draw;
mod maker;
mod permutation;
pub mod stream;
pub mod unsaid;

pub use maker::{Row, RowMaker, RowProblem};
pub use permutation::Permutation;
