use std::path::PathBuf;

use minijinja::Value;

use super::{
    Argument, DatasetId, DialogueId, Draw, Foreseen, Formula, Share, Slot, TableId, TableInstanceId, Variable, Writing,
};
use crate::text::Span;
use crate::tree::ColumnType;

/// Typed rows, or those of each combination of parameters.
#[derive(Debug)]
pub struct Table {
    pub name: String,
    pub span: Span,
    pub parameters: Vec<(String, Slot)>,
    pub source: TableSource,
    pub columns: Vec<Column>,
    /// Computed columns, in order.
    pub variables: Vec<Variable>,
    /// What is done to the rows, in order.
    pub steps: Vec<Step>,
    pub hold_out: Option<HoldOut>,
    /// How many slots the parameters, columns and variables take together.
    pub size: usize,
}

/// Where a table's rows come from.
#[derive(Debug)]
pub enum TableSource {
    /// A data file, whose name may show the parameters.
    File(Writing),
    Written(Box<Written>),
    Dialogue(Box<Played>),
}

/// Rows that a model writes, one a reply, until enough are kept.
#[derive(Debug)]
pub struct Written {
    pub quota: Quota,
    pub asked: Foreseen,
}

/// Rows that are dialogues.
#[derive(Debug)]
pub struct Played {
    pub quota: Quota,
    pub dialogue: DialogueId,
    pub arguments: Vec<Argument>,
    /// For each of the dialogue's names, its slot there and here.
    pub slots: Vec<(Slot, Slot)>,
    pub messages: Slot,
    pub outcome: Slot,
    /// Each speaker's messages, in the dialogue's order.
    pub speakers: Vec<Slot>,
    /// All of them have to be true.
    pub keep: Vec<Formula>,
    /// The conversation ends before the first message at which it is true.
    pub cut: Option<Formula>,
}

/// How many rows are wanted, and how often they are tried for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub rows: u64,
    pub attempts: u64,
}

impl Quota {
    /// For a preview of so many rows: tried for as often, for each row.
    #[must_use]
    pub fn limited(self, rows: Option<u64>) -> Quota {
        let Some(rows) = rows.filter(|rows| *rows < self.rows) else { return self };
        Quota { rows, attempts: self.attempts.saturating_mul(rows).div_ceil(self.rows.max(1)) }
    }
}

#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub slot: Slot,
    pub span: Span,
    pub column_type: ColumnType,
}

/// Something that is done to all rows that are left, before the next.
#[derive(Debug)]
pub enum Step {
    /// Computes a variable, by its place among the table's.
    Compute(usize),
    /// Reads a column, by its place among the table's, off what a model wrote.
    Read(usize, Formula),
    /// Asks the model that writes the table.
    Write,
    Drop(Drop),
}

/// Rows that a table leaves out.
#[derive(Debug)]
pub struct Drop {
    pub rule: DropRule,
    /// The reason that rows are counted by.
    pub because: String,
    pub span: Span,
}

#[derive(Debug)]
pub enum DropRule {
    /// Rows for which it is true.
    Where(Formula),
    /// Rows with the same values here as an earlier row.
    Duplicates(Vec<Slot>),
    /// Rows whose text is more similar to an earlier row's: Jaccard's index of word triples.
    Near { column: Slot, over: f64 },
}

/// How many rows are kept from training.
#[derive(Clone, Copy, Debug)]
pub struct HoldOut {
    pub share: Share,
    pub span: Span,
}

/// The rows of one file: all of an ordinary table, or a parameterised one's for one combination of arguments.
#[derive(Debug)]
pub struct TableInstance {
    pub table: TableId,
    pub arguments: Vec<Argument>,
    /// The data file's name; of rows that models made, that of the file they are kept in.
    pub file: String,
    pub rows: Vec<TableRow>,
    /// What models said when the rows were made, where models have a part in them.
    pub kept: Option<Kept>,
}

/// What a folder holds of rows that models made.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The folder of the file that declares them: what is kept lies below it.
    pub folder: PathBuf,
    /// The file of the rows; none where the rows are a data file's, and models only add to them.
    pub rows_file: Option<String>,
    /// The rows, as they lie in their file.
    pub rows: Option<String>,
    pub lock_file: String,
    /// What was asked and answered.
    pub lock: Option<String>,
}

/// What models said for the rows of a dataset, whose templates ask them.
#[derive(Clone, Debug)]
pub struct DatasetLock {
    pub dataset: DatasetId,
    pub arguments: Vec<Argument>,
    pub kept: Kept,
}

/// One row: the values of the columns, in their order.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// The line in the file, or the row in a file without lines, from 1.
    pub line: usize,
    pub values: Vec<Value>,
}

/// Where rows come from: `row from TABLE(arguments)`.
#[derive(Clone, Debug)]
pub struct RowsOf {
    pub table: TableId,
    /// A parameter of what takes the rows may stand for a value.
    pub arguments: Vec<Argument>,
    /// For each of the table's names, its slot there and here.
    pub slots: Vec<(Slot, Slot)>,
    pub side: Side,
    pub span: Span,
}

/// The two sides of a table that holds rows out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Training,
    HeldOut,
}

impl Table {
    /// Returns the names and slots of everything that a row has.
    pub fn names(&self) -> impl Iterator<Item = (&str, Slot)> {
        let columns = self.columns.iter().map(|column| (column.name.as_str(), column.slot));
        columns.chain(self.variables.iter().map(|variable| (variable.name.as_str(), variable.slot)))
    }

    /// Tells whether models have a part in the rows.
    pub fn asks_models(&self) -> bool {
        let is_asked = |variable: &Variable| matches!(variable.draw, Draw::Answers(_));
        !matches!(self.source, TableSource::File(_)) || self.variables.iter().any(is_asked)
    }
}

impl super::Spec {
    /// Returns the rows of a table for these arguments, where something takes rows from them.
    pub fn instance(&self, table: TableId, arguments: &[Argument]) -> Option<TableInstanceId> {
        let found = self.instances.iter().position(|one| one.table == table && one.arguments == arguments);
        found.map(TableInstanceId)
    }

    /// Returns a table's name with its arguments: `games(says_bark)`.
    pub fn table_name(&self, instance: &TableInstance) -> String {
        self.with_arguments(&self[instance.table].name, &instance.arguments)
    }

    /// Writes a declaration's name with its arguments, as files are named.
    pub(crate) fn with_arguments(&self, name: &str, arguments: &[Argument]) -> String {
        if arguments.is_empty() {
            return name.to_owned();
        }
        let arguments: Vec<String> = arguments.iter().map(|argument| argument.name(self)).collect();
        format!("{name}({})", arguments.join(","))
    }
}
