//! Batches as the store has them.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::{OptionalExtension, params};
use serde::Serialize;

use super::{Answers, Otherwise, StoreError};
use crate::answers::Identity;
use crate::answers::key::Digest;
use crate::answers::reading::{Kept, Reading};

/// A batch of which something is left to collect.
#[derive(Debug)]
pub(crate) struct OpenBatch {
    pub(crate) mark: Arc<str>,
    /// The service's name for it, where that is known.
    pub(crate) name: Option<String>,
    pub(crate) requests: u32,
    pub(crate) submitted_ms: i64,
    /// Whether it was still being filled: then no service has heard of it.
    pub(crate) filling: bool,
}

/// A request that a batch holds.
#[derive(Debug)]
pub(crate) struct OpenItem {
    pub(crate) reading: Arc<Reading>,
    pub(crate) first: u32,
    pub(crate) count: u32,
    /// Which try it is, from 1.
    pub(crate) tries: u32,
    pub(crate) otherwise: Option<Otherwise>,
}

/// How a batch stands that is not collected yet.
#[derive(Clone, Debug, Serialize)]
pub struct BatchTally {
    pub identity: Identity,
    /// The service's word, where it has said one; else `filling` or `submitting`.
    pub state: String,
    pub requests: u64,
    /// Of those, how many have come to an end at the service.
    pub done: u64,
    /// When it was submitted, in milliseconds since 1970.
    pub since_ms: Option<i64>,
    /// The service's name for it.
    pub name: Option<String>,
}

impl Answers {
    /// Returns how the batches of a run stand that are not collected yet, in the order in which they were begun.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn batches(&self, run: &str) -> Result<Vec<BatchTally>, StoreError> {
        let find = || {
            let mut query = self.connection.prepare(
                "SELECT provider, address, models.model, parameters, coalesce(word, state), requests, done, submitted_ms,
                        name, (SELECT count(*) FROM batch_items WHERE batch_items.batch = batches.id)
                 FROM batches JOIN models ON models.id = batches.model
                 WHERE state <> 'collected' AND batches.run = (SELECT id FROM runs WHERE name = ?1)
                 ORDER BY batches.id",
            )?;
            let tallies = query.query_map([run], |row| {
                let state: String = row.get(4)?;
                let (told, held): (i64, i64) = (row.get(5)?, row.get(9)?);
                Ok(BatchTally {
                    identity: Identity {
                        provider: row.get(0)?,
                        address: row.get(1)?,
                        model: row.get(2)?,
                        parameters: row.get(3)?,
                    },
                    state: if state == "meant" { "submitting".to_owned() } else { state },
                    requests: if told == 0 { held } else { told }.cast_unsigned(),
                    done: row.get::<_, i64>(6)?.cast_unsigned(),
                    since_ms: row.get(7)?,
                    name: row.get(8)?,
                })
            })?;
            tallies.collect::<rusqlite::Result<Vec<_>>>()
        };
        find().map_err(|error| self.error(&error))
    }

    /// Returns the batches of one model that a run has begun and not collected.
    pub(crate) fn open_batches(&self, run: &str, identity: &Identity) -> Result<Vec<OpenBatch>, StoreError> {
        let find = || {
            let mut query = self.connection.prepare(
                "SELECT mark, name, requests, coalesce(submitted_ms, 0), state = 'filling'
                 FROM batches JOIN models ON models.id = batches.model
                 WHERE state <> 'collected' AND batches.run = (SELECT id FROM runs WHERE name = ?1)
                       AND (provider, address, models.model, parameters) = (?2, ?3, ?4, ?5)
                 ORDER BY batches.id",
            )?;
            let key = params![run, identity.provider, identity.address, identity.model, identity.parameters];
            let batches = query.query_map(key, |row| {
                Ok(OpenBatch {
                    mark: row.get::<_, String>(0)?.into(),
                    name: row.get(1)?,
                    requests: row.get(2)?,
                    submitted_ms: row.get(3)?,
                    filling: row.get(4)?,
                })
            })?;
            batches.collect::<rusqlite::Result<Vec<_>>>()
        };
        find().map_err(|error| self.error(&error))
    }

    /// Returns the numbers of the requests that a batch still holds, in order.
    pub(crate) fn open_numbers(&self, mark: &str) -> Result<Vec<u32>, StoreError> {
        let find = || {
            let mut query = self.connection.prepare_cached(
                "SELECT number FROM batch_items WHERE batch = (SELECT id FROM batches WHERE mark = ?1) ORDER BY number",
            )?;
            let numbers = query.query_map([mark], |row| row.get(0))?;
            numbers.collect::<rusqlite::Result<Vec<u32>>>()
        };
        find().map_err(|error| self.error(&error))
    }

    /// Returns a request that a batch holds. `shown` is how many of the most probable tokens the model shows.
    pub(crate) fn open_item(
        &self,
        mark: &str,
        number: u32,
        identity: &Arc<Identity>,
        shown: u8,
    ) -> Result<Option<OpenItem>, StoreError> {
        let find = || {
            let mut query = self.connection.prepare_cached(
                "SELECT first_sample, samples, tries, missing, asked.digest, asked.method, asked.detail, asked.body,
                        texts.digest, texts.method, texts.detail, texts.body
                 FROM batch_items JOIN requests AS asked ON asked.id = batch_items.request
                 LEFT JOIN requests AS texts ON texts.id = batch_items.otherwise
                 WHERE batch = (SELECT id FROM batches WHERE mark = ?1) AND number = ?2",
            )?;
            query.query_row(params![mark, number], |row| item(row, identity, shown)).optional()
        };
        find().map(Option::flatten).map_err(|error| self.error(&error))
    }

    /// Returns the names that services have given to batches of this store.
    pub(crate) fn batch_names(&self) -> Result<BTreeSet<String>, StoreError> {
        let find = || {
            let mut query = self.connection.prepare("SELECT name FROM batches WHERE name IS NOT NULL")?;
            let names = query.query_map([], |row| row.get(0))?;
            names.collect::<rusqlite::Result<BTreeSet<String>>>()
        };
        find().map_err(|error| self.error(&error))
    }
}

fn item(row: &rusqlite::Row<'_>, identity: &Arc<Identity>, shown: u8) -> rusqlite::Result<Option<OpenItem>> {
    let reading = |first: usize| -> rusqlite::Result<Option<Arc<Reading>>> {
        let Some(digest) = row.get_ref(first)?.as_blob_or_null()?.and_then(Digest::kept) else { return Ok(None) };
        let kept = Kept { digest, method: row.get(first + 1)?, detail: row.get(first + 2)?, body: row.get(first + 3)? };
        Ok(Reading::kept(kept, identity, shown))
    };
    let Some(asked) = reading(4)? else { return Ok(None) };
    let missing: Option<String> = row.get(3)?;
    let missing = missing.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    Ok(Some(OpenItem {
        reading: asked,
        first: row.get(0)?,
        count: row.get(1)?,
        tries: row.get(2)?,
        otherwise: reading(8)?.map(|reading| Otherwise { reading, missing }),
    }))
}
