//! Taking answers out of a store.

use std::path::Path;

use rusqlite::{Transaction, params};

use super::{StoreError, schema};

/// What is taken out: what meets every condition that is given.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// The model, by the id that its provider knows.
    pub model: Option<String>,
    /// Where it is reached, or its `identity`.
    pub address: Option<String>,
    /// Calls that were made before, in milliseconds since 1970.
    pub before_ms: Option<i64>,
    /// Only attempts that failed; every answer stays.
    pub failures: bool,
    /// Only batches, which are forgotten with what they hold; every answer stays.
    pub batches: bool,
}

/// What was taken out, or would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    pub answers: u64,
    /// Attempts that nothing is left of: failed ones, and those whose answers go.
    pub attempts: u64,
    /// Requests that nothing is left of.
    pub requests: u64,
    /// Batches that are not waited for any more.
    pub batches: u64,
}

/// Takes out what meets a condition, and gives its room back; or only counts it, where `really` is false.
///
/// # Errors
/// The store does not exist or cannot be written to. Then nothing is taken out.
pub fn prune(path: &Path, condition: &Condition, really: bool) -> Result<Pruned, StoreError> {
    let mut connection = schema::open_existing(path)?;
    let mut prune = || {
        // Rows are taken out children first. To have that checked would search every answer for each attempt.
        connection.pragma_update(None, "foreign_keys", false)?;
        let transaction = connection.transaction()?;
        let pruned = take_out(&transaction, condition)?;
        if really {
            transaction.commit()?;
            connection.execute_batch("VACUUM")?;
        }
        Ok(pruned)
    };
    prune().map_err(|error| StoreError::from_sqlite(path, &error))
}

fn take_out(transaction: &Transaction<'_>, condition: &Condition) -> rusqlite::Result<Pruned> {
    transaction.execute_batch("DROP TABLE IF EXISTS temp.meant; CREATE TEMP TABLE meant (id INTEGER PRIMARY KEY)")?;
    transaction.execute(
        "INSERT INTO meant SELECT requests.id FROM requests JOIN models ON models.id = requests.model
         WHERE (?1 IS NULL OR models.model = ?1) AND (?2 IS NULL OR models.address = ?2)",
        params![condition.model, condition.address],
    )?;
    let before = condition.before_ms.unwrap_or(i64::MAX);
    if condition.batches {
        return forget_batches(transaction, condition, before);
    }
    let answers = if condition.failures {
        0
    } else {
        transaction.execute(
            "DELETE FROM answers WHERE request IN (SELECT id FROM meant)
             AND (SELECT started_ms FROM attempts WHERE attempts.id = answers.attempt) < ?1",
            [before],
        )?
    };
    transaction.execute(
        "DELETE FROM thinking WHERE request IN (SELECT id FROM meant)
         AND NOT EXISTS (SELECT 1 FROM answers
                         WHERE answers.request = thinking.request AND answers.sample = thinking.sample)",
        [],
    )?;
    let attempts = transaction.execute(
        "DELETE FROM attempts WHERE request IN (SELECT id FROM meant) AND started_ms < ?1
         AND (cause IS NOT NULL OR NOT ?2)
         AND NOT EXISTS (SELECT 1 FROM answers
                         WHERE answers.request = attempts.request AND answers.attempt = attempts.id)",
        params![before, condition.failures],
    )?;
    let requests = transaction.execute(
        "DELETE FROM requests WHERE id IN (SELECT id FROM meant) AND id NOT IN (SELECT request FROM attempts)
         AND id NOT IN (SELECT request FROM batch_items)
         AND id NOT IN (SELECT otherwise FROM batch_items WHERE otherwise IS NOT NULL)",
        [],
    )?;
    Ok(Pruned { answers: answers as u64, attempts: attempts as u64, requests: requests as u64, batches: 0 })
}

/// Takes out the batches of models that are meant, and what they hold.
fn forget_batches(transaction: &Transaction<'_>, condition: &Condition, before: i64) -> rusqlite::Result<Pruned> {
    let meant = "SELECT batches.id FROM batches JOIN models ON models.id = batches.model
                 WHERE (?1 IS NULL OR models.model = ?1) AND (?2 IS NULL OR models.address = ?2)
                       AND coalesce(submitted_ms, 0) < ?3";
    let key = params![condition.model, condition.address, before];
    let open: i64 = transaction.query_row(
        &format!("SELECT count(*) FROM batches WHERE state <> 'collected' AND id IN ({meant})"),
        key,
        |row| row.get(0),
    )?;
    transaction.execute(&format!("DELETE FROM batch_items WHERE batch IN ({meant})"), key)?;
    transaction.execute(&format!("DELETE FROM batches WHERE id IN ({meant})"), key)?;
    Ok(Pruned { batches: open.cast_unsigned(), ..Pruned::default() })
}
