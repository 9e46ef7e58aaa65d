//! The backends: each implements [`Backend`](super::backend::Backend) for one way of reaching models.

pub mod openai;
