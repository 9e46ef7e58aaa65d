//! Artifacts: what a build writes. A build is made beside the folder it replaces and takes its place when it is
//! whole, so that a failure leaves the earlier one as it was.

mod build;
mod datasets;
mod json;
mod manifest;
mod staging;
mod suites;

pub use build::{Built, build, build_with};
pub use json::JsonStyle;
pub use manifest::{BuiltFile, Check, Manifest};
pub(crate) use staging::Staging;
pub use staging::WriteProblem;
