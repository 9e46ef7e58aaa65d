//! Joining stores: a set union by key.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{StoreError, schema};
use crate::answers::key::Digest;

/// What one store brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Answers that were not there.
    pub answers: u64,
    /// Answers that were there already, and are the same.
    pub known: u64,
    /// Keys under which another answer was there, which stays.
    pub conflicts: u64,
    /// The first of those.
    pub examples: Vec<Conflict>,
    /// Batches that are not collected yet. They stay with their own store: a batch belongs to the run that submitted it.
    pub open_batches: u64,
}

/// Two answers under one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub model: String,
    /// The digest of the request, as 32 hexadecimal digits.
    pub request: String,
    pub sample: u32,
    pub kept: String,
    pub other: String,
}

/// How many conflicts of one store are shown.
const EXAMPLES: i64 = 5;

/// Puts everything that `from` holds into `into`, which is made where it is missing. What is there stays. Merging a
/// store a second time adds nothing.
///
/// # Errors
/// One of them is not a store, is one of a newer version, or `into` cannot be written to. Then nothing was added.
pub fn merge(into: &Path, from: &Path) -> Result<Merged, StoreError> {
    // It is opened on its own first, so that an older one is brought to this version.
    drop(schema::open_existing(from)?);
    let connection = schema::open(into)?;
    let join = || -> rusqlite::Result<Merged> {
        connection.execute("ATTACH DATABASE ?1 AS other", [from.to_string_lossy()])?;
        let transaction = Transaction::new_unchecked(&connection, TransactionBehavior::Immediate)?;
        let merged = union(&transaction)?;
        transaction.commit()?;
        Ok(merged)
    };
    join().map_err(|error| StoreError::from_sqlite(into, &error))
}

/// Rows have numbers of their own in each store: temporary tables hold which is which.
const UNION: &str = "
    CREATE TEMP TABLE same_request (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
    CREATE TEMP TABLE same_attempt (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);

    INSERT INTO main.models (provider, address, model, parameters)
        SELECT provider, address, model, parameters FROM other.models WHERE true ON CONFLICT DO NOTHING;
    UPDATE main.models SET gives_probabilities = 1
        WHERE (provider, address, model, parameters) IN
            (SELECT provider, address, model, parameters FROM other.models WHERE gives_probabilities = 1);
    INSERT INTO main.runs (name) SELECT name FROM other.runs WHERE true ON CONFLICT DO NOTHING;

    INSERT INTO main.requests (digest, model, method, detail, body)
        SELECT theirs.digest, ours_of.id, theirs.method, theirs.detail, theirs.body
        FROM other.requests AS theirs
        JOIN other.models AS theirs_of ON theirs_of.id = theirs.model
        JOIN main.models AS ours_of
            ON (ours_of.provider, ours_of.address, ours_of.model, ours_of.parameters)
               = (theirs_of.provider, theirs_of.address, theirs_of.model, theirs_of.parameters)
        ORDER BY theirs.id ON CONFLICT DO NOTHING;
    INSERT INTO same_request
        SELECT theirs.id, ours.id FROM other.requests AS theirs JOIN main.requests AS ours USING (digest);

    CREATE INDEX main.attempts_in_full ON attempts (request, started_ms, first_sample, attempt, run);
    CREATE TEMP TABLE their_attempt AS
        SELECT theirs.id AS id, ours_run.id AS run, same_request.ours AS request
        FROM other.attempts AS theirs
        JOIN other.runs AS their_run ON their_run.id = theirs.run
        JOIN main.runs AS ours_run ON ours_run.name = their_run.name
        JOIN same_request ON same_request.theirs = theirs.request;
    INSERT INTO main.attempts (run, request, first_sample, samples, attempt, started_ms, took_ms, prompt_tokens,
                               completion_tokens, cause, message, retry_after_ms)
        SELECT their_attempt.run, their_attempt.request, theirs.first_sample, theirs.samples, theirs.attempt,
               theirs.started_ms, theirs.took_ms, theirs.prompt_tokens, theirs.completion_tokens, theirs.cause,
               theirs.message, theirs.retry_after_ms
        FROM other.attempts AS theirs JOIN their_attempt USING (id)
        WHERE NOT EXISTS (
            SELECT 1 FROM main.attempts AS ours
            WHERE ours.request = their_attempt.request AND ours.started_ms = theirs.started_ms
                  AND ours.first_sample = theirs.first_sample AND ours.attempt = theirs.attempt
                  AND ours.run = their_attempt.run)
        ORDER BY theirs.id;
    INSERT INTO same_attempt
        SELECT theirs.id, min(ours.id)
        FROM other.attempts AS theirs JOIN their_attempt USING (id)
        JOIN main.attempts AS ours
            ON ours.request = their_attempt.request AND ours.started_ms = theirs.started_ms
               AND ours.first_sample = theirs.first_sample AND ours.attempt = theirs.attempt
               AND ours.run = their_attempt.run
        GROUP BY theirs.id;
    DROP INDEX main.attempts_in_full;
";

const BOTH: &str = "
    FROM other.answers AS theirs
    JOIN same_request ON same_request.theirs = theirs.request
    JOIN main.answers AS ours ON ours.request = same_request.ours AND ours.sample = theirs.sample";
const DIFFER: &str = "(ours.kind, ours.content) IS NOT (theirs.kind, theirs.content)";

fn union(transaction: &Transaction<'_>) -> rusqlite::Result<Merged> {
    transaction.execute_batch(UNION)?;
    let count = |condition: &str| {
        let sql = format!("SELECT count(*) {BOTH} WHERE {condition}");
        transaction.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
    };
    let conflicts = count(DIFFER)?;
    let known = count("true")? - conflicts;
    let examples = examples(transaction)?;
    let answers = transaction.execute(
        "INSERT INTO main.answers (request, sample, attempt, kind, content)
         SELECT same_request.ours, theirs.sample, same_attempt.ours, theirs.kind, theirs.content
         FROM other.answers AS theirs
         JOIN same_request ON same_request.theirs = theirs.request
         JOIN same_attempt ON same_attempt.theirs = theirs.attempt
         WHERE true ON CONFLICT DO NOTHING",
        [],
    )?;
    // What was thought before an answer goes with that very answer.
    transaction.execute(
        "INSERT INTO main.thinking (request, sample, content)
         SELECT ours.request, ours.sample, thinking.content
         FROM other.thinking AS thinking
         JOIN other.answers AS theirs ON theirs.request = thinking.request AND theirs.sample = thinking.sample
         JOIN same_attempt ON same_attempt.theirs = theirs.attempt
         JOIN same_request ON same_request.theirs = theirs.request
         JOIN main.answers AS ours
             ON ours.request = same_request.ours AND ours.sample = theirs.sample AND ours.attempt = same_attempt.ours
         WHERE true ON CONFLICT DO NOTHING",
        [],
    )?;
    let open: i64 = transaction.query_row(
        "SELECT count(*) FROM other.batches WHERE state IN ('meant', 'submitted')",
        [],
        |row| row.get(0),
    )?;
    Ok(Merged { answers: answers as u64, known, conflicts, examples, open_batches: open.cast_unsigned() })
}

fn examples(connection: &Connection) -> rusqlite::Result<Vec<Conflict>> {
    let mut query = connection.prepare(&format!(
        "SELECT models.model, requests.digest, ours.sample, ours.content, theirs.content {BOTH}
         JOIN main.requests AS requests ON requests.id = ours.request
         JOIN main.models AS models ON models.id = requests.model
         WHERE {DIFFER} ORDER BY ours.request, ours.sample LIMIT ?1"
    ))?;
    let found = query.query_map(params![EXAMPLES], |row| {
        Ok(Conflict {
            model: row.get(0)?,
            request: Digest::hex(row.get_ref(1)?.as_blob()?),
            sample: row.get(2)?,
            kept: row.get(3)?,
            other: row.get(4)?,
        })
    })?;
    found.collect()
}

/// Returns the store behind what a merge was given: a run's folder, or a store itself.
pub fn store_of(path: &Path) -> PathBuf {
    if path.is_dir() { crate::answers::store_path(path) } else { path.to_owned() }
}
