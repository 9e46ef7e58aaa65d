use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use introspec::answers::backend::Backend;
use introspec::answers::backends::openai::OpenAi;
use introspec::answers::{Cause, Identity};
use introspec::configuration::{Model, Provider};
use introspec::diagnostic::{Diagnostic, Problem};
use introspec::text::Sources;

use super::console;
use super::exit::Exit;

/// The models that are open, each once.
#[derive(Default)]
pub(crate) struct Models {
    open: RefCell<Vec<(Identity, Arc<dyn Backend>)>>,
}

impl Models {
    /// Models that are open already, and stay so.
    pub(crate) fn opened(models: Vec<(Identity, Arc<dyn Backend>)>) -> Models {
        Models { open: RefCell::new(models) }
    }

    /// Opens a model, or returns it if it is open. Paths count from `base`.
    pub(crate) fn open(&self, model: &Model, base: &Path) -> Result<Arc<dyn Backend>, Exit> {
        let identity = Identity::of(model);
        let known = self.open.borrow().iter().find(|(known, _)| *known == identity).map(|(_, open)| Arc::clone(open));
        if let Some(open) = known {
            return Ok(open);
        }
        let backend: Arc<dyn Backend> = match &model.provider {
            Provider::OpenAi { key, .. } => {
                let connected = OpenAi::connect(model, &|variable| std::env::var(variable).ok());
                Arc::new(connected.map_err(|failure| {
                    let problem = match (failure.cause, key) {
                        (Cause::Key, Some(variable)) => {
                            Problem::NoKey { variable: variable.clone(), model: model.name.clone() }
                        }
                        _ => Problem::ModelStopped { model: model.name.clone(), message: failure.message },
                    };
                    failed(problem)
                })?)
            }
            Provider::Local => local(model, base)?,
        };
        self.open.borrow_mut().push((identity, Arc::clone(&backend)));
        Ok(backend)
    }
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
