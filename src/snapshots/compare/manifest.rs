use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::snapshots::change::ManifestChange;

/// What follows from a file's bytes, and is told by what changed in the file.
const OF_FILES: [&str; 7] = ["name", "file", "lines", "bytes", "blake3", "meta_blake3", "counts"];

/// Compares manifests. What is said there about a dataset or suite that changed, came or went (`touched`) is left to
/// what is said of that.
pub(super) fn changes(old: &Value, new: &Value, touched: &BTreeSet<&str>) -> Vec<ManifestChange> {
    let mut changes = Vec::new();
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => "none".to_owned(),
    };
    let field = |name: &str| {
        let (before, after) = (old.get(name), new.get(name));
        (before != after).then(|| (text(before), text(after)))
    };
    changes.extend(field("introspec").map(|(before, after)| ManifestChange::Version { before, after }));
    changes.extend(field("spec").map(|(before, after)| ManifestChange::Spec { before, after }));
    changes.extend(field("seed").map(|(before, after)| ManifestChange::Seed { before, after }));
    sources(&entries(old, "sources", &["file"]), &entries(new, "sources", &["file"]), &mut changes);
    checks(&entries(old, "checks", &["check", "of"]), &entries(new, "checks", &["check", "of"]), touched, &mut changes);
    for part in ["datasets", "suites"] {
        let (before, after) = (entries(old, part, &["name"]), entries(new, part, &["name"]));
        for (name, was) in &before {
            let name = name.concat();
            let Some(is) = after.get(&vec![name.clone()]).filter(|_| !touched.contains(name.as_str())) else {
                continue;
            };
            for key in differing(was, is).into_iter().filter(|key| !OF_FILES.contains(&key.as_str())) {
                changes.push(ManifestChange::Field { field: format!("{key} of {name}") });
            }
        }
    }
    let known = ["introspec", "spec", "seed", "sources", "checks", "datasets", "suites"];
    for key in differing(old, new).into_iter().filter(|key| !known.contains(&key.as_str())) {
        changes.push(ManifestChange::Field { field: key });
    }
    changes
}

/// Returns a list's entries by the named fields.
fn entries<'v>(manifest: &'v Value, list: &str, keys: &[&str]) -> BTreeMap<Vec<String>, &'v Value> {
    let key = |entry: &Value| {
        keys.iter().map(|key| entry.get(*key).and_then(Value::as_str).unwrap_or_default().to_owned()).collect()
    };
    let list = manifest.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|entry| (key(entry), entry)).collect()
}

/// Returns the keys of two objects whose values differ.
fn differing(old: &Value, new: &Value) -> Vec<String> {
    let keys = |value: &Value| value.as_object().into_iter().flat_map(|map| map.keys().cloned()).collect::<Vec<_>>();
    let all: BTreeSet<String> = keys(old).into_iter().chain(keys(new)).collect();
    all.into_iter().filter(|key| old.get(key) != new.get(key)).collect()
}

type Entries<'v> = BTreeMap<Vec<String>, &'v Value>;

fn sources(old: &Entries<'_>, new: &Entries<'_>, changes: &mut Vec<ManifestChange>) {
    for (file, after) in new {
        match old.get(file) {
            None => changes.push(ManifestChange::NewSource { file: file.concat() }),
            Some(before) if before != after => changes.push(ManifestChange::Source { file: file.concat() }),
            Some(_) => {}
        }
    }
    let gone = old.keys().filter(|file| !new.contains_key(*file));
    changes.extend(gone.map(|file| ManifestChange::GoneSource { file: file.concat() }));
}

fn checks(old: &Entries<'_>, new: &Entries<'_>, touched: &BTreeSet<&str>, changes: &mut Vec<ManifestChange>) {
    let all: BTreeSet<&Vec<String>> = old.keys().chain(new.keys()).collect();
    for key in all {
        let [check, of] = key.as_slice() else { continue };
        let (check, of) = (check.clone(), of.clone());
        let is_touched = touched.contains(of.as_str());
        match (old.get(key), new.get(key)) {
            (None, Some(_)) if !is_touched => changes.push(ManifestChange::NewCheck { check, of }),
            (Some(_), None) if !is_touched => changes.push(ManifestChange::GoneCheck { check, of }),
            (Some(before), Some(after)) => {
                let told = |field: &String| !(is_touched && field == "looked_at");
                for field in differing(before, after).into_iter().filter(told) {
                    let value = |entry: &Value| entry.get(&field).map_or_else(|| "none".into(), Value::to_string);
                    let (before, after) = (value(before), value(after));
                    let (check, of) = (check.clone(), of.clone());
                    changes.push(ManifestChange::Check { check, of, field, before, after });
                }
            }
            _ => {}
        }
    }
}
