use clap::Args;

use super::exit::Exit;

#[derive(Debug, Args)]
pub(crate) struct Report {}

impl Report {
    pub(crate) fn run(&self) -> Exit {
        Exit::Well
    }
}
