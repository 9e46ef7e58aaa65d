use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::backend::Backend;
use super::runner::Limits;
use crate::configuration::{Batch, Model, Price, Provider, SamplingDefaults, Thinking};

/// A model that can be asked: a backend, and what the store knows the model by.
#[derive(Clone)]
pub struct Respondent {
    /// The configuration's name, for people.
    pub name: String,
    pub identity: Arc<Identity>,
    pub backend: Arc<dyn Backend>,
    /// How many calls may be under way at once.
    pub concurrency: usize,
    /// Whether that many are made from the start, as the configuration says, instead of finding out how many
    /// the service takes.
    pub fixed: bool,
    pub limits: Limits,
    pub price: Option<Price>,
    /// How it is asked in batches, where it is.
    pub batch: Option<Batch>,
}

/// What makes two models the same one: answers are reused where all of this agrees.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identity {
    pub provider: String,
    /// Where the model is reached, or the configuration's `identity`, which stands in for that.
    pub address: String,
    pub model: String,
    /// What goes into every request that samples, as JSON.
    pub parameters: String,
}

impl Respondent {
    /// Puts a configured model and its backend together.
    pub fn new(model: &Model, backend: Arc<dyn Backend>) -> Self {
        let concurrency = model.concurrency.unwrap_or_else(|| backend.capabilities().concurrency).max(1);
        Self {
            name: model.name.clone(),
            identity: Arc::new(Identity::of(model)),
            backend,
            concurrency,
            fixed: model.concurrency.is_some(),
            limits: model.limits,
            price: model.price,
            batch: model.batch.clone(),
        }
    }
}

impl Identity {
    /// Returns what a configured model is known by.
    pub fn of(model: &Model) -> Self {
        let (provider, address) = match &model.provider {
            Provider::Service(service) => (service.kind.word(), service.base_url.as_str()),
            Provider::Local => ("local", ""),
            Provider::Replay { from } => ("replay", from.as_str()),
        };
        Self {
            provider: provider.to_owned(),
            address: model.identity.as_deref().unwrap_or(address).to_owned(),
            model: model.model.clone(),
            parameters: parameters(&model.sampling, model.thinking.as_ref()),
        }
    }
}

/// Temperature and token limit are part of each request already.
fn parameters(sampling: &SamplingDefaults, thinking: Option<&Thinking>) -> String {
    #[derive(Serialize)]
    struct Parameters<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        top_p: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        thinking: Option<&'a Thinking>,
    }
    // Serialising a struct of numbers and words cannot fail; an empty text would only mean "no parameters".
    serde_json::to_string(&Parameters { top_p: sampling.top_p, thinking }).unwrap_or_default()
}

impl fmt::Debug for Respondent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Respondent")
            .field("name", &self.name)
            .field("identity", &self.identity)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
