use clap::Args;

use super::Which;
use crate::cli::exit::Exit;
use crate::cli::{console, run};

/// List the models that a store has answers of, and how many
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  introspec cache list --out out")]
pub(super) struct List {
    #[command(flatten)]
    which: Which,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn all(&self) -> Result<Exit, Exit> {
        let tallies = self.which.open()?.tally(i64::MAX).map_err(|error| run::store_failed(&error))?;
        // What was pruned leaves its model's name behind.
        let tallies: Vec<_> = tallies.into_iter().filter(|tally| tally.attempts > 0).collect();
        if self.json {
            console::say(&serde_json::to_string_pretty(&tallies).unwrap_or_default());
            return Ok(Exit::Well);
        }
        if tallies.is_empty() {
            console::say("the store is empty");
        }
        for tally in tallies {
            let identity = &tally.identity;
            let address = if identity.address.is_empty() { "this process" } else { &identity.address };
            console::say(&format!("{} ({}, {address})", identity.model, identity.provider));
            if identity.parameters != "{}" {
                console::say(&format!("  sampled with  {}", identity.parameters));
            }
            let counts = |counts: &std::collections::BTreeMap<String, u64>| {
                let parts: Vec<String> = counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
                if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
            };
            console::say(&format!("  requests      {} answered", tally.requests));
            console::say(&format!("  answers       {}", counts(&tally.answers)));
            if !tally.failed.is_empty() {
                console::say(&format!("  failed        {}", counts(&tally.failed)));
            }
            let usage = tally.usage;
            console::say(&format!(
                "  calls         {}, {} prompt and {} answer tokens",
                tally.attempts, usage.prompt_tokens, usage.completion_tokens
            ));
        }
        Ok(Exit::Well)
    }
}
