use minijinja::Value;

use crate::diagnostic::{Diagnostic, Problem};
use crate::rows::draw::draw;
use crate::rows::stream::Streams;
use crate::spec::{Scope, Slot, Spec, Table};

/// A table's rows with their computed columns: the values by slot.
#[derive(Debug)]
pub struct TableValues {
    pub rows: Vec<Scope>,
}

impl TableValues {
    pub fn get(&self, row: usize, slot: Slot) -> Value {
        self.rows.get(row).map(|scope| scope.get(slot)).unwrap_or_default()
    }
}

pub(super) fn tables(spec: &Spec, diagnostics: &mut Vec<Diagnostic>) -> Vec<TableValues> {
    spec.tables.iter().map(|table| values(spec, table, diagnostics)).collect()
}

fn values(spec: &Spec, table: &Table, diagnostics: &mut Vec<Diagnostic>) -> TableValues {
    let streams = Streams::new(spec.seed, &format!("table {}", table.name), &table.variables);
    let mut rows = Vec::with_capacity(table.rows.len());
    for (index, row) in table.rows.iter().enumerate() {
        let mut scope = Scope::with_size(table.size);
        for (column, value) in table.columns.iter().zip(&row.values) {
            scope.set(column.slot, value.clone());
        }
        for (variable, stream) in table.variables.iter().zip(streams.iter()) {
            match draw(variable, &scope, &mut stream.at(index as u64)) {
                Ok(value) => scope.set(variable.slot, value),
                Err((span, message)) => {
                    let place = format!("{}:{}", table.file, row.line);
                    diagnostics.push(Diagnostic::at(span, Problem::ExpressionFailed { message, place }));
                    return TableValues { rows };
                }
            }
        }
        rows.push(scope);
    }
    TableValues { rows }
}
