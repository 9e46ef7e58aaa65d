use ::csv::{ReaderBuilder, StringRecord};
use minijinja::Value;
use serde_json::Value as Json;

use super::super::super::Column;
use super::fields::repeated;
use super::reading::{Reading, missing, typed, wrong_type};
use crate::diagnostic::{Diagnostic, Problem};
use crate::tree::ColumnType;

/// Reads comma-separated values whose first line names the columns (RFC 4180). Columns that the table does not declare
/// are passed over.
pub(super) fn read(text: &str, reading: &mut Reading<'_>) {
    if let Err((line, message)) = quotes(text) {
        reading.broken(line, Diagnostic::at(reading.place, Problem::BadQuotes { message }));
        return;
    }
    let mut records = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut header: Option<Vec<usize>> = None;
    let mut width = 0;
    let mut record = StringRecord::new();
    loop {
        match records.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                let problem = Problem::UnreadableTable { format: "CSV", message: error.to_string() };
                reading.wrong(problem);
                return;
            }
        }
        let line = line(&record, text);
        let Some(places) = &header else {
            width = record.len();
            let Some(places) = places(&record, line, reading) else { return };
            header = Some(places);
            continue;
        };
        let values = if record.len() == width {
            let columns = reading.columns.iter().zip(places);
            columns.map(|(column, at)| value(record.get(*at).unwrap_or(""), column)).collect()
        } else {
            let problem = Problem::RaggedRow { found: record.len(), expected: width };
            Err(Diagnostic::at(reading.place, problem))
        };
        reading.row(line, values);
    }
}

/// Returns the line that a record begins on. The reader counts blank lines before it as part of it.
fn line(record: &StringRecord, text: &str) -> usize {
    let whole = |number: u64| usize::try_from(number).unwrap_or(0);
    let Some(position) = record.position() else { return 0 };
    let rest = text.get(whole(position.byte())..).unwrap_or("");
    let blank = rest.bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| *byte == b'\n').count();
    whole(position.line()) + blank
}

/// Returns where each declared column stands in the header.
fn places(header: &StringRecord, line: usize, reading: &mut Reading<'_>) -> Option<Vec<usize>> {
    if let Some(key) = repeated(header.iter()) {
        reading.broken(line, Diagnostic::at(reading.place, Problem::RepeatedKey { key }));
        return None;
    }
    let mut places = Vec::new();
    for column in reading.columns {
        match header.iter().position(|name| name == column.name) {
            Some(at) => places.push(at),
            None => reading.broken(line, missing(column, header.iter())),
        }
    }
    (places.len() == reading.columns.len()).then_some(places)
}

/// Reads a cell as its column's type is written in JSON. A text is taken as it stands.
fn value(cell: &str, column: &Column) -> Result<Value, Diagnostic> {
    let read = |text: &str| serde_json::from_str::<Json>(text).ok();
    let text = || Json::from(cell);
    let field = match column.column_type {
        ColumnType::Text | ColumnType::OneOf(_) => text(),
        ColumnType::Number | ColumnType::Integer => read(cell.trim()).filter(Json::is_number).unwrap_or_else(text),
        ColumnType::Boolean => read(&cell.trim().to_ascii_lowercase()).filter(Json::is_boolean).unwrap_or_else(text),
        ColumnType::Json => read(cell).ok_or_else(|| wrong_type(&text(), column))?,
    };
    typed(&field, column)
}

/// Finds a quote that is never closed, and text behind one that is: both are read as something else without a word.
fn quotes(text: &str) -> Result<(), (usize, String)> {
    #[derive(Clone, Copy, PartialEq)]
    enum At {
        FieldStart,
        Field,
        Quoted,
        /// Behind a quote that closes, or is the first of two.
        Closed,
    }
    let (mut at, mut line, mut opened) = (At::FieldStart, 1, 1);
    for character in text.chars() {
        at = match (at, character) {
            (At::Quoted, '"') => At::Closed,
            (At::Quoted, _) => At::Quoted,
            (At::Closed, '"') => At::Quoted,
            (_, ',' | '\n' | '\r') => At::FieldStart,
            (At::FieldStart, '"') => {
                opened = line;
                At::Quoted
            }
            (At::Closed, other) => return Err((line, format!("`{other}` stands behind a closing quote"))),
            _ => At::Field,
        };
        line += usize::from(character == '\n');
    }
    if at == At::Quoted { Err((opened, "a quote is opened here and never closed".into())) } else { Ok(()) }
}
