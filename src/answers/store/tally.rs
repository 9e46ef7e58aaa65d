//! What a store holds, counted.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rusqlite::params;
use serde::Serialize;

use super::{Answers, StoreError};
use crate::answers::budget::{may_be_billed, most_prompt_tokens};
use crate::answers::store::encoding;
use crate::answers::{Identity, Usage};

/// What a store holds of one model.
#[derive(Clone, Debug, Serialize)]
pub struct Tally {
    pub identity: Identity,
    /// Requests with an answer.
    pub requests: u64,
    /// Answers by their kind: `text`, `refusal`, `truncated`, `exact` or `top`.
    pub answers: BTreeMap<String, u64>,
    /// Requests without any answer, by the cause of their last failure.
    pub failed: BTreeMap<String, u64>,
    /// Calls that were made.
    pub attempts: u64,
    pub usage: Usage,
    /// When the last call ended, in milliseconds since 1970.
    pub last_ms: Option<i64>,
    /// Answers that came since the moment that was asked for.
    pub lately: u64,
}

/// What one run has spent on one model.
#[derive(Clone, Debug, PartialEq)]
pub struct Spending {
    pub identity: Identity,
    pub requests: u64,
    /// Calls whose usage nobody told, and that may have been billed, count at their dearest.
    pub usage: Usage,
}

impl Tally {
    /// Nothing at all.
    pub fn none(identity: Identity) -> Self {
        Self {
            identity,
            requests: 0,
            answers: BTreeMap::new(),
            failed: BTreeMap::new(),
            attempts: 0,
            usage: Usage::default(),
            last_ms: None,
            lately: 0,
        }
    }
}

impl Answers {
    /// Counts what there is of each model, in the order in which models came. What came since `since_ms` is counted
    /// once more.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn tally(&self, since_ms: i64) -> Result<Vec<Tally>, StoreError> {
        self.tallies(since_ms).map_err(|error| self.error(&error))
    }

    /// Returns what a run has spent on each model.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn spending(&self, run: &str) -> Result<Vec<Spending>, StoreError> {
        self.spendings(run).map_err(|error| self.error(&error))
    }

    fn tallies(&self, since_ms: i64) -> rusqlite::Result<Vec<Tally>> {
        // One view of the whole: counts of different moments would not add up.
        let view = self.connection.unchecked_transaction()?;
        let mut tallies = BTreeMap::new();
        let mut query = view.prepare(
            "SELECT models.id, provider, address, models.model, parameters, count(attempts.id),
                    coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0), max(started_ms + took_ms)
             FROM models LEFT JOIN requests ON requests.model = models.id
                         LEFT JOIN attempts ON attempts.request = requests.id
             GROUP BY models.id",
        )?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let tally = Tally {
                identity: Identity {
                    provider: row.get(1)?,
                    address: row.get(2)?,
                    model: row.get(3)?,
                    parameters: row.get(4)?,
                },
                requests: 0,
                answers: BTreeMap::new(),
                failed: BTreeMap::new(),
                attempts: row.get::<_, i64>(5)?.cast_unsigned(),
                usage: Usage {
                    prompt_tokens: row.get::<_, i64>(6)?.cast_unsigned(),
                    completion_tokens: row.get::<_, i64>(7)?.cast_unsigned(),
                },
                last_ms: row.get(8)?,
                lately: 0,
            };
            tallies.insert(row.get::<_, i64>(0)?, tally);
        }
        let mut query = view.prepare(
            "SELECT requests.model, kind, count(*), count(DISTINCT answers.request),
                    count(*) FILTER (WHERE started_ms + took_ms >= ?1)
             FROM answers JOIN requests ON requests.id = answers.request
                          JOIN attempts ON attempts.id = answers.attempt
             GROUP BY requests.model, kind",
        )?;
        let mut rows = query.query([since_ms])?;
        while let Some(row) = rows.next()? {
            if let Some(tally) = tallies.get_mut(&row.get::<_, i64>(0)?) {
                tally.answers.insert(row.get(1)?, row.get::<_, i64>(2)?.cast_unsigned());
                tally.lately += row.get::<_, i64>(4)?.cast_unsigned();
            }
        }
        let mut query = view.prepare(
            "SELECT requests.model, count(*) FROM requests
             WHERE EXISTS (SELECT 1 FROM answers WHERE answers.request = requests.id) GROUP BY requests.model",
        )?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(tally) = tallies.get_mut(&row.get::<_, i64>(0)?) {
                tally.requests = row.get::<_, i64>(1)?.cast_unsigned();
            }
        }
        // A request that was read as probabilities in vain, and then sampled, has not failed.
        let mut query = view.prepare(
            "SELECT requests.model, attempts.cause, count(*) FROM requests
             JOIN attempts ON attempts.id = (SELECT max(last.id) FROM attempts AS last
                                             WHERE last.request = requests.id AND last.cause IS NOT NULL)
             WHERE attempts.cause <> 'no_probabilities'
                   AND NOT EXISTS (SELECT 1 FROM answers WHERE answers.request = requests.id)
             GROUP BY requests.model, attempts.cause",
        )?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(tally) = tallies.get_mut(&row.get::<_, i64>(0)?) {
                tally.failed.insert(row.get(1)?, row.get::<_, i64>(2)?.cast_unsigned());
            }
        }
        Ok(tallies.into_values().collect())
    }

    fn spendings(&self, run: &str) -> rusqlite::Result<Vec<Spending>> {
        let mut query = self.connection.prepare(
            "SELECT provider, address, models.model, parameters, prompt_tokens, completion_tokens, cause, samples, body,
                    models.id
             FROM attempts JOIN requests ON requests.id = attempts.request JOIN models ON models.id = requests.model
             WHERE attempts.run = (SELECT id FROM runs WHERE name = ?1)",
        )?;
        let mut by_model: BTreeMap<i64, Spending> = BTreeMap::new();
        let mut rows = query.query(params![run])?;
        while let Some(row) = rows.next()? {
            let told = Usage {
                prompt_tokens: row.get::<_, i64>(4)?.cast_unsigned(),
                completion_tokens: row.get::<_, i64>(5)?.cast_unsigned(),
            };
            let cause = row.get::<_, Option<String>>(6)?.as_deref().and_then(encoding::cause);
            let usage = match cause {
                None if told == Usage::default() => most_of(row.get_ref(8)?.as_str()?, row.get(7)?),
                Some(cause) if may_be_billed(cause) => most_of(row.get_ref(8)?.as_str()?, row.get(7)?),
                _ => told,
            };
            let spending = match by_model.entry(row.get::<_, i64>(9)?) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let identity = Identity {
                        provider: row.get(0)?,
                        address: row.get(1)?,
                        model: row.get(2)?,
                        parameters: row.get(3)?,
                    };
                    new.insert(Spending { identity, requests: 0, usage: Usage::default() })
                }
            };
            spending.requests += 1;
            spending.usage.prompt_tokens += usage.prompt_tokens;
            spending.usage.completion_tokens += usage.completion_tokens;
        }
        Ok(by_model.into_values().collect())
    }
}

/// The most that a call for `samples` answers to a stored body can have taken.
fn most_of(body: &str, samples: u32) -> Usage {
    let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let messages = body.get("messages").and_then(serde_json::Value::as_array).map_or(&[][..], Vec::as_slice);
    let contents = messages.iter().filter_map(|message| message.get("content")?.as_str());
    let max_tokens = body.get("max_tokens").and_then(serde_json::Value::as_u64).unwrap_or_default();
    Usage {
        prompt_tokens: most_prompt_tokens(contents),
        completion_tokens: max_tokens.saturating_mul(u64::from(samples)),
    }
}
