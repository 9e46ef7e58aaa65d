use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::snapshot::ReadProblem;

/// The lines of a file, found again by their offsets: a file is read once from its beginning to its end, and later only
/// where an example is shown.
#[derive(Debug)]
pub(super) struct Lines {
    path: PathBuf,
    /// Where each line begins, and where the last one ends.
    offsets: Vec<u64>,
    /// The BLAKE3 digest of the whole file.
    pub(super) blake3: String,
}

impl Lines {
    /// Reads a file, and hands each of its lines to `take`, with its number from 1.
    pub(super) fn read(
        path: &Path,
        mut take: impl FnMut(usize, &str) -> Result<(), ReadProblem>,
    ) -> Result<Lines, ReadProblem> {
        let failed = |error: &std::io::Error| ReadProblem::new(path, error.to_string());
        let mut reader = BufReader::new(File::open(path).map_err(|error| failed(&error))?);
        let (mut offsets, mut at, mut line) = (vec![0], 0, Vec::new());
        let mut hasher = blake3::Hasher::new();
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line).map_err(|error| failed(&error))?;
            if read == 0 {
                break;
            }
            hasher.update(&line);
            let number = offsets.len();
            let text = std::str::from_utf8(&line)
                .map_err(|_| ReadProblem::new(path, format!("line {number} is not UTF-8")))?;
            take(number, text.trim_end_matches(['\n', '\r']))?;
            at += read as u64;
            offsets.push(at);
        }
        Ok(Lines { path: path.to_path_buf(), offsets, blake3: hasher.finalize().to_hex().to_string() })
    }

    pub(super) fn count(&self) -> usize {
        self.offsets.len() - 1
    }

    pub(super) fn bytes(&self) -> u64 {
        self.offsets.last().copied().unwrap_or(0)
    }

    /// Reads a line again, by its index from 0; nothing where the file has changed since.
    pub(super) fn line(&self, index: usize) -> Option<String> {
        let (from, to) = (*self.offsets.get(index)?, *self.offsets.get(index + 1)?);
        let mut file = File::open(&self.path).ok()?;
        file.seek(SeekFrom::Start(from)).ok()?;
        let mut text = String::new();
        file.take(to - from).read_to_string(&mut text).ok()?;
        Some(text)
    }
}
