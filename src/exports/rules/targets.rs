//! The limits of each target, with where they are documented.

use super::Rules;
use super::content::{FITS_TOKENS, NO_SPECIAL_TOKENS};
use super::roles::{
    ALTERNATES, ENDS_WITH_ASSISTANT, HAS_ASSISTANT, HAS_PROMPT, INPUT_ASKS, ONE_ASSISTANT, STRICT_TURNS, SYSTEM_FIRST,
};
use crate::exports::Format;

const MIB: u64 = 1 << 20;

/// The service's guide: ten examples at least, 512 MB a file. Its validators also want the assistant to speak last.
const OPENAI: Rules = Rules {
    rows: (10, u64::MAX),
    bytes: 512 * MIB,
    each: &[HAS_ASSISTANT, ENDS_WITH_ASSISTANT, NO_SPECIAL_TOKENS, FITS_TOKENS],
};

const OPENAI_PREFERENCE: Rules =
    Rules { rows: (10, u64::MAX), bytes: 512 * MIB, each: &[INPUT_ASKS, NO_SPECIAL_TOKENS, FITS_TOKENS] };

/// The together package, `check_file`: 50.1 GB, and the order of roles in each conversation.
const TOGETHER_BYTES: u64 = 53_794_465_382;

const TOGETHER: Rules = Rules { rows: (1, u64::MAX), bytes: TOGETHER_BYTES, each: &[HAS_ASSISTANT, ALTERNATES] };

const TOGETHER_PREFERENCE: Rules =
    Rules { rows: (1, u64::MAX), bytes: TOGETHER_BYTES, each: &[INPUT_ASKS, ALTERNATES] };

/// Fireworks' guide: 3 to 3 million examples, the system message first.
const FIREWORKS: Rules = Rules { rows: (3, 3_000_000), bytes: u64::MAX, each: &[HAS_ASSISTANT, SYSTEM_FIRST] };

/// Mistral's guide: 512 MB a file; an example ends with the assistant.
const MISTRAL: Rules = Rules { rows: (1, u64::MAX), bytes: 512 * MIB, each: &[HAS_ASSISTANT, ENDS_WITH_ASSISTANT] };

/// TRL's prompt-completion type: loss falls on the completion, which is the last message.
const TRL: Rules =
    Rules { rows: (1, u64::MAX), bytes: u64::MAX, each: &[HAS_PROMPT, ENDS_WITH_ASSISTANT, ONE_ASSISTANT] };

/// Trainers that take any conversation in which the assistant speaks.
const ANY: Rules = Rules { rows: (1, u64::MAX), bytes: u64::MAX, each: &[HAS_ASSISTANT] };

/// LLaMA-Factory's converter of `sharegpt` data.
const LLAMA_FACTORY: Rules = Rules { rows: (1, u64::MAX), bytes: u64::MAX, each: &[STRICT_TURNS] };

/// A dataset repository takes anything; an empty one is a mistake.
const HUGGING_FACE: Rules = Rules { rows: (1, u64::MAX), bytes: u64::MAX, each: &[] };

pub(super) fn rules(format: Format) -> &'static Rules {
    match format {
        Format::OpenAi => &OPENAI,
        Format::OpenAiPreference => &OPENAI_PREFERENCE,
        Format::Together => &TOGETHER,
        Format::TogetherPreference => &TOGETHER_PREFERENCE,
        Format::Fireworks => &FIREWORKS,
        Format::Mistral => &MISTRAL,
        Format::Trl => &TRL,
        Format::TrlMessages | Format::Axolotl | Format::Tinker => &ANY,
        Format::LlamaFactory => &LLAMA_FACTORY,
        Format::HuggingFace => &HUGGING_FACE,
    }
}
