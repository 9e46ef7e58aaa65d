use serde::Serialize;
use serde_yaml::Value;

use super::place::Path;
use super::reader::Reader;

/// Whether and how much a model thinks before it answers. Without it, nothing about thinking is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Thinking {
    pub on: bool,
    /// The service's word for how much, such as `low`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<String>,
    /// How many tokens it may take, which an answer's own limit does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u32>,
}

/// The tokens for thinking where the configuration does not say.
const TOKENS: u32 = 4096;

impl Thinking {
    /// Returns how many tokens are there for thinking, beside those of the answer.
    pub fn room(&self) -> u32 {
        if self.on { self.tokens.unwrap_or(TOKENS) } else { 0 }
    }

    /// Reads `true`, `false`, or `{ effort, tokens }`.
    pub(super) fn read(reader: &mut Reader, value: &Value, path: Path) -> Option<Self> {
        if let Value::Bool(on) = value {
            return Some(Self { on: *on, effort: None, tokens: None });
        }
        if !value.is_mapping() {
            reader.wrong_kind(value, &path, "here stands `true`, `false`, or `{ effort: low, tokens: 2000 }`");
            return None;
        }
        let mut section = reader.section(value, path, "a model's thinking")?;
        let effort = section
            .take("effort")
            .and_then(|(value, path)| reader.text(value, &path, "a word such as `low`, `medium` or `high`"));
        let tokens = section
            .take("tokens")
            .and_then(|(value, path)| reader.whole(value, &path, 1, u64::from(u32::MAX)))
            .and_then(|number| u32::try_from(number).ok());
        section.finish(reader);
        Some(Self { on: true, effort, tokens })
    }
}
