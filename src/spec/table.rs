use minijinja::Value;

use super::{Slot, Variable};
use crate::text::Span;
use crate::tree::ColumnType;

/// Typed rows from a file.
#[derive(Debug)]
pub struct Table {
    pub name: String,
    pub span: Span,
    /// The data file's name.
    pub file: String,
    pub columns: Vec<Column>,
    /// Computed columns, in order.
    pub variables: Vec<Variable>,
    /// How many slots the columns and variables take together.
    pub size: usize,
    pub rows: Vec<TableRow>,
}

#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub slot: Slot,
    pub span: Span,
    pub column_type: ColumnType,
}

/// One row: the values of the columns, in their order.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// The line in the file, from 1.
    pub line: usize,
    pub values: Vec<Value>,
}

impl Table {
    /// Returns the names and slots of everything that a row has.
    pub fn names(&self) -> impl Iterator<Item = (&str, Slot)> {
        let columns = self.columns.iter().map(|column| (column.name.as_str(), column.slot));
        columns.chain(self.variables.iter().map(|variable| (variable.name.as_str(), variable.slot)))
    }
}
