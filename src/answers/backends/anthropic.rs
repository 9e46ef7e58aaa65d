//! Anthropic's Messages.

mod batches;
mod body;
mod message;

use std::fmt;

use futures_util::future::BoxFuture;
use reqwest::header::HeaderName;

use super::http::{CONCURRENCY, Http, KeyHeader, Names, failure, service};
use crate::answers::backend::{Backend, Call, Capabilities, Probability, Reply, Want};
use crate::answers::batch::Batches;
use crate::answers::{Cause, Failure, Headroom};
use crate::configuration::{Model, Secret, Thinking};

use body::Body;

/// The version of the interface that the bodies here are written for.
const VERSION: &str = "2023-06-01";

/// A model behind the Messages interface.
pub struct Anthropic {
    http: Http,
    base_url: String,
    model: String,
    top_p: Option<f64>,
    thinking: Option<Thinking>,
    can: Capabilities,
    names: Names,
}

impl Anthropic {
    /// Prepares to ask a model. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// The key cannot be sent, or the system's certificates cannot be read.
    pub fn with_key(model: &Model, key: Option<Secret>) -> Result<Self, Failure> {
        let header = KeyHeader { name: HeaderName::from_static("x-api-key"), before: "" };
        let version = (HeaderName::from_static("anthropic-version"), VERSION);
        let thinks = model.thinking.as_ref().is_some_and(|thinking| thinking.on);
        // Thinking leaves the temperature to the model.
        let settable = model.can.temperature.unwrap_or(!thinks);
        let can = Capabilities {
            probability: Probability::Absent,
            several: false,
            seeds: false,
            // Newer models refuse it.
            prefill: model.can.prefill.unwrap_or(false),
            system: model.can.system.unwrap_or(true),
            temperature: settable.then_some(1.0),
            concurrency: CONCURRENCY,
        };
        Ok(Self {
            http: Http::new(model, "/messages", key, header, &[version])?,
            base_url: service(model)?.base_url.clone(),
            model: model.model.clone(),
            top_p: model.sampling.top_p,
            thinking: model.thinking.clone(),
            can,
            names: Names::as_asked(&model.model),
        })
    }
}

impl Backend for Anthropic {
    fn capabilities(&self) -> Capabilities {
        self.can
    }

    fn headroom(&self) -> Option<&Headroom> {
        Some(self.http.headroom())
    }

    fn batches(&self) -> Option<&dyn Batches> {
        Some(self)
    }

    fn call<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move {
            if !matches!(call.want, Want::Samples { .. }) {
                return Err(not_of_tokens());
            }
            let endpoint = self.http.endpoint();
            let bytes = self.http.post(&Body::new(self, call)).await.map_err(|fault| fault.into_failure(endpoint))?;
            message::read(&bytes, endpoint, &self.names)
        })
    }
}

fn not_of_tokens() -> Failure {
    failure(Cause::NoProbabilities, "Messages give no log-probabilities".to_owned())
}

impl fmt::Debug for Anthropic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Anthropic")
            .field("endpoint", &self.http.endpoint().as_str())
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}
