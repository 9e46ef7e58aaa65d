//! The configuration: which models there are, which roles they play, and which trained runs an arm has.
//!
//! It stands in `introspec.yaml` beside a spec, so that a spec can be published as it is. Reading is pure: a
//! key is only ever named here, by its environment variable or command, and looked up when its model is first asked.

mod batch;
mod can;
mod error;
mod key;
mod model;
pub(crate) mod place;
mod reader;
mod run;
mod secret;
mod service;
mod thinking;

use std::collections::BTreeMap;

pub use batch::Batch;
pub use can::Can;
pub use error::ConfigurationError;
pub use key::KeySource;
pub use model::{Model, Price, Provider, SamplingDefaults};
pub use run::Run;
pub use secret::Secret;
pub use service::{Service, ServiceKind};
pub use thinking::Thinking;

use place::Path;
use reader::Reader;

/// What `introspec.yaml` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Configuration {
    /// The models, by the name that roles and runs use.
    pub models: BTreeMap<String, Model>,
    /// The name of the model behind each role.
    pub roles: BTreeMap<String, String>,
    runs: BTreeMap<String, Vec<Run>>,
}

impl Configuration {
    /// Reads a configuration. `file` is only the name that errors carry.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the text, in the order of the file; a text that is not YAML has a single
    /// error, since nothing after it can be trusted.
    pub fn read(text: &str, file: &str) -> Result<Self, Vec<ConfigurationError>> {
        let mut reader = Reader::new(text, file);
        let configuration = read(&mut reader);
        let errors = reader.into_errors();
        if errors.is_empty() { Ok(configuration) } else { Err(errors) }
    }

    /// Returns the model that plays a role, where the configuration gives one.
    pub fn model_of(&self, role: &str) -> Option<&Model> {
        self.models.get(self.roles.get(role)?)
    }

    /// Returns the trained runs of an arm, in the order of the file; none where it is not mentioned.
    pub fn runs_of(&self, arm: &str) -> &[Run] {
        self.runs.get(arm).map_or(&[], Vec::as_slice)
    }

    /// Gives an arm these runs in place of those that it has.
    pub(crate) fn set_runs(&mut self, arm: &str, runs: Vec<Run>) {
        self.runs.insert(arm.to_owned(), runs);
    }

    /// Returns the arms that have runs, by name.
    pub fn arms(&self) -> impl Iterator<Item = &str> {
        self.runs.keys().map(String::as_str)
    }
}

fn read(reader: &mut Reader) -> Configuration {
    let mut configuration = Configuration::default();
    let Some(document) = reader.document() else { return configuration };
    let Some(mut top) = reader.section(&document, Path::default(), "the configuration") else {
        return configuration;
    };

    if let Some((models, path)) = top.take("models")
        && let Some(models) = reader.entries(models, &path, "models by their names")
    {
        for (name, value, path) in models {
            if let Some(model) = Model::read(reader, value, path, &name) {
                configuration.models.insert(name, model);
            }
        }
    }
    // A model that has a mistake is still a known name: a role that uses it is not a second mistake.
    let names = top.names_under("models");

    if let Some((roles, path)) = top.take("roles")
        && let Some(roles) = reader.entries(roles, &path, "roles and the models behind them")
    {
        for (role, value, path) in roles {
            let Some(model) = reader.text(value, &path, "a model's name") else { continue };
            if names.contains(&model) {
                configuration.roles.insert(role, model);
            } else {
                reader.unknown_model(&path, &model, &names);
            }
        }
    }

    if let Some((runs, path)) = top.take("runs")
        && let Some(runs) = reader.entries(runs, &path, "arms and lists of their trained runs")
    {
        for (arm, value, path) in runs {
            let read = run::read_all(reader, value, &path, &arm, &configuration.models, &names);
            configuration.runs.insert(arm, read);
        }
    }
    top.finish(reader);
    configuration
}

#[cfg(test)]
mod tests;
