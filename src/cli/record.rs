use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use introspec::answers::store::store_of;
use introspec::answers::{Identity, Shard, store_path};
use introspec::configuration::Price;
use serde::{Deserialize, Serialize};

use super::exit::Exit;
use super::report;

/// What a run's folder says of its run: `run.json`. Other shells read it while the run goes on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The name under which the store keeps this run's attempts.
    pub(crate) run: String,
    /// The store, where it is not the folder's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) store: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shard: Option<String>,
    pub(crate) state: State,
    /// When the last process began to ask, in milliseconds since 1970.
    pub(crate) started_ms: i64,
    pub(crate) models: Vec<Asked>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Asking,
    /// Something was left to ask: the run was interrupted, a limit was reached, or a model failed.
    Stopped,
    Finished,
}

/// What is asked of one model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) identity: Identity,
    /// How many requests there are; none for a judge, who is asked about answers.
    pub(crate) requests: Option<u64>,
    pub(crate) price: Option<Price>,
}

impl Record {
    /// Begins a run in a folder, or goes on with the one that is there.
    pub(crate) fn begin(out: &Path, store: Option<&Path>, shard: Option<Shard>, models: Vec<Asked>) -> Record {
        let run = Record::read(out).map_or_else(|| new_name(out), |record| record.run);
        let store = store.map(|store| std::path::absolute(store).unwrap_or_else(|_| store.to_owned()));
        let shard = shard.map(|shard| shard.to_string());
        Record { run, store, shard, state: State::Asking, started_ms: now_ms(), models }
    }

    /// Reads a folder's record; none where there is none that can be read.
    pub(crate) fn read(out: &Path) -> Option<Record> {
        serde_json::from_str(&fs::read_to_string(path(out)).ok()?).ok()
    }

    pub(crate) fn write(&self, out: &Path) -> Result<(), Exit> {
        let json = serde_json::to_string_pretty(self).unwrap_or_default();
        report::write(&path(out), &format!("{json}\n"))
    }

    /// The store that the run asks into.
    pub(crate) fn store(&self, out: &Path) -> PathBuf {
        self.store.clone().unwrap_or_else(|| store_path(out))
    }
}

/// The store of a run's folder: its own, or the one that its record names. Of a file, the file itself.
pub(crate) fn store_of_run(path: &Path) -> PathBuf {
    Record::read(path).map_or_else(|| store_of(path), |record| record.store(path))
}

fn path(out: &Path) -> PathBuf {
    out.join("run.json")
}

/// A name that no other run has: its folder and its beginning, as a digest, since a folder's path is nobody's business.
fn new_name(out: &Path) -> String {
    let folder = out.canonicalize().unwrap_or_else(|_| out.to_owned());
    let text = format!("{}\0{}\0{}", folder.display(), now_ms(), std::process::id());
    blake3::hash(text.as_bytes()).to_hex().chars().take(16).collect()
}

/// Milliseconds since 1970; 0 where the clock stands before that.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
