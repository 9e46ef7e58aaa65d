//! Google's `generateContent`.

mod body;
mod response;

use std::fmt;

use futures_util::future::BoxFuture;
use reqwest::header::HeaderName;

use super::http::{CONCURRENCY, Fault, Http, KeyHeader, Names, failure};
use crate::answers::backend::{Backend, Call, Capabilities, Probability, Reply, Want};
use crate::answers::{Cause, Failure, Headroom};
use crate::configuration::{Model, Secret, Thinking};

use body::Body;

/// The most candidates that one request may ask for.
const CANDIDATES: u32 = 8;
/// The most of the most probable tokens that it shows.
const TOP: u8 = 20;

/// A model behind `generateContent`.
pub struct Gemini {
    http: Http,
    model: String,
    top_p: Option<f64>,
    thinking: Option<Thinking>,
    can: Capabilities,
    names: Names,
}

impl Gemini {
    /// Prepares to ask a model. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// The key cannot be sent, or the system's certificates cannot be read.
    pub fn with_key(model: &Model, key: Option<Secret>) -> Result<Self, Failure> {
        let header = KeyHeader { name: HeaderName::from_static("x-goog-api-key"), before: "" };
        // A tuned model is called `tunedModels/...`, and a plain name is one of `models/`.
        let folder = if model.model.contains('/') { "" } else { "models/" };
        let path = format!("/{folder}{}:generateContent", model.model);
        let thinks = model.thinking.as_ref().is_some_and(|thinking| thinking.on);
        let top = model.can.logprobs.unwrap_or(TOP);
        let can = Capabilities {
            probability: if thinks || top == 0 { Probability::Absent } else { Probability::Top(top) },
            several: model.can.n.unwrap_or(true),
            seeds: model.can.seed.unwrap_or(true),
            prefill: model.can.prefill.unwrap_or(false),
            system: model.can.system.unwrap_or(true),
            temperature: model.can.temperature.unwrap_or(true).then_some(2.0),
            concurrency: CONCURRENCY,
        };
        let name = model.model.rsplit('/').next().unwrap_or_default();
        Ok(Self {
            http: Http::new(model, &path, key, header, &[])?,
            model: model.model.clone(),
            top_p: model.sampling.top_p,
            thinking: model.thinking.clone(),
            can,
            names: Names::as_first(name),
        })
    }

    async fn ask(&self, call: &Call) -> Result<Reply, Failure> {
        let endpoint = self.http.endpoint();
        match &call.want {
            Want::Samples { first, count } => {
                let count = if self.can.several { (*count).min(CANDIDATES) } else { 1 };
                let sent = self.http.post(&Body::samples(self, call, *first, count)).await;
                let bytes = sent.map_err(|fault| fault.into_failure(endpoint))?;
                response::samples(&bytes, count as usize, endpoint, &self.names)
            }
            Want::Top { k } => match self.http.post(&Body::top(self, call, (*k).min(TOP))).await {
                Ok(bytes) => response::top(&bytes, endpoint, &self.names),
                // `Logprobs is not enabled for models/...` is how most of its models answer.
                Err(Fault::Refused(refusal)) if refusal.speaks_of("ogprobs") => Err(refusal.without_probabilities()),
                Err(fault) => Err(fault.into_failure(endpoint)),
            },
            Want::Exact { .. } => {
                let message = "generateContent gives no log-probabilities of given texts".to_owned();
                Err(failure(Cause::NoProbabilities, message))
            }
        }
    }
}

impl Backend for Gemini {
    fn capabilities(&self) -> Capabilities {
        self.can
    }

    fn headroom(&self) -> Option<&Headroom> {
        Some(self.http.headroom())
    }

    fn call<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(self.ask(call))
    }
}

impl fmt::Debug for Gemini {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gemini")
            .field("endpoint", &self.http.endpoint().as_str())
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}
