//! A recorded run as `introspec cache export` writes it: one answer or failed attempt a line.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::answers::reading::{Reading, method_word};
use crate::answers::{Answer, Cause, Failure, Identity};
use crate::scores::Method;

/// The answers of an export, by the digest of their request.
#[derive(Debug, Default)]
pub(super) struct Lines {
    requests: BTreeMap<String, BTreeMap<u32, Recorded>>,
    models: BTreeMap<Identity, Vec<Method>>,
}

#[derive(Clone, Debug)]
pub(super) struct Recorded {
    pub(super) answer: Result<Answer, Failure>,
    pub(super) thinking: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    request: String,
    sample: u32,
    provider: String,
    address: String,
    model: String,
    parameters: Value,
    method: String,
    kind: Option<String>,
    content: Option<Value>,
    thinking: Option<String>,
    cause: Option<Cause>,
    message: Option<String>,
    /// How many samples a failed attempt was for.
    #[serde(default)]
    samples: u32,
}

impl Lines {
    /// Reads an export.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a line is none of an export; the line's number is said.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let mut lines = Self::default();
        for (number, line) in (1..).zip(BufReader::new(file).lines()) {
            let line = line.map_err(|error| format!("line {number}: {error}"))?;
            if line.trim().is_empty() {
                continue;
            }
            let read: Line = serde_json::from_str(&line).map_err(|error| format!("line {number}: {error}"))?;
            lines.take(read).ok_or_else(|| format!("line {number}: neither an answer nor a failed attempt"))?;
        }
        Ok(lines)
    }

    /// The models that have answers, each with the ways in which they were read.
    pub(super) fn models(&self) -> Vec<(Identity, Vec<Method>)> {
        self.models.iter().map(|(identity, methods)| (identity.clone(), methods.clone())).collect()
    }

    /// What was recorded of a reading, sample by sample.
    pub(super) fn of(&self, reading: &Reading) -> Vec<Option<Recorded>> {
        let samples = self.requests.get(&hex(reading.digest.bytes()));
        (0..reading.wanted).map(|sample| samples?.get(&sample).cloned()).collect()
    }

    fn take(&mut self, line: Line) -> Option<()> {
        let samples = self.requests.entry(line.request).or_default();
        if let (Some(kind), Some(content)) = (line.kind, line.content) {
            let answer = answer(&kind, &content)?;
            let method = [Method::Exact, Method::Top, Method::Samples]
                .into_iter()
                .find(|method| method_word(*method) == line.method)?;
            samples.insert(line.sample, Recorded { answer: Ok(answer), thinking: line.thinking });
            let parameters = match line.parameters {
                Value::Null => String::new(),
                parameters => parameters.to_string(),
            };
            let identity = Identity { provider: line.provider, address: line.address, model: line.model, parameters };
            let methods = self.models.entry(identity).or_default();
            if !methods.contains(&method) {
                methods.push(method);
            }
            return Some(());
        }
        let failure = Failure { cause: line.cause?, message: line.message?, retry_after_ms: None };
        for sample in line.sample..line.sample.saturating_add(line.samples.max(1)) {
            // Attempts stand in the order in which they were made: the last one says why there is no answer.
            let known = samples.get(&sample);
            if known.is_none_or(|known| known.answer.is_err()) {
                samples.insert(sample, Recorded { answer: Err(failure.clone()), thinking: None });
            }
        }
        Some(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads an answer; null stands for minus infinity.
fn answer(kind: &str, content: &Value) -> Option<Answer> {
    let number = |value: &Value| if value.is_null() { Some(f64::NEG_INFINITY) } else { value.as_f64() };
    Some(match kind {
        "text" => Answer::Text { text: content.as_str()?.to_owned() },
        "refusal" => Answer::Refusal { text: content.as_str()?.to_owned() },
        "truncated" => Answer::Truncated { text: content.as_str()?.to_owned() },
        "exact" => Answer::Exact { logprobs: content.as_array()?.iter().map(number).collect::<Option<_>>()? },
        "top" => {
            let token = |pair: &Value| Some((pair.get(0)?.as_str()?.to_owned(), number(pair.get(1)?)?));
            Answer::Top { tokens: content.as_array()?.iter().map(token).collect::<Option<_>>()? }
        }
        _ => return None,
    })
}
