use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::types::Null;
use rusqlite::{Connection, OptionalExtension, Statement, Transaction, TransactionBehavior, params};

use super::{AnsweredCall, Entry, FailedCall, Inbox, Item, StoreError};
use super::{batch_rows, encoding, thinking};
use crate::answers::reading::{Reading, method_word};
use crate::answers::{Answer, Identity};

/// The one owner of the writing connection.
pub(super) struct Writer {
    path: PathBuf,
    connection: Connection,
    inbox: Arc<Inbox>,
    /// The run that attempts are kept under.
    run: String,
}

impl Writer {
    pub(super) fn new(path: PathBuf, connection: Connection, inbox: Arc<Inbox>, run: String) -> Self {
        Self { path, connection, inbox, run }
    }

    /// Commits groups until the inbox is closed, or one cannot be committed.
    pub(super) fn run(self) {
        if let Err(error) = self.commit_groups() {
            self.inbox.fail(StoreError::from_sqlite(&self.path, &error));
        }
    }

    fn commit_groups(&self) -> rusqlite::Result<()> {
        let mut tables = Tables::prepare(&self.connection)?;
        while let Some(group) = self.inbox.group() {
            let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
            tables.find_run(&self.run)?;
            for entry in &group {
                match entry {
                    Entry::Answered(call) => tables.write_answers(call)?,
                    Entry::Failed(call) => tables.write_failure(call)?,
                    Entry::Batch(step) => tables.write_step(step)?,
                }
            }
            transaction.commit()?;
            self.inbox.settle(group);
        }
        Ok(())
    }
}

/// The statements, prepared once, and what is known about rows already written.
pub(super) struct Tables<'c> {
    insert_model: Statement<'c>,
    find_model: Statement<'c>,
    mark_model: Statement<'c>,
    insert_request: Statement<'c>,
    find_request: Statement<'c>,
    insert_attempt: Statement<'c>,
    insert_answer: Statement<'c>,
    pub(super) connection: &'c Connection,
    pub(super) run: Option<i64>,
    models: BTreeMap<Arc<Identity>, i64>,
    /// The models that are marked as giving probabilities.
    marked: BTreeSet<i64>,
}

impl<'c> Tables<'c> {
    fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            insert_model: connection.prepare(
                "INSERT INTO models (provider, address, model, parameters) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
            )?,
            find_model: connection.prepare(
                "SELECT id FROM models WHERE provider = ?1 AND address = ?2 AND model = ?3 AND parameters = ?4",
            )?,
            mark_model: connection.prepare("UPDATE models SET gives_probabilities = 1 WHERE id = ?1")?,
            insert_request: connection.prepare(
                "INSERT INTO requests (digest, model, method, detail, body) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO NOTHING",
            )?,
            find_request: connection.prepare("SELECT id FROM requests WHERE digest = ?1")?,
            insert_attempt: connection.prepare(
                "INSERT INTO attempts (run, request, first_sample, samples, attempt, started_ms, took_ms, prompt_tokens,
                                       completion_tokens, cause, message, retry_after_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?,
            insert_answer: connection.prepare(
                "INSERT INTO answers (request, sample, attempt, kind, content) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO NOTHING",
            )?,
            connection,
            run: None,
            models: BTreeMap::new(),
            marked: BTreeSet::new(),
        })
    }

    fn write_answers(&mut self, call: &AnsweredCall) -> rusqlite::Result<()> {
        let (model, request) = self.request(&call.reading)?;
        let probabilities = |answer: &Answer| matches!(answer, Answer::Exact { .. } | Answer::Top { .. });
        if call.answers.iter().any(probabilities) && self.marked.insert(model) {
            self.mark_model.execute([model])?;
        }
        self.insert_attempt.execute(params![
            self.run,
            request,
            call.claimed.first(),
            call.claimed.count(),
            call.timing.attempt,
            call.timing.started_ms,
            call.timing.took_ms,
            call.usage.prompt_tokens.cast_signed(),
            call.usage.completion_tokens.cast_signed(),
            Null,
            Null,
            Null,
        ])?;
        let made_by = self.connection.last_insert_rowid();
        for (sample, answer) in call.claimed.samples().zip(&call.answers) {
            let (kind, content) = encoding::encode(answer);
            self.insert_answer.execute(params![request, sample, made_by, kind, content])?;
        }
        self.take_off(call.item.as_ref())?;
        thinking::write(self.connection, request, call)
    }

    fn write_failure(&mut self, call: &FailedCall) -> rusqlite::Result<()> {
        let (_, request) = self.request(&call.reading)?;
        // A failure says nothing of tokens.
        self.insert_attempt.execute(params![
            self.run,
            request,
            call.first,
            call.count,
            call.timing.attempt,
            call.timing.started_ms,
            call.timing.took_ms,
            0,
            0,
            encoding::cause_word(call.failure.cause),
            call.failure.message,
            call.failure.retry_after_ms.map(u64::cast_signed),
        ])?;
        self.take_off(call.item.as_ref())
    }

    fn take_off(&self, item: Option<&Item>) -> rusqlite::Result<()> {
        item.map_or(Ok(()), |item| batch_rows::take_off(self.connection, item))
    }

    /// Finds or makes the row of the run.
    fn find_run(&mut self, name: &str) -> rusqlite::Result<()> {
        if self.run.is_none() {
            self.connection.execute("INSERT INTO runs (name) VALUES (?1) ON CONFLICT DO NOTHING", [name])?;
            self.run =
                Some(self.connection.query_row("SELECT id FROM runs WHERE name = ?1", [name], |row| row.get(0))?);
        }
        Ok(())
    }

    /// Returns the rows of a reading's model and request.
    pub(super) fn request(&mut self, reading: &Reading) -> rusqlite::Result<(i64, i64)> {
        let model = self.model(&reading.identity)?;
        let digest = reading.digest.bytes();
        let fresh = self.insert_request.execute(params![
            digest,
            model,
            method_word(reading.method),
            reading.detail,
            reading.body
        ])?;
        let request = match fresh {
            0 => self.find_request.query_row([digest], |row| row.get(0))?,
            _ => self.connection.last_insert_rowid(),
        };
        Ok((model, request))
    }

    pub(super) fn model(&mut self, identity: &Arc<Identity>) -> rusqlite::Result<i64> {
        if let Some(model) = self.models.get(identity) {
            return Ok(*model);
        }
        let key = params![identity.provider, identity.address, identity.model, identity.parameters];
        self.insert_model.execute(key)?;
        let found: Option<i64> = self.find_model.query_row(key, |row| row.get(0)).optional()?;
        let model = found.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        self.models.insert(Arc::clone(identity), model);
        Ok(model)
    }
}
