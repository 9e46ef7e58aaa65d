use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::{StoreError, migration};

/// The version of the tables below. It stands in the file as `user_version`.
pub(super) const VERSION: i64 = 3;

/// Marks a `SQLite` file as a store of answers: `insp` in ASCII.
const APPLICATION: i64 = 0x696e_7370;

/// How long a lock of another process is waited for. A group's commit takes milliseconds, on a busy disk a second.
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// How long lies between two tries to open a store that another process is making.
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// A request is an ask of one model under one way of reading it, without how many samples; its digest and a sample's
/// index together are the key of an answer. Every call that was made is an attempt: with a cause where it failed,
/// without one where it brought answers. Only answers are ever reused. What a model thought before an answer is kept
/// beside it.
pub(super) const TABLES: &str = "
    CREATE TABLE models (
        id INTEGER PRIMARY KEY,
        provider TEXT NOT NULL,
        address TEXT NOT NULL,
        model TEXT NOT NULL,
        parameters TEXT NOT NULL,
        gives_probabilities INTEGER NOT NULL DEFAULT 0,
        UNIQUE (provider, address, model, parameters)
    ) STRICT;
    CREATE TABLE requests (
        id INTEGER PRIMARY KEY,
        digest BLOB NOT NULL UNIQUE,
        model INTEGER NOT NULL REFERENCES models,
        method TEXT NOT NULL,
        detail TEXT NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE attempts (
        id INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES runs,
        request INTEGER NOT NULL REFERENCES requests,
        first_sample INTEGER NOT NULL,
        samples INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        started_ms INTEGER NOT NULL,
        took_ms INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        cause TEXT,
        message TEXT,
        retry_after_ms INTEGER
    ) STRICT;
    CREATE INDEX failures_by_request ON attempts (request) WHERE cause IS NOT NULL;
    CREATE TABLE answers (
        request INTEGER NOT NULL REFERENCES requests,
        sample INTEGER NOT NULL,
        attempt INTEGER NOT NULL REFERENCES attempts,
        kind TEXT NOT NULL,
        content TEXT NOT NULL,
        PRIMARY KEY (request, sample)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS thinking (
        request INTEGER NOT NULL REFERENCES requests,
        sample INTEGER NOT NULL,
        content TEXT NOT NULL,
        PRIMARY KEY (request, sample)
    ) STRICT, WITHOUT ROWID;
";

/// A batch is written down before its service hears of it, with the requests that it holds: whoever comes after a process
/// that was killed knows what not to ask. A request is taken off when what came of it is kept, and a batch that nothing
/// is left of stays as a record.
pub(super) const BATCHES: &str = "
    CREATE TABLE batches (
        id INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES runs,
        model INTEGER NOT NULL REFERENCES models,
        mark TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL,
        requests INTEGER NOT NULL DEFAULT 0,
        submitted_ms INTEGER,
        name TEXT,
        word TEXT,
        done INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE batch_items (
        batch INTEGER NOT NULL REFERENCES batches,
        number INTEGER NOT NULL,
        request INTEGER NOT NULL REFERENCES requests,
        first_sample INTEGER NOT NULL,
        samples INTEGER NOT NULL,
        tries INTEGER NOT NULL,
        otherwise INTEGER REFERENCES requests,
        missing TEXT,
        PRIMARY KEY (batch, number)
    ) STRICT, WITHOUT ROWID;
";

/// Opens a store for writing and makes it where the file is missing or empty.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    patiently(|| prepare(path, flags)).map_err(|error| error.of(path))
}

/// Opens a store for writing; it has to exist.
pub(super) fn open_existing(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    patiently(|| prepare(path, flags)).map_err(|error| error.of(path))
}

/// Tries again while another process makes the store: the change to a write-ahead log is refused at once where
/// somebody holds a lock, and not waited for as other locks are.
fn patiently<T>(open: impl Fn() -> Result<T, Refused>) -> Result<T, Refused> {
    let started = Instant::now();
    loop {
        match open() {
            Err(Refused::Sqlite(error)) if is_busy(&error) && started.elapsed() < LOCK_WAIT => {
                std::thread::sleep(BETWEEN_TRIES);
            }
            other => return other,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Opens a store for reading; it has to exist.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = || {
        let mut connection = connect(path, flags)?;
        check(&connection)?;
        migration::migrate(&mut connection)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    };
    patiently(read).map_err(|error: Refused| error.of(path))
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Refused> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(LOCK_WAIT)?;
    // Without this, SQLite plans a query again whenever a limit of another size is bound to it, which takes
    // longer than the query.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

fn prepare(path: &Path, flags: OpenFlags) -> Result<Connection, Refused> {
    let mut connection = connect(path, flags)?;
    if has_tables(&connection)? {
        check(&connection)?;
        migration::migrate(&mut connection)?;
    }
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    // Copying the log back is cheaper in larger steps: most pages of a step are written again and again.
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    // Another process may be making the same store: who comes second finds it made.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !has_tables(&transaction)? {
        transaction.execute_batch(TABLES)?;
        transaction.execute_batch(BATCHES)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()?;
    Ok(connection)
}

fn has_tables(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) > 0 FROM sqlite_schema", [], |row| row.get(0))
}

/// Checks that a file with tables is a store of this version or one that can be brought to it, before anything in it
/// changes.
fn check(connection: &Connection) -> Result<(), Refused> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    if pragma("application_id")? != APPLICATION {
        return Err(Refused::Foreign);
    }
    match pragma("user_version")? {
        migration::OLDEST..=VERSION => Ok(()),
        other => Err(Refused::Version(other)),
    }
}

enum Refused {
    Foreign,
    Version(i64),
    Sqlite(rusqlite::Error),
}

impl Refused {
    fn of(self, path: &Path) -> StoreError {
        match self {
            Self::Foreign => StoreError::NotAStore { path: path.to_owned() },
            Self::Version(found) => StoreError::Version { path: path.to_owned(), found },
            Self::Sqlite(error) => StoreError::from_sqlite(path, &error),
        }
    }
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}
