//! Backends: what a model is asked through.

#[cfg(feature = "local")]
pub mod local;
