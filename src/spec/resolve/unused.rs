use super::names::{Names, named};
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::text::SourceId;
use crate::tree::{Declaration, TableSource};

/// Warns of declarations of the given file that nothing names. Datasets, suites and experiments are what a spec
/// is for, so they need no user; nor do tables that models write, which are kept beside it.
pub(super) fn unused(declarations: &[Declaration], names: &Names, own: SourceId) -> Vec<Diagnostic> {
    declarations
        .iter()
        .filter(|declaration| !is_written(declaration))
        .filter_map(named)
        .filter(|(kind, name)| {
            let is_purpose = matches!(kind, Kind::Dataset | Kind::Suite | Kind::Experiment);
            name.span.source == own && !is_purpose && !names.is_used(*kind, &name.value)
        })
        .map(|(kind, name)| Diagnostic::at(name.span, Problem::Unused { kind, name: name.value.clone() }))
        .collect()
}

fn is_written(declaration: &Declaration) -> bool {
    matches!(declaration, Declaration::Table(table) if !matches!(table.source, TableSource::File(_)))
}
