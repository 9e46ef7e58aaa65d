use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use introspec::diagnostic::{Diagnostic, Problem};
use introspec::text::Sources;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

use super::console;
use super::exit::Exit;

/// Writes what happens in this process to a file, a JSON object a line, until it ends. What is there is kept.
/// Only introspec's own events are written: those of other crates may show what is sent.
pub(crate) fn start(file: Option<&Path>) -> Result<(), Exit> {
    let Some(path) = file else { return Ok(()) };
    let failed = |message: String| {
        let problem = Problem::LogFile { file: path.display().to_string(), message };
        console::show(&[Diagnostic::new(problem)], &Sources::default());
        Exit::Usage
    };
    let opened = File::options().create(true).append(true).open(path).map_err(|error| failed(error.to_string()))?;
    let own = Targets::new().with_target("introspec", LevelFilter::INFO);
    let lines = fmt::layer().json().flatten_event(true).with_writer(Mutex::new(opened)).with_filter(own);
    tracing::subscriber::set_global_default(Registry::default().with(lines)).map_err(|error| failed(error.to_string()))
}
