use super::super::{
    Answerer, Answers, Argument, Column, Draw, Drop, DropRule, HoldOut, Quota, RowsOf, Side, Slot, Step, Table,
    TableId, TableSource, Variable, Writing,
};
use super::Resolver;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Kind, Problem, nearest};
use crate::text::Literal;
use crate::tree::{self, Count, Name, Share, Spanned, TableStatement};

mod csv;
mod fields;
mod guarded;
mod instances;
mod json;
mod lines;
mod parquet;
mod played;
mod reading;
mod written;

/// The most rows that models write, or are tried for.
const MOST_ROWS: u64 = 1_000_000;

/// What of a table is known before the statements that all kinds of table share.
struct Begun {
    source: TableSource,
    columns: Vec<Column>,
    variables: Vec<Variable>,
    steps: Vec<Step>,
}

impl Resolver<'_> {
    /// Resolves what a table says. Its rows are read once it is known which of its files are needed.
    pub(super) fn table(&mut self, declared: &tree::Table) {
        if !self.is_first(Kind::Table, &declared.name) {
            return;
        }
        let mut frame = Frame::default();
        let parameters = self.parameters(&declared.parameters, &mut frame);
        self.only_where_they_belong(declared);
        frame.announce(declared.statements.iter().filter_map(|statement| match &statement.value {
            TableStatement::Let(variable) => Some(&variable.name),
            _ => None,
        }));
        let begun = match &declared.source {
            tree::TableSource::File(file) => Some(self.of_file(declared, file, &mut frame)),
            tree::TableSource::WrittenBy(by) => self.written(declared, by, &mut frame),
            tree::TableSource::Dialogue(dialogue) => self.played(declared, dialogue, &mut frame),
        };
        let Begun { source, columns, variables, mut steps } = begun.unwrap_or_else(|| {
            self.broken_tables.push(TableId(self.spec.tables.len()));
            let file = Writing { pieces: Vec::new(), span: declared.name.span };
            let (columns, variables, steps) = (Vec::new(), Vec::new(), Vec::new());
            frame.is_open = true;
            Begun { source: TableSource::File(file), columns, variables, steps }
        });
        let mut table = Table {
            name: declared.name.value.clone(),
            span: declared.name.span,
            parameters,
            source,
            columns,
            variables,
            steps: Vec::new(),
            hold_out: None,
            size: 0,
        };
        self.table_statements(declared, &mut table, &mut steps, &mut frame);
        table.steps = steps;
        table.size = frame.size();
        self.spec.tables.push(table);
    }

    /// Resolves what a table says of rows that are there: variables, drops, and what is held out. A variable that the
    /// writer's question reads is resolved already.
    fn table_statements(
        &mut self,
        declared: &tree::Table,
        table: &mut Table,
        steps: &mut Vec<Step>,
        frame: &mut Frame,
    ) {
        for statement in &declared.statements {
            match &statement.value {
                TableStatement::Let(variable) => {
                    if table.variables.iter().any(|known| known.span == variable.name.span) {
                        continue;
                    }
                    let of_written = matches!(table.source, TableSource::Written(_));
                    let axes = if of_written { Ok(()) } else { Err("a table") };
                    if let Some(variable) = self.row_variable(variable, frame, axes) {
                        steps.push(Step::Compute(table.variables.len()));
                        table.variables.push(variable);
                    }
                }
                TableStatement::Drop(drop) => {
                    let place = Spanned { value: drop, span: statement.span };
                    steps.extend(self.drop_statement(&place, frame).map(Step::Drop));
                }
                TableStatement::HoldOut(share) => {
                    let kept = HoldOut { share: share_of(share.value), span: share.span };
                    self.once(&mut table.hold_out, kept, "hold out", statement.span);
                }
                _ => {}
            }
        }
    }

    /// Resolves a variable of a row, which a model's answer may be.
    pub(super) fn row_variable(
        &mut self,
        variable: &tree::Let,
        frame: &mut Frame,
        axes: Result<(), &'static str>,
    ) -> Option<Variable> {
        let tree::ValueSource::Answers(answers) = &variable.source else {
            return self.variable(variable, frame, axes);
        };
        let options = frame.reserve();
        let shown = frame.clone();
        let slot = self.add(frame, &variable.name, Sort::Plain, false);
        let asked = self.asked(&variable.name, answers, &shown, (slot, options));
        frame.learn(&shown);
        let asked = asked?;
        if asked.by == Answerer::Itself {
            self.report(Diagnostic::at(answers.by.span, Problem::NoSelfHere));
            return None;
        }
        let (name, span) = (variable.name.value.clone(), variable.name.span);
        Some(Variable { name, slot, span, draw: Draw::Answers(Box::new(Answers { asked, speaker: None })) })
    }

    fn of_file(&mut self, declared: &tree::Table, file: &Literal, frame: &mut Frame) -> Begun {
        let file = self.writing(file, frame);
        let columns = self.columns(declared, frame);
        if columns.is_empty() {
            let within = format!("the table `{}`", declared.name.value);
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement: "NAME: TYPE" }));
        }
        Begun { source: TableSource::File(file), columns, variables: Vec::new(), steps: Vec::new() }
    }

    /// Adds the columns that a table names to the frame.
    fn columns(&mut self, declared: &tree::Table, frame: &mut Frame) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        for statement in &declared.statements {
            if let TableStatement::Column(column) = &statement.value {
                let slot = self.add(frame, &column.name, Sort::Plain, false);
                let (name, span) = (column.name.value.clone(), column.name.span);
                columns.push(Column { name, slot, span, column_type: column.column_type.clone() });
            }
        }
        columns
    }

    /// Says which statements stand in a table of another kind.
    fn only_where_they_belong(&mut self, declared: &tree::Table) {
        let source = match &declared.source {
            tree::TableSource::File(_) => "from a file",
            tree::TableSource::WrittenBy(_) => "written by a model",
            tree::TableSource::Dialogue(_) => "from a dialogue",
        };
        for statement in &declared.statements {
            let (word, kinds): (&'static str, &[&str]) = match &statement.value {
                TableStatement::Rows(_) => ("rows", &["written by a model", "from a dialogue"]),
                TableStatement::Attempts(_) => ("attempts", &["written by a model", "from a dialogue"]),
                TableStatement::System(_) => ("system", &["written by a model"]),
                TableStatement::Ask(_) => ("ask", &["written by a model"]),
                TableStatement::MaxTokens(_) => ("max tokens", &["written by a model"]),
                TableStatement::Temperature(_) => ("temperature", &["written by a model"]),
                TableStatement::Keep(_) => ("keep", &["from a dialogue"]),
                TableStatement::Cut(_) => ("cut", &["from a dialogue"]),
                TableStatement::Column(column) if column.read.is_some() => ("=", &["written by a model"]),
                TableStatement::Column(_) => ("NAME: TYPE", &["from a file", "written by a model"]),
                TableStatement::Let(_) | TableStatement::Drop(_) | TableStatement::HoldOut(_) => continue,
            };
            if !kinds.contains(&source) {
                let problem = Problem::OtherTable { statement: word, source, belongs: kinds.join(" or ") };
                self.report(Diagnostic::at(statement.span, problem));
            }
        }
    }

    /// Resolves how many rows are wanted, and how often they are tried for: four times as often, unless it is said.
    fn quota(&mut self, declared: &tree::Table) -> Option<Quota> {
        let (mut rows, mut attempts) = (None, None);
        for statement in &declared.statements {
            match &statement.value {
                TableStatement::Rows(wanted) => match &wanted.count {
                    Count::Number(count) if (1..=MOST_ROWS).contains(&count.value) && !wanted.repeat => {
                        self.once(&mut rows, count.value, "rows", statement.span);
                    }
                    other => {
                        let value = self.sources.slice(other.span()).to_owned();
                        self.report(Diagnostic::at(other.span(), Problem::BadCount { value }));
                        return None;
                    }
                },
                TableStatement::Attempts(count) => self.once(&mut attempts, count.clone(), "attempts", statement.span),
                _ => {}
            }
        }
        let Some(rows) = rows else {
            let within = format!("the table `{}`", declared.name.value);
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement: "rows" }));
            return None;
        };
        if let Some(few) = attempts.as_ref().filter(|attempts| attempts.value < rows || attempts.value > MOST_ROWS) {
            let allowed = "at least as many as rows are wanted, and a million at most";
            let (what, value) = ("number of attempts", few.value.to_string());
            self.report(Diagnostic::at(few.span, Problem::BadNumber { what, value, allowed }));
        }
        let attempts = attempts.map_or(rows.saturating_mul(4).min(MOST_ROWS), |attempts| attempts.value);
        Some(Quota { rows, attempts })
    }

    fn drop_statement(&mut self, declared: &Spanned<&tree::Drop>, frame: &Frame) -> Option<Drop> {
        let said = |name: &Name| name.value.clone();
        let (rule, because) = match &declared.value.rule {
            tree::DropRule::Where(expression) => (DropRule::Where(self.formula(expression, frame)?), String::new()),
            tree::DropRule::Duplicates(names) => {
                let slots = names.iter().map(|name| self.value_named(name, frame)).collect::<Option<Vec<_>>>()?;
                let names: Vec<String> = names.iter().map(said).collect();
                (DropRule::Duplicates(slots), format!("duplicates of {}", names.join(", ")))
            }
            tree::DropRule::Near { column, over } => {
                let slot = self.value_named(column, frame)?;
                let similarity = over.value.to_f64();
                if !(0.0..1.0).contains(&similarity) {
                    let (what, allowed) = ("similarity", "a number from 0 to below 1");
                    let problem = Problem::BadNumber { what, value: over.value.to_string(), allowed };
                    self.report(Diagnostic::at(over.span, problem));
                    return None;
                }
                let because = format!("near {} over {}", said(column), over.value);
                (DropRule::Near { column: slot, over: similarity }, because)
            }
        };
        let because = declared.value.because.as_ref().map_or(because, |because| because.text.clone());
        Some(Drop { rule, because, span: declared.span })
    }

    /// Finds a column or a variable by a bare name.
    fn value_named(&mut self, name: &Name, frame: &Frame) -> Option<Slot> {
        if let Some((slot, _)) = frame.find(&name.value) {
            return Some(slot);
        }
        if frame.is_open {
            return None;
        }
        let known = frame.names();
        let later = frame.later(&name.value);
        let nearest = nearest(&name.value, known.iter().map(String::as_str)).filter(|_| later.is_none());
        let nearest = nearest.map(str::to_owned);
        let (name, place) = (name.value.clone(), name.span);
        let problem = Problem::UnknownVariable { name, nearest: nearest.clone(), known, later: later.is_some() };
        let diagnostic = Diagnostic::at(place, problem).fix(place, nearest.as_deref());
        self.report(match later {
            Some(later) => diagnostic.related(later, "declared here"),
            None => diagnostic,
        });
        None
    }

    /// Resolves `row from TABLE`: adds the table's names to the frame, and returns where each value goes.
    pub(super) fn row_from(&mut self, row: &tree::RowFrom, frame: &mut Frame) -> Option<RowsOf> {
        let name = &row.table.name;
        let Some(table) = self.find(Kind::Table, name).map(TableId) else {
            frame.is_open = true;
            return None;
        };
        let expected = self.spec.tables.get(table.0)?.parameters.len();
        frame.is_open |= self.broken_tables.contains(&table);
        let arguments: Option<Vec<Argument>> = self.arguments(&row.table, expected, frame);
        frame.is_open |= arguments.is_none();
        let declared = self.spec.tables.get(table.0)?;
        let (holds_out, declared_at) = (declared.hold_out.is_some(), declared.span);
        let names: Vec<(String, Slot)> = declared.names().map(|(name, slot)| (name.to_owned(), slot)).collect();
        if let Some(place) = row.held_out.filter(|_| !holds_out) {
            let problem = Problem::NoneHeldOut { table: name.value.clone() };
            let diagnostic = Diagnostic::at(place, problem);
            let is_near = declared_at.source == place.source;
            self.report(if is_near { diagnostic.related(declared_at, "declared here") } else { diagnostic });
        }
        let slots = names
            .into_iter()
            .map(|(column, from)| {
                let column = Name { value: column, span: name.span };
                (from, self.add(frame, &column, Sort::Plain, false))
            })
            .collect();
        let side = if row.held_out.is_some() { Side::HeldOut } else { Side::Training };
        Some(RowsOf { table, arguments: arguments?, slots, side, span: row.table.span })
    }
}

fn share_of(share: Share) -> super::super::Share {
    match share {
        Share::Percent(percent) => super::super::Share::Percent(percent),
        Share::Rows(rows) => super::super::Share::Rows(rows),
    }
}
