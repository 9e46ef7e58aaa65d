mod edits;
mod manifest;
mod requests;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use super::Snapshot;
use super::change::{Changes, DatasetChange, FileChange, Named, SuiteChange};

/// Says what is different between two builds, dataset by dataset and suite by suite, in the order of the new build; what
/// is gone comes last.
pub fn compare(old: &Snapshot, new: &Snapshot) -> Changes {
    let datasets = datasets(old, new);
    let suites = suites(old, new);
    let files = files(&old.others, &new.others);
    let mut touched: BTreeSet<&str> = datasets.iter().map(|named| named.name.as_str()).collect();
    touched.extend(suites.iter().map(|named| named.name.as_str()));
    touched.extend(datasets.iter().filter_map(|named| match &named.change {
        DatasetChange::Renamed { before, .. } => Some(before.as_str()),
        _ => None,
    }));
    let manifest = manifest::changes(&old.manifest, &new.manifest, &touched);
    Changes { datasets, suites, files, manifest }
}

fn datasets(old: &Snapshot, new: &Snapshot) -> Vec<Named<DatasetChange>> {
    let find = |build: &Snapshot, name: &str| build.datasets.iter().any(|dataset| dataset.head.name == name);
    // A name with a point is a control's where what stands before the point is a dataset.
    let control_of = |build: &Snapshot, name: &str| {
        let (dataset, _) = name.rsplit_once('.')?;
        find(build, dataset).then(|| dataset.to_owned())
    };
    let mut changes = Vec::new();
    let mut renamed: BTreeSet<&str> = BTreeSet::new();
    for after in &new.datasets {
        let name = &after.head.name;
        let change = if let Some(before) = old.datasets.iter().find(|before| &before.head.name == name) {
            DatasetChange::Changed { changes: rows::changes(before, after) }
        } else {
            let same = old.datasets.iter().find(|before| {
                let other = &before.head;
                (&other.blake3, &other.meta_blake3) == (&after.head.blake3, &after.head.meta_blake3)
                    && !find(new, &other.name)
                    && !renamed.contains(other.name.as_str())
            });
            match same {
                Some(before) => {
                    renamed.insert(&before.head.name);
                    DatasetChange::Renamed { before: before.head.name.clone(), rows: after.head.rows }
                }
                None => DatasetChange::New { rows: after.head.rows, control_of: control_of(new, name) },
            }
        };
        if !matches!(&change, DatasetChange::Changed { changes } if changes.is_empty()) {
            changes.push(Named { name: name.clone(), change });
        }
    }
    for before in &old.datasets {
        let name = &before.head.name;
        if !find(new, name) && !renamed.contains(name.as_str()) {
            let change = DatasetChange::Gone { rows: before.head.rows, control_of: control_of(old, name) };
            changes.push(Named { name: name.clone(), change });
        }
    }
    changes
}

fn suites(old: &Snapshot, new: &Snapshot) -> Vec<Named<SuiteChange>> {
    let find = |build: &Snapshot, name: &str| build.suites.iter().any(|suite| suite.head.name == name);
    let mut changes = Vec::new();
    let mut renamed: BTreeSet<&str> = BTreeSet::new();
    for after in &new.suites {
        let name = &after.head.name;
        let change = if let Some(before) = old.suites.iter().find(|before| &before.head.name == name) {
            SuiteChange::Changed { changes: requests::changes(before, after) }
        } else {
            let same = old.suites.iter().find(|before| {
                let other = &before.head;
                other.blake3 == after.head.blake3 && !find(new, &other.name) && !renamed.contains(other.name.as_str())
            });
            match same {
                Some(before) => {
                    renamed.insert(&before.head.name);
                    SuiteChange::Renamed { before: before.head.name.clone(), requests: after.head.requests }
                }
                None => SuiteChange::New { requests: after.head.requests },
            }
        };
        if !matches!(&change, SuiteChange::Changed { changes } if changes.is_empty()) {
            changes.push(Named { name: name.clone(), change });
        }
    }
    for before in &old.suites {
        let name = &before.head.name;
        if !find(new, name) && !renamed.contains(name.as_str()) {
            changes.push(Named { name: name.clone(), change: SuiteChange::Gone { requests: before.head.requests } });
        }
    }
    changes
}

fn files(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<FileChange> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let change = |file: &String| match (old.get(file), new.get(file)) {
        (None, _) => Some(FileChange::New { file: file.clone() }),
        (_, None) => Some(FileChange::Gone { file: file.clone() }),
        (before, after) => (before != after).then(|| FileChange::Changed { file: file.clone() }),
    };
    names.into_iter().filter_map(change).collect()
}
