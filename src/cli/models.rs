use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use introspec::answers::backend::Backend;
use introspec::answers::backends::{self, look_up};
use introspec::answers::serving::{Unserved, unserved};
use introspec::answers::{Failure, Identity, Inquiry};
use introspec::configuration::{KeySource, Model, Provider, Secret, Service};
use introspec::diagnostic::{Diagnostic, Problem};
use introspec::text::Sources;

use super::console;
use super::exit::Exit;

/// The models that are open, each once.
#[derive(Default)]
pub(crate) struct Models {
    open: RefCell<Vec<(Identity, Arc<dyn Backend>)>>,
    /// The keys that were found: a command may ask somebody to unlock one, so it is run once.
    keys: RefCell<BTreeMap<KeySource, Secret>>,
}

impl Models {
    /// Models that are open already, and stay so.
    pub(crate) fn opened(models: Vec<(Identity, Arc<dyn Backend>)>) -> Models {
        Models { open: RefCell::new(models), ..Models::default() }
    }

    /// Opens a model, or returns it if it is open. Paths count from `base`.
    pub(crate) fn open(&self, model: &Model, base: &Path) -> Result<Arc<dyn Backend>, Exit> {
        let identity = Identity::of(model);
        let known = self.open.borrow().iter().find(|(known, _)| *known == identity).map(|(_, open)| Arc::clone(open));
        if let Some(open) = known {
            return Ok(open);
        }
        let backend: Arc<dyn Backend> = match &model.provider {
            Provider::Service(service) => self.service(model, service)?,
            Provider::Local => local(model, base)?,
            Provider::Replay { from } => {
                let path = base.join(from);
                let opened = backends::replay::Replay::open(model, &path);
                Arc::new(
                    opened
                        .map_err(|why| failed(Problem::Recording { path: path.display().to_string(), message: why }))?,
                )
            }
        };
        self.open.borrow_mut().push((identity, Arc::clone(&backend)));
        Ok(backend)
    }

    /// Checks that the models of an experiment can serve what it asks, and shows what they cannot.
    pub(crate) fn check(&self, inquiry: &Inquiry<'_>, base: &Path, sources: &Sources) -> Result<(), Exit> {
        let found = unserved(inquiry, |model| self.open(model, base).map(|open| open.capabilities()))?;
        let diagnostics: Vec<Diagnostic> = found
            .into_iter()
            .map(|Unserved { model, question, span, lacking }| {
                Diagnostic::at(span, Problem::Unserved { model, question, lacking })
            })
            .collect();
        console::show(&diagnostics, sources);
        if diagnostics.is_empty() { Ok(()) } else { Err(Exit::WrongSpec) }
    }

    fn service(&self, model: &Model, service: &Service) -> Result<Arc<dyn Backend>, Exit> {
        let key = match &service.key {
            Some(source) => Some(self.key(model, source)?),
            None => None,
        };
        backends::connect(model, key).map_err(|failure| stopped(model, failure))
    }

    fn key(&self, model: &Model, source: &KeySource) -> Result<Secret, Exit> {
        if let Some(key) = self.keys.borrow().get(source) {
            return Ok(key.clone());
        }
        let found = look_up(&model.name, source, &|variable| std::env::var(variable).ok());
        let key = found.map_err(|failure| {
            failed(match source {
                KeySource::Variable(variable) => {
                    Problem::NoKey { variable: variable.clone(), model: model.name.clone() }
                }
                KeySource::Command(_) => Problem::KeyCommand { message: failure.message },
            })
        })?;
        self.keys.borrow_mut().insert(source.clone(), key.clone());
        Ok(key)
    }
}

fn stopped(model: &Model, failure: Failure) -> Exit {
    failed(Problem::ModelStopped { model: model.name.clone(), message: failure.message })
}
fn failed(problem: Problem) -> Exit {
    console::show(&[Diagnostic::new(problem)], &Sources::default());
    Exit::BackendFailed
}

#[cfg(feature = "local")]
fn local(model: &Model, base: &Path) -> Result<Arc<dyn Backend>, Exit> {
    use introspec::answers::backends::local::{LocalModel, weights};

    if model.sampling.top_p.is_some() {
        let problem = Problem::Configuration {
            message: format!("`{}` is a local model, and `top_p` is not known to those", model.name),
            help: Some("remove `top_p`: a local model samples from its whole distribution".to_owned()),
        };
        console::show(&[Diagnostic::new(problem)], &Sources::default());
        return Err(Exit::WrongSpec);
    }
    let path = weights::locate(&model.model, base).map_err(|error| weights_failed(&error.to_string()))?;
    let opened = LocalModel::open(&path).map_err(|error| weights_failed(&format!("{}: {error}", path.display())))?;
    Ok(Arc::new(opened))
}

/// These errors end with the sentence that says what to do.
#[cfg(feature = "local")]
fn weights_failed(error: &str) -> Exit {
    let (message, help) = error.rsplit_once(". ").unwrap_or((error, "name another model in introspec.yaml"));
    failed(Problem::Weights { message: message.to_owned(), help: help.to_owned() })
}

#[cfg(not(feature = "local"))]
fn local(_: &Model, _: &Path) -> Result<Arc<dyn Backend>, Exit> {
    Err(failed(Problem::NoLocalModels))
}
