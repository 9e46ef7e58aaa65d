use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_yaml::Value;

use super::place::Path;
use super::reader::{Reader, Section};

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
    pub price: Option<Price>,
    pub sampling: SamplingDefaults,
    /// How many calls may be under way at once; without it, what suits the backend.
    pub concurrency: Option<usize>,
    /// How long one call may take.
    pub timeout: Duration,
}

/// Who runs a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provider {
    /// A server that speaks chat completions.
    OpenAi {
        /// The address up to `/chat/completions`.
        base_url: String,
        /// The name of the environment variable that holds the key.
        key: Option<String>,
    },
    /// This process.
    Local,
}

/// What tokens cost, in the account's currency.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Price {
    pub input: f64,
    pub output: f64,
    /// How many tokens those prices buy.
    pub per: f64,
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
const TIMEOUT: Duration = Duration::from_secs(600);

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
        let sampling = section
            .take("sampling")
            .and_then(|(value, path)| SamplingDefaults::read(reader, value, path))
            .unwrap_or_default();
        let concurrency = section.take("concurrency").and_then(|(value, path)| reader.whole(value, &path, 1, 10_000));
        let timeout = section.take("timeout").and_then(|(value, path)| {
            reader.number(value, &path, "a number of seconds, from 0.001 to 86400", |n| (0.001..=86400.0).contains(&n))
        });

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
            sampling,
            concurrency: concurrency.and_then(|number| usize::try_from(number).ok()),
            timeout: timeout.map_or(TIMEOUT, Duration::from_secs_f64),
        })
    }
}

fn read_provider(reader: &mut Reader, section: &mut Section) -> Option<Provider> {
    let named = section
        .demand(reader, "provider", "write `provider: openai` or `provider: local`")
        .and_then(|(value, path)| Some((reader.text(value, &path, "`openai` or `local`")?, path)));
    let base_url = section.take("base_url");
    let key = section.take("key");
    match named {
        Some((name, _)) if name == "openai" => {
            let base_url = if let Some((value, path)) = base_url {
                read_address(reader, value, &path)
            } else {
                let help = "give the address up to `/chat/completions`, such as `http://127.0.0.1:8000/v1`";
                reader.error_at_value(section.path(), "`base_url` is missing".to_owned(), help);
                None
            };
            let key = match key {
                Some((value, path)) => Some(read_key_name(reader, value, &path)?),
                None => None,
            };
            Some(Provider::OpenAi { base_url: base_url?, key })
        }
        Some((name, _)) if name == "local" => {
            for (_, path) in [base_url, key].into_iter().flatten() {
                let help = "leave it out, or write `provider: openai`";
                reader.error_at_key(&path, "a local model has neither an address nor a key".to_owned(), help);
            }
            Some(Provider::Local)
        }
        Some((name, path)) => {
            let help = "the providers are: openai, local";
            reader.error_at_value(&path, format!("there is no provider `{name}`"), help);
            None
        }
        None => None,
    }
}

/// Reads an address that holds no secret: user names, passwords and queries would end up in the store.
fn read_address(reader: &mut Reader, value: &Value, path: &Path) -> Option<String> {
    let text = reader.text(value, path, "an address")?;
    let help = "write an address such as `http://127.0.0.1:8000/v1`, and name a key by `key:`";
    let Ok(address) = reqwest::Url::parse(&text) else {
        reader.error_at_value(path, "this is not an address".to_owned(), help);
        return None;
    };
    let secret = !address.username().is_empty() || address.password().is_some() || address.query().is_some();
    if !matches!(address.scheme(), "http" | "https") || address.host_str().is_none() || secret {
        let message = if secret { "an address holds no password and no query" } else { "an address is http or https" };
        reader.error_at_value(path, message.to_owned(), help);
        return None;
    }
    Some(text.trim_end_matches('/').to_owned())
}

fn read_key_name(reader: &mut Reader, value: &Value, path: &Path) -> Option<String> {
    let help = "name the environment variable that holds the key, such as `SOME_API_KEY`";
    let named = |text: &str| {
        !text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match value.as_str() {
        Some(text) if !text.is_empty() && named(text) => Some(text.to_owned()),
        // The value may be a key, so it is not repeated.
        _ => {
            reader.error_at_value(path, "`key` is not the name of an environment variable".to_owned(), help);
            None
        }
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
