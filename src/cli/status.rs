use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use introspec::answers::budget::Spent;
use introspec::answers::store::{BatchTally, Spending, Tally};
use introspec::answers::{Answers, Usage};
use serde::Serialize;

use super::exit::Exit;
use super::record::{Asked, Record, State, now_ms};
use super::{console, record, run};

/// How far back a rate is taken.
const LATELY: Duration = Duration::from_mins(1);

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  introspec status out\n\n\
    It only reads: a run that goes on is not disturbed, and one that is over is shown as it ended.")]
pub(crate) struct Status {
    /// The folder of a run, or of one part of it
    folder: PathBuf,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// How a run stands.
#[derive(Debug, Serialize)]
struct Standing {
    /// None where the folder has a store and no record of a run.
    state: Option<State>,
    shard: Option<String>,
    started_ms: Option<i64>,
    now_ms: i64,
    /// Whether the store serves other runs too: then `models` counts theirs as well.
    shared: bool,
    models: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    /// How many requests there are, where that is known.
    of: Option<u64>,
    #[serde(flatten)]
    tally: Tally,
    /// What this run has spent on it.
    spent: Usage,
    calls: u64,
    cost: Option<f64>,
    /// The batches of this run that are not collected yet.
    batches: Vec<BatchTally>,
}

impl Status {
    pub(crate) fn run(&self) -> Exit {
        self.shown().unwrap_or_else(|exit| exit)
    }

    fn shown(&self) -> Result<Exit, Exit> {
        let record = Record::read(&self.folder);
        let path = record::store_of_run(&self.folder);
        let failed = |error| run::store_failed(&error);
        let answers = Answers::open(&path).map_err(failed)?;
        let now = now_ms();
        let lately = i64::try_from(LATELY.as_millis()).unwrap_or(i64::MAX);
        let tallies = answers.tally(now - lately).map_err(failed)?;
        let run = record.as_ref().map_or("", |record| record.run.as_str());
        let spending = answers.spending(run).map_err(failed)?;
        let batches = answers.batches(run).map_err(failed)?;
        let standing = Standing {
            state: record.as_ref().map(|record| record.state),
            shard: record.as_ref().and_then(|record| record.shard.clone()),
            started_ms: record.as_ref().map(|record| record.started_ms),
            now_ms: now,
            shared: record.as_ref().is_some_and(|record| record.store.is_some()),
            models: rows(record.as_ref(), tallies, &spending, &batches),
        };
        if self.json {
            console::say(&serde_json::to_string_pretty(&standing).unwrap_or_default());
        } else {
            console::say(standing.to_string().trim_end());
        }
        Ok(Exit::Well)
    }
}

/// One row for each model of the record, in its order, and for each other one that the store has answers of.
fn rows(record: Option<&Record>, mut tallies: Vec<Tally>, spending: &[Spending], batches: &[BatchTally]) -> Vec<Row> {
    let mut rows = Vec::new();
    let asked = record.map_or(&[][..], |record| record.models.as_slice());
    for asked in asked {
        let at = tallies.iter().position(|tally| tally.identity == asked.identity);
        let tally = at.map_or_else(|| Tally::none(asked.identity.clone()), |at| tallies.remove(at));
        rows.push(row(tally, Some(asked), spending, batches));
    }
    let used = tallies.into_iter().filter(|tally| tally.attempts > 0);
    rows.extend(used.map(|tally| row(tally, None, spending, batches)));
    rows
}

fn row(tally: Tally, asked: Option<&Asked>, spending: &[Spending], batches: &[BatchTally]) -> Row {
    let own = spending.iter().find(|spending| spending.identity == tally.identity);
    let (calls, spent) = own.map_or((0, Usage::default()), |own| (own.requests, own.usage));
    let price = asked.and_then(|asked| asked.price);
    Row {
        name: asked.map_or_else(|| tally.identity.model.clone(), |asked| asked.name.clone()),
        of: asked.and_then(|asked| asked.requests),
        cost: price.map(|price| Spent::of(calls, spent, Some(price)).cost),
        batches: batches.iter().filter(|batch| batch.identity == tally.identity).cloned().collect(),
        tally,
        spent,
        calls,
    }
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ago = |then: i64| in_words(self.now_ms - then);
        match (self.state, self.started_ms) {
            (Some(State::Asking), Some(started)) => write!(f, "asking, for {}", ago(started))?,
            (Some(State::Stopped), _) => write!(f, "stopped: the same `introspec run` goes on")?,
            (Some(State::Finished), _) => write!(f, "finished")?,
            _ => write!(f, "a store without the record of a run")?,
        }
        if let Some(shard) = &self.shard {
            write!(f, " (part {shard})")?;
        }
        writeln!(f)?;
        if self.shared {
            writeln!(f, "The store serves other runs too: answers are counted with theirs, spending is this run's.")?;
        }
        for row in &self.models {
            writeln!(f, "\n{}", row.name)?;
            write!(f, "  requests answered   {}", row.tally.requests)?;
            match row.of {
                // Requests that are alike share an answer, and a store may have those of an earlier spec.
                Some(of) if of >= row.tally.requests && !self.shared => writeln!(f, " of {of}")?,
                _ => writeln!(f)?,
            }
            writeln!(f, "  answers             {}", counts(&row.tally.answers))?;
            if !row.tally.failed.is_empty() {
                writeln!(f, "  requests failed     {}", counts(&row.tally.failed))?;
            }
            for batch in &row.batches {
                let BatchTally { state, requests, done, since_ms, .. } = batch;
                let since = since_ms.map_or_else(String::new, |since| format!(", since {}", ago(since)));
                writeln!(f, "  batch               {state}: {done} of {requests} requests done{since}")?;
            }
            write!(
                f,
                "  spent               {} calls, {} prompt and {} answer tokens",
                row.calls, row.spent.prompt_tokens, row.spent.completion_tokens
            )?;
            match row.cost {
                Some(cost) => writeln!(f, ", {cost:.4}")?,
                None => writeln!(f)?,
            }
            if let Some(last) = row.tally.last_ms {
                let rate = row.tally.lately as f64 / LATELY.as_secs_f64();
                writeln!(
                    f,
                    "  lately              {rate:.1} answers/s over a minute; the last call ended {} ago",
                    ago(last)
                )?;
            }
        }
        Ok(())
    }
}

fn counts(counts: &std::collections::BTreeMap<String, u64>) -> String {
    if counts.is_empty() {
        return "0".to_owned();
    }
    let parts: Vec<String> = counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
    parts.join(", ")
}

/// A duration in its largest unit.
fn in_words(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}
