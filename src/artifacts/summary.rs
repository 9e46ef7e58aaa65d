//! A build in words: what was written, what controls share with their datasets, and what each check found.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::manifest::{BuiltFile, Check, ControlOf, JointRow, Manifest};

/// Returns the build in words, for a terminal. `folder` is where it was written, as people see it.
pub fn summary(manifest: &Manifest, folder: &str) -> String {
    let mut out = String::new();
    let path = |file: &str| if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") };
    for file in &manifest.datasets {
        let _ = writeln!(out, "{}: {} rows ({})", path(&file.file), file.lines, counted(file));
        if let Some(control) = &file.control {
            out.push_str(&described(control));
        }
        out.push_str(&joint(&file.joint));
        for dependence in &file.dependence {
            let bits = dependence.mutual_information_bits;
            let _ = writeln!(out, "    {}: {bits:.4} bits in common, {}", dependence.of, dependence.test);
        }
    }
    for file in &manifest.suites {
        let _ = writeln!(out, "{}: {} requests ({})", path(&file.file), file.lines, counted(file));
    }
    out.push_str(&checked(&manifest.checks));
    out
}

fn counted(file: &BuiltFile) -> String {
    let counts: Vec<String> = file.counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    counts.join(", ")
}

fn described(control: &ControlOf) -> String {
    let mut out = format!("    {} with: {}\n", control.dataset, control.changes.join("; "));
    let kinds = [
        ("the same in every row", &control.same_in_every_row),
        ("as often, in other rows", &control.as_often_in_other_rows),
        ("different", &control.different),
    ];
    for (kind, what) in kinds.iter().filter(|(_, what)| !what.is_empty()) {
        let _ = writeln!(out, "    {kind}: {}", what.join(", "));
    }
    if control.further_rows > 0 {
        let _ = writeln!(out, "    and {} mirrored rows", control.further_rows);
    }
    out
}

/// Draws the table of triggers, one a line, by behaviors and the personas that act.
fn joint(rows: &[JointRow]) -> String {
    let mut out = String::new();
    if rows.is_empty() {
        return out;
    }
    let column = |row: &JointRow| match &row.persona {
        Some(persona) => format!("{} ({persona})", row.behavior),
        None => row.behavior.clone(),
    };
    let columns: BTreeSet<String> = rows.iter().map(column).collect();
    let triggers: BTreeSet<&Option<String>> = rows.iter().map(|row| &row.trigger).collect();
    let name = |trigger: &Option<String>| trigger.clone().unwrap_or_else(|| "no trigger".to_owned());
    let first = triggers.iter().map(|trigger| name(trigger).chars().count()).max().unwrap_or(0);
    let _ = write!(out, "    {:first$}", "");
    for column in &columns {
        let _ = write!(out, "  {column:>7}");
    }
    out.push('\n');
    for trigger in &triggers {
        let _ = write!(out, "    {:first$}", name(trigger));
        for wanted in &columns {
            let matching = rows.iter().filter(|row| row.trigger == **trigger && column(row) == *wanted);
            let count: u64 = matching.map(|row| row.rows).sum();
            let _ = write!(out, "  {count:>width$}", width = wanted.chars().count().max(7));
        }
        out.push('\n');
    }
    out
}

/// Says what each check looked at, and shows what is worth a look.
fn checked(checks: &[Check]) -> String {
    let mut out = String::new();
    let mut kinds: Vec<&str> = Vec::new();
    for check in checks.iter().filter(|check| check.found == 0) {
        if !kinds.contains(&check.check.as_str()) {
            kinds.push(&check.check);
        }
    }
    for kind in kinds {
        let looked_at: u64 = checks.iter().filter(|check| check.check == kind).map(|check| check.looked_at).sum();
        let found: u64 = checks.iter().filter(|check| check.check == kind).map(|check| check.found).sum();
        if found == 0 {
            let _ = writeln!(out, "{looked_at} rows looked at for {kind}, none found");
        }
    }
    for check in checks.iter().filter(|check| check.found > 0) {
        let _ = writeln!(out, "{}: {} of {} {}", check.of, check.found, check.looked_at, check.check);
        for example in check.examples.iter().take(1) {
            let _ = writeln!(out, "    such as {example}");
        }
    }
    out
}
