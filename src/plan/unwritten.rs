use std::collections::{BTreeMap, BTreeSet};

use super::{Making, PartPlan, Plan, TableValues};
use crate::diagnostic::{Diagnostic, Problem};
use crate::rows::asked_rows;
use crate::spec::{Kept, Spec, TableInstance, TableSource};
use crate::text::Span;
use crate::writing::{Difference, Lock, Used, Wanted, rows_digest, rows_text};

/// What models have still to write, or what they wrote that no longer fits the spec.
#[derive(Clone, Debug)]
pub struct Unwritten {
    /// The declaration, such as `table choices`.
    pub what: String,
    pub problem: Problem,
    pub span: Span,
}

impl Unwritten {
    /// Says it to somebody who only checks the spec.
    pub fn in_a_line(&self) -> String {
        let prose = self.problem.prose().title;
        match &self.problem {
            Problem::FewRows { .. } => prose,
            _ => format!("{prose}: `introspec write` has to be run before it can be built"),
        }
    }

    /// Returns it as what stands in the way of a build.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::at(self.span, self.problem.clone())
    }
}

/// Says which tables are not written as the spec has them now.
pub(super) fn of_tables(spec: &Spec, tables: &[TableValues]) -> Vec<Unwritten> {
    let mut found = Vec::new();
    for (instance, values) in spec.instances.iter().zip(tables) {
        let (Some(kept), Some(making)) = (&instance.kept, &values.making) else { continue };
        let table = &spec[instance.table];
        let what = format!("table {}", spec.table_name(instance));
        let problem = if values.is_open() {
            let used = making.tried.iter().flat_map(|tried| tried.used.iter().map(move |used| (tried.row, used)));
            Some(again(&what, kept, used, &making.wanted))
        } else {
            kept.rows_file.as_ref().and_then(|file| {
                let rows = values.kept.iter().filter_map(|row| values.rows.get(*row));
                differing(kept, file, &rows_text(table, rows))
            })
        };
        let few = few_rows(spec, instance, values, making).filter(|_| !values.is_open());
        let add = |problem| Unwritten { what: what.clone(), problem, span: table.span };
        found.extend(problem.into_iter().chain(few).map(add));
    }
    found
}

/// Says for which datasets models have still to be asked about rows. A table that is not written is said already.
pub(super) fn of_datasets(spec: &Spec, plan: &Plan) -> Vec<Unwritten> {
    let mut found = Vec::new();
    for lock in &spec.dataset_locks {
        let mut used: Vec<(u64, Used)> = Vec::new();
        let mut wanted: Vec<Wanted> = Vec::new();
        for dataset in plan.datasets_of(spec, lock) {
            let is_open =
                |part: &PartPlan| part.table.and_then(|id| plan.tables.get(id.0)).is_some_and(TableValues::is_open);
            if dataset.parts.iter().any(is_open) {
                continue;
            }
            // What else is wrong with a row is said when it is built.
            for row in asked_rows(spec, plan, dataset).unwrap_or_default() {
                used.extend(row.asked.used.into_iter().map(|used| (row.row, used)));
                wanted.extend(row.asked.wanted);
            }
        }
        if wanted.is_empty() {
            continue;
        }
        let what = format!("dataset {}", spec.with_arguments(&spec[lock.dataset].name, &lock.arguments));
        let span = spec[lock.dataset].span;
        let problem = again(&what, &lock.kept, used.iter().map(|(row, used)| (*row, used)), &wanted);
        found.push(Unwritten { what, problem, span });
    }
    found
}

/// Says that fewer rows are kept than are wanted.
fn few_rows(spec: &Spec, instance: &TableInstance, values: &TableValues, making: &Making) -> Option<Problem> {
    let wanted = match &spec[instance.table].source {
        TableSource::File(_) => return None,
        TableSource::Written(written) => written.quota.rows,
        TableSource::Dialogue(played) => played.quota.rows,
    };
    let kept = values.kept.len() as u64;
    (kept < wanted).then(|| Problem::FewRows {
        table: spec.table_name(instance),
        kept,
        wanted,
        attempts: making.tried.len() as u64,
        drops: values.dropped.iter().map(|dropped| (dropped.because.clone(), dropped.rows)).collect(),
    })
}

/// Says that something has to be asked, for the first time or because it changed.
fn again<'u>(what: &str, kept: &Kept, used: impl Iterator<Item = (u64, &'u Used)>, wanted: &[Wanted]) -> Problem {
    let what = what.to_owned();
    match kept.lock.as_ref().and_then(|text| Lock::read(text).ok()) {
        None => Problem::NotWritten { what },
        Some(lock) => Problem::LockStale { what, file: kept.lock_file.clone(), changes: changes(&lock, used, wanted) },
    }
}

/// Says what about the requests changed, by what is asked for: `the prompt of label, in 12 rows`.
fn changes<'u>(lock: &Lock, used: impl Iterator<Item = (u64, &'u Used)>, wanted: &[Wanted]) -> Vec<String> {
    let wanted: BTreeSet<&str> = wanted.iter().map(|wanted| wanted.digest.as_str()).collect();
    let mut counted: BTreeMap<(Difference, String), u64> = BTreeMap::new();
    for (row, used) in used.filter(|(_, used)| wanted.contains(used.digest.as_str())) {
        *counted.entry((lock.difference(row, used), used.name.clone())).or_default() += 1;
    }
    let words = |((difference, name), rows): ((Difference, String), u64)| {
        let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
        match difference {
            Difference::New => format!("`{name}` is asked for in {rows} that it was not asked for in"),
            Difference::Prompt => format!("the prompt of `{name}` is another one in {rows}"),
            Difference::Sampling => format!("`{name}` is sampled otherwise in {rows}"),
        }
    };
    counted.into_iter().map(words).collect()
}

/// Compares the rows that are kept with those that the replies come to.
fn differing(kept: &Kept, file: &str, text: &str) -> Option<Problem> {
    let held = kept.rows.as_deref().unwrap_or_default();
    if held == text {
        return None;
    }
    let as_written = kept.lock.as_ref().and_then(|lock| Lock::read(lock).ok()).and_then(|lock| lock.rows_digest);
    let file = file.to_owned();
    if kept.rows.is_some() && as_written.is_some_and(|digest| digest != rows_digest(held)) {
        let line = held.lines().zip(text.lines()).position(|(held, made)| held != made);
        let line = line.unwrap_or_else(|| held.lines().count().min(text.lines().count())) + 1;
        return Some(Problem::EditedRows { file, line });
    }
    Some(Problem::RowsOutOfDate { file, rows: text.lines().count() as u64, held: held.lines().count() as u64 })
}
