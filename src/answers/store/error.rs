use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use super::migration::OLDEST;
use super::schema::VERSION;

/// Why a store cannot be used. Everything committed before is whole.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    #[error("{} is not a store of answers", path.display())]
    NotAStore { path: PathBuf },
    #[error("{} is a store of version {found}, and this introspec reads versions {OLDEST} to {VERSION}", path.display())]
    Version { path: PathBuf, found: i64 },
    #[error("{} is locked by another process", path.display())]
    Locked { path: PathBuf },
    #[error("the disk of {} is full", path.display())]
    Full { path: PathBuf },
    #[error("{} cannot be used as a store: {message}", path.display())]
    Unusable { path: PathBuf, message: String },
}

impl StoreError {
    /// Returns the way out.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotAStore { .. } => "choose another folder, or move the file away",
            Self::Version { .. } => "use the newer introspec that wrote it, or choose another folder",
            Self::Locked { .. } => "wait for the other run to end, or choose another folder",
            Self::Full { .. } => "make room and run the same command again: every committed answer is kept",
            Self::Unusable { .. } => "check that the folder exists and may be written to",
        }
    }

    pub(super) fn from_sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotAStore { path },
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            _ => Self::Unusable { path, message: error.to_string() },
        }
    }
}
