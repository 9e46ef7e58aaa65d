//! Reading tables: each format hands on fields as JSON values, and one place gives them their types.

use std::path::Path;

use minijinja::Value;
use serde_json::Value as Json;

use super::super::super::{Column, TableRow};
use super::fields::Fields;
use super::{csv, json, lines, parquet};
use crate::diagnostic::{Diagnostic, Problem, nearest};
use crate::text::Span;
use crate::tree::ColumnType;
use crate::world::{self, FileProblem};

/// How many broken lines of one file are reported, apart from those that lack the same column.
const MAX_BROKEN_LINES: usize = 20;

/// A data file under reading: the rows so far, and what is wrong with others.
pub(super) struct Reading<'r> {
    pub(super) columns: &'r [Column],
    /// Where the spec names the file.
    pub(super) place: Span,
    /// How the file's name is shown.
    shown: &'r str,
    rows: Vec<TableRow>,
    broken: Vec<Diagnostic>,
}

/// Reads a text of one format.
type Read = fn(&str, &mut Reading<'_>);

/// Reads a data file by the format that its name says. Returns the rows, and what is wrong.
pub(super) fn read(
    file: &str,
    bytes: Vec<u8>,
    shown: &str,
    place: Span,
    columns: &[Column],
) -> (Vec<TableRow>, Vec<Diagnostic>) {
    let mut reading = Reading { columns, place, shown, rows: Vec::new(), broken: Vec::new() };
    let ending = Path::new(file).extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let format: Option<Read> = match ending.as_deref() {
        Some("parquet") => None,
        Some("jsonl" | "ndjson") => Some(lines::read),
        Some("json") => Some(json::read),
        Some("csv") => Some(csv::read),
        _ => {
            reading.wrong(Problem::UnknownFormat { file: file.to_owned() });
            return (reading.rows, reading.broken);
        }
    };
    match format {
        None => parquet::read(bytes, &mut reading),
        Some(read) => match world::text(bytes) {
            Ok(text) => read(text.strip_prefix('\u{feff}').unwrap_or(&text), &mut reading),
            Err(FileProblem::NotUtf8 { line }) => {
                reading.broken(line, Diagnostic::at(place, Problem::DataNotUtf8));
            }
            Err(_) => {}
        },
    }
    (reading.rows, reading.broken)
}

impl Reading<'_> {
    /// Takes a row, or says what is wrong with it.
    pub(super) fn row(&mut self, line: usize, values: Result<Vec<Value>, Diagnostic>) {
        match values {
            Ok(values) => self.rows.push(TableRow { line, values }),
            Err(diagnostic) => self.broken(line, diagnostic),
        }
    }

    /// Takes a row of named fields.
    pub(super) fn object(&mut self, line: usize, fields: &Fields) {
        self.row(line, values(self.columns, fields));
    }

    /// Says what is wrong at a line of the file.
    pub(super) fn broken(&mut self, line: usize, diagnostic: Diagnostic) {
        let is_full = self.broken.len() >= MAX_BROKEN_LINES;
        let same = self.broken.iter_mut().find(|known| known.span == diagnostic.span);
        match same.and_then(|known| also(&mut known.problem, &diagnostic.problem)) {
            Some(also) => also.push(line),
            None if is_full => {}
            None => self.broken.push(diagnostic.in_data(self.shown.to_owned(), line)),
        }
    }

    /// Says what is wrong with the file as a whole.
    pub(super) fn wrong(&mut self, problem: Problem) {
        self.broken.push(Diagnostic::at(self.place, problem));
    }

    /// Says at a column's declaration what is wrong with it throughout the file.
    pub(super) fn wrong_column(&mut self, diagnostic: Diagnostic) {
        self.broken.push(diagnostic);
    }
}

/// Returns the values of a row of named fields, in the columns' order.
pub(super) fn values(columns: &[Column], fields: &Fields) -> Result<Vec<Value>, Diagnostic> {
    let value = |column: &Column| match fields.get(&column.name) {
        Some(field) => typed(field, column),
        None => Err(missing(column, fields.names())),
    };
    columns.iter().map(value).collect()
}

/// Says that a row or a header lacks a column.
pub(super) fn missing<'n>(column: &Column, names: impl Iterator<Item = &'n str>) -> Diagnostic {
    let nearest = nearest(&column.name, names).map(str::to_owned);
    Diagnostic::at(column.span, Problem::MissingColumn { column: column.name.clone(), nearest, also: Vec::new() })
}

/// Turns a field into a value of the column's type, or says what was expected and what was found.
pub(super) fn typed(field: &Json, column: &Column) -> Result<Value, Diagnostic> {
    match (&column.column_type, field) {
        (ColumnType::Text, Json::String(text)) => Ok(Value::from(text.as_str())),
        (ColumnType::Number, Json::Number(number)) => Ok(Value::from(minijinja::value::Serde(number))),
        (ColumnType::Integer, Json::Number(number)) if number.is_i64() || number.is_u64() => {
            Ok(Value::from(minijinja::value::Serde(number)))
        }
        (ColumnType::Boolean, Json::Bool(value)) => Ok(Value::from(*value)),
        (ColumnType::Json, json) => Ok(Value::from(minijinja::value::Serde(json))),
        (ColumnType::OneOf(texts), Json::String(text)) if texts.contains(text) => Ok(Value::from(text.as_str())),
        _ => Err(wrong_type(field, column)),
    }
}

/// Says that a field is not of its column's type.
pub(super) fn wrong_type(field: &Json, column: &Column) -> Diagnostic {
    let (name, expected) = (column.name.clone(), words(&column.column_type));
    let problem = Problem::WrongType { column: name, expected, found: found(field), also: Vec::new() };
    Diagnostic::at(column.span, problem)
}

/// Says what a column's type holds.
pub(super) fn words(column_type: &ColumnType) -> String {
    match column_type {
        ColumnType::Text => "text".into(),
        ColumnType::Number => "a number".into(),
        ColumnType::Integer => "a whole number".into(),
        ColumnType::Boolean => "true or false".into(),
        ColumnType::Json => "JSON".into(),
        ColumnType::OneOf(texts) => {
            let quoted: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
            quoted.join(" | ")
        }
    }
}

fn found(field: &Json) -> String {
    match field {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => format!("{value}"),
        Json::Number(number) => format!("the number {number}"),
        Json::String(text) if text.is_empty() => "empty".to_owned(),
        Json::String(text) => format!("the text {:?}", shortened(text)),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 40 {
        text.to_owned()
    } else {
        format!("{}...", text.chars().take(37).collect::<String>())
    }
}

/// Returns the further lines of a problem with a column, where a second one is the same but for its line.
fn also<'p>(known: &'p mut Problem, other: &Problem) -> Option<&'p mut Vec<usize>> {
    match (known, other) {
        (Problem::MissingColumn { also, .. }, Problem::MissingColumn { .. })
        | (Problem::WrongType { also, .. }, Problem::WrongType { .. }) => Some(also),
        _ => None,
    }
}
