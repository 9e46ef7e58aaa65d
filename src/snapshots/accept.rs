use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::{Snapshot, kept};
use crate::artifacts::WriteProblem;

/// The most bytes of a dataset, its sidecar or a suite that is kept whole. Of a larger one, digests and counts are.
pub const MAX_WHOLE_BYTES: u64 = 2 << 20;

/// Takes a build as what is accepted: copies the build in `folder` to `golden`, in place of what was there. It is made
/// beside `golden` and renamed when it is whole; on failure, what was accepted before is as it was.
///
/// # Errors
/// Says what could not be written.
pub fn accept(build: &Snapshot, folder: &Path, golden: &Path) -> Result<(), WriteProblem> {
    let failed = |error: io::Error| WriteProblem::new(golden, &error);
    let parent = golden.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(failed)?;
    let staging = tempfile::Builder::new().prefix(".accepting-").tempdir_in(parent).map_err(failed)?;
    let staged = staging.path().join("new");
    copy(build, folder, &staged).map_err(failed)?;
    let old = staging.path().join("old");
    if golden.exists() {
        fs::rename(golden, &old).map_err(failed)?;
    }
    if let Err(error) = fs::rename(&staged, golden) {
        let _ = fs::rename(&old, golden);
        return Err(failed(error));
    }
    Ok(())
}

fn copy(build: &Snapshot, from: &Path, to: &Path) -> io::Result<()> {
    for part in ["datasets", "suites"] {
        fs::create_dir_all(to.join(part))?;
    }
    let file = |name: &str| -> io::Result<()> {
        fs::copy(from.join(name), to.join(name))?;
        File::open(to.join(name))?.sync_all()
    };
    file("manifest.json")?;
    for other in build.others.keys() {
        file(other)?;
    }
    for dataset in &build.datasets {
        let name = &dataset.head.name;
        let is_small = dataset.whole.as_ref().is_some_and(|(lines, meta)| {
            lines.bytes().max(meta.as_ref().map_or(0, super::lines::Lines::bytes)) <= MAX_WHOLE_BYTES
        });
        if is_small {
            file(&format!("datasets/{name}.jsonl"))?;
            if dataset.whole.as_ref().is_some_and(|(_, meta)| meta.is_some()) {
                file(&format!("datasets/{name}.meta.jsonl"))?;
            }
        } else {
            kept::write(&to.join("datasets"), name, &dataset.head, &dataset.rows)?;
        }
    }
    for suite in &build.suites {
        let name = &suite.head.name;
        if suite.whole.as_ref().is_some_and(|lines| lines.bytes() <= MAX_WHOLE_BYTES) {
            file(&format!("suites/{name}.jsonl"))?;
        } else {
            kept::write(&to.join("suites"), name, &suite.head, &suite.requests)?;
        }
    }
    Ok(())
}
