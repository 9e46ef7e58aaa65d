use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::diagnostic::Problem;

/// The fields of one line, in their order. A name that comes twice is an error, where serde's own map would
/// keep the last one in silence.
pub(super) struct Fields(Vec<(String, serde_json::Value)>);

impl Fields {
    pub(super) fn get(&self, name: &str) -> Option<&serde_json::Value> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// Reads one line that holds one object.
pub(super) fn read_row(line: &str) -> Result<Fields, Problem> {
    let mut deserializer = serde_json::Deserializer::from_str(line);
    let fields = Fields::deserialize(&mut deserializer).and_then(|fields| deserializer.end().map(|()| fields));
    checked(fields.map_err(|error| reason(&error))?)
}

/// Says why a row cannot be read.
pub(super) fn reason(error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason);
    let message = match message.strip_prefix("invalid type: ").and_then(|found| found.split_once(", expected")) {
        Some((found, _)) => format!("it is a {}", found.replace("sequence", "list")),
        None if error.is_eof() => message.replace("EOF while parsing a", "it ends within a"),
        None => format!("{message}, at character {}", error.column()),
    };
    Problem::BadJson { message }
}

/// Refuses a name that comes twice.
pub(super) fn checked(fields: Fields) -> Result<Fields, Problem> {
    match repeated(fields.names()) {
        Some(key) => Err(Problem::RepeatedKey { key }),
        None => Ok(fields),
    }
}

/// Returns the first name, by the alphabet, that comes twice.
pub(super) fn repeated<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.windows(2).find_map(|pair| match pair {
        [a, b] if a == b => Some((*a).to_owned()),
        _ => None,
    })
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fields, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Vec::new();
        while let Some(entry) = map.next_entry()? {
            fields.push(entry);
        }
        Ok(Fields(fields))
    }
}
