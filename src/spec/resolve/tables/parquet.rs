use ::parquet::basic::{ConvertedType, LogicalType, Type as Physical};
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;
use ::parquet::schema::types::Type;
use bytes::Bytes;
use serde_json::Value as Json;

use super::super::super::Column;
use super::guarded::guarded;
use super::reading::{Reading, missing, typed, words};
use crate::diagnostic::{Diagnostic, Problem};
use crate::tree::ColumnType;

/// Reads a Parquet file. Its columns have types of their own, which have to be the declared ones; `json` takes any of
/// them, nested ones too. Rows count as lines.
pub(super) fn read(bytes: Vec<u8>, reading: &mut Reading<'_>) {
    // The decoders check much of what they read, but not everything.
    let message = match guarded(|| rows(Bytes::from(bytes), reading)) {
        Some(Ok(())) => return,
        Some(Err(error)) => error.to_string(),
        None => "its pages are damaged".to_owned(),
    };
    let message = message.strip_prefix("Parquet error: ").unwrap_or(&message).to_owned();
    reading.wrong(Problem::UnreadableTable { format: "Parquet", message });
}

fn rows(bytes: Bytes, reading: &mut Reading<'_>) -> ::parquet::errors::Result<()> {
    let file = SerializedFileReader::new(bytes)?;
    let schema = file.metadata().file_metadata().schema_descr().root_schema().clone();
    let mut fields = Vec::new();
    for column in reading.columns {
        let Some(field) = schema.get_fields().iter().find(|field| field.name() == column.name) else {
            let names = schema.get_fields().iter().map(|field| field.name());
            let missing = missing(column, names);
            reading.broken(1, missing);
            continue;
        };
        let holds = holds(field);
        if holds.fits(&column.column_type) {
            fields.push(field.clone());
        } else {
            let problem = Problem::ColumnHolds {
                column: column.name.clone(),
                expected: words(&column.column_type),
                found: holds.words(),
            };
            reading.wrong_column(Diagnostic::at(column.span, problem));
        }
    }
    if fields.len() < reading.columns.len() {
        return Ok(());
    }
    let wanted = Type::group_type_builder(schema.name()).with_fields(fields).build()?;
    for (index, row) in file.get_row_iter(Some(wanted))?.enumerate() {
        let row = row?;
        let fields = row.get_column_iter().map(|(_, field)| field);
        let values = reading.columns.iter().zip(fields).map(|(column, field)| value(field, column)).collect();
        reading.row(index + 1, values);
    }
    Ok(())
}

fn value(field: &Field, column: &Column) -> Result<minijinja::Value, Diagnostic> {
    let not_a_number = match field {
        Field::Float(number) if !number.is_finite() => Some(number.to_string()),
        Field::Double(number) if !number.is_finite() => Some(number.to_string()),
        _ => None,
    };
    match not_a_number {
        Some(found) => {
            let (name, expected) = (column.name.clone(), words(&column.column_type));
            let problem = Problem::WrongType { column: name, expected, found, also: Vec::new() };
            Err(Diagnostic::at(column.span, problem))
        }
        None => typed(&json(field), column),
    }
}

/// Returns a field as JSON. A float of 32 bits is written as the shortest decimal that it stands for.
fn json(field: &Field) -> Json {
    match field {
        Field::Float(number) => number.to_string().parse().map_or(Json::Null, |number: f64| Json::from(number)),
        other => other.to_json_value(),
    }
}

/// What a column of the file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Text,
    WholeNumbers,
    Numbers,
    Booleans,
    Nested,
    Other(&'static str),
}

impl Holds {
    fn words(self) -> &'static str {
        match self {
            Holds::Text => "text",
            Holds::WholeNumbers => "whole numbers",
            Holds::Numbers => "numbers",
            Holds::Booleans => "true or false",
            Holds::Nested => "nested values",
            Holds::Other(what) => what,
        }
    }

    fn fits(self, declared: &ColumnType) -> bool {
        match declared {
            ColumnType::Text | ColumnType::OneOf(_) => self == Holds::Text,
            ColumnType::Number => matches!(self, Holds::WholeNumbers | Holds::Numbers),
            ColumnType::Integer => self == Holds::WholeNumbers,
            ColumnType::Boolean => self == Holds::Booleans,
            ColumnType::Json => true,
        }
    }
}

fn holds(field: &Type) -> Holds {
    use ::parquet::basic::Repetition;
    let about = field.get_basic_info();
    if !field.is_primitive() || about.has_repetition() && about.repetition() == Repetition::REPEATED {
        return Holds::Nested;
    }
    let (logical, converted) = (about.logical_type_ref(), about.converted_type());
    match field.get_physical_type() {
        Physical::BOOLEAN => Holds::Booleans,
        Physical::FLOAT | Physical::DOUBLE => Holds::Numbers,
        Physical::INT96 => Holds::Other("times"),
        Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY => match (logical, converted) {
            (Some(LogicalType::String | LogicalType::Enum | LogicalType::Json), _)
            | (None, ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON) => Holds::Text,
            (Some(LogicalType::Decimal { .. }), _) | (None, ConvertedType::DECIMAL) => Holds::Other("decimals"),
            _ => Holds::Other("bytes"),
        },
        Physical::INT32 | Physical::INT64 => match (logical, converted) {
            (Some(LogicalType::Integer { .. }), _) => Holds::WholeNumbers,
            (Some(LogicalType::Decimal { .. }), _) | (None, ConvertedType::DECIMAL) => Holds::Other("decimals"),
            (Some(_), _) => Holds::Other("dates or times"),
            (
                None,
                ConvertedType::DATE
                | ConvertedType::TIME_MILLIS
                | ConvertedType::TIME_MICROS
                | ConvertedType::TIMESTAMP_MILLIS
                | ConvertedType::TIMESTAMP_MICROS,
            ) => Holds::Other("dates or times"),
            (None, _) => Holds::WholeNumbers,
        },
    }
}
