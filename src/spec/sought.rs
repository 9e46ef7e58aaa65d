use std::sync::{Arc, OnceLock};

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr, ValueKind};

use super::entity::Named;
use crate::words::{Matcher, NoLetters, Sought};

/// A list of words as expressions see it: a list of texts, prepared once to be looked for.
#[derive(Debug)]
struct WordListValue {
    words: Vec<Value>,
    matcher: OnceLock<Result<Matcher, NoLetters>>,
}

impl Object for WordListValue {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.words.get(key.as_usize()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.words.len())
    }
}

impl WordListValue {
    fn matcher(&self) -> Result<&Matcher, NoLetters> {
        let words = || self.words.iter().filter_map(Value::as_str);
        self.matcher.get_or_init(|| Matcher::new(words())).as_ref().map_err(Clone::clone)
    }
}

/// Returns a list of words as expressions see it.
pub(super) fn word_list_value<T: AsRef<str>>(words: &[T]) -> Value {
    let words = words.iter().map(|word| Value::from(word.as_ref())).collect();
    Value::from_object(WordListValue { words, matcher: OnceLock::new() })
}

/// Prepares a constant to be looked for: a text, a list of texts or a word list. Other values stay as they are.
///
/// # Errors
/// Returns the first word that no text can say.
pub(super) fn prepared(constant: &Value) -> Result<Value, NoLetters> {
    let value = match (constant.as_str(), texts(constant)) {
        (Some(text), _) => word_list_value(&[text]),
        (None, Some(texts)) => word_list_value(&texts),
        (None, None) => constant.clone(),
    };
    match value.downcast_object_ref::<WordListValue>().map(WordListValue::matcher) {
        Some(Err(error)) => Err(error),
        _ => Ok(value),
    }
}

/// Looks for a value in texts: tells whether any of them says or holds it.
///
/// # Errors
/// The value is nothing that a text can say or hold.
pub(super) fn is_in_any(sought: &Value, texts_to_search: &[&str]) -> Result<bool, String> {
    let look = |sought: &dyn Sought| texts_to_search.iter().any(|text| sought.is_in(text));
    if let Some(list) = sought.downcast_object_ref::<WordListValue>() {
        return list.matcher().map(|matcher| look(matcher)).map_err(|error| error.to_string());
    }
    if let Some(named) = sought.downcast_object_ref::<Named>() {
        let named = named.sought.as_deref().ok_or_else(|| format!("`{sought}` is nothing that a text can say"))?;
        return Ok(look(named));
    }
    let matcher = match (sought.as_str(), texts(sought)) {
        (Some(text), _) => Matcher::new([text]),
        (None, Some(words)) => Matcher::new(words.iter().map(String::as_str)),
        (None, None) => return Err(format!("words are looked for, not {}", described(sought))),
    };
    matcher.map(|matcher| look(&matcher)).map_err(|error| error.to_string())
}

/// Returns the items of a list of texts.
fn texts(value: &Value) -> Option<Vec<String>> {
    let is_list = matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable);
    let items = value.try_iter().ok().filter(|_| is_list)?;
    items.map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Says what a value is, for people.
pub(super) fn described(value: &Value) -> String {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => "nothing".into(),
        ValueKind::Bool => format!("{value}"),
        ValueKind::Number => format!("the number {value}"),
        ValueKind::String => "a text".into(),
        ValueKind::Seq | ValueKind::Iterable => "a list of other things".into(),
        ValueKind::Map => "a map".into(),
        _ => format!("`{value}`"),
    }
}
