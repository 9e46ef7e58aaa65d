//! Artifacts: what a build writes. A build is made beside the folder it replaces and takes its place when it is
//! whole, so that a failure leaves the earlier one as it was.

mod block;
mod build;
mod current;
mod datasets;
mod dependence;
mod evaluation;
mod json;
mod likeness;
mod manifest;
mod staging;
mod suites;
mod summary;
mod totals;

pub use build::{Built, build, build_with};
pub use current::current;
pub use json::JsonStyle;
pub use manifest::{BuiltFile, Check, ControlOf, Dependence, DroppedRows, JointRow, Manifest, ReadTable};
pub(crate) use staging::Staging;
pub use staging::WriteProblem;
pub use summary::summary;
