use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Replies, lock_text, rows_text};
use crate::plan::{Making, Plan, TableValues};
use crate::rows::asked_rows;
use crate::spec::{DatasetLock, Spec, TableInstance, TableSource};

/// What is kept of one table, or of one dataset whose templates ask models.
#[derive(Clone, Debug)]
pub struct Made {
    /// What became of it, in lines for people.
    pub summary: Vec<String>,
    /// The files to keep, with their texts.
    pub files: Vec<(PathBuf, String)>,
    /// Whether there are fewer rows than are wanted.
    pub short: bool,
}

/// Returns what is kept of everything that models wrote. Without a plan, datasets have none.
pub fn made_files(
    spec: &Spec,
    tables: &[TableValues],
    plan: Option<&Plan>,
    replies: &Replies,
    models: &BTreeMap<String, String>,
) -> Vec<Made> {
    let mut all = Vec::new();
    for (instance, values) in spec.instances.iter().zip(tables) {
        if let Some(making) = &values.making {
            all.push(of_table(spec, instance, values, making, (replies, models)));
        }
    }
    for lock in &spec.dataset_locks {
        all.extend(plan.map(|plan| of_dataset(spec, plan, lock, (replies, models))));
    }
    all
}

fn of_table(
    spec: &Spec,
    instance: &TableInstance,
    values: &TableValues,
    making: &Making,
    (replies, models): (&Replies, &BTreeMap<String, String>),
) -> Made {
    let table = &spec[instance.table];
    let (kept, tried) = (values.kept.len() as u64, making.tried.len() as u64);
    let wanted = match &table.source {
        TableSource::File(_) => None,
        TableSource::Written(written) => Some(written.quota.rows),
        TableSource::Dialogue(played) => Some(played.quota.rows),
    };
    let name = spec.table_name(instance);
    let mut summary = vec![match wanted {
        Some(wanted) => format!("table {name}: kept {kept} of {wanted} rows, in {tried} attempts"),
        None => format!("table {name}: kept {kept} of the file's {tried} rows"),
    }];
    let dropped = values.dropped.iter().filter(|dropped| dropped.rows > 0);
    summary.extend(dropped.map(|dropped| format!("  {} dropped: {}", dropped.rows, dropped.because)));
    let short = wanted.is_some_and(|wanted| kept < wanted);
    if short {
        summary.push(
            "  the attempts are spent: allow more `attempts`, or mend what is asked or dropped, and run it again"
                .to_owned(),
        );
    }
    let mut files = Vec::new();
    if let Some(of) = &instance.kept {
        let rows = values.kept.iter().filter_map(|row| values.rows.get(*row));
        let rows = of.rows_file.as_ref().map(|file| (file, rows_text(table, rows)));
        let tried = making.tried.iter().map(|tried| (tried.row, tried.dropped.as_deref(), tried.used.as_slice()));
        let lock = lock_text(tried, replies, models, rows.as_ref().map(|(_, text)| text.as_str()));
        files.extend(rows.map(|(file, text)| (of.folder.join(file), text)));
        files.push((of.folder.join(&of.lock_file), lock));
    }
    Made { summary, files, short }
}

/// A dataset and its controls have one lock: most of what is asked for them is the same.
fn of_dataset(
    spec: &Spec,
    plan: &Plan,
    lock: &DatasetLock,
    (replies, models): (&Replies, &BTreeMap<String, String>),
) -> Made {
    let mut locked: Vec<(u64, Vec<super::Used>)> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for dataset in plan.datasets_of(spec, lock) {
        for row in asked_rows(spec, plan, dataset).unwrap_or_default() {
            let new: Vec<_> = row.asked.used.into_iter().filter(|used| seen.insert(used.digest.clone())).collect();
            if !new.is_empty() {
                locked.push((row.row, new));
            }
        }
    }
    let text = lock_text(locked.iter().map(|(row, used)| (*row, None, used.as_slice())), replies, models, None);
    let name = spec.with_arguments(&spec[lock.dataset].name, &lock.arguments);
    let summary = vec![format!("dataset {name}: {} answers for its rows", seen.len())];
    Made { summary, files: vec![(lock.kept.folder.join(&lock.kept.lock_file), text)], short: false }
}

/// Writes the rows of a preview for people, with what was dropped.
pub fn preview(spec: &Spec, tables: &[TableValues]) -> Vec<String> {
    let mut lines = Vec::new();
    for (instance, values) in spec.instances.iter().zip(tables) {
        let Some(making) = &values.making else { continue };
        let table = &spec[instance.table];
        lines.push(format!(
            "table {}: {} rows of {} attempts",
            spec.table_name(instance),
            values.kept.len(),
            making.tried.len()
        ));
        for row in values.kept.iter().filter_map(|row| values.rows.get(*row)) {
            lines.push(String::new());
            for (name, slot) in table.names() {
                lines.push(format!("  {name}: {}", shown(&row.get(slot))));
            }
        }
        let dropped = values.dropped.iter().filter(|dropped| dropped.rows > 0);
        lines.extend(dropped.map(|dropped| format!("  {} dropped: {}", dropped.rows, dropped.because)));
        lines.push(String::new());
    }
    lines
}

/// A text over several lines stands indented below its name.
fn shown(value: &minijinja::Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.contains('\n') { format!("\n    {}", text.trim_end().replace('\n', "\n    ")) } else { text }
}
