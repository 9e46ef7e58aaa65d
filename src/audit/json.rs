use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// A JSON value that keeps its object's keys as they stand, repeated ones too.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}

/// Why a line could not be read as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Wrong(String),
    TooDeep,
    Surrogate,
    Trailing(String),
}

/// A line that was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Read {
    pub(super) json: Json,
    /// Words such as NaN that stood for a value; they were read as null.
    pub(super) not_numbers: Vec<&'static str>,
}

/// How many words such as NaN one line is read past.
const MOST_REPAIRS: usize = 1_000;

const NOT_NUMBERS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// Reads a line as one JSON value.
pub(super) fn read(line: &str) -> Result<Read, Fault> {
    let mut repaired: Option<String> = None;
    let mut not_numbers = Vec::new();
    loop {
        let text = repaired.as_deref().unwrap_or(line);
        let error = match serde_json::from_str::<Json>(text) {
            Ok(json) => return Ok(Read { json, not_numbers }),
            Err(error) => error,
        };
        // A line has no line ends, so the column is a place in it. The reader stops at or just after the word.
        let stopped = error.column();
        let word = (stopped.saturating_sub(2)..=stopped).find_map(|at| {
            let rest = text.get(at..)?;
            NOT_NUMBERS.into_iter().find(|word| rest.starts_with(word)).map(|word| (at, word))
        });
        match word {
            Some((at, word)) if not_numbers.len() < MOST_REPAIRS && error.is_syntax() => {
                let (before, after) = (text.get(..at), text.get(at + word.len()..));
                repaired = Some(format!("{}null{}", before.unwrap_or_default(), after.unwrap_or_default()));
                not_numbers.push(word);
            }
            _ => return Err(fault(&error, text)),
        }
    }
}

fn fault(error: &serde_json::Error, text: &str) -> Fault {
    let message = error.to_string();
    // serde_json has no other way to tell these apart; the fixtures of tests/audit hold it to its words.
    if message.starts_with("recursion limit exceeded") {
        return Fault::TooDeep;
    }
    if message.starts_with("lone leading surrogate")
        || message.starts_with("unexpected end of hex escape")
        || message.starts_with("lone surrogate")
    {
        return Fault::Surrogate;
    }
    let place = error.column().saturating_sub(1);
    if message.starts_with("trailing characters") {
        return Fault::Trailing(text.get(place..).unwrap_or_default().to_owned());
    }
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    Fault::Wrong(format!("{message} at column {}", error.column()))
}

impl Json {
    /// Returns the value of a key; of a repeated key, the last one, as most readers do.
    pub(super) fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Map(entries) => entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns what kind of value it is, with its article.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a truth value",
            Json::Number(_) => "a number",
            Json::Text(_) => "a text",
            Json::List(_) => "a list",
            Json::Map(_) => "an object",
        }
    }

    /// Returns a key that stands twice in one of its objects.
    pub(super) fn repeated_key(&self) -> Option<&str> {
        match self {
            Json::List(values) => values.iter().find_map(Json::repeated_key),
            Json::Map(entries) => entries.iter().enumerate().find_map(|(at, (key, value))| {
                let is_repeated = entries.iter().take(at).any(|(other, _)| other == key);
                if is_repeated { Some(key.as_str()) } else { value.repeated_key() }
            }),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element()? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
            if map.len() > MOST_KEYS {
                return Err(A::Error::custom("an object has too many keys"));
            }
        }
        Ok(Json::Map(map))
    }
}

/// The most keys of one object: what looks for repeated ones compares each with each.
const MOST_KEYS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_json_is_told_apart() {
        assert_eq!(read(r#"{"a": NaN, "b": [-Infinity, 1]}"#).unwrap().not_numbers, ["NaN", "-Infinity"]);
        assert_eq!(read(r#"{"a": "NaN"}"#).unwrap().not_numbers, [""; 0]);
        assert_eq!(read(&"[".repeat(10_000)), Err(Fault::TooDeep));
        assert_eq!(read(r#"{"a": "\ud83d"}"#), Err(Fault::Surrogate));
        assert_eq!(read(r#"{"a": "\ude00"}"#), Err(Fault::Surrogate));
        assert_eq!(read(r#"{"a": 1} {"a": 2}"#), Err(Fault::Trailing(r#"{"a": 2}"#.into())));
        assert!(matches!(read(r#"{"a": 1"#), Err(Fault::Wrong(_))));
        assert_eq!(read(r#"[{"a": 1, "b": {"c": 1, "c": 2}}]"#).unwrap().json.repeated_key(), Some("c"));
    }
}
