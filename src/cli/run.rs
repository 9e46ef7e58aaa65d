use clap::Args;

use super::exit::Exit;

#[derive(Debug, Args)]
pub(crate) struct Run {}

impl Run {
    pub(crate) fn run(&self) -> Exit {
        Exit::Well
    }
}
