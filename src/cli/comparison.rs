use std::path::{Path, PathBuf};

use introspec::artifacts::JsonStyle;
use introspec::diagnostic::{Diagnostic, Problem};
use introspec::snapshots::{ReadProblem, Snapshot};
use introspec::text::Sources;

use super::exit::Exit;
use super::{SpecArguments, build, console};

/// The most columns of what is said of differences: a log in CI is read in a window of its own.
const MAX_WIDTH: usize = 100;

/// A build that can be compared, and the folder it is in.
pub(crate) struct Opened {
    pub(crate) snapshot: Snapshot,
    pub(crate) folder: PathBuf,
    /// Removes the folder of a build that was only made to be compared.
    _temporary: Option<tempfile::TempDir>,
}

impl Opened {
    /// Builds a spec into a folder of its own.
    pub(crate) fn spec(spec: &Path, include: &[PathBuf]) -> Result<Opened, Exit> {
        let checked = SpecArguments { spec: spec.to_path_buf(), include: include.to_vec() }.whole()?;
        let temporary = tempfile::tempdir().map_err(|error| {
            let full = error.kind() == std::io::ErrorKind::StorageFull;
            let path = std::env::temp_dir().display().to_string();
            wrong(Problem::CannotWrite { path, message: error.to_string(), full }, Exit::WrongSpec)
        })?;
        build::write(&checked, temporary.path(), JsonStyle::Compact)?;
        let folder = temporary.path().to_path_buf();
        let snapshot = read(&folder)?;
        Ok(Opened { snapshot, folder, _temporary: Some(temporary) })
    }

    /// Opens the build in a folder.
    pub(crate) fn folder(folder: &Path) -> Result<Opened, Exit> {
        Ok(Opened { snapshot: read(folder)?, folder: folder.to_path_buf(), _temporary: None })
    }
}

fn read(folder: &Path) -> Result<Snapshot, Exit> {
    Snapshot::read(folder).map_err(|ReadProblem { path, message }| {
        wrong(Problem::NoBuild { path: path.display().to_string(), message }, Exit::Usage)
    })
}

/// Shows what is wrong, and returns what it comes to.
pub(crate) fn wrong(problem: Problem, exit: Exit) -> Exit {
    console::show(&[Diagnostic::new(problem)], &Sources::default());
    exit
}

/// Returns how wide differences are shown.
pub(crate) fn width() -> usize {
    console::width().min(MAX_WIDTH)
}
