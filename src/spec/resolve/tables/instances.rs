use super::super::super::{
    Argument, DatasetId, DatasetLock, Scope, TableId, TableInstance, TableSource, Template, given,
};
use super::super::Resolver;
use super::reading::read;
use crate::diagnostic::{Diagnostic, Problem};
use crate::text::Span;

impl Resolver<'_> {
    /// Reads the rows of every table; of a parameterised one, for each combination of arguments that datasets to be
    /// built and questions give it.
    pub(in super::super) fn read_tables(&mut self) {
        let needed = self.spec.needed_datasets();
        for table in (0..self.spec.tables.len()).map(TableId) {
            for (arguments, needed_at) in self.uses_of(table, &needed) {
                if let Some(instance) = self.instance(table, arguments, needed_at) {
                    self.spec.instances.push(instance);
                }
            }
        }
        self.read_dataset_locks(&needed);
    }

    /// Reads what models said for the rows of datasets whose templates ask them.
    fn read_dataset_locks(&mut self, needed: &[(DatasetId, Vec<Argument>)]) {
        for (dataset, arguments) in needed {
            let Some(declared) = self.spec.datasets.get(dataset.0) else { continue };
            let templates = declared.parts.iter().filter_map(|part| self.spec.templates.get(part.template.0));
            if !templates.into_iter().any(Template::asks_models) {
                continue;
            }
            let name = format!("datasets/{}", self.spec.with_arguments(&declared.name, arguments));
            let span = declared.span;
            if let Some(kept) = self.kept_writing(&name, false, span) {
                let (dataset, arguments) = (*dataset, arguments.clone());
                self.spec.dataset_locks.push(DatasetLock { dataset, arguments, kept });
            }
        }
    }

    /// Returns the arguments that a table is given, and where: the part of a dataset, or the question.
    fn uses_of(&self, table: TableId, needed: &[(DatasetId, Vec<Argument>)]) -> Vec<(Vec<Argument>, Option<Span>)> {
        if self.spec.tables.get(table.0).is_some_and(|table| table.parameters.is_empty()) {
            return vec![(Vec::new(), None)];
        }
        let mut uses: Vec<(Vec<Argument>, Option<Span>)> = Vec::new();
        let mut add = |arguments: Vec<Argument>, place: Span| {
            if !uses.iter().any(|(known, _)| *known == arguments) {
                uses.push((arguments, Some(place)));
            }
        };
        for (dataset, values) in needed {
            let Some(dataset) = self.spec.datasets.get(dataset.0) else { continue };
            for part in &dataset.parts {
                let Some(template) = self.spec.templates.get(part.template.0) else { continue };
                if let Some(rows) = template.table.as_ref().filter(|rows| rows.table == table) {
                    let of_template = given(&part.arguments, &dataset.parameters, values);
                    add(given(&rows.arguments, &template.parameters, &of_template), part.span);
                }
            }
        }
        for rows in self.spec.questions.iter().filter_map(|question| question.table.as_ref()) {
            if rows.table == table {
                add(rows.arguments.clone(), rows.span);
            }
        }
        uses
    }

    fn instance(&mut self, table: TableId, arguments: Vec<Argument>, needed_at: Option<Span>) -> Option<TableInstance> {
        if self.broken_tables.contains(&table) {
            return None;
        }
        let before = self.diagnostics.len();
        let declared = self.spec.tables.get(table.0)?;
        let mut scope = Scope::with_size(declared.size);
        for ((_, slot), argument) in declared.parameters.iter().zip(&arguments) {
            scope.set(*slot, argument.value(&self.spec));
        }
        let columns = declared.columns.clone();
        let asks_models = declared.asks_models();
        let (span, kept_as) = (declared.span, self.spec.with_arguments(&declared.name, &arguments));
        let TableSource::File(written) = &declared.source else {
            let kept = self.kept_writing(&kept_as, true, span)?;
            let file = kept.rows_file.clone().unwrap_or_default();
            return Some(TableInstance { table, arguments, file, rows: Vec::new(), kept: Some(kept) });
        };
        let place = written.span;
        let rows = match written.text(&scope) {
            Ok(file) => self.rows_of(&file, place, &columns).map(|rows| (file, rows)),
            Err((span, message)) => {
                self.report(Diagnostic::at(span, Problem::ExpressionFailed { message, place: kept_as.clone() }));
                None
            }
        };
        // A file that several arguments could name is told with the one that named it.
        if let Some(needed_at) = needed_at.filter(|needed_at| needed_at.source == place.source) {
            for diagnostic in self.diagnostics.iter_mut().skip(before).filter(|found| found.data.is_none()) {
                diagnostic.related.push((needed_at, "needed here".into()));
            }
        }
        let (file, rows) = rows?;
        let kept = if asks_models { Some(self.kept_writing(&kept_as, false, span)?) } else { None };
        Some(TableInstance { table, arguments, file, rows, kept })
    }

    fn rows_of(
        &mut self,
        file: &str,
        place: Span,
        columns: &[super::super::super::Column],
    ) -> Option<Vec<super::super::super::TableRow>> {
        let (bytes, shown) = self.read_bytes(file, place)?;
        let (rows, broken) = read(file, bytes, &shown, place, columns);
        let whole = broken.is_empty();
        if rows.is_empty() && whole {
            self.report(Diagnostic::at(place, Problem::EmptyTable { file: file.to_owned() }));
        }
        self.diagnostics.extend(broken);
        whole.then_some(rows)
    }
}
