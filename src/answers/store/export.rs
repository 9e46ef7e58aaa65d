//! A store as lines that any program can read.

use rusqlite::Row;
use serde::Serialize;
use serde_json::Value;

use super::{Answers, StoreError};
use crate::answers::key::Digest;

/// One answer, or one attempt that brought none, with all that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exported {
    /// The digest of the request, as 32 hexadecimal digits. With `sample` it is the key.
    pub request: String,
    /// The sample's index, from 0; of a failed attempt, the first one's.
    pub sample: u32,
    pub provider: String,
    pub address: String,
    pub model: String,
    /// What went into every request that samples.
    pub parameters: Value,
    /// How the answer was read: `exact`, `top` or `samples`.
    pub method: String,
    /// The continuations whose probabilities were read, where they were.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub continuations: Value,
    pub body: Value,
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What the model thought before the answer, as far as it showed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thinking: Option<String>,
    /// The run that made the call, as its `run.json` names it.
    pub run: String,
    /// Which try it was, from 1.
    pub attempt: u32,
    /// Milliseconds since 1970.
    pub started_ms: i64,
    pub took_ms: i64,
    /// How many samples the call was for. Its tokens are those of all of them.
    pub samples: u32,
    pub prompt_tokens: i64,
    pub completion_tokens: i64,
}

/// What an attempt brought.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// `content` is the text; for `exact` and `top` the log-probabilities, where null is minus infinity.
    Answer {
        kind: String,
        content: Value,
    },
    Failure {
        cause: String,
        message: String,
    },
}

const COLUMNS: &str = "
    digest, provider, address, models.model, parameters, method, detail, body, runs.name, attempt.attempt, started_ms,
    took_ms, samples, prompt_tokens, completion_tokens";
const TABLES: &str = "
    JOIN requests ON requests.id = attempt.request JOIN models ON models.id = requests.model
    JOIN runs ON runs.id = attempt.run";

impl Answers {
    /// Hands over every answer, in the order of requests and samples, and after them, where `failures` says so, every
    /// attempt that failed, in the order in which they were made.
    ///
    /// # Errors
    /// The store cannot be read, or `each` fails: then with its error inside.
    pub fn export<E>(
        &self,
        failures: bool,
        mut each: impl FnMut(Exported) -> Result<(), E>,
    ) -> Result<Result<(), E>, StoreError> {
        let mut all = || -> rusqlite::Result<Result<(), E>> {
            let view = self.connection.unchecked_transaction()?;
            let mut query = view.prepare(&format!(
                "SELECT {COLUMNS}, answers.sample, kind, answers.content, thinking.content
                 FROM answers JOIN attempts AS attempt ON attempt.id = answers.attempt {TABLES}
                 LEFT JOIN thinking ON thinking.request = answers.request AND thinking.sample = answers.sample
                 ORDER BY answers.request, answers.sample"
            ))?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let (kind, content): (String, String) = (row.get(16)?, row.get(17)?);
                let content = match kind.as_str() {
                    "exact" | "top" => json(&content),
                    _ => Value::String(content),
                };
                let answer = Exported { thinking: row.get(18)?, ..exported(row, Outcome::Answer { kind, content })? };
                if let Err(error) = each(answer) {
                    return Ok(Err(error));
                }
            }
            if !failures {
                return Ok(Ok(()));
            }
            let mut query = view.prepare(&format!(
                "SELECT {COLUMNS}, first_sample, cause, message FROM attempts AS attempt {TABLES}
                 WHERE cause IS NOT NULL ORDER BY attempt.id"
            ))?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let outcome = Outcome::Failure { cause: row.get(16)?, message: row.get(17)? };
                if let Err(error) = each(exported(row, outcome)?) {
                    return Ok(Err(error));
                }
            }
            Ok(Ok(()))
        };
        all().map_err(|error| self.error(&error))
    }
}

fn exported(row: &Row<'_>, outcome: Outcome) -> rusqlite::Result<Exported> {
    Ok(Exported {
        request: Digest::hex(row.get_ref(0)?.as_blob()?),
        sample: row.get(15)?,
        provider: row.get(1)?,
        address: row.get(2)?,
        model: row.get(3)?,
        parameters: json(row.get_ref(4)?.as_str()?),
        method: row.get(5)?,
        continuations: json(row.get_ref(6)?.as_str()?),
        body: json(row.get_ref(7)?.as_str()?),
        outcome,
        thinking: None,
        run: row.get(8)?,
        attempt: row.get(9)?,
        started_ms: row.get(10)?,
        took_ms: row.get(11)?,
        samples: row.get(12)?,
        prompt_tokens: row.get(13)?,
        completion_tokens: row.get(14)?,
    })
}

/// What was written as JSON; null where nothing was.
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
