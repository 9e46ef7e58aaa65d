use reqwest::Url;
use serde_yaml::Value;

use super::key::KeySource;
use super::place::Path;
use super::reader::{Reader, Section};

/// A service or server that is asked over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    pub kind: ServiceKind,
    /// The address up to `/chat/completions`, `/messages` or `/models/`, without a slash at its end.
    pub base_url: String,
    pub key: Option<KeySource>,
}

/// Whose interface it is. All but the last two speak chat completions, each in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceKind {
    OpenAi,
    Vllm,
    Sglang,
    LlamaCpp,
    Ollama,
    OpenRouter,
    Together,
    Fireworks,
    Tinker,
    /// Any other server that speaks chat completions.
    Chat,
    Anthropic,
    Gemini,
}

impl ServiceKind {
    pub const ALL: [Self; 12] = [
        Self::OpenAi,
        Self::Vllm,
        Self::Sglang,
        Self::LlamaCpp,
        Self::Ollama,
        Self::OpenRouter,
        Self::Together,
        Self::Fireworks,
        Self::Tinker,
        Self::Chat,
        Self::Anthropic,
        Self::Gemini,
    ];

    /// Returns the word that configurations use.
    pub fn word(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Vllm => "vllm",
            Self::Sglang => "sglang",
            Self::LlamaCpp => "llama.cpp",
            Self::Ollama => "ollama",
            Self::OpenRouter => "openrouter",
            Self::Together => "together",
            Self::Fireworks => "fireworks",
            Self::Tinker => "tinker",
            Self::Chat => "chat",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
        }
    }

    /// Returns the address of the service, or the one where the server listens unless it is told otherwise.
    pub fn address(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("https://api.openai.com/v1"),
            Self::Vllm => Some("http://127.0.0.1:8000/v1"),
            Self::Sglang => Some("http://127.0.0.1:30000/v1"),
            Self::LlamaCpp => Some("http://127.0.0.1:8080/v1"),
            Self::Ollama => Some("http://127.0.0.1:11434/v1"),
            Self::OpenRouter => Some("https://openrouter.ai/api/v1"),
            Self::Together => Some("https://api.together.xyz/v1"),
            Self::Fireworks => Some("https://api.fireworks.ai/inference/v1"),
            Self::Tinker => Some("https://tinker.thinkingmachines.dev/services/tinker-prod/oai/api/v1"),
            Self::Chat => None,
            Self::Anthropic => Some("https://api.anthropic.com/v1"),
            Self::Gemini => Some("https://generativelanguage.googleapis.com/v1beta"),
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Who runs a model, as `provider`, `base_url`, `key`, `key_command` and `from` say.
pub(super) fn read_provider(reader: &mut Reader, section: &mut Section) -> Option<super::Provider> {
    let named = section
        .demand(reader, "provider", "write one of: local, replay, openai, vllm, anthropic, ...")
        .and_then(|(value, path)| Some((reader.text(value, &path, "a provider's name")?, path)));
    let base_url = section.take("base_url");
    let key = section.take("key");
    let key_command = section.take("key_command");
    let from = section.take("from");
    let (name, path) = named?;
    let foreign = |reader: &mut Reader, keys: &[&Option<(&Value, Path)>], message: &str| {
        for (_, path) in keys.iter().filter_map(|key| key.as_ref()) {
            reader.error_at_key(path, message.to_owned(), "leave it out, or name another provider");
        }
    };
    match name.as_str() {
        "local" => {
            foreign(reader, &[&base_url, &key, &key_command], "a local model has neither an address nor a key");
            foreign(reader, &[&from], "`from` belongs to `provider: replay`");
            Some(super::Provider::Local)
        }
        "replay" => {
            foreign(reader, &[&base_url, &key, &key_command], "a recorded run has neither an address nor a key");
            let Some((value, path)) = from else {
                let help = "name the recorded run: its `answers.sqlite`, or what `introspec cache export` wrote";
                reader.error_at_value(section.path(), "`from` is missing".to_owned(), help);
                return None;
            };
            Some(super::Provider::Replay { from: reader.text(value, &path, "the file of a recorded run")? })
        }
        word => {
            let Some(kind) = ServiceKind::of(word) else {
                let known: Vec<&str> = ServiceKind::ALL.into_iter().map(ServiceKind::word).collect();
                let help = format!("the providers are: local, replay, {}", known.join(", "));
                reader.error_at_value(&path, format!("there is no provider `{word}`"), &help);
                return None;
            };
            foreign(reader, &[&from], "`from` belongs to `provider: replay`");
            let base_url = match (base_url, kind.address()) {
                (Some((value, path)), _) => read_address(reader, value, &path),
                (None, Some(address)) => Some(address.to_owned()),
                (None, None) => {
                    let help = "give the address up to `/chat/completions`, such as `http://127.0.0.1:8000/v1`";
                    reader.error_at_value(section.path(), "`base_url` is missing".to_owned(), help);
                    None
                }
            };
            let key = KeySource::read(reader, key, key_command);
            Some(super::Provider::Service(Service { kind, base_url: base_url?, key: key.ok()? }))
        }
    }
}

/// Reads an address that holds no secret: user names, passwords and queries would end up in the store.
fn read_address(reader: &mut Reader, value: &Value, path: &Path) -> Option<String> {
    let text = reader.text(value, path, "an address")?;
    let help = "write an address such as `http://127.0.0.1:8000/v1`, and name a key by `key:`";
    let Ok(address) = Url::parse(&text) else {
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
