use std::fmt;
use std::path::Path;

use tiktoken_rs::CoreBPE;

/// What cuts texts into tokens.
pub enum Tokenizer {
    Tiktoken(&'static str, Box<CoreBPE>),
    #[cfg(feature = "local")]
    File(String, Box<tokenizers::Tokenizer>),
}

impl fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokenizer({})", self.name())
    }
}

impl Tokenizer {
    /// Opens `o200k`, `cl100k` or a file `tokenizer.json`.
    ///
    /// # Errors
    /// Returns in words why there is no such tokenizer.
    pub fn open(name: &str) -> Result<Tokenizer, String> {
        match name {
            "o200k" | "o200k_base" => tiktoken_rs::o200k_base()
                .map(|bpe| Tokenizer::Tiktoken("o200k", Box::new(bpe)))
                .map_err(|e| e.to_string()),
            "cl100k" | "cl100k_base" => tiktoken_rs::cl100k_base()
                .map(|bpe| Tokenizer::Tiktoken("cl100k", Box::new(bpe)))
                .map_err(|e| e.to_string()),
            path if Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) => {
                file(path)
            }
            other => Err(format!("`{other}` is no tokenizer: give o200k, cl100k or the path of a tokenizer.json")),
        }
    }

    /// Returns the tokenizer's name, as reports show it.
    pub fn name(&self) -> &str {
        match self {
            Tokenizer::Tiktoken(name, _) => name,
            #[cfg(feature = "local")]
            Tokenizer::File(name, _) => name,
        }
    }

    /// Counts the tokens of a text alone, without a chat template's marks.
    pub(super) fn count(&self, text: &str) -> u64 {
        let tokens = match self {
            Tokenizer::Tiktoken(_, bpe) => bpe.encode_ordinary(text).len(),
            #[cfg(feature = "local")]
            Tokenizer::File(_, tokenizer) => tokenizer.encode_fast(text, false).map_or(0, |encoding| encoding.len()),
        };
        tokens as u64
    }
}

#[cfg(feature = "local")]
fn file(path: &str) -> Result<Tokenizer, String> {
    let tokenizer =
        tokenizers::Tokenizer::from_file(path).map_err(|error| format!("`{path}` is no tokenizer: {error}"))?;
    let name = Path::new(path).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok(Tokenizer::File(name, Box::new(tokenizer)))
}

#[cfg(not(feature = "local"))]
fn file(_: &str) -> Result<Tokenizer, String> {
    Err("this introspec was compiled without the feature `local`, which reads tokenizer.json: give o200k or cl100k"
        .to_owned())
}
