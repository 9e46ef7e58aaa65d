use std::path::Path;

use introspec::diagnostic::{Diagnostic, Severity};
use introspec::plan::{Plan, plan};
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

impl SpecArguments {
    /// Reads, resolves and plans the spec, and shows what is wrong with it.
    pub(crate) fn checked(&self) -> Result<Checked, Exit> {
        let folder = self.spec.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let resolved = resolve(&self.spec, &Folder::new(folder, &self.include));
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

fn exit_of(diagnostics: &[Diagnostic]) -> Exit {
    let is_wrong = diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error);
    if is_wrong { Exit::WrongSpec } else { Exit::Well }
}
