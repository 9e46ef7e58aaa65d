use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_yaml::Value;

use super::batch::Batch;
use super::can::Can;
use super::place::Path;
use super::reader::Reader;
use super::service::{Service, read_provider};
use super::thinking::Thinking;
use crate::answers::Usage;
use crate::answers::runner::Limits;

/// A model and how it is reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The name that the configuration gives it; for a model written into a run, one made from its arm and
    /// run, such as `gambler (seed 1, checkpoint 3)`.
    pub name: String,
    pub provider: Provider,
    /// The model id that the provider knows: a service's model, a GGUF file, `hf:ORG/REPO/FILE.gguf`, or a
    /// built-in model.
    pub model: String,
    /// What takes the address's place in the store's keys, where the same model moves between addresses.
    pub identity: Option<String>,
    /// What its tokens cost; of a model that is asked in batches, in a batch.
    pub price: Option<Price>,
    /// How it is asked in batches, where it is.
    pub batch: Option<Batch>,
    pub sampling: SamplingDefaults,
    pub thinking: Option<Thinking>,
    pub can: Can,
    /// How many calls may be under way at once; without it, what suits the backend.
    pub concurrency: Option<usize>,
    /// What it may be sent in a minute.
    pub limits: Limits,
    /// How long one call may take.
    pub timeout: Duration,
}

/// Who runs a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provider {
    /// A service or server that is asked over HTTP.
    Service(Service),
    /// This process.
    Local,
    /// A recorded run, which is never asked anything new.
    Replay {
        /// The file, as the configuration has it.
        from: String,
    },
}

/// What tokens cost, in the account's currency.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Price {
    pub input: f64,
    pub output: f64,
    /// How many tokens those prices buy.
    pub per: f64,
}

impl Price {
    /// Returns what some tokens cost.
    pub fn of(&self, usage: Usage) -> f64 {
        (usage.prompt_tokens as f64 * self.input + usage.completion_tokens as f64 * self.output) / self.per
    }
}

/// What a model is sampled with. `temperature` and `max_tokens` stand in where a spec says nothing; `top_p`
/// goes into every request that samples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SamplingDefaults {
    pub temperature: Option<f64>,
    pub max_tokens: Option<u32>,
    pub top_p: Option<f64>,
}

/// Queued requests of a busy server of one's own may wait for minutes.
const TIMEOUT: Duration = Duration::from_mins(10);

impl Model {
    pub(super) fn read(reader: &mut Reader, value: &Value, path: Path, name: &str) -> Option<Self> {
        let mut section = reader.section(value, path, "a model")?;
        let provider = read_provider(reader, &mut section);
        let model = section
            .demand(reader, "model", "name the model as its provider does")
            .and_then(|(value, path)| reader.text(value, &path, "a model id"));
        let identity =
            section.take("identity").and_then(|(value, path)| reader.text(value, &path, "a name for the model"));
        let price = section.take("price").and_then(|(value, path)| read_price(reader, value, path));
        let batch = section.take("batch").and_then(|(value, path)| Batch::read(reader, value, path, provider.as_ref()));
        let price = price.map(|price| batch.as_ref().map_or(price, |batch| batch.price(price)));
        let sampling = section
            .take("sampling")
            .and_then(|(value, path)| SamplingDefaults::read(reader, value, path))
            .unwrap_or_default();
        let thinking = section.take("thinking").and_then(|(value, path)| Thinking::read(reader, value, path));
        let can = section.take("can").and_then(|(value, path)| Can::read(reader, value, path)).unwrap_or_default();
        let concurrency = section.take("concurrency").and_then(|(value, path)| reader.whole(value, &path, 1, 10_000));
        let timeout = section.take("timeout").and_then(|(value, path)| {
            reader.number(value, &path, "a number of seconds, from 0.001 to 86400", |n| (0.001..=86400.0).contains(&n))
        });

        let mut per_minute = |key| {
            let (value, path) = section.take(key)?;
            NonZeroU32::new(u32::try_from(reader.whole(value, &path, 1, u64::from(u32::MAX))?).ok()?)
        };
        let limits = Limits {
            requests_per_minute: per_minute("requests_per_minute"),
            tokens_per_minute: per_minute("tokens_per_minute"),
        };

        for (key, _, path) in section.rest() {
            if SamplingDefaults::KEYS.contains(&key.as_str()) {
                let help = format!("write `sampling: {{ {key}: ... }}`");
                reader.error_at_key(&path, format!("`{key}` stands under `sampling`"), &help);
                section.reported(key);
            }
        }
        section.finish(reader);
        Some(Self {
            name: name.to_owned(),
            provider: provider?,
            model: model?,
            identity,
            price,
            batch,
            sampling,
            thinking,
            can,
            concurrency: concurrency.and_then(|number| usize::try_from(number).ok()),
            limits,
            timeout: timeout.map_or(TIMEOUT, Duration::from_secs_f64),
        })
    }
}

fn read_price(reader: &mut Reader, value: &Value, path: Path) -> Option<Price> {
    let mut section = reader.section(value, path, "a price")?;
    let help = "a price has `input` and `output`, for `per` tokens";
    let mut amount = |reader: &mut Reader, key| {
        let (value, path) = section.demand(reader, key, help)?;
        reader.number(value, &path, "a price, 0 or more", |n| n >= 0.0)
    };
    let (input, output) = (amount(reader, "input"), amount(reader, "output"));
    let per = match section.take("per") {
        Some((value, path)) => reader.number(value, &path, "a number of tokens, 1 or more", |n| n >= 1.0),
        None => Some(1_000_000.0),
    };
    section.finish(reader);
    Some(Price { input: input?, output: output?, per: per? })
}

impl SamplingDefaults {
    const KEYS: [&str; 3] = ["temperature", "max_tokens", "top_p"];

    fn read(reader: &mut Reader, value: &Value, path: Path) -> Option<Self> {
        let mut section = reader.section(value, path, "a model's sampling")?;
        let temperature = section
            .take("temperature")
            .and_then(|(value, path)| reader.number(value, &path, "a temperature, 0 or more", |n| n >= 0.0));
        let max_tokens = section
            .take("max_tokens")
            .and_then(|(value, path)| reader.whole(value, &path, 1, u64::from(u32::MAX)))
            .and_then(|number| u32::try_from(number).ok());
        let top_p = section.take("top_p").and_then(|(value, path)| {
            reader.number(value, &path, "a share of probability, above 0 and at most 1", |n| n > 0.0 && n <= 1.0)
        });
        section.finish(reader);
        Some(Self { temperature, max_tokens, top_p })
    }
}
