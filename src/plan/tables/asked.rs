use minijinja::Value;
use minijinja::value::ValueKind;

use super::{Dropped, Rows};
use crate::diagnostic::{Diagnostic, Problem};
use crate::spec::{AnswerType, Foreseen, Formula, TableSource};
use crate::tree::ColumnType;
use crate::writing::{Asker, Said};

impl Rows<'_> {
    /// Asks a model about every row that is left. Rows for which it gave nothing that counts are dropped, once every
    /// row has its reply.
    pub(super) fn ask(&mut self, asked: &Foreseen) -> Result<(), Diagnostic> {
        let place = format!("table {}", self.spec.table_name(self.instance));
        let is_file = matches!(self.table.source, TableSource::File(_));
        let before = self.making.wanted.len();
        let mut lost: Vec<(usize, String)> = Vec::new();
        for &row in &self.left {
            let key = self.keys.get(row).copied().unwrap_or_default();
            let (Some(scope), Some(tried)) = (self.all.get_mut(row), self.making.tried.get_mut(row)) else { continue };
            let mut asker = Asker {
                spec: self.spec,
                replies: self.replies,
                place: &place,
                // Rows of a file differ in what they say; attempts may not.
                seed: if is_file { 0 } else { u32::try_from(key).unwrap_or(u32::MAX) },
                wanted: &mut self.making.wanted,
                used: &mut tried.used,
            };
            let said = asker.ask(asked, scope);
            match said {
                Ok(Said::Value(value)) => {
                    if let AnswerType::Json(fields) = &asked.answer {
                        for column in &self.table.columns {
                            if fields.iter().any(|field| field.name == column.name) {
                                scope.set(column.slot, value.get_attr(&column.name).unwrap_or_default());
                            }
                        }
                    }
                    scope.set(asked.slot, value);
                }
                Ok(Said::Missing) => {}
                Ok(Said::Lost(why)) => lost.push((row, why)),
                Err((span, message)) => {
                    let place = self.place(row);
                    return Err(Diagnostic::at(span, Problem::ExpressionFailed { message, place }));
                }
            }
        }
        if self.making.wanted.len() > before {
            self.unknown.push(asked.slot);
            if let AnswerType::Json(_) = &asked.answer {
                self.unknown.extend(self.table.columns.iter().map(|column| column.slot));
            }
        } else {
            self.lose(lost);
        }
        Ok(())
    }

    /// Reads a column off what a model wrote.
    pub(super) fn read_off(&mut self, at: usize, formula: &Formula) {
        let Some(column) = self.table.columns.get(at) else { return };
        if self.unknown.iter().any(|slot| formula.reads(*slot)) {
            self.unknown.push(column.slot);
            return;
        }
        let mut lost = Vec::new();
        for &row in &self.left {
            let Some(scope) = self.all.get_mut(row) else { continue };
            match formula.evaluate(scope) {
                Ok(value) if holds(&column.column_type, &value) => scope.set(column.slot, value),
                Ok(_) => lost.push((row, format!("`{}` is not {}", column.name, words(&column.column_type)))),
                // What a model wrote may be anything: a reply that cannot be read is the row's loss, not the spec's.
                Err(why) => lost.push((row, format!("`{}` cannot be read off the reply: {why}", column.name))),
            }
        }
        self.lose(lost);
    }

    /// Drops rows, each for its own reason.
    pub(super) fn lose(&mut self, lost: Vec<(usize, String)>) {
        for (row, why) in lost {
            self.left.retain(|left| *left != row);
            if let Some(scope) = self.all.get_mut(row) {
                *scope = crate::spec::Scope::default();
            }
            if let Some(tried) = self.making.tried.get_mut(row) {
                tried.dropped = Some(why.clone());
            }
            match self.dropped.iter_mut().find(|dropped| dropped.because == why) {
                Some(dropped) => dropped.rows += 1,
                None => self.dropped.push(Dropped { because: why, rows: 1 }),
            }
        }
    }
}

/// Tells whether a value is what a column holds.
fn holds(column: &ColumnType, value: &Value) -> bool {
    match column {
        ColumnType::Text => value.as_str().is_some(),
        ColumnType::Number => value.kind() == ValueKind::Number,
        ColumnType::Integer => value.is_integer(),
        ColumnType::Boolean => value.kind() == ValueKind::Bool,
        ColumnType::Json => !value.is_undefined(),
        ColumnType::OneOf(texts) => value.as_str().is_some_and(|text| texts.iter().any(|one| one == text)),
    }
}

fn words(column: &ColumnType) -> String {
    match column {
        ColumnType::Text => "a text".to_owned(),
        ColumnType::Number => "a number".to_owned(),
        ColumnType::Integer => "a whole number".to_owned(),
        ColumnType::Boolean => "true or false".to_owned(),
        ColumnType::Json => "a value".to_owned(),
        ColumnType::OneOf(texts) => format!("one of {}", texts.join(", ")),
    }
}
