//! What the tests of builds share: specs read from files, and builds read back as bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use introspec::artifacts::{self, JsonStyle};
use introspec::diagnostic::{Diagnostic, render};
use introspec::plan::{Plan, plan};
use introspec::spec::{Spec, resolve};
use introspec::world::Folder;

/// Every file of a folder, by its path in it.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

pub(crate) fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Reads and plans a spec that has nothing wrong with it.
pub(crate) fn planned(spec: &Path, include: &[PathBuf]) -> (Spec, Plan) {
    let folder = spec.parent().expect("a spec stands in a folder");
    let resolved = resolve(spec, &Folder::new(folder, include));
    let shown = |diagnostics: &[Diagnostic]| render(diagnostics, &resolved.sources, false, 120);
    let Some(read) = resolved.spec else { panic!("{}", shown(&resolved.diagnostics)) };
    let planned = plan(&read).unwrap_or_else(|diagnostics| panic!("{}", shown(&diagnostics)));
    (read, planned)
}

/// Builds a spec into a folder of its own, and returns what it wrote.
pub(crate) fn built(spec: &Path, include: &[PathBuf], style: JsonStyle) -> Result<Files, Vec<Diagnostic>> {
    let (read, planned) = planned(spec, include);
    let out = tempfile::tempdir().expect("a folder");
    artifacts::build(&read, &planned, out.path(), style, &|_| ())?;
    Ok(files(out.path()))
}

/// Reads every file below a folder; nothing where there is no folder.
pub(crate) fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("a path below the folder");
                let name: Vec<_> = name.components().map(|part| part.as_os_str().to_string_lossy()).collect();
                found.insert(name.join("/"), std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}
