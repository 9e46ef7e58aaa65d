//! The backends: each implements [`Backend`](super::backend::Backend) for one way of reaching models.

#[cfg(feature = "local")]
pub mod local;
pub mod openai;
pub mod simulated;
