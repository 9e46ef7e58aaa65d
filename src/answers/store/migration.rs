//! Older stores are brought to the present tables, whole or not at all.

use rusqlite::{Connection, TransactionBehavior};

use super::schema::{BATCHES, TABLES, VERSION};

/// The oldest version that can be migrated.
pub(super) const OLDEST: i64 = 1;

/// Calls that brought answers and those that failed stood in two tables, and no attempt knew its run.
const FROM_1: &str = "
    ALTER TABLE models RENAME TO old_models;
    ALTER TABLE requests RENAME TO old_requests;
    ALTER TABLE answers RENAME TO old_answers;
    DROP INDEX failures_by_request;
";

const INTO_2: &str = "
    INSERT INTO models SELECT id, provider, address, model, parameters, gives_probabilities FROM old_models;
    INSERT INTO requests SELECT id, digest, model, method, detail, body FROM old_requests;
    INSERT INTO runs (id, name) VALUES (1, '');
    INSERT INTO attempts
        SELECT calls.id, 1, calls.request, coalesce(min(old_answers.sample), 0), count(old_answers.sample),
               calls.attempt, calls.started_ms, calls.took_ms, calls.prompt_tokens, calls.completion_tokens,
               NULL, NULL, NULL
        FROM calls LEFT JOIN old_answers ON old_answers.call = calls.id AND old_answers.request = calls.request
        GROUP BY calls.id;
    INSERT INTO answers SELECT request, sample, call, kind, content FROM old_answers;
    INSERT INTO attempts (run, request, first_sample, samples, attempt, started_ms, took_ms, prompt_tokens,
                          completion_tokens, cause, message, retry_after_ms)
        SELECT 1, request, first_sample, samples, attempt, started_ms, took_ms, 0, 0, cause, message, retry_after_ms
        FROM failures ORDER BY id;
    DROP TABLE old_answers;
    DROP TABLE failures;
    DROP TABLE calls;
    DROP TABLE old_requests;
    DROP TABLE old_models;
";

/// Brings a store that [`schema`](super::schema) has checked to the present version. Another process may do the same
/// at the same time: who comes second finds it done.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    if version(connection)? == VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    if found == 1 {
        transaction.execute_batch(FROM_1)?;
        transaction.execute_batch(TABLES)?;
        transaction.execute_batch(INTO_2)?;
    }
    // Version 2 knew no batches.
    if found < 3 {
        transaction.execute_batch(BATCHES)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables as version 1 made them.
    const TABLES_1: &str = "
        CREATE TABLE models (id INTEGER PRIMARY KEY, provider TEXT NOT NULL, address TEXT NOT NULL, model TEXT NOT NULL,
            parameters TEXT NOT NULL, gives_probabilities INTEGER NOT NULL DEFAULT 0,
            UNIQUE (provider, address, model, parameters)) STRICT;
        CREATE TABLE requests (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE,
            model INTEGER NOT NULL REFERENCES models, method TEXT NOT NULL, detail TEXT NOT NULL, body TEXT NOT NULL) STRICT;
        CREATE TABLE calls (id INTEGER PRIMARY KEY, request INTEGER NOT NULL REFERENCES requests,
            attempt INTEGER NOT NULL, started_ms INTEGER NOT NULL, took_ms INTEGER NOT NULL,
            prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL) STRICT;
        CREATE TABLE answers (request INTEGER NOT NULL REFERENCES requests, sample INTEGER NOT NULL,
            call INTEGER NOT NULL REFERENCES calls, kind TEXT NOT NULL, content TEXT NOT NULL,
            PRIMARY KEY (request, sample)) STRICT, WITHOUT ROWID;
        CREATE TABLE failures (id INTEGER PRIMARY KEY, request INTEGER NOT NULL REFERENCES requests,
            first_sample INTEGER NOT NULL, samples INTEGER NOT NULL, attempt INTEGER NOT NULL,
            started_ms INTEGER NOT NULL, took_ms INTEGER NOT NULL, cause TEXT NOT NULL, message TEXT NOT NULL,
            retry_after_ms INTEGER) STRICT;
        CREATE INDEX failures_by_request ON failures (request);
        INSERT INTO models VALUES (1, 'openai', 'http://a', 'm', '{}', 1);
        INSERT INTO requests VALUES (7, x'01', 1, 'samples', '', '{}');
        INSERT INTO calls VALUES (3, 7, 2, 1000, 5, 11, 13);
        INSERT INTO answers VALUES (7, 4, 3, 'text', 'red'), (7, 5, 3, 'text', 'blue');
        INSERT INTO failures VALUES (1, 7, 4, 2, 1, 900, 6, 'server', 'oops', 250);
        PRAGMA user_version = 1;
    ";

    #[test]
    fn version_1_keeps_every_answer_and_every_attempt() {
        let mut connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(TABLES_1).expect("the old tables");
        migrate(&mut connection).expect("it can be migrated");
        migrate(&mut connection).expect("and is left alone then");

        let mut attempts = connection
            .prepare("SELECT first_sample, samples, attempt, prompt_tokens, coalesce(cause, 'none') FROM attempts ORDER BY id")
            .expect("the new tables");
        let attempts: Vec<(u32, u32, u32, u32, String)> = attempts
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
            .and_then(Iterator::collect)
            .expect("rows");
        assert_eq!(attempts, [(4, 2, 2, 11, "none".to_owned()), (4, 2, 1, 0, "server".to_owned())]);
        let answers: String = connection
            .query_row("SELECT group_concat(sample || content || attempt, ' ') FROM answers", [], |row| row.get(0))
            .expect("answers");
        assert_eq!(answers, "4red3 5blue3");
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table'", [], |row| row.get(0))
            .expect("a count");
        assert_eq!(tables, 8);
        let broken: i64 = connection
            .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
            .expect("a check");
        assert_eq!(broken, 0);
    }

    #[test]
    fn version_2_gets_tables_for_batches() {
        let mut connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(TABLES).expect("the tables of version 2");
        connection.pragma_update(None, "user_version", 2).expect("the version");
        migrate(&mut connection).expect("it can be migrated");
        let batches: i64 =
            connection.query_row("SELECT count(*) FROM batch_items, batches", [], |row| row.get(0)).expect("a count");
        assert_eq!((batches, version(&connection).expect("a version")), (0, VERSION));
    }
}
