use std::collections::BTreeMap;
use std::io::{self, BufRead};

use serde_json::Value;

/// What the sidecar of a file says of each of its lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Sidecar {
    pub(super) lines: u64,
    /// Its columns by name: of each line, the value's number.
    columns: BTreeMap<String, Column>,
    /// The names of drawn variables among the columns.
    pub(super) variables: Vec<String>,
}

/// One column: a few values and which line has which.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    pub(super) values: Vec<String>,
    of_lines: Vec<u16>,
}

/// The most values that a column may have before it says something else of each row.
const MOST_VALUES: usize = 200;

/// The columns of a build's sidecar that are conditions.
const CONDITIONS: [&str; 5] = ["template", "behavior", "trigger", "persona", "split"];

impl Sidecar {
    /// Reads a sidecar: one JSON object a line. What is no object says nothing of its line.
    pub(super) fn read(reader: impl BufRead) -> io::Result<Sidecar> {
        let mut sidecar = Sidecar::default();
        let mut dropped: Vec<String> = Vec::new();
        for line in reader.split(b'\n') {
            let line = line?;
            let row: Value = serde_json::from_slice(&line).unwrap_or(Value::Null);
            let at = usize::try_from(sidecar.lines).unwrap_or(usize::MAX);
            sidecar.lines += 1;
            for name in CONDITIONS {
                if let Some(value) = row.get(name) {
                    sidecar.set(name, at, value, &mut dropped);
                }
            }
            let Some(Value::Object(vars)) = row.get("vars") else { continue };
            for (name, value) in vars {
                if !CONDITIONS.contains(&name.as_str()) && !value.is_object() && !value.is_array() {
                    sidecar.set(name, at, value, &mut dropped);
                }
            }
        }
        sidecar.variables =
            sidecar.columns.keys().filter(|name| !CONDITIONS.contains(&name.as_str())).cloned().collect();
        Ok(sidecar)
    }

    fn set(&mut self, name: &str, at: usize, value: &Value, dropped: &mut Vec<String>) {
        if dropped.iter().any(|other| other == name) {
            return;
        }
        let written = match value {
            Value::Null => "none".to_owned(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let column = self.columns.entry(name.to_owned()).or_default();
        let known = column.values.iter().position(|value| *value == written);
        let value = known.unwrap_or_else(|| {
            column.values.push(written);
            column.values.len() - 1
        });
        if column.values.len() > MOST_VALUES {
            self.columns.remove(name);
            dropped.push(name.to_owned());
            return;
        }
        // A line that lacks the column has no value, and numbers count from 1.
        column.of_lines.resize(at, 0);
        column.of_lines.push(u16::try_from(value + 1).unwrap_or(0));
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.get(name)
    }

    /// Returns what a column says of a line, from 1.
    pub(super) fn value(&self, column: &str, line: u64) -> Option<&str> {
        let column = self.columns.get(column)?;
        column.values.get(column.at(line)?).map(String::as_str)
    }

    /// Counts how often values of two columns meet: by the first one's values, then the second one's.
    pub(super) fn joint(&self, rows: &Column, columns: &Column) -> Vec<Vec<u64>> {
        let mut table = vec![vec![0; columns.values.len()]; rows.values.len()];
        for line in 1..=self.lines {
            let cell = rows.at(line).zip(columns.at(line));
            let cell = cell.and_then(|(row, column)| table.get_mut(row)?.get_mut(column));
            if let Some(count) = cell {
                *count += 1;
            }
        }
        table
    }
}

impl Column {
    /// Returns the number of the value that a line has.
    pub(super) fn at(&self, line: u64) -> Option<usize> {
        let at = usize::try_from(line).ok()?.checked_sub(1)?;
        usize::from(*self.of_lines.get(at)?).checked_sub(1)
    }
}
