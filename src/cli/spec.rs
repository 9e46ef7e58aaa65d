use std::path::Path;

use introspec::diagnostic::{Diagnostic, Severity, has_errors};
use introspec::plan::{Plan, Unwritten, plan};
use introspec::spec::{Spec, resolve};
use introspec::text::Sources;
use introspec::world::Folder;

use super::exit::Exit;
use super::{SpecArguments, console};

/// A checked spec with its plan.
pub(crate) struct Checked {
    pub(crate) spec: Spec,
    pub(crate) plan: Plan,
    pub(crate) sources: Sources,
}

/// A resolved spec.
pub(crate) struct Resolved {
    pub(crate) spec: Spec,
    pub(crate) sources: Sources,
}

impl SpecArguments {
    /// Reads and resolves the spec, and shows what is wrong with it.
    pub(crate) fn resolved(&self) -> Result<Resolved, Exit> {
        let resolved = self.resolve();
        console::show(&resolved.diagnostics, &resolved.sources);
        match resolved.spec {
            Some(spec) => Ok(Resolved { spec, sources: resolved.sources }),
            None => Err(exit_of(&resolved.diagnostics)),
        }
    }

    fn resolve(&self) -> introspec::spec::Resolved {
        let folder = self.spec.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        resolve(&self.spec, &Folder::new(folder, &self.include))
    }

    /// Reads, resolves and plans the spec, and shows what is wrong with it.
    pub(crate) fn checked(&self) -> Result<Checked, Exit> {
        let resolved = self.resolve();
        let mut diagnostics = resolved.diagnostics;
        let planned = resolved.spec.and_then(|spec| match plan(&spec) {
            Ok(plan) => Some((spec, plan)),
            Err(more) => {
                diagnostics.extend(more);
                None
            }
        });
        console::show(&diagnostics, &resolved.sources);
        match planned {
            Some((spec, plan)) => Ok(Checked { spec, plan, sources: resolved.sources }),
            None => Err(exit_of(&diagnostics)),
        }
    }
}

impl SpecArguments {
    /// As [`SpecArguments::checked`], for what cannot do without the rows that models write.
    pub(crate) fn whole(&self) -> Result<Checked, Exit> {
        let checked = self.checked()?;
        let unwritten: Vec<Diagnostic> = checked.plan.unwritten.iter().map(Unwritten::diagnostic).collect();
        console::show(&unwritten, &checked.sources);
        if has_errors(&unwritten) { Err(Exit::WrongSpec) } else { Ok(checked) }
    }
}

fn exit_of(diagnostics: &[Diagnostic]) -> Exit {
    let is_wrong = diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error);
    if is_wrong { Exit::WrongSpec } else { Exit::Well }
}
