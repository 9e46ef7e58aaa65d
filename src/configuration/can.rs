use serde_yaml::Value;

use super::place::Path;
use super::reader::Reader;

/// What a server can do, where it differs from what its provider usually can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Can {
    /// How many of the most probable tokens it shows; 0 where it shows none.
    pub logprobs: Option<u8>,
    /// Whether one call may ask for several samples.
    pub n: Option<bool>,
    pub seed: Option<bool>,
    /// Whether it goes on with a conversation that ends in the assistant's words.
    pub prefill: Option<bool>,
    pub system: Option<bool>,
    /// Whether a temperature can be set.
    pub temperature: Option<bool>,
}

impl Can {
    pub(super) fn read(reader: &mut Reader, value: &Value, path: Path) -> Option<Self> {
        let mut section = reader.section(value, path, "what a server can do")?;
        let logprobs = section
            .take("logprobs")
            .and_then(|(value, path)| reader.whole(value, &path, 0, 255))
            .and_then(|number| u8::try_from(number).ok());
        let mut flag = |reader: &mut Reader, key| {
            let (value, path) = section.take(key)?;
            let flag = value.as_bool();
            if flag.is_none() {
                reader.wrong_kind(value, &path, "here stands `true` or `false`");
            }
            flag
        };
        let (n, seed, prefill) = (flag(reader, "n"), flag(reader, "seed"), flag(reader, "prefill"));
        let (system, temperature) = (flag(reader, "system"), flag(reader, "temperature"));
        section.finish(reader);
        Some(Self { logprobs, n, seed, prefill, system, temperature })
    }
}
