//! Why a request is answered from the store, or not: what the store has of it, and what the nearest other one differs
//! in.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use super::{Answers, StoreError};
use crate::answers::backend::Probability;
use crate::answers::key::Digest;
use crate::answers::reading::{Reading, method_word};
use crate::answers::{Ask, Failure, Identity};

/// What a store has of one ask.
#[derive(Clone, Debug, PartialEq)]
pub enum Explained {
    /// `answered` of `wanted` answers are there. `failed` is why the last attempt at the others failed.
    Stored { request: String, method: &'static str, answered: u64, wanted: u64, failed: Option<Failure> },
    /// It was never asked. `nearest` is what was asked that is most like it.
    Absent { request: String, nearest: Option<Nearest> },
}

/// A stored request with answers, and what it differs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    pub request: String,
    pub differences: Vec<Difference>,
}

/// One field of the key: what is asked for, and what is stored. None where the field is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Such as `address`, `parameters.top_p`, `temperature` or `messages[1].content`.
    pub field: String,
    pub wanted: Option<String>,
    pub stored: Option<String>,
}

/// A request taken apart: each field of its key.
type Fields = BTreeMap<String, String>;

impl Answers {
    /// Says what there is of an ask of one model.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn explain(&self, ask: &Ask, identity: &Arc<Identity>) -> Result<Explained, StoreError> {
        let probable = [Probability::Exact, Probability::Top(0)];
        let probable = probable.iter().filter_map(|given| Reading::probabilities(ask, identity, *given));
        let readings: Vec<Arc<Reading>> = probable.chain([Reading::samples(ask, identity)]).collect();
        self.explained(ask, identity, &readings).map_err(|error| self.error(&error)).and_then(|found| found)
    }

    fn explained(
        &self,
        ask: &Ask,
        identity: &Arc<Identity>,
        readings: &[Arc<Reading>],
    ) -> rusqlite::Result<Result<Explained, StoreError>> {
        let mut known = false;
        for reading in readings {
            let found: Option<i64> = self
                .connection
                .prepare_cached("SELECT id FROM requests WHERE digest = ?1")?
                .query_row(params![reading.digest.bytes()], |row| row.get(0))
                .optional()?;
            known |= found.is_some();
        }
        if known {
            let answered = match self.answers(ask, identity) {
                Ok(answered) => answered,
                Err(error) => return Ok(Err(error)),
            };
            let count = answered.samples.iter().flatten().filter(|sample| sample.is_ok()).count() as u64;
            let failed = answered.samples.iter().flatten().filter_map(|sample| sample.as_ref().err()).next_back();
            let method = method_word(answered.method);
            let reading = readings.iter().find(|reading| reading.method == answered.method);
            return Ok(Ok(Explained::Stored {
                request: reading.map(|reading| Digest::hex(reading.digest.bytes())).unwrap_or_default(),
                method,
                answered: count,
                wanted: answered.samples.len() as u64,
                failed: failed.cloned(),
            }));
        }
        let request = readings.last().map(|reading| Digest::hex(reading.digest.bytes())).unwrap_or_default();
        Ok(Ok(Explained::Absent { request, nearest: self.nearest(readings)? }))
    }

    /// Finds the stored request that differs in the fewest fields, and among those, in the least text.
    fn nearest(&self, readings: &[Arc<Reading>]) -> rusqlite::Result<Option<Nearest>> {
        let wanted: Vec<Fields> = readings
            .iter()
            .map(|reading| fields(&reading.identity, method_word(reading.method), &reading.detail, &reading.body))
            .collect();
        let mut query = self.connection.prepare(
            "SELECT digest, provider, address, models.model, parameters, method, detail, body
             FROM requests JOIN models ON models.id = requests.model
             WHERE EXISTS (SELECT 1 FROM answers WHERE answers.request = requests.id) ORDER BY requests.id",
        )?;
        let mut nearest: Option<((usize, usize), Nearest)> = None;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let identity =
                Identity { provider: row.get(1)?, address: row.get(2)?, model: row.get(3)?, parameters: row.get(4)? };
            let stored =
                fields(&identity, row.get_ref(5)?.as_str()?, row.get_ref(6)?.as_str()?, row.get_ref(7)?.as_str()?);
            for wanted in &wanted {
                let differences = differences(wanted, &stored);
                let distance = (differences.len(), differences.iter().map(Difference::extent).sum());
                if nearest.as_ref().is_none_or(|(least, _)| distance < *least) {
                    let request = Digest::hex(row.get_ref(0)?.as_blob()?);
                    nearest = Some((distance, Nearest { request, differences }));
                }
            }
        }
        Ok(nearest.map(|(_, nearest)| nearest))
    }
}

impl Difference {
    /// How many bytes stand between what both texts begin and end with alike.
    fn extent(&self) -> usize {
        let (Some(wanted), Some(stored)) = (&self.wanted, &self.stored) else { return 1 };
        let alike = |pairs: &mut dyn Iterator<Item = (u8, u8)>| pairs.take_while(|(a, b)| a == b).count();
        let before = alike(&mut wanted.bytes().zip(stored.bytes()));
        let after = alike(&mut wanted.bytes().rev().zip(stored.bytes().rev()));
        wanted.len().max(stored.len()).saturating_sub(before + after)
    }
}

fn differences(wanted: &Fields, stored: &Fields) -> Vec<Difference> {
    let names: Vec<&String> = {
        let mut names: Vec<&String> = wanted.keys().chain(stored.keys()).collect();
        names.sort();
        names.dedup();
        names
    };
    names
        .into_iter()
        .filter(|name| wanted.get(*name) != stored.get(*name))
        .map(|name| Difference {
            field: name.clone(),
            wanted: wanted.get(name).cloned(),
            stored: stored.get(name).cloned(),
        })
        .collect()
}

fn fields(identity: &Identity, method: &str, detail: &str, body: &str) -> Fields {
    let mut fields = Fields::from([
        ("provider".to_owned(), identity.provider.clone()),
        ("address".to_owned(), identity.address.clone()),
        ("model".to_owned(), identity.model.clone()),
        ("method".to_owned(), method.to_owned()),
    ]);
    let read = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    // What sampling is set to is part of a request that samples only.
    if method == "samples" {
        take_apart("parameters", &read(&identity.parameters), &mut fields);
    }
    take_apart("continuations", &read(detail), &mut fields);
    take_apart("", &read(body), &mut fields);
    fields
}

/// Writes the leaves of a value under their paths.
fn take_apart(path: &str, value: &Value, fields: &mut Fields) {
    match value {
        Value::Null => {}
        Value::Object(object) => {
            for (key, value) in object {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                take_apart(&path, value, fields);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                take_apart(&format!("{path}[{index}]"), value, fields);
            }
        }
        Value::String(text) => drop(fields.insert(path.to_owned(), text.clone())),
        other => drop(fields.insert(path.to_owned(), other.to_string())),
    }
}
