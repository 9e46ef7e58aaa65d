use super::super::{Argument, Column, Drop, DropRule, HoldOut, RowsOf, Side, Slot, Step, Table, TableId};
use super::Resolver;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Kind, Problem, nearest};
use crate::tree::{self, Name, Share, Spanned, TableStatement};

mod csv;
mod fields;
mod guarded;
mod instances;
mod json;
mod lines;
mod parquet;
mod reading;

impl Resolver<'_> {
    /// Resolves what a table says. Its rows are read once it is known which of its files are needed.
    pub(super) fn table(&mut self, declared: &tree::Table) {
        if !self.is_first(Kind::Table, &declared.name) {
            return;
        }
        let mut frame = Frame::default();
        let parameters = self.parameters(&declared.parameters, &mut frame);
        let file = self.writing(&declared.file, &frame);
        let mut columns: Vec<Column> = Vec::new();
        for statement in &declared.statements {
            if let TableStatement::Column(column) = &statement.value {
                let slot = self.add(&mut frame, &column.name, Sort::Plain, false);
                let (name, span) = (column.name.value.clone(), column.name.span);
                columns.push(Column { name, slot, span, column_type: column.column_type.clone() });
            }
        }
        if columns.is_empty() {
            let within = format!("the table `{}`", declared.name.value);
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement: "NAME: TYPE" }));
        }
        frame.announce(declared.statements.iter().filter_map(|statement| match &statement.value {
            TableStatement::Let(variable) => Some(&variable.name),
            _ => None,
        }));
        let (mut variables, mut steps, mut hold_out) = (Vec::new(), Vec::new(), None);
        for statement in &declared.statements {
            match &statement.value {
                TableStatement::Column(_) => {}
                TableStatement::Let(variable) => {
                    if let Some(variable) = self.variable(variable, &mut frame, Err("a table")) {
                        steps.push(Step::Compute(variables.len()));
                        variables.push(variable);
                    }
                }
                TableStatement::Drop(drop) => {
                    let place = Spanned { value: drop, span: statement.span };
                    steps.extend(self.drop_statement(&place, &frame).map(Step::Drop));
                }
                TableStatement::HoldOut(share) => {
                    let kept = HoldOut { share: share_of(share.value), span: share.span };
                    self.once(&mut hold_out, kept, "hold out", statement.span);
                }
            }
        }
        self.spec.tables.push(Table {
            name: declared.name.value.clone(),
            span: declared.name.span,
            parameters,
            file,
            columns,
            variables,
            steps,
            hold_out,
            size: frame.size(),
        });
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
