//! The door to files. A spec reads files below its own folder only, unless the command line opens others.

use std::fmt;
use std::path::{Component, Path, PathBuf};

/// The largest source of a spec, in bytes.
pub const MAX_SOURCE_BYTES: u64 = 4 << 20;
/// The largest data file, in bytes: a table is held in memory.
pub const MAX_DATA_BYTES: u64 = 512 << 20;

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileProblem {
    NotFound,
    Outside,
    TooLarge { bytes: u64, limit: u64 },
    NotUtf8 { line: usize },
    Unreadable { message: String },
}

/// A file that a spec may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The real path: two names for one file are one file.
    pub path: PathBuf,
    pub text: String,
}

/// A file that a spec may read, whatever it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes {
    /// The real path: two names for one file are one file.
    pub path: PathBuf,
    pub bytes: Vec<u8>,
}

/// Where a spec's files come from.
pub trait World: fmt::Debug {
    /// Reads the file called `name` by a source in `folder`, of `limit` bytes at most.
    fn read_bytes(&self, folder: &Path, name: &str, limit: u64) -> Result<Bytes, FileProblem>;

    /// Reads a file that has to be UTF-8.
    fn read(&self, folder: &Path, name: &str, limit: u64) -> Result<File, FileProblem> {
        let Bytes { path, bytes } = self.read_bytes(folder, name, limit)?;
        Ok(File { path, text: text(bytes)? })
    }
}

/// Returns bytes as the text that they have to be.
///
/// # Errors
/// Names the first line that is not UTF-8.
pub(crate) fn text(bytes: Vec<u8>) -> Result<String, FileProblem> {
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(good).filter(|&&byte| byte == b'\n').count() + 1;
        FileProblem::NotUtf8 { line }
    })
}

/// The file system, seen from a spec's folder.
#[derive(Clone, Debug)]
pub struct Folder {
    roots: Vec<PathBuf>,
}

impl Folder {
    /// Opens the folder of a spec, and those that the command line names in addition.
    pub fn new(own: &Path, others: &[PathBuf]) -> Folder {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        Folder { roots: std::iter::once(own).chain(others.iter().map(PathBuf::as_path)).map(real).collect() }
    }

    fn find(&self, folder: &Path, name: &str) -> Result<PathBuf, FileProblem> {
        let beside = std::iter::once(folder.to_path_buf()).chain(self.roots.iter().skip(1).cloned());
        let mut outside = escapes(name);
        for base in beside {
            if let Ok(real) = base.join(name).canonicalize() {
                if self.roots.iter().any(|root| real.starts_with(root)) {
                    return Ok(real);
                }
                outside = true;
            }
        }
        Err(if outside { FileProblem::Outside } else { FileProblem::NotFound })
    }
}

impl World for Folder {
    fn read_bytes(&self, folder: &Path, name: &str, limit: u64) -> Result<Bytes, FileProblem> {
        let path = self.find(folder, name)?;
        let unreadable = |error: std::io::Error| FileProblem::Unreadable { message: error.to_string() };
        let about = path.metadata().map_err(unreadable)?;
        if about.is_dir() {
            return Err(FileProblem::Unreadable { message: "it is a folder".into() });
        }
        if about.len() > limit {
            return Err(FileProblem::TooLarge { bytes: about.len(), limit });
        }
        let bytes = std::fs::read(&path).map_err(unreadable)?;
        Ok(Bytes { path, bytes })
    }
}

fn escapes(name: &str) -> bool {
    let path = Path::new(name);
    path.is_absolute() || path.components().any(|part| matches!(part, Component::ParentDir))
}
