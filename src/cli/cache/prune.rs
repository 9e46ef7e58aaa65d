use clap::{ArgGroup, Args};
use introspec::answers::store::{Condition, prune};

use super::Which;
use crate::cli::exit::Exit;
use crate::cli::record::now_ms;
use crate::cli::{console, run};

/// Take answers out of a store: those that meet every condition given. Without --yes, only say what would go
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("condition").required(true).multiple(true).args(["model", "address", "older_than", "failures", "batches"])),
    after_help = "Examples:\n  introspec cache prune --out out --model some-model\n  \
    introspec cache prune --store answers.sqlite --older-than 90 --yes\n  \
    introspec cache prune --out out --failures --yes         every answer stays"
)]
pub(super) struct Prune {
    #[command(flatten)]
    which: Which,
    /// Of this model, by the id that its provider knows
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Of models at this address, or with this `identity`
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    /// Older than so many days
    #[arg(long, value_name = "DAYS")]
    older_than: Option<u32>,
    /// Only attempts that failed: they are never reused, and kept to be looked at
    #[arg(long)]
    failures: bool,
    /// Only batches: what they hold is not waited for any more, and asked again. The service goes on with them
    #[arg(long, conflicts_with = "failures")]
    batches: bool,
    /// Take them out. They were paid for, and cannot be brought back
    #[arg(long)]
    yes: bool,
}

const DAY_MS: i64 = 86_400_000;

impl Prune {
    pub(super) fn all(&self) -> Result<Exit, Exit> {
        let condition = Condition {
            model: self.model.clone(),
            address: self.address.clone(),
            before_ms: self.older_than.map(|days| now_ms() - i64::from(days) * DAY_MS),
            failures: self.failures,
            batches: self.batches,
        };
        let pruned = prune(&self.which.path(), &condition, self.yes).map_err(|error| run::store_failed(&error))?;
        let went = if self.yes { "went" } else { "would go with --yes" };
        if self.batches {
            console::say(&format!("{} batches that are not collected {went}", pruned.batches));
            return Ok(Exit::Well);
        }
        console::say(&format!(
            "{} answers, {} attempts and {} requests {went}",
            pruned.answers, pruned.attempts, pruned.requests
        ));
        Ok(Exit::Well)
    }
}
