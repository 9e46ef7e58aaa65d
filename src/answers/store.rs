//! The store: one `SQLite` file that keeps every answer, and every attempt to get one.
//!
//! An answer is durable once its group is committed. A group is committed when 128 answers wait for it or the
//! first of them has waited for 50 ms, and at most [`GROUP`] answers are ever received and not committed: a
//! process that is killed asks again what was in flight and at most that many answers, never more.

mod answered;
mod batch_rows;
mod batches;
mod claims;
mod encoding;
mod entry;
mod error;
mod export;
mod inbox;
mod merge;
mod migration;
mod models;
mod nearest;
mod prune;
mod reader;
mod schema;
mod tally;
mod thinking;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

pub use answered::Answered;
pub use batches::BatchTally;
pub use error::StoreError;
pub use export::{Exported, Outcome};
pub use inbox::{GROUP, LONGEST_WAIT};
pub use merge::{Conflict, Merged, merge, store_of};
pub use nearest::{Difference, Explained, Nearest};
pub use prune::{Condition, Pruned, prune};
pub use reader::Answers;
pub use tally::{Spending, Tally};

pub(crate) use batches::{OpenBatch, OpenItem};
pub(crate) use claims::{Claimed, Claims};
pub(crate) use entry::{AnsweredCall, BatchStep, Entry, FailedCall, Item, Otherwise, StepKind, Timing};
pub(crate) use inbox::Inbox;

use writer::Writer;

/// A store that is open for writing. One thread owns the writing connection.
pub struct Store {
    path: PathBuf,
    run: String,
    inbox: Arc<Inbox>,
    claims: Arc<Claims>,
    writer: Option<JoinHandle<()>>,
}

impl Store {
    /// Opens a store, and makes it where there is none. One of an older version is brought to this one.
    ///
    /// # Errors
    ///
    /// The file cannot be opened or made, is not a store, or is one of a newer version. It is left as it was.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::of_run(path, "")
    }

    /// The same, with a name for the run, under which the attempts that it makes are kept: a store that several runs
    /// share can tell what each has spent.
    ///
    /// # Errors
    ///
    /// As for [`Store::open`].
    pub fn of_run(path: &Path, run: &str) -> Result<Self, StoreError> {
        let connection = schema::open(path)?;
        Self::with(path, connection, run)
    }

    fn with(path: &Path, connection: Connection, run: &str) -> Result<Self, StoreError> {
        let inbox = Arc::new(Inbox::new());
        let writer = Writer::new(path.to_owned(), connection, Arc::clone(&inbox), run.to_owned());
        let writer = thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| StoreError::Unusable { path: path.to_owned(), message: error.to_string() })?;
        Ok(Self {
            path: path.to_owned(),
            run: run.to_owned(),
            inbox,
            claims: Arc::new(Claims::default()),
            writer: Some(writer),
        })
    }

    /// Opens a view of what is committed.
    pub fn reader(&self) -> Result<Answers, StoreError> {
        Answers::open(&self.path)
    }

    /// Waits until everything received so far is committed.
    ///
    /// # Errors
    ///
    /// What the writer failed with; everything committed before is whole.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.inbox.flush()
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The run that attempts and batches are kept under.
    pub fn run(&self) -> &str {
        &self.run
    }

    pub(crate) fn inbox(&self) -> Arc<Inbox> {
        Arc::clone(&self.inbox)
    }

    pub(crate) fn claims(&self) -> Arc<Claims> {
        Arc::clone(&self.claims)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.inbox.close();
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has nothing left to commit; the file itself is whole.
            let _ = writer.join();
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
