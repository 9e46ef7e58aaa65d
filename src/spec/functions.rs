//! The functions and filters that expressions have beside minijinja's own.

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Value};

use super::sought::{described, is_in_any};
use crate::words::{LANGUAGES, Language, guess_lemma};

/// Adds them to an environment.
pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_function("mentions", mentions);
    environment.add_function("said", said);
    environment.add_filter("lemma", lemma);
    environment.add_filter("without_comments", without_comments);
}

/// `mentions(text, words)`: whether a text says any of these words, or holds what a name stands for.
fn mentions(text: &Value, words: &Value) -> Result<bool, Error> {
    let text = text.as_str().ok_or_else(|| {
        failed(format!("`mentions` looks into a text, not into {}; `said` looks into messages", described(text)))
    })?;
    is_in_any(words, &[text]).map_err(failed)
}

/// `said(messages, word)`: whether any of these messages says a word. A text counts as one message.
fn said(messages: &Value, word: &Value) -> Result<bool, Error> {
    let wrong = || failed(format!("`said` looks into a text or a list of messages, not into {}", described(messages)));
    if let Some(text) = messages.as_str() {
        return is_in_any(word, &[text]).map_err(failed);
    }
    if !matches!(messages.kind(), ValueKind::Seq | ValueKind::Iterable) {
        return Err(wrong());
    }
    let contents = messages.try_iter()?.map(|message| message.get_attr("content"));
    let contents: Vec<Value> = contents.collect::<Result<_, Error>>().map_err(|_| wrong())?;
    let texts: Vec<&str> =
        contents.iter().map(|content| content.as_str().ok_or_else(wrong)).collect::<Result<_, _>>()?;
    is_in_any(word, &texts).map_err(failed)
}

/// `guess | lemma`: a guess as one word, in the form that words are compared in.
fn lemma(guess: &Value) -> Result<String, Error> {
    let text = guess.as_str().ok_or_else(|| failed(format!("`lemma` takes a text, not {}", described(guess))))?;
    Ok(guess_lemma(text))
}

/// `code | without_comments("python", docstrings=true)`.
#[allow(clippy::needless_pass_by_value, reason = "minijinja hands arguments over by value")]
fn without_comments(code: &Value, language: &Value, options: Kwargs) -> Result<String, Error> {
    let text =
        code.as_str().ok_or_else(|| failed(format!("`without_comments` takes a text, not {}", described(code))))?;
    let docstrings = options.get::<Option<bool>>("docstrings")?.unwrap_or(false);
    options.assert_all_used()?;
    let known = language.as_str().and_then(Language::named);
    let unknown =
        || failed(format!("`{language}` is no language whose comments are known; {} is", LANGUAGES.join(", ")));
    known.ok_or_else(unknown)?.without_comments(text, docstrings).map_err(failed)
}

fn failed(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

#[cfg(test)]
mod tests;
