use serde_yaml::{Mapping, Value};

use super::{Note, NoteKind};
use crate::configuration::place::Path;
use crate::diagnostic::{Diagnostic, Problem};
use crate::text::{Source, Span};

/// One question of a file.
#[derive(Debug)]
pub(super) struct Entry<'s> {
    pub(super) source: &'s Source,
    /// Its place in the file's list, from 0; none for a map that stands inside another entry.
    pub(super) index: Option<usize>,
    /// The line on which it begins, from 1.
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) values: Mapping,
}

impl Entry<'_> {
    /// Returns a note about this question that says nothing yet.
    pub(super) fn note(&self) -> Note {
        Note {
            kind: NoteKind::Left,
            what: String::new(),
            file: self.source.name.clone(),
            line: self.line,
            question: self.name.clone(),
        }
    }

    /// Says what is wrong with a field, at its value.
    pub(super) fn wrong(&self, key: &str, message: String, help: &str) -> Diagnostic {
        let at = self.index.and_then(|index| Path::default().index(index).key(key).value_in(&self.source.text));
        wrong(self.source, at.or(Some((self.line, 1))), message, help)
    }
}

/// Reads the questions of a file, in their order. An empty file has none.
pub(super) fn entries(source: &Source) -> Result<Vec<Entry<'_>>, Vec<Diagnostic>> {
    let read = serde_yaml::from_str::<Value>(&source.text).and_then(|mut value| {
        value.apply_merge()?;
        Ok(value)
    });
    let listed = match read {
        Ok(Value::Sequence(listed)) => listed,
        Ok(Value::Null) => return Ok(Vec::new()),
        Ok(other) => {
            let at = Path::default().value_in(&source.text);
            let message = format!("here stands {}, where a list of questions is expected", kind_of(&other));
            return Err(vec![wrong(source, at, message, "write each question as an item: `- name: ...`")]);
        }
        Err(error) => {
            let at = error.location().map(|at| (at.line(), at.column()));
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            let message = format!("this is not valid YAML: {message}");
            return Err(vec![wrong(source, at, message, "correct the text at this place")]);
        }
    };
    let (mut entries, mut diagnostics) = (Vec::new(), Vec::new());
    for (index, item) in listed.into_iter().enumerate() {
        let at = Path::default().index(index).value_in(&source.text);
        let Value::Mapping(values) = item else {
            let message = format!("here stands {}, where a question is expected", kind_of(&item));
            diagnostics.push(wrong(source, at, message, "a question is a map with a `name`"));
            continue;
        };
        match values.get("name").and_then(scalar).filter(|name| !name.is_empty()) {
            Some(name) => {
                let line = at.map_or(1, |(line, _)| line);
                entries.push(Entry { source, index: Some(index), line, name, values });
            }
            None => diagnostics.push(wrong(source, at, "this question has no `name`".into(), "name it: `name: ...`")),
        }
    }
    if diagnostics.is_empty() { Ok(entries) } else { Err(diagnostics) }
}

/// Returns a text, or what a plain scalar is as a text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(is) => Some(is.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Returns what kind of value this is, in words.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a map",
        Value::Tagged(_) => "a tagged value",
    }
}

/// Says what is wrong at a line and column, from 1: the line's text from there on is marked.
fn wrong(source: &Source, at: Option<(usize, usize)>, message: String, help: &str) -> Diagnostic {
    let (line, column) = at.unwrap_or((1, 1));
    let start_of_line: usize =
        source.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
    let text = source.text.get(start_of_line..).unwrap_or("").lines().next().unwrap_or("");
    let skipped: usize = text.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    let (start, end) = (start_of_line + skipped, start_of_line + text.trim_end().len());
    let span = Span { source: source.id, start: start.min(end), end };
    Diagnostic::at(span, Problem::BadQuestionFile { message, help: help.to_owned() })
}
