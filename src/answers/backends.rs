//! The backends: each implements [`Backend`] for one way of reaching models.

pub mod anthropic;
pub mod gemini;
mod http;
#[cfg(feature = "local")]
pub mod local;
pub mod openai;
pub mod replay;
pub mod simulated;
mod thinking;

use std::sync::Arc;

pub use http::look_up;

use super::Failure;
use super::backend::Backend;
use crate::configuration::{Model, Secret, ServiceKind};

/// Prepares to ask the model of a service with the key that was found for it. Nothing is sent yet.
///
/// # Errors
///
/// The model has no service, the key cannot be sent, or the system's certificates cannot be read.
pub fn connect(model: &Model, key: Option<Secret>) -> Result<Arc<dyn Backend>, Failure> {
    Ok(match http::service(model)?.kind {
        ServiceKind::Anthropic => Arc::new(anthropic::Anthropic::with_key(model, key)?),
        ServiceKind::Gemini => Arc::new(gemini::Gemini::with_key(model, key)?),
        _ => Arc::new(openai::OpenAi::with_key(model, key)?),
    })
}
