mod asked;
mod drops;
mod held_out;
mod made;
mod quotas;

use std::sync::Arc;

use minijinja::Value;

use crate::diagnostic::{Diagnostic, Problem};
use crate::rows::draw::draw;
use crate::rows::stream::Streams;
use crate::spec::{Draw, Scope, Side, Slot, Spec, Step, Table, TableInstance, TableSource};
use crate::writing::{Replies, Used, Wanted};

use made::made;

/// A table's rows with their computed columns: the values by slot.
#[derive(Debug)]
pub struct TableValues {
    /// Every row of the file, in its order. One that was dropped has no values.
    pub rows: Vec<Scope>,
    /// The places in `rows` of those to train on, in order.
    pub training: Arc<[usize]>,
    /// The places of those that are kept from training, in order.
    pub held_out: Vec<usize>,
    /// The places of all rows that are left, in order.
    pub kept: Vec<usize>,
    /// What was dropped, in the order of the spec.
    pub dropped: Vec<Dropped>,
    /// Where models have a part in the rows, how far that has come.
    pub making: Option<Making>,
}

/// How many rows were dropped for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    pub because: String,
    pub rows: u64,
}

impl TableValues {
    /// Tells whether models have still to be asked before the rows are known.
    pub fn is_open(&self) -> bool {
        self.making.as_ref().is_some_and(|making| !making.wanted.is_empty())
    }

    /// Returns the line that a row has in the file of those that are kept, from 1.
    pub fn line(&self, row: usize) -> Option<usize> {
        self.kept.binary_search(&row).ok().map(|at| at + 1)
    }

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

/// What came of having rows made, as far as the replies go.
#[derive(Debug, Default)]
pub struct Making {
    /// What has to be asked before it goes on; nothing where every row that is wanted is made, or was tried for often
    /// enough.
    pub wanted: Vec<Wanted>,
    /// The rows that were tried, in order.
    pub tried: Vec<Tried>,
}

/// A row that was tried.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The attempt, from 0, or the line of the data file.
    pub row: u64,
    pub dropped: Option<String>,
    /// The requests that had a part in it.
    pub used: Vec<Used>,
}

/// Computes, drops and holds out the rows of every instance of every table, in the order of `Spec::instances`, out of
/// what models said. `rows` limits how many rows models make, for a preview.
pub(super) fn tables(
    spec: &Spec,
    replies: &Replies,
    rows: Option<u64>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<TableValues> {
    let values = |instance: &TableInstance| match &spec[instance.table].source {
        TableSource::File(_) => Rows::read(spec, instance, replies).values(),
        TableSource::Written(written) => made(spec, instance, replies, written.quota.limited(rows)),
        TableSource::Dialogue(played) => made(spec, instance, replies, played.quota.limited(rows)),
    };
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
    replies: &'p Replies,
    all: Vec<Scope>,
    /// For each row, what its draws are keyed by: its place in the file, or the attempt.
    keys: Vec<u64>,
    left: Vec<usize>,
    dropped: Vec<Dropped>,
    making: Making,
    /// What is not known yet for some row.
    unknown: Vec<Slot>,
}

impl<'p> Rows<'p> {
    fn read(spec: &'p Spec, instance: &'p TableInstance, replies: &'p Replies) -> Rows<'p> {
        let empty = empty(spec, instance);
        let row = |row: &crate::spec::TableRow| {
            let mut scope = empty.clone();
            for (column, value) in spec[instance.table].columns.iter().zip(&row.values) {
                scope.set(column.slot, value.clone());
            }
            scope
        };
        let all: Vec<Scope> = instance.rows.iter().map(row).collect();
        let keys = (0..all.len() as u64).collect();
        let numbers = instance.rows.iter().map(|row| row.line as u64).collect();
        Self::of(spec, instance, replies, (all, keys, numbers))
    }

    /// `numbers` is what rows are known by, to people and in locks.
    fn of(
        spec: &'p Spec,
        instance: &'p TableInstance,
        replies: &'p Replies,
        (all, keys, numbers): (Vec<Scope>, Vec<u64>, Vec<u64>),
    ) -> Rows<'p> {
        let table = &spec[instance.table];
        // Where no model has a part in the rows, nobody asks what became of each.
        let tried = numbers.into_iter().filter(|_| table.asks_models());
        let tried = tried.map(|row| Tried { row, dropped: None, used: Vec::new() });
        let making = Making { wanted: Vec::new(), tried: tried.collect() };
        let left = (0..all.len()).collect();
        let (dropped, unknown) = (Vec::new(), Vec::new());
        Rows { spec, table, instance, replies, all, keys, left, dropped, making, unknown }
    }

    /// Takes each step of the table over all rows that are left, before the next, as far as the replies go.
    fn take_steps(&mut self) -> Result<(), Diagnostic> {
        let streams = Streams::new(self.spec.seed, &self.stream(), &self.table.variables);
        let streams: Vec<_> = streams.iter().collect();
        let table = self.table;
        for step in &table.steps {
            match step {
                Step::Compute(at) => {
                    let (Some(variable), Some(stream)) = (table.variables.get(*at), streams.get(*at)) else {
                        continue;
                    };
                    if self.unknown.iter().any(|slot| variable.reads(*slot)) {
                        self.unknown.push(variable.slot);
                        continue;
                    }
                    if let Draw::Answers(answers) = &variable.draw {
                        self.ask(&answers.asked)?;
                        continue;
                    }
                    for &row in &self.left {
                        let key = self.keys.get(row).copied().unwrap_or_default();
                        let Some(scope) = self.all.get_mut(row) else { continue };
                        match draw(variable, scope, &mut stream.at(key)) {
                            Ok(value) => scope.set(variable.slot, value),
                            Err((span, message)) => {
                                let place = self.place(row);
                                return Err(Diagnostic::at(span, Problem::ExpressionFailed { message, place }));
                            }
                        }
                    }
                }
                Step::Write => {
                    if let TableSource::Written(written) = &table.source {
                        self.ask(&written.asked)?;
                    }
                }
                Step::Read(at, formula) => self.read_off(*at, formula),
                Step::Drop(drop) if self.unknown.is_empty() => self.drop_rows(drop)?,
                // Which rows are dropped is not known before every one of them is.
                Step::Drop(_) => break,
            }
        }
        Ok(())
    }

    fn values(mut self) -> Result<TableValues, Diagnostic> {
        self.take_steps()?;
        self.finished()
    }

    /// Holds rows out, and leaves the rest to training.
    fn finished(mut self) -> Result<TableValues, Diagnostic> {
        let is_open = !self.making.wanted.is_empty();
        if self.left.is_empty() && !is_open && !self.table.asks_models() {
            let drops = self.dropped.into_iter().map(|dropped| (dropped.because, dropped.rows)).collect();
            let (table, rows) = (self.spec.table_name(self.instance), self.all.len() as u64);
            return Err(Diagnostic::at(self.table.span, Problem::NothingLeft { table, rows, drops }));
        }
        let held_out = self.held_out()?;
        let training = self.left.iter().copied().filter(|row| held_out.binary_search(row).is_err()).collect();
        let making = self.table.asks_models().then(|| std::mem::take(&mut self.making));
        let kept = std::mem::take(&mut self.left);
        Ok(TableValues { rows: self.all, training, held_out, kept, dropped: self.dropped, making })
    }

    /// Names the table's randomness: without its arguments, so that they share every draw.
    fn stream(&self) -> String {
        format!("table {}", self.table.name)
    }

    /// Names a row for people.
    fn place(&self, row: usize) -> String {
        match self.table.source {
            TableSource::File(_) => place(self.instance, row),
            _ => {
                let attempt = self.making.tried.get(row).map_or(0, |tried| tried.row);
                format!("attempt {} at {}", attempt + 1, self.spec.table_name(self.instance))
            }
        }
    }
}

/// Returns a row that has nothing but the table's parameters.
fn empty(spec: &Spec, instance: &TableInstance) -> Scope {
    let table = &spec[instance.table];
    let mut empty = Scope::with_size(table.size);
    for ((_, slot), argument) in table.parameters.iter().zip(&instance.arguments) {
        empty.set(*slot, argument.value(spec));
    }
    empty
}

/// Names a row by its place in the file.
fn place(instance: &TableInstance, row: usize) -> String {
    let line = instance.rows.get(row).map_or(0, |row| row.line);
    format!("{}:{line}", instance.file)
}
