use std::fmt;
use std::str::FromStr;

/// What data are exported for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    OpenAi,
    OpenAiPreference,
    Together,
    TogetherPreference,
    Fireworks,
    Mistral,
    /// TRL, as prompts and completions.
    Trl,
    /// TRL, as whole conversations.
    TrlMessages,
    Axolotl,
    LlamaFactory,
    Tinker,
    /// A dataset repository for the Hugging Face hub.
    HuggingFace,
}

/// What one line of an export holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{"messages": [...]}`.
    Messages,
    /// `{"prompt": [...], "completion": [...]}`.
    PromptCompletion,
    /// `{"input": {"messages": [...]}, "preferred_output": [...], "non_preferred_output": [...]}`.
    Pairs,
    /// Columns, in Parquet.
    Columns,
}

impl Format {
    pub const ALL: [Format; 12] = [
        Format::OpenAi,
        Format::OpenAiPreference,
        Format::Together,
        Format::TogetherPreference,
        Format::Fireworks,
        Format::Mistral,
        Format::Trl,
        Format::TrlMessages,
        Format::Axolotl,
        Format::LlamaFactory,
        Format::Tinker,
        Format::HuggingFace,
    ];

    /// Returns the name that the command line takes, which is the name of the export's folder too.
    pub fn name(self) -> &'static str {
        match self {
            Format::OpenAi => "openai",
            Format::OpenAiPreference => "openai-preference",
            Format::Together => "together",
            Format::TogetherPreference => "together-preference",
            Format::Fireworks => "fireworks",
            Format::Mistral => "mistral",
            Format::Trl => "trl",
            Format::TrlMessages => "trl-messages",
            Format::Axolotl => "axolotl",
            Format::LlamaFactory => "llama-factory",
            Format::Tinker => "tinker",
            Format::HuggingFace => "huggingface",
        }
    }

    pub(super) fn shape(self) -> Shape {
        match self {
            Format::OpenAiPreference | Format::TogetherPreference => Shape::Pairs,
            Format::Trl => Shape::PromptCompletion,
            Format::HuggingFace => Shape::Columns,
            _ => Shape::Messages,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Format, String> {
        let known = Format::ALL.into_iter().find(|format| format.name() == name);
        known.ok_or_else(|| format!("there is no format `{name}`"))
    }
}
