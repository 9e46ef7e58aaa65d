use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::{Answered, StoreError, encoding, schema};
use crate::answers::backend::Probability;
use crate::answers::reading::Reading;
use crate::answers::{Answer, Ask, Failure, Identity};
use crate::scores::Method;

/// A view of the committed answers.
pub struct Answers {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
}

impl Answers {
    /// Opens the answers of a store that exists.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = schema::open_to_read(path)?;
        Ok(Self { path: path.to_owned(), connection })
    }

    /// Returns what a model answered to an ask: read as probabilities where it gave them, as texts otherwise.
    pub fn answers(&self, ask: &Ask, identity: &Arc<Identity>) -> Result<Answered, StoreError> {
        let probable = [Probability::Exact, Probability::Top(0)];
        let probable = probable.iter().filter_map(|given| Reading::probabilities(ask, identity, *given));
        let readings = probable.chain([Reading::samples(ask, identity)]);

        let mut failed = None;
        for reading in readings {
            let answered = self.of(&reading)?;
            if answered.samples.iter().flatten().any(Result::is_ok) {
                return Ok(answered);
            }
            // The last way that was tried says best why there is no answer. Where none was, the first one stands:
            // one request that was never made, however many texts would have been sampled instead.
            if failed.is_none() || answered.samples.iter().any(Option::is_some) {
                failed = Some(answered);
            }
        }
        Ok(failed.unwrap_or(Answered { method: Method::Samples, samples: Vec::new() }))
    }

    pub(crate) fn of(&self, reading: &Reading) -> Result<Answered, StoreError> {
        let samples = self.samples(reading).map_err(|error| self.error(&error))?;
        Ok(Answered { method: reading.method, samples })
    }

    fn samples(&self, reading: &Reading) -> rusqlite::Result<Vec<Option<Result<Answer, Failure>>>> {
        let mut samples = vec![None; reading.wanted as usize];
        let request: Option<i64> = self
            .connection
            .prepare_cached("SELECT id FROM requests WHERE digest = ?1")?
            .query_row([reading.digest.bytes()], |row| row.get(0))
            .optional()?;
        let Some(request) = request else { return Ok(samples) };

        let mut query = self
            .connection
            .prepare_cached("SELECT sample, kind, content FROM answers WHERE request = ?1 AND sample < ?2")?;
        let mut rows = query.query(params![request, reading.wanted])?;
        while let Some(row) = rows.next()? {
            let (sample, kind): (u32, _) = (row.get(0)?, row.get_ref(1)?.as_str()?);
            let answer = encoding::decode(kind, row.get(2)?);
            if let (Some(slot), Some(answer)) = (samples.get_mut(sample as usize), answer) {
                *slot = Some(Ok(answer));
            }
        }
        if samples.iter().any(Option::is_none) {
            self.fill_failures(request, &mut samples)?;
        }
        Ok(samples)
    }

    /// Puts the last failure of each sample where it has no answer.
    fn fill_failures(&self, request: i64, samples: &mut [Option<Result<Answer, Failure>>]) -> rusqlite::Result<()> {
        let mut query = self.connection.prepare_cached(
            "SELECT first_sample, samples, cause, message, retry_after_ms FROM attempts
             WHERE request = ?1 AND cause IS NOT NULL ORDER BY id",
        )?;
        let mut rows = query.query([request])?;
        while let Some(row) = rows.next()? {
            let (first, count): (u32, u32) = (row.get(0)?, row.get(1)?);
            let Some(cause) = encoding::cause(row.get_ref(2)?.as_str()?) else { continue };
            let retry_after_ms = row.get::<_, Option<i64>>(4)?.map(i64::cast_unsigned);
            let failure = Failure { cause, message: row.get(3)?, retry_after_ms };
            for slot in samples.iter_mut().skip(first as usize).take(count as usize) {
                if !matches!(slot, Some(Ok(_))) {
                    *slot = Some(Err(failure.clone()));
                }
            }
        }
        Ok(())
    }

    /// Tells which of a reading's samples are committed.
    pub(crate) fn has(&self, reading: &Reading) -> Result<Vec<bool>, StoreError> {
        let find = || {
            let mut has = vec![false; reading.wanted as usize];
            let mut query = self.connection.prepare_cached(
                "SELECT answers.sample FROM requests JOIN answers ON answers.request = requests.id
                 WHERE requests.digest = ?1 AND answers.sample < ?2",
            )?;
            let mut rows = query.query(params![reading.digest.bytes(), reading.wanted])?;
            while let Some(row) = rows.next()? {
                if let Some(slot) = has.get_mut(row.get::<_, u32>(0)? as usize) {
                    *slot = true;
                }
            }
            Ok(has)
        };
        find().map_err(|error| self.error(&error))
    }

    /// Tells whether a model has ever given probabilities.
    pub(crate) fn gives_probabilities(&self, identity: &Identity) -> Result<bool, StoreError> {
        self.connection
            .query_row(
                "SELECT gives_probabilities FROM models
                 WHERE provider = ?1 AND address = ?2 AND model = ?3 AND parameters = ?4",
                params![identity.provider, identity.address, identity.model, identity.parameters],
                |row| row.get(0),
            )
            .optional()
            .map(|found| found.unwrap_or(false))
            .map_err(|error| self.error(&error))
    }

    pub(super) fn error(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::from_sqlite(&self.path, error)
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers").field("path", &self.path).finish_non_exhaustive()
    }
}
