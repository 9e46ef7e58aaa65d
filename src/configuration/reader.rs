use serde_yaml::{Mapping, Value};

use super::ConfigurationError;
use super::place::Path;
use crate::diagnostic::nearest;

/// Reads values of a YAML document strictly and collects what is wrong with them.
pub(super) struct Reader<'a> {
    text: &'a str,
    file: &'a str,
    errors: Vec<ConfigurationError>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, file: &'a str) -> Self {
        Self { text, file, errors: Vec::new() }
    }

    /// Returns the errors in the order of the file.
    pub(super) fn into_errors(mut self) -> Vec<ConfigurationError> {
        self.errors.sort_by_key(|error| (error.line, error.column));
        self.errors
    }

    /// Parses the whole text; an empty one is an empty configuration.
    pub(super) fn document(&mut self) -> Option<Value> {
        let parsed = serde_yaml::from_str::<Value>(self.text).and_then(|mut value| {
            value.apply_merge()?;
            Ok(value)
        });
        match parsed {
            Ok(Value::Null) => Some(Value::Mapping(Mapping::new())),
            Ok(value) => Some(value),
            Err(error) => {
                let place = error.location().map(|at| (at.line(), at.column()));
                let message = error.to_string();
                // The place stands in fields of its own.
                let message = message.split(" at line ").next().unwrap_or_default();
                self.push(place, format!("this is not valid YAML: {message}"), "correct the text at this place");
                None
            }
        }
    }

    pub(super) fn error_at_value(&mut self, path: &Path, message: String, help: &str) {
        self.push(path.value_in(self.text), message, help);
    }

    pub(super) fn error_at_key(&mut self, path: &Path, message: String, help: &str) {
        self.push(path.key_in(self.text), message, help);
    }

    fn push(&mut self, place: Option<(usize, usize)>, message: String, help: &str) {
        self.errors.push(ConfigurationError {
            file: self.file.to_owned(),
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            message,
            help: help.to_owned(),
        });
    }

    /// Says that a model's name is not known.
    pub(super) fn unknown_model(&mut self, path: &Path, name: &str, known: &[String]) {
        let help = match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "define it under `models:`".to_owned(),
            None => format!("the models are: {}", known.join(", ")),
        };
        self.error_at_value(path, format!("there is no model `{name}`"), &help);
    }

    /// Reads a map whose keys are fixed.
    pub(super) fn section<'v>(&mut self, value: &'v Value, path: Path, what: &str) -> Option<Section<'v>> {
        match value {
            Value::Mapping(entries) => Some(Section { entries, path, known: Vec::new(), reported: Vec::new() }),
            other => {
                self.wrong_kind(other, &path, &format!("{what} is a map"));
                None
            }
        }
    }

    /// Reads a map whose keys are names that the configuration gives.
    pub(super) fn entries<'v>(
        &mut self,
        value: &'v Value,
        path: &Path,
        what: &str,
    ) -> Option<Vec<(String, &'v Value, Path)>> {
        match value {
            Value::Null => None,
            Value::Mapping(entries) => {
                let mut named = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let name = scalar(key).unwrap_or_default();
                    let path = path.key(&name);
                    if name.is_empty() {
                        self.error_at_value(&path, "a name is missing".to_owned(), "give it a name");
                    } else {
                        named.push((name, value, path));
                    }
                }
                Some(named)
            }
            other => {
                self.wrong_kind(other, path, &format!("here stand {what}"));
                None
            }
        }
    }

    pub(super) fn text(&mut self, value: &Value, path: &Path, what: &str) -> Option<String> {
        match value {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            other => {
                self.wrong_kind(other, path, &format!("here stands {what}, as text"));
                None
            }
        }
    }

    /// Reads a finite number that `fits`; `what` says which.
    pub(super) fn number(&mut self, value: &Value, path: &Path, what: &str, fits: fn(f64) -> bool) -> Option<f64> {
        let number = value.as_f64().filter(|number| number.is_finite() && fits(*number));
        if number.is_none() {
            self.wrong_kind(value, path, &format!("here stands {what}"));
        }
        number
    }

    /// Reads a whole number from `least` to `most`.
    pub(super) fn whole(&mut self, value: &Value, path: &Path, least: u64, most: u64) -> Option<u64> {
        let number = value.as_u64().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let to = if most == u64::MAX { String::new() } else { format!(" to {most}") };
            self.wrong_kind(value, path, &format!("here stands a whole number from {least}{to}"));
        }
        number
    }

    pub(super) fn wrong_kind(&mut self, value: &Value, path: &Path, help: &str) {
        let is = match value {
            Value::Null => "nothing stands here".to_owned(),
            Value::Bool(value) => format!("`{value}` does not belong here"),
            Value::Number(value) => format!("the number {value} does not belong here"),
            // The text itself is left out: it may be a key that someone has put into the file.
            Value::String(text) if text.is_empty() => "the text here is empty".to_owned(),
            Value::String(_) => "this text does not belong here".to_owned(),
            Value::Sequence(_) => "a list does not belong here".to_owned(),
            Value::Mapping(_) => "a map does not belong here".to_owned(),
            Value::Tagged(_) => "a tagged value does not belong here".to_owned(),
        };
        self.error_at_value(path, is, help);
    }
}

/// A map whose keys are fixed. Every key that is asked for is known; [`Section::finish`] reports the rest.
pub(super) struct Section<'v> {
    entries: &'v Mapping,
    path: Path,
    known: Vec<&'static str>,
    /// Keys that have an error of their own.
    reported: Vec<String>,
}

impl<'v> Section<'v> {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns a key's value and its path. A key without a value counts as left out.
    pub(super) fn take(&mut self, key: &'static str) -> Option<(&'v Value, Path)> {
        self.known.push(key);
        let value = self.entries.get(key).filter(|value| !value.is_null())?;
        Some((value, self.path.key(key)))
    }

    /// Returns a key's value, and says so where it is missing.
    pub(super) fn demand(&mut self, reader: &mut Reader, key: &'static str, why: &str) -> Option<(&'v Value, Path)> {
        let taken = self.take(key);
        if taken.is_none() {
            reader.error_at_value(&self.path, format!("`{key}` is missing"), why);
        }
        taken
    }

    /// Leaves a key out of what [`Section::finish`] reports.
    pub(super) fn reported(&mut self, key: String) {
        self.reported.push(key);
    }

    /// Returns the names in the map under a key.
    pub(super) fn names_under(&self, key: &str) -> Vec<String> {
        match self.entries.get(key) {
            Some(Value::Mapping(entries)) => entries.keys().filter_map(scalar).collect(),
            _ => Vec::new(),
        }
    }

    /// Returns the entries that were not asked for, their keys as they print.
    pub(super) fn rest(&self) -> Vec<(String, &'v Value, Path)> {
        self.entries
            .iter()
            .filter_map(|(key, value)| Some((scalar(key)?, value)))
            .filter(|(key, _)| !self.known.contains(&key.as_str()) && !self.reported.contains(key))
            .map(|(key, value)| {
                let path = self.path.key(&key);
                (key, value, path)
            })
            .collect()
    }

    /// Reports every key that was never asked for.
    pub(super) fn finish(self, reader: &mut Reader) {
        for (key, _, path) in self.rest() {
            let help = match nearest(&key, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the keys here are: {}", self.known.join(", ")),
            };
            reader.error_at_key(&path, format!("unknown key `{key}`"), &help);
        }
    }
}

/// Returns a scalar as it prints.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
