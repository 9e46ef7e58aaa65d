use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::backend::Backend;
use crate::configuration::{Model, Provider, SamplingDefaults};

/// A model that can be asked: a backend, and what the store knows the model by.
#[derive(Clone)]
pub struct Respondent {
    /// The configuration's name, for people.
    pub name: String,
    pub identity: Arc<Identity>,
    pub backend: Arc<dyn Backend>,
    /// How many calls may be under way at once.
    pub concurrency: usize,
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
        let concurrency = model.concurrency.unwrap_or_else(|| backend.abilities().concurrency).max(1);
        Self { name: model.name.clone(), identity: Arc::new(Identity::of(model)), backend, concurrency }
    }
}

impl Identity {
    /// Returns what a configured model is known by.
    pub fn of(model: &Model) -> Self {
        let (provider, address) = match &model.provider {
            Provider::OpenAi { base_url, .. } => ("openai", base_url.as_str()),
            Provider::Local => ("local", ""),
        };
        Self {
            provider: provider.to_owned(),
            address: model.identity.as_deref().unwrap_or(address).to_owned(),
            model: model.model.clone(),
            parameters: parameters(&model.sampling),
        }
    }
}

/// Temperature and token limit are part of each request already.
fn parameters(sampling: &SamplingDefaults) -> String {
    #[derive(Serialize)]
    struct Parameters {
        #[serde(skip_serializing_if = "Option::is_none")]
        top_p: Option<f64>,
    }
    // Serialising a struct of numbers cannot fail; an empty text would only mean "no parameters".
    serde_json::to_string(&Parameters { top_p: sampling.top_p }).unwrap_or_default()
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
