use std::time::Duration;

use serde_yaml::Value;

use super::place::Path;
use super::reader::Reader;
use super::{Price, Provider, ServiceKind};

/// How a model is asked in batches: files of requests that a service answers within a day, at a lower price.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// How long the service may take, in its own words. Anthropic has one window only, and is told none.
    pub window: String,
    /// How long to wait between two looks at the batches under way.
    pub poll: Duration,
    /// The most requests of one batch, where it should be fewer than the service allows.
    pub most: Option<usize>,
    /// What a token costs in a batch, as a share of its price.
    pub discount: f64,
}

impl Default for Batch {
    fn default() -> Self {
        Self { window: "24h".to_owned(), poll: Duration::from_mins(1), most: None, discount: 0.5 }
    }
}

impl Batch {
    /// Reads `true`, `false`, or `{ window, poll, most, discount }`, of a model that some provider runs.
    pub(super) fn read(reader: &mut Reader, value: &Value, path: Path, provider: Option<&Provider>) -> Option<Self> {
        if let Value::Bool(false) = value {
            return None;
        }
        if let Some(word) = provider.and_then(word_without_batches) {
            let help = "leave `batch` out: `openai` and `anthropic` have batches, and servers under `provider: chat` \
                        that speak OpenAI's batch interface";
            reader.error_at_key(&path, format!("`{word}` has no batches"), help);
            return None;
        }
        if let Value::Bool(true) = value {
            return Some(Self::default());
        }
        if !value.is_mapping() {
            let help = "here stands `true`, `false`, or `{ window: \"24h\", poll: 60, most: 10000, discount: 0.5 }`";
            reader.wrong_kind(value, &path, help);
            return None;
        }
        let mut section = reader.section(value, path, "how batches are asked")?;
        let window = section.take("window").and_then(|(value, path)| reader.text(value, &path, "a time such as `24h`"));
        let poll = section.take("poll").and_then(|(value, path)| {
            reader.number(value, &path, "a number of seconds, from 0.001 to 86400", |n| (0.001..=86400.0).contains(&n))
        });
        let most = section.take("most").and_then(|(value, path)| reader.whole(value, &path, 1, 1_000_000));
        let discount = section.take("discount").and_then(|(value, path)| {
            reader.number(value, &path, "a share of the price, from 0 to 1", |n| (0.0..=1.0).contains(&n))
        });
        section.finish(reader);
        let usual = Self::default();
        Some(Self {
            window: window.unwrap_or(usual.window),
            poll: poll.map_or(usual.poll, Duration::from_secs_f64),
            most: most.and_then(|most| usize::try_from(most).ok()),
            discount: discount.unwrap_or(usual.discount),
        })
    }

    /// Returns what tokens cost in a batch.
    pub(super) fn price(&self, price: Price) -> Price {
        Price { input: price.input * self.discount, output: price.output * self.discount, per: price.per }
    }
}

/// Returns the name of a provider that has no batches.
fn word_without_batches(provider: &Provider) -> Option<&'static str> {
    match provider {
        Provider::Local => Some("local"),
        Provider::Replay { .. } => Some("replay"),
        Provider::Service(service) => match service.kind {
            ServiceKind::OpenAi | ServiceKind::Chat | ServiceKind::Anthropic => None,
            kind => Some(kind.word()),
        },
    }
}
