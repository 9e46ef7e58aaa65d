//! Which specs are compared, and where what was accepted of them is kept.

use std::path::{Path, PathBuf};

use introspec::diagnostic::Problem;
use introspec::snapshots::Snapshot;
use serde::Serialize;

const ENDING: &str = "ispec";

/// A spec with the folder of what was accepted of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Accepted {
    pub(super) name: String,
    pub(super) spec: PathBuf,
    pub(super) golden: PathBuf,
}

/// Finds specs in files and folders; without any, in `specs`.
///
/// # Errors
/// Fails where a path holds none, or two of them share a name and a golden folder.
pub(super) fn find(paths: &[PathBuf], golden: Option<&Path>) -> Result<Vec<Accepted>, Problem> {
    let mut found: Vec<Accepted> = Vec::new();
    for path in given(paths) {
        let specs = if path.is_dir() { in_folder(&path) } else { Vec::from_iter(path.is_file().then(|| path.clone())) };
        if specs.is_empty() {
            return Err(Problem::NoSpecs { path: path.display().to_string() });
        }
        for spec in specs {
            let name = spec.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let folder = golden.map_or_else(|| nearest_golden(&spec), Path::to_path_buf);
            found.push(Accepted { golden: folder.join(&name), name, spec });
        }
    }
    found.sort();
    found.dedup_by(|a, b| a.spec == b.spec);
    let two = found.windows(2).find_map(|pair| match pair {
        [one, other] if one.golden == other.golden => Some((one, other)),
        _ => None,
    });
    match two {
        Some((one, other)) => Err(Problem::OneNameForTwo {
            name: one.golden.display().to_string(),
            specs: [one.spec.display().to_string(), other.spec.display().to_string()],
        }),
        None => Ok(found),
    }
}

fn given(paths: &[PathBuf]) -> Vec<PathBuf> {
    if paths.is_empty() { vec![PathBuf::from("specs")] } else { paths.to_vec() }
}

/// A folder's own spec (`risk/risk.ispec`), or else every spec in it and each of its folders' own, by name.
fn in_folder(folder: &Path) -> Vec<PathBuf> {
    let own = |folder: &Path| {
        let real = folder.canonicalize().ok()?;
        let spec = folder.join(real.file_name()?).with_extension(ENDING);
        spec.is_file().then_some(spec)
    };
    if let Some(spec) = own(folder) {
        return vec![spec];
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let is_spec = |path: &PathBuf| path.is_file() && path.extension().is_some_and(|ending| ending == ENDING);
    let mut specs: Vec<PathBuf> =
        entries.filter_map(|path| if path.is_dir() { own(&path) } else { Some(path).filter(is_spec) }).collect();
    specs.sort();
    specs
}

/// Returns the nearest folder called `golden` beside a spec or above it. Where there is none, one beside the folder
/// called `specs`, or else beside the spec.
fn nearest_golden(spec: &Path) -> PathBuf {
    let beside = spec.parent().unwrap_or(Path::new("")).to_path_buf();
    let mut above = Vec::new();
    let mut folder = beside.clone();
    let depth = real(&beside).map_or(0, |real| real.ancestors().count());
    for _ in 0..depth {
        above.push(folder.clone());
        folder = parent(&folder);
    }
    let existing = above.iter().map(|folder| folder.join("golden")).find(|golden| golden.is_dir());
    let is_specs = |folder: &&PathBuf| is_called_specs(folder);
    let specs = || above.iter().find(is_specs).map(|specs| parent(specs).join("golden"));
    existing.or_else(specs).unwrap_or_else(|| beside.join("golden"))
}

/// Returns the real path of a folder, of the present one where the path is empty.
fn real(folder: &Path) -> Option<PathBuf> {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }.canonicalize().ok()
}

fn is_called_specs(folder: &Path) -> bool {
    real(folder).is_some_and(|real| real.file_name().is_some_and(|name| name == "specs"))
}

/// Goes up one folder, as the path is written: `specs` goes to the present folder, and that to `..`.
fn parent(folder: &Path) -> PathBuf {
    match folder.components().next_back() {
        None | Some(std::path::Component::ParentDir) => folder.join(".."),
        Some(std::path::Component::CurDir) => PathBuf::from(".."),
        Some(_) => folder.parent().map(Path::to_path_buf).unwrap_or_default(),
    }
}

/// Finds what was accepted of specs that are no more: only beside a folder of specs that was compared as a whole, since
/// what else is in a golden folder may belong to others.
pub(super) fn accepted_alone(paths: &[PathBuf], found: &[&Accepted]) -> Vec<Accepted> {
    let mut alone = Vec::new();
    for path in given(paths).into_iter().filter(|path| path.is_dir()) {
        let golden = parent(&path).join("golden");
        let is_compared = found.iter().any(|one| one.golden.parent() == Some(&golden));
        let is_specs = is_called_specs(&path);
        if !is_compared || !is_specs {
            continue;
        }
        for entry in std::fs::read_dir(&golden).into_iter().flatten().filter_map(Result::ok) {
            let folder = entry.path();
            if Snapshot::is_at(&folder) && !found.iter().any(|one| one.golden == folder) {
                let name = entry.file_name().to_string_lossy().into_owned();
                let spec = path.join(&name).join(&name).with_extension(ENDING);
                alone.push(Accepted { name, spec, golden: folder });
            }
        }
    }
    alone.sort();
    alone
}
