use minijinja::Value;

use super::super::{Column, Slot, Table, TableId, TableRow};
use super::Resolver;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Kind, Problem, nearest};
use crate::tree::{self, ColumnType, Name, TableStatement};

mod row;

use self::row::{Fields, read_row};

/// How many broken lines of one file are reported, apart from those that lack the same column.
const MAX_BROKEN_LINES: usize = 20;

impl Resolver<'_> {
    pub(super) fn table(&mut self, declared: &tree::Table) {
        if !self.is_first(Kind::Table, &declared.name) {
            return;
        }
        let mut frame = Frame::default();
        let mut columns: Vec<Column> = Vec::new();
        for statement in &declared.statements {
            if let TableStatement::Column(column) = &statement.value {
                let slot = self.add(&mut frame, &column.name, Sort::Plain, false);
                let (name, span) = (column.name.value.clone(), column.name.span);
                columns.push(Column { name, slot, span, column_type: column.column_type.clone() });
            }
        }
        frame.announce(declared.statements.iter().filter_map(|statement| match &statement.value {
            TableStatement::Let(variable) => Some(&variable.name),
            TableStatement::Column(_) => None,
        }));
        let mut variables = Vec::new();
        for statement in &declared.statements {
            if let TableStatement::Let(variable) = &statement.value {
                variables.extend(self.variable(variable, &mut frame, Err("a table")));
            }
        }
        if columns.is_empty() {
            let within = format!("the table `{}`", declared.name.value);
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement: "NAME: TYPE" }));
        }
        let rows = self.read_rows(declared, &columns);
        self.spec.tables.push(Table {
            name: declared.name.value.clone(),
            span: declared.name.span,
            file: declared.file.text.clone(),
            columns,
            variables,
            size: frame.size(),
            rows,
        });
    }

    fn read_rows(&mut self, declared: &tree::Table, columns: &[Column]) -> Vec<TableRow> {
        let Some((text, shown)) = self.read_data(&declared.file) else { return Vec::new() };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut rows = Vec::new();
        let mut broken: Vec<Diagnostic> = Vec::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match Self::read_line(declared, columns, line) {
                Ok(values) => rows.push(TableRow { line: index + 1, values }),
                Err(diagnostic) => {
                    let place = diagnostic.span;
                    let same = broken.iter_mut().find(|known| known.span == place);
                    match same.and_then(|known| also(&mut known.problem, &diagnostic.problem)) {
                        Some(also) => also.push(index + 1),
                        None => broken.push(diagnostic.in_data(shown.clone(), index + 1)),
                    }
                }
            }
        }
        if rows.is_empty() && broken.is_empty() {
            self.report(Diagnostic::at(declared.file.span, Problem::EmptyTable { file: declared.file.text.clone() }));
        }
        broken.truncate(MAX_BROKEN_LINES);
        self.diagnostics.extend(broken);
        rows
    }

    fn read_line(declared: &tree::Table, columns: &[Column], line: &str) -> Result<Vec<Value>, Diagnostic> {
        let fields: Fields = read_row(line).map_err(|problem| Diagnostic::at(declared.file.span, problem))?;
        columns
            .iter()
            .map(|column| {
                let Some(field) = fields.get(&column.name) else {
                    let nearest = nearest(&column.name, fields.names()).map(str::to_owned);
                    let problem = Problem::MissingColumn { column: column.name.clone(), nearest, also: Vec::new() };
                    return Err(Diagnostic::at(column.span, problem));
                };
                typed(field, &column.column_type).map_err(|(expected, found)| {
                    let problem = Problem::WrongType { column: column.name.clone(), expected, found, also: Vec::new() };
                    Diagnostic::at(column.span, problem)
                })
            })
            .collect()
    }

    /// Resolves `row from TABLE`: adds the table's names to the frame, and returns where each value goes.
    pub(super) fn row_from(&mut self, table: &Name, frame: &mut Frame) -> Option<(TableId, Vec<(Slot, Slot)>)> {
        let Some(id) = self.find(Kind::Table, table).map(TableId) else {
            frame.is_open = true;
            return None;
        };
        let names: Vec<(String, Slot)> =
            self.spec.tables.get(id.0)?.names().map(|(name, slot)| (name.to_owned(), slot)).collect();
        let slots = names
            .into_iter()
            .map(|(name, from)| {
                let column = Name { value: name, span: table.span };
                (from, self.add(frame, &column, Sort::Plain, false))
            })
            .collect();
        Some((id, slots))
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

/// Turns a field into a value of the column's type, or says what was expected and what was found.
fn typed(field: &serde_json::Value, column_type: &ColumnType) -> Result<Value, (String, String)> {
    use serde_json::Value as Json;
    let found = || match field {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => format!("{value}"),
        Json::Number(number) => format!("the number {number}"),
        Json::String(text) => format!("the text {:?}", shortened(text)),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    };
    let wrong = |expected: &str| Err((expected.to_owned(), found()));
    match (column_type, field) {
        (ColumnType::Text, Json::String(text)) => Ok(Value::from(text.as_str())),
        (ColumnType::Text, _) => wrong("text"),
        (ColumnType::Number, Json::Number(number)) => Ok(Value::from(minijinja::value::Serde(number))),
        (ColumnType::Number, _) => wrong("a number"),
        (ColumnType::Integer, Json::Number(number)) if number.is_i64() || number.is_u64() => {
            Ok(Value::from(minijinja::value::Serde(number)))
        }
        (ColumnType::Integer, _) => wrong("a whole number"),
        (ColumnType::Boolean, Json::Bool(value)) => Ok(Value::from(*value)),
        (ColumnType::Boolean, _) => wrong("true or false"),
        (ColumnType::Json, json) => Ok(Value::from(minijinja::value::Serde(json))),
        (ColumnType::OneOf(texts), Json::String(text)) if texts.contains(text) => Ok(Value::from(text.as_str())),
        (ColumnType::OneOf(texts), _) => {
            let quoted: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
            Err((quoted.join(" | "), found()))
        }
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 40 {
        text.to_owned()
    } else {
        format!("{}...", text.chars().take(37).collect::<String>())
    }
}
