//! Batches on their way into the store.

use rusqlite::{Connection, params};

use super::writer::Tables;
use super::{BatchStep, Item, Otherwise, StepKind};

impl Tables<'_> {
    /// Keeps a step in the life of a batch.
    pub(super) fn write_step(&mut self, step: &BatchStep) -> rusqlite::Result<()> {
        let mark = &*step.batch;
        let connection = self.connection;
        match &step.kind {
            StepKind::Begun { identity } => {
                let model = self.model(identity)?;
                connection.execute(
                    "INSERT INTO batches (run, model, mark, state) VALUES (?1, ?2, ?3, 'filling')",
                    params![self.run, model, mark],
                )?;
            }
            StepKind::Filled { number, reading, first, count, tries, otherwise } => {
                let (_, request) = self.request(reading)?;
                let (otherwise, missing) = match otherwise {
                    Some(Otherwise { reading, missing }) => {
                        let missing = serde_json::to_string(missing).unwrap_or_default();
                        (Some(self.request(reading)?.1), Some(missing))
                    }
                    None => (None, None),
                };
                connection
                    .prepare_cached(
                        "INSERT INTO batch_items (batch, number, request, first_sample, samples, tries, otherwise, missing)
                         SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM batches WHERE mark = ?1",
                    )?
                    .execute(params![mark, number, request, first, count, tries, otherwise, missing])?;
            }
            StepKind::Meant { requests, now_ms } => {
                connection.execute(
                    "UPDATE batches SET state = 'meant', requests = ?2, submitted_ms = ?3 WHERE mark = ?1",
                    params![mark, requests, now_ms],
                )?;
            }
            StepKind::Submitted { name } => {
                connection.execute(
                    "UPDATE batches SET state = 'submitted', name = ?2 WHERE mark = ?1",
                    params![mark, name],
                )?;
            }
            StepKind::Seen { word, done } => {
                connection.execute(
                    "UPDATE batches SET word = ?2, done = ?3 WHERE mark = ?1",
                    params![mark, word, done.cast_signed()],
                )?;
            }
            StepKind::Collected => {
                remove_items(connection, mark)?;
                connection.execute("UPDATE batches SET state = 'collected' WHERE mark = ?1", [mark])?;
            }
            StepKind::Void => {
                remove_items(connection, mark)?;
                connection.execute("DELETE FROM batches WHERE mark = ?1", [mark])?;
            }
        }
        Ok(())
    }
}

/// Takes a request off its batch.
pub(super) fn take_off(connection: &Connection, item: &Item) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "DELETE FROM batch_items WHERE batch = (SELECT id FROM batches WHERE mark = ?1) AND number = ?2",
        )?
        .execute(params![&*item.batch, item.number])?;
    Ok(())
}

fn remove_items(connection: &Connection, mark: &str) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM batch_items WHERE batch = (SELECT id FROM batches WHERE mark = ?1)", [mark])?;
    Ok(())
}
