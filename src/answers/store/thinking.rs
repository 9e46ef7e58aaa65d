//! What models thought before they answered: kept beside the answers, never scored, never part of a key.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::{AnsweredCall, Answers, StoreError};
use crate::answers::reading::Reading;
use crate::answers::{Ask, Identity};

/// Keeps what was thought before the answers of a call.
pub(super) fn write(connection: &Connection, request: i64, call: &AnsweredCall) -> rusqlite::Result<()> {
    for (sample, thought) in call.claimed.samples().zip(&call.thinking) {
        if let Some(thought) = thought {
            connection
                .prepare_cached(
                    "INSERT INTO thinking (request, sample, content) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                )?
                .execute(params![request, sample, thought])?;
        }
    }
    Ok(())
}

impl Answers {
    /// Returns what a model thought before each sampled answer to an ask, as far as it showed it.
    pub fn thinking(&self, ask: &Ask, identity: &Arc<Identity>) -> Result<Vec<Option<String>>, StoreError> {
        self.thinking_of(&Reading::samples(ask, identity))
    }

    pub(crate) fn thinking_of(&self, reading: &Reading) -> Result<Vec<Option<String>>, StoreError> {
        let find = || {
            let mut thoughts = vec![None; reading.wanted as usize];
            let mut query = self.connection.prepare_cached(
                "SELECT thinking.sample, content FROM requests JOIN thinking ON thinking.request = requests.id
                 WHERE requests.digest = ?1 AND thinking.sample < ?2",
            )?;
            let mut rows = query.query(params![reading.digest.bytes(), reading.wanted])?;
            while let Some(row) = rows.next()? {
                if let Some(slot) = thoughts.get_mut(row.get::<_, u32>(0)? as usize) {
                    *slot = Some(row.get(1)?);
                }
            }
            Ok(thoughts)
        };
        find().map_err(|error| self.error(&error))
    }
}
