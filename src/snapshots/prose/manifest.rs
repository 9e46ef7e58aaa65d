use super::screen::Line;
use crate::snapshots::change::{Changes, ManifestChange};

pub(super) fn lines(changes: &Changes, lines: &mut Vec<Line>) {
    if changes.manifest.is_empty() {
        return;
    }
    let head = if changes.builds_the_same() { "manifest only, built files the same" } else { "manifest" };
    lines.push(Line::head(head));
    lines.extend(changes.manifest.iter().map(|change| Line::fact(fact(change))));
}

fn fact(change: &ManifestChange) -> String {
    match change {
        ManifestChange::Version { before, after } => format!("introspec {before} → {after}"),
        ManifestChange::Spec { before, after } => format!("spec {before} → {after}"),
        ManifestChange::Seed { before, after } => format!("seed {before} → {after}"),
        ManifestChange::NewSource { file } => format!("source {file} is new"),
        ManifestChange::GoneSource { file } => format!("source {file} is gone"),
        ManifestChange::Source { file } => format!("source {file} changed"),
        ManifestChange::NewCheck { check, of } => format!("check of {of} for {check} is new"),
        ManifestChange::GoneCheck { check, of } => format!("check of {of} for {check} is gone"),
        ManifestChange::Check { check, of, field, before, after } => {
            format!("check of {of} for {check}: {} {before} → {after}", field.replace('_', " "))
        }
        ManifestChange::Field { field } => format!("{field} changed"),
    }
}
