use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::kept;
use super::requests::Suite;
use super::rows::Dataset;

/// Why a build cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadProblem {
    pub path: PathBuf,
    pub message: String,
}

impl ReadProblem {
    pub(super) fn new(path: &Path, message: impl Into<String>) -> ReadProblem {
        ReadProblem { path: path.to_path_buf(), message: message.into() }
    }

    pub(super) fn line(path: &Path, number: usize, error: &serde_json::Error) -> ReadProblem {
        ReadProblem::new(path, format!("line {number} is not what a build writes: {error}"))
    }
}

/// A build as it can be compared: its manifest, and its rows and requests by the digests of their parts. Its folder is
/// read again for examples, and has to stay as it is meanwhile.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) manifest: Value,
    pub(super) datasets: Vec<Dataset>,
    pub(super) suites: Vec<Suite>,
    /// The digests of files that are neither, by their paths in the folder.
    pub(super) others: BTreeMap<String, String>,
}

impl Snapshot {
    /// Tells whether a folder holds a build.
    pub fn is_at(folder: &Path) -> bool {
        folder.join("manifest.json").is_file()
    }

    /// Reads the build in a folder: `manifest.json`, `datasets` and `suites`. Fields that are missing or unknown are no
    /// error, so that builds of other versions are compared too.
    ///
    /// # Errors
    /// Fails where a file cannot be read or is no JSON.
    pub fn read(folder: &Path) -> Result<Snapshot, ReadProblem> {
        let path = folder.join("manifest.json");
        let text = fs::read_to_string(&path).map_err(|error| ReadProblem::new(&path, error.to_string()))?;
        let manifest: Value = serde_json::from_str(&text)
            .map_err(|error| ReadProblem::new(&path, format!("it is no manifest: {error}")))?;
        let (datasets, mut others) = listed(folder, "datasets", &manifest)?;
        let (suites, more) = listed(folder, "suites", &manifest)?;
        others.extend(more);
        let datasets = datasets.iter().map(|name| dataset(&folder.join("datasets"), name)).collect::<Result<_, _>>()?;
        let suites = suites.iter().map(|name| suite(&folder.join("suites"), name)).collect::<Result<_, _>>()?;
        Ok(Snapshot { manifest, datasets, suites, others })
    }

    /// The datasets and suites of which only digests were kept.
    pub fn summaries(&self) -> Vec<&str> {
        let datasets = self.datasets.iter().filter(|dataset| dataset.whole.is_none()).map(|dataset| &dataset.head.name);
        let suites = self.suites.iter().filter(|suite| suite.whole.is_none()).map(|suite| &suite.head.name);
        datasets.chain(suites).map(String::as_str).collect()
    }
}

fn dataset(folder: &Path, name: &str) -> Result<Dataset, ReadProblem> {
    let whole = folder.join(format!("{name}.jsonl"));
    if whole.is_file() {
        return Dataset::read(name, &whole, &folder.join(format!("{name}.meta.jsonl")));
    }
    let (head, rows) = kept::read(folder, name)?;
    Ok(Dataset { head, rows, whole: None })
}

fn suite(folder: &Path, name: &str) -> Result<Suite, ReadProblem> {
    let whole = folder.join(format!("{name}.jsonl"));
    if whole.is_file() {
        return Suite::read(name, &whole);
    }
    let (head, requests) = kept::read(folder, name)?;
    Ok(Suite { head, requests, whole: None })
}

/// Returns the names of a folder's datasets or suites, in the manifest's order and then by name, and the digests of its
/// other files.
fn listed(folder: &Path, part: &str, manifest: &Value) -> Result<(Vec<String>, BTreeMap<String, String>), ReadProblem> {
    let files = files_in(&folder.join(part))?;
    let mut names: Vec<String> = Vec::new();
    let mut others = BTreeMap::new();
    for file in &files {
        let is_sidecar =
            |file: &str| file.strip_suffix(".meta.jsonl").is_some_and(|name| files.contains(&format!("{name}.jsonl")));
        let is_prints = |file: &str| {
            file.strip_suffix(kept::PRINTS).is_some_and(|name| files.contains(&format!("{name}{}", kept::SUMMARY)))
        };
        match file.strip_suffix(".jsonl").or_else(|| file.strip_suffix(kept::SUMMARY)) {
            _ if is_sidecar(file) || is_prints(file) => {}
            Some(name) => names.push(name.to_owned()),
            None => {
                let path = folder.join(part).join(file);
                let bytes = fs::read(&path).map_err(|error| ReadProblem::new(&path, error.to_string()))?;
                others.insert(format!("{part}/{file}"), blake3::hash(&bytes).to_hex().to_string());
            }
        }
    }
    let declared: Vec<&str> = manifest
        .get(part)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.get("name").and_then(Value::as_str))
        .collect();
    names.sort_by_key(|name| (declared.iter().position(|other| other == name).unwrap_or(usize::MAX), name.clone()));
    names.dedup();
    Ok((names, others))
}

/// Returns the names of a folder's files; none where there is no folder.
fn files_in(folder: &Path) -> Result<BTreeSet<String>, ReadProblem> {
    if !folder.is_dir() {
        return Ok(BTreeSet::new());
    }
    let failed = |error: std::io::Error| ReadProblem::new(folder, error.to_string());
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.path().is_file() {
            files.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(files)
}
