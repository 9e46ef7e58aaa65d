//! Looking into a store, and taking out of it.

mod explain;
mod export;
mod list;
mod prune;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use introspec::answers::Answers;

use super::exit::Exit;
use super::{record, run};

/// Look into a store of answers: why a request is answered from it, what it holds; take answers out of it
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  introspec cache list --out out\n  introspec cache explain prefers/1/itself/none/w1 risk.ispec --out out\n  \
    introspec cache export --store answers.sqlite > answers.jsonl\n  introspec cache prune --out out --failures --yes"
)]
pub(crate) struct Cache {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Explain(explain::Explain),
    List(list::List),
    Export(export::Export),
    Prune(prune::Prune),
}

impl Cache {
    pub(crate) fn run(&self) -> Exit {
        let exit = match &self.command {
            Command::Explain(command) => command.all(),
            Command::List(command) => command.all(),
            Command::Export(command) => command.all(),
            Command::Prune(command) => command.all(),
        };
        exit.unwrap_or_else(|exit| exit)
    }
}

/// Which store is meant.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// The folder of a run
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// A store that several runs share
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

impl Which {
    fn path(&self) -> PathBuf {
        match (&self.store, &self.out) {
            (Some(store), _) => store.clone(),
            (None, Some(out)) => record::store_of_run(out),
            // The arguments were checked to have one of them.
            (None, None) => PathBuf::new(),
        }
    }

    fn open(&self) -> Result<Answers, Exit> {
        Answers::open(&self.path()).map_err(|error| run::store_failed(&error))
    }
}
