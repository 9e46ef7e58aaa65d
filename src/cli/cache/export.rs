use std::io::{self, BufWriter, Write as _};

use clap::Args;

use super::Which;
use crate::cli::exit::Exit;
use crate::cli::run;

/// Write every answer of a store to standard output, one JSON object a line
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  introspec cache export --out out > answers.jsonl\n  \
    introspec cache export --store answers.sqlite --failures > attempts.jsonl")]
pub(super) struct Export {
    #[command(flatten)]
    which: Which,
    /// Write the attempts that failed too, after the answers
    #[arg(long)]
    failures: bool,
}

impl Export {
    pub(super) fn all(&self) -> Result<Exit, Exit> {
        let answers = self.which.open()?;
        let mut out = BufWriter::new(io::stdout().lock());
        let written = answers
            .export(self.failures, |line| {
                serde_json::to_writer(&mut out, &line)?;
                out.write_all(b"\n")
            })
            .map_err(|error| run::store_failed(&error))?;
        match written.and_then(|()| out.flush()) {
            // A reader that went away has had enough.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                eprintln!("introspec: standard output cannot be written: {error}");
                Err(Exit::WrongSpec)
            }
            _ => Ok(Exit::Well),
        }
    }
}
