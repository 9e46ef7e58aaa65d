use clap::Args;

use super::exit::Exit;
use super::{SpecArguments, console};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  introspec check risk.ispec")]
pub(crate) struct Check {
    #[command(flatten)]
    spec: SpecArguments,
}

impl Check {
    pub(crate) fn run(&self) -> Exit {
        match self.spec.checked() {
            Err(exit) => exit,
            Ok(checked) => {
                let count = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
                console::say(&format!(
                    "{}: well formed: {}, {}, {}",
                    self.spec.spec.display(),
                    count(checked.plan.datasets.len(), "dataset"),
                    count(checked.plan.suites.iter().filter(|suite| suite.own).count(), "suite"),
                    count(checked.spec.experiments.iter().filter(|experiment| experiment.own).count(), "experiment"),
                ));
                for unwritten in &checked.plan.unwritten {
                    console::say(&format!("  {}", unwritten.in_a_line()));
                }
                Exit::Well
            }
        }
    }
}
