use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{StoreError, thinking};

/// The version of the tables below. It stands in the file as `user_version`.
pub(super) const VERSION: i64 = 1;

/// Marks a `SQLite` file as a store of answers: `insp` in ASCII.
const APPLICATION: i64 = 0x696e_7370;

/// How long a lock of another process is waited for. A group's commit takes milliseconds.
const LOCK_WAIT: Duration = Duration::from_secs(2);

/// A request is an ask of one model under one way of reading it; its digest is the key of its answers. A call
/// may bring several answers. Only answers are reused: failures stand in a table of their own.
const TABLES: &str = "
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
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY,
        request INTEGER NOT NULL REFERENCES requests,
        attempt INTEGER NOT NULL,
        started_ms INTEGER NOT NULL,
        took_ms INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE answers (
        request INTEGER NOT NULL REFERENCES requests,
        sample INTEGER NOT NULL,
        call INTEGER NOT NULL REFERENCES calls,
        kind TEXT NOT NULL,
        content TEXT NOT NULL,
        PRIMARY KEY (request, sample)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE failures (
        id INTEGER PRIMARY KEY,
        request INTEGER NOT NULL REFERENCES requests,
        first_sample INTEGER NOT NULL,
        samples INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        started_ms INTEGER NOT NULL,
        took_ms INTEGER NOT NULL,
        cause TEXT NOT NULL,
        message TEXT NOT NULL,
        retry_after_ms INTEGER
    ) STRICT;
    CREATE INDEX failures_by_request ON failures (request);
";

/// Opens a store for writing and makes it where the file is missing or empty.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    prepare(path, flags).map_err(|error| error.of(path))
}

/// Opens a store for reading; it has to exist.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = || {
        let connection = connect(path, flags)?;
        check(&connection)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    };
    read().map_err(|error: Refused| error.of(path))
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
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 {
        check(&connection)?;
    }
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    // Copying the log back is cheaper in larger steps: most pages of a step are written again and again.
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    if tables == 0 {
        let transaction = connection.transaction()?;
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
    }
    thinking::prepare(&connection)?;
    Ok(connection)
}

/// Checks that a file with tables is a store of this version, before anything in it changes.
fn check(connection: &Connection) -> Result<(), Refused> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    if pragma("application_id")? != APPLICATION {
        return Err(Refused::Foreign);
    }
    match pragma("user_version")? {
        VERSION => Ok(()),
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
