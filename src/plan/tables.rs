mod drops;
mod held_out;

use std::sync::Arc;

use minijinja::Value;

use crate::diagnostic::{Diagnostic, Problem};
use crate::rows::draw::draw;
use crate::rows::stream::Streams;
use crate::spec::{Scope, Side, Slot, Spec, Step, Table, TableInstance};

/// A table's rows with their computed columns: the values by slot.
#[derive(Debug)]
pub struct TableValues {
    /// Every row of the file, in its order. One that was dropped has no values.
    pub rows: Vec<Scope>,
    /// The places in `rows` of those to train on, in order.
    pub training: Arc<[usize]>,
    /// The places of those that are kept from training, in order.
    pub held_out: Vec<usize>,
    /// What was dropped, in the order of the spec.
    pub dropped: Vec<Dropped>,
}

/// How many rows were dropped for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    pub because: String,
    pub rows: u64,
}

impl TableValues {
    pub fn get(&self, row: usize, slot: Slot) -> Value {
        self.rows.get(row).map(|scope| scope.get(slot)).unwrap_or_default()
    }

    /// Returns the places of the rows of one side.
    pub fn side(&self, side: Side) -> &[usize] {
        match side {
            Side::Training => &self.training,
            Side::HeldOut => &self.held_out,
        }
    }
}

/// Computes, drops and holds out the rows of every instance of every table, in the order of `Spec::instances`.
pub(super) fn tables(spec: &Spec, diagnostics: &mut Vec<Diagnostic>) -> Vec<TableValues> {
    let values = |instance| Rows::read(spec, instance).values();
    let made: Result<Vec<TableValues>, Diagnostic> = spec.instances.iter().map(values).collect();
    made.unwrap_or_else(|diagnostic| {
        diagnostics.push(diagnostic);
        Vec::new()
    })
}

/// The rows of one instance, with what is left of them so far.
struct Rows<'p> {
    spec: &'p Spec,
    table: &'p Table,
    instance: &'p TableInstance,
    all: Vec<Scope>,
    left: Vec<usize>,
    dropped: Vec<Dropped>,
}

impl<'p> Rows<'p> {
    fn read(spec: &'p Spec, instance: &'p TableInstance) -> Rows<'p> {
        let table = &spec[instance.table];
        let mut empty = Scope::with_size(table.size);
        for ((_, slot), argument) in table.parameters.iter().zip(&instance.arguments) {
            empty.set(*slot, argument.value(spec));
        }
        let row = |row: &crate::spec::TableRow| {
            let mut scope = empty.clone();
            for (column, value) in table.columns.iter().zip(&row.values) {
                scope.set(column.slot, value.clone());
            }
            scope
        };
        let all: Vec<Scope> = instance.rows.iter().map(row).collect();
        let left = (0..all.len()).collect();
        Rows { spec, table, instance, all, left, dropped: Vec::new() }
    }

    /// Takes each step of the table over all rows that are left, before the next.
    fn values(mut self) -> Result<TableValues, Diagnostic> {
        let streams = Streams::new(self.spec.seed, &self.stream(), &self.table.variables);
        let streams: Vec<_> = streams.iter().collect();
        for step in &self.table.steps {
            match step {
                Step::Compute(at) => {
                    let (Some(variable), Some(stream)) = (self.table.variables.get(*at), streams.get(*at)) else {
                        continue;
                    };
                    for &row in &self.left {
                        let Some(scope) = self.all.get_mut(row) else { continue };
                        match draw(variable, scope, &mut stream.at(row as u64)) {
                            Ok(value) => scope.set(variable.slot, value),
                            Err((span, message)) => {
                                let place = place(self.instance, row);
                                return Err(Diagnostic::at(span, Problem::ExpressionFailed { message, place }));
                            }
                        }
                    }
                }
                Step::Drop(drop) => self.drop_rows(drop)?,
            }
        }
        if self.left.is_empty() {
            let drops = self.dropped.into_iter().map(|dropped| (dropped.because, dropped.rows)).collect();
            let (table, rows) = (self.spec.table_name(self.instance), self.all.len() as u64);
            return Err(Diagnostic::at(self.table.span, Problem::NothingLeft { table, rows, drops }));
        }
        let held_out = self.held_out()?;
        let training = self.left.iter().copied().filter(|row| held_out.binary_search(row).is_err()).collect();
        Ok(TableValues { rows: self.all, training, held_out, dropped: self.dropped })
    }

    /// Names the table's randomness: without its arguments, so that they share every draw.
    fn stream(&self) -> String {
        format!("table {}", self.table.name)
    }
}

/// Names a row by its place in the file.
fn place(instance: &TableInstance, row: usize) -> String {
    let line = instance.rows.get(row).map_or(0, |row| row.line);
    format!("{}:{line}", instance.file)
}
