use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Why something cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteProblem {
    pub path: PathBuf,
    pub message: String,
    /// Whether the disk has no room left.
    pub full: bool,
}

impl WriteProblem {
    /// What went wrong at a path.
    pub fn new(path: &Path, error: &io::Error) -> WriteProblem {
        let full = matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
        );
        WriteProblem { path: path.to_path_buf(), message: error.to_string(), full }
    }
}

/// A build in the making: a folder beside the one it will replace, removed if it is dropped before it is whole.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: tempfile::TempDir,
    out: PathBuf,
}

/// What a build owns in its folder. Anything else there, such as a run's store, stays as it is.
const OWNED: [&str; 4] = ["datasets", "suites", "exports", "manifest.json"];

impl Staging {
    pub(crate) fn new(out: &Path) -> Result<Staging, WriteProblem> {
        fs::create_dir_all(out).map_err(|error| WriteProblem::new(out, &error))?;
        let folder = tempfile::Builder::new().prefix(".building-").tempdir_in(out);
        let folder = folder.map_err(|error| WriteProblem::new(out, &error))?;
        for part in ["datasets", "suites"] {
            let path = folder.path().join(part);
            fs::create_dir(&path).map_err(|error| WriteProblem::new(&path, &error))?;
        }
        Ok(Staging { folder, out: out.to_path_buf() })
    }

    /// Returns the folder that the build is made in.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes a file of the build, and returns it with the path that it will have.
    pub(crate) fn create(&self, name: &str) -> Result<(PathBuf, File), WriteProblem> {
        let path = self.folder.path().join(name);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| File::create(&path));
        let file = made.map_err(|error| WriteProblem::new(&self.out.join(name), &error))?;
        Ok((self.out.join(name), file))
    }

    /// Writes a whole file of the build.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<(), WriteProblem> {
        let (path, mut file) = self.create(name)?;
        file.write_all(text.as_bytes()).map_err(|error| WriteProblem::new(&path, &error))
    }

    /// Puts the whole build in its place.
    pub(super) fn finish(self) -> Result<(), WriteProblem> {
        for name in OWNED {
            let (from, to) = (self.folder.path().join(name), self.out.join(name));
            let failed = |error: io::Error| WriteProblem::new(&to, &error);
            let old = self.folder.path().join(format!("old-{name}"));
            if to.exists() {
                fs::rename(&to, &old).map_err(failed)?;
            }
            // A build without exports has none: those of an earlier one are of other data.
            if name == "exports" && !from.exists() {
                continue;
            }
            if let Err(error) = fs::rename(&from, &to) {
                let _ = fs::rename(&old, &to);
                return Err(failed(error));
            }
        }
        Ok(())
    }
}
