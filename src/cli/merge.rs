use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use introspec::answers::store::{Conflict, Merged, merge};
use introspec::answers::{Shard, store_path};
use introspec::diagnostic::{Diagnostic, Problem};
use introspec::text::Sources;

use super::exit::Exit;
use super::record::Record;
use super::{console, files, record, run};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  introspec run risk.ispec --out part-1 --shard 1/2\n  \
    introspec run risk.ispec --out part-2 --shard 2/2\n  introspec merge whole part-1 part-2\n  \
    introspec run risk.ispec --out whole          asks nothing, and reports\n\n\
    Exit status: 1 where a key has two answers, unless --keep-first.")]
pub(crate) struct Merge {
    /// The folder that gets it all; what is there already counts as first
    out: PathBuf,
    /// The folders of runs, or stores
    #[arg(required = true, value_name = "SHARD_DIR")]
    from: Vec<PathBuf>,
    /// Where a key has two answers, keep the first and end well
    #[arg(long)]
    keep_first: bool,
}

impl Merge {
    pub(crate) fn run(&self) -> Exit {
        self.all().unwrap_or_else(|exit| exit)
    }

    fn all(&self) -> Result<Exit, Exit> {
        std::fs::create_dir_all(&self.out).map_err(|error| {
            console::show(&[Diagnostic::new(files::cannot_write(&self.out, &error))], &Sources::default());
            Exit::WrongSpec
        })?;
        let into = store_path(&self.out);
        let mut conflicts = 0;
        for from in &self.from {
            let store = record::store_of_run(from);
            let merged = merge(&into, &store).map_err(|error| run::store_failed(&error))?;
            console::say(&told(from, &merged));
            for conflict in &merged.examples {
                console::say(&two_answers(conflict));
            }
            if merged.open_batches > 0 {
                console::say(&format!(
                    "  {} batches of it are not collected yet: run it again and merge it then, or what they hold is \
                     asked twice",
                    merged.open_batches
                ));
            }
            conflicts += merged.conflicts;
        }
        for line in missing(&self.from) {
            console::say(&line);
        }
        if conflicts == 0 || self.keep_first {
            return Ok(Exit::Well);
        }
        console::show(&[Diagnostic::new(Problem::TwoAnswers { keys: conflicts })], &Sources::default());
        Ok(Exit::WrongSpec)
    }
}

fn told(from: &Path, merged: &Merged) -> String {
    let Merged { answers, known, conflicts, .. } = merged;
    let mut line = format!("{}: {answers} answers", from.display());
    // Writing to a text cannot fail.
    if *known > 0 {
        let _ = write!(line, ", {known} more that were there already");
    }
    if *conflicts > 0 {
        let _ = write!(line, ", {conflicts} where another answer is kept");
    }
    line
}

fn two_answers(conflict: &Conflict) -> String {
    let Conflict { model, request, sample, kept, other } = conflict;
    let start = |text: &str| text.chars().take(60).collect::<String>();
    format!("  {model}, request {request}, sample {sample}: kept {:?}, not {:?}", start(kept), start(other))
}

/// Says which parts of a run in parts were not among those that were merged.
fn missing(from: &[PathBuf]) -> Vec<String> {
    let shards: Vec<Shard> = from.iter().filter_map(|from| Record::read(from)?.shard?.parse().ok()).collect();
    let sizes: BTreeSet<u64> = shards.iter().map(|shard| shard.of()).collect();
    sizes
        .into_iter()
        .filter_map(|of| {
            let there: BTreeSet<u64> =
                shards.iter().filter(|shard| shard.of() == of).map(|shard| shard.index()).collect();
            let lacking: Vec<String> =
                (1..=of).filter(|index| !there.contains(index)).map(|index| format!("{index}/{of}")).collect();
            (!lacking.is_empty()).then(|| format!("not among them: {}; a run asks what they lack", lacking.join(", ")))
        })
        .collect()
}
