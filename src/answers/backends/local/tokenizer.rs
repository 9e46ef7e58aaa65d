//! The byte-level BPE tokenizer that a GGUF file describes.
//!
//! The file gives the vocabulary and the merges, and only the name of the rule that cuts a text into
//! pieces before merging. The rules known here are written after llama.cpp's (`llama-vocab.cpp`), whose
//! token ids are the reference; a name that is not known is refused, because a wrong cut changes
//! tokens without a sign.

use std::collections::BTreeSet;

use tokenizers::decoders::byte_level::ByteLevel as ByteLevelDecoder;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{AddedToken, SplitDelimiterBehavior};

use super::OpenError;
use super::gguf::Gguf;

/// The cut of GPT-2.
const WORDS: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
/// The cut of Llama 3.
const LLAMA_3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// `tokenizer.ggml.token_type` of control tokens, such as `<|im_start|>`.
const CONTROL: u32 = 3;
/// `tokenizer.ggml.token_type` of tokens that a user of the tokenizer added.
const ADDED: u32 = 4;

/// Control tokens that end a turn in some chat format, whatever the metadata name as its end.
const TURN_ENDS: [&str; 6] = ["<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<|endoftext|>", "</s>"];

pub(crate) struct Tokenizer {
    inner: tokenizers::Tokenizer,
    tokens: Vec<String>,
    begin: Option<u32>,
    /// The token that begins a text, where the model was trained with one.
    prepended: Option<u32>,
    end: Option<u32>,
    ends: BTreeSet<u32>,
}

/// How a text is cut into pieces, and how a piece becomes tokens.
struct Rule {
    cuts: &'static [&'static str],
    /// Whether a piece that is itself a token is taken whole, before any merge.
    ignore_merges: bool,
    begins: bool,
}

fn rule(name: &str) -> Option<Rule> {
    match name {
        "smollm" => Some(Rule { cuts: &[r"\p{N}", WORDS], ignore_merges: false, begins: false }),
        "gpt-2" => Some(Rule { cuts: &[WORDS], ignore_merges: false, begins: false }),
        "llama-bpe" => Some(Rule { cuts: &[LLAMA_3], ignore_merges: true, begins: true }),
        _ => None,
    }
}

impl Tokenizer {
    pub(crate) fn of(gguf: &Gguf) -> Result<Self, OpenError> {
        let kind = gguf.text("tokenizer.ggml.model")?.ok_or(OpenError::NoMetadata("tokenizer.ggml.model"))?;
        if kind != "gpt2" {
            return Err(OpenError::TokenizerKind(kind.to_owned()));
        }
        let name = gguf.text("tokenizer.ggml.pre")?.ok_or(OpenError::NoMetadata("tokenizer.ggml.pre"))?;
        let rule = rule(name).ok_or_else(|| OpenError::TokenizerRule(name.to_owned()))?;

        let tokens: Vec<String> = gguf
            .texts("tokenizer.ggml.tokens")?
            .ok_or(OpenError::NoMetadata("tokenizer.ggml.tokens"))?
            .into_iter()
            .map(str::to_owned)
            .collect();
        let kinds =
            gguf.numbers("tokenizer.ggml.token_type")?.ok_or(OpenError::NoMetadata("tokenizer.ggml.token_type"))?;
        let merges = gguf
            .texts("tokenizer.ggml.merges")?
            .ok_or(OpenError::NoMetadata("tokenizer.ggml.merges"))?
            .into_iter()
            .map(|merge| merge.split_once(' ').map(|(left, right)| (left.to_owned(), right.to_owned())))
            .collect::<Option<Vec<_>>>()
            .ok_or(OpenError::Metadata { key: "tokenizer.ggml.merges", wanted: "a list of pairs" })?;

        let vocabulary: Vocab = tokens.iter().cloned().zip(0u32..).collect();
        let model = BPE::builder()
            .vocab_and_merges(vocabulary, merges)
            .ignore_merges(rule.ignore_merges)
            .build()
            .map_err(tokenizer_error)?;
        let mut inner = tokenizers::Tokenizer::new(model);
        let mut cuts: Vec<PreTokenizerWrapper> = Vec::new();
        for cut in rule.cuts {
            let pattern = SplitPattern::Regex((*cut).to_owned());
            cuts.push(Split::new(pattern, SplitDelimiterBehavior::Isolated, false).map_err(tokenizer_error)?.into());
        }
        cuts.push(ByteLevel::new(false, false, false).into());
        inner.with_pre_tokenizer(Some(Sequence::new(cuts)));
        inner.with_decoder(Some(ByteLevelDecoder::new(false, false, false)));

        let of_kind = |kind: u32| {
            tokens
                .iter()
                .zip(&kinds)
                .filter(move |(_, found)| **found == kind)
                .map(|(token, _)| AddedToken::from(token.clone(), kind == CONTROL).normalized(false))
                .collect::<Vec<_>>()
        };
        inner.add_special_tokens(of_kind(CONTROL)).map_err(tokenizer_error)?;
        inner.add_tokens(of_kind(ADDED)).map_err(tokenizer_error)?;

        let begin = gguf.number("tokenizer.ggml.bos_token_id")?;
        let end = gguf.number("tokenizer.ggml.eos_token_id")?;
        let begins = gguf.flag("tokenizer.ggml.add_bos_token")?.unwrap_or(rule.begins);
        let mut ends: BTreeSet<u32> = end.into_iter().collect();
        ends.extend(gguf.number("tokenizer.ggml.eot_token_id")?);
        ends.extend(
            (0u32..)
                .zip(tokens.iter().zip(&kinds))
                .filter(|(_, (token, kind))| **kind == CONTROL && TURN_ENDS.contains(&token.as_str()))
                .map(|(id, _)| id),
        );
        Ok(Self { inner, tokens, begin, prepended: begin.filter(|_| begins), end, ends })
    }

    /// How many tokens there are.
    pub(crate) fn size(&self) -> usize {
        self.tokens.len()
    }

    /// The tokens of a whole prompt. Control tokens written out in the text are read as such, and the
    /// token that begins a text is put in front where the model wants one and the text has none.
    pub(crate) fn prompt(&self, text: &str) -> Result<Vec<u32>, tokenizers::Error> {
        let mut ids = self.encode(text)?;
        if let Some(begin) = self.prepended
            && ids.first() != Some(&begin)
        {
            ids.insert(0, begin);
        }
        Ok(ids)
    }

    /// The tokens of a text that stands inside another.
    pub(crate) fn encode(&self, text: &str) -> Result<Vec<u32>, tokenizers::Error> {
        Ok(self.inner.encode_fast(text, false)?.get_ids().to_vec())
    }

    /// The text of tokens, without control tokens. Bytes that are no UTF-8 become U+FFFD.
    pub(crate) fn decode(&self, ids: &[u32]) -> Result<String, tokenizers::Error> {
        self.inner.decode(ids, true)
    }

    /// The text of one token, control tokens written out.
    pub(crate) fn piece(&self, id: u32) -> Result<String, tokenizers::Error> {
        self.inner.decode(&[id], false)
    }

    /// Whether a token ends the model's turn.
    pub(crate) fn ends(&self, id: u32) -> bool {
        self.ends.contains(&id)
    }

    /// How the token that begins a text is written; empty where there is none.
    pub(crate) fn begin_text(&self) -> &str {
        self.text_of(self.begin)
    }

    /// How the token that ends a turn is written; empty where there is none.
    pub(crate) fn end_text(&self) -> &str {
        self.text_of(self.end)
    }

    fn text_of(&self, id: Option<u32>) -> &str {
        id.and_then(|id| self.tokens.get(usize::try_from(id).ok()?)).map_or("", String::as_str)
    }
}

fn tokenizer_error(error: impl std::fmt::Display) -> OpenError {
    OpenError::Tokenizer(error.to_string())
}
