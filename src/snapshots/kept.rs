//! What is kept of a file that is too large to be kept whole: `NAME.summary.json`, its digest and counts, for people and
//! for version control; and `NAME.prints`, a line of digests for each row or request, so that changes can be counted.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::snapshot::ReadProblem;

pub(super) const SUMMARY: &str = ".summary.json";
pub(super) const PRINTS: &str = ".prints";

pub(super) fn write<H: Serialize, R: Serialize>(folder: &Path, name: &str, head: &H, prints: &[R]) -> io::Result<()> {
    let mut summary = File::create(folder.join(format!("{name}{SUMMARY}")))?;
    summary.write_all(serde_json::to_string_pretty(head)?.as_bytes())?;
    summary.write_all(b"\n")?;
    summary.sync_all()?;
    let mut file = BufWriter::new(File::create(folder.join(format!("{name}{PRINTS}")))?);
    for print in prints {
        serde_json::to_writer(&mut file, print)?;
        file.write_all(b"\n")?;
    }
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

pub(super) fn read<H: DeserializeOwned, R: DeserializeOwned>(
    folder: &Path,
    name: &str,
) -> Result<(H, Vec<R>), ReadProblem> {
    let summary = folder.join(format!("{name}{SUMMARY}"));
    let failed = |error: io::Error| ReadProblem::new(&summary, error.to_string());
    let text = std::fs::read_to_string(&summary).map_err(failed)?;
    let head = serde_json::from_str(&text)
        .map_err(|error| ReadProblem::new(&summary, format!("it is no summary: {error}")))?;
    let path = folder.join(format!("{name}{PRINTS}"));
    let failed = |error: io::Error| ReadProblem::new(&path, error.to_string());
    let mut prints = Vec::new();
    for (at, line) in BufReader::new(File::open(&path).map_err(failed)?).lines().enumerate() {
        let line = line.map_err(failed)?;
        prints.push(serde_json::from_str(&line).map_err(|error| ReadProblem::line(&path, at + 1, &error))?);
    }
    Ok((head, prints))
}
