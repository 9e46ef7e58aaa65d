//! The specs of `tests/diagnostics`, and a world that shows their files by short names.

use std::path::{Path, PathBuf};

use introspec::artifacts::{self, JsonStyle};
use introspec::diagnostic::{Diagnostic, has_errors};
use introspec::plan::plan;
use introspec::spec::resolve;
use introspec::text::Sources;
use introspec::world::{Bytes, FileProblem, Folder, World};

/// A spec with a mistake, or with none.
#[derive(Debug)]
pub(crate) struct Fixture {
    /// The file's name without its ending.
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) text: Vec<u8>,
    /// The codes that it promises, in order.
    pub(crate) codes: Vec<String>,
}

/// Reads the fixtures, by name.
pub(crate) fn fixtures() -> Vec<Fixture> {
    let entries = std::fs::read_dir(root()).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "ispec"));
    paths.sort();
    let fixture = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut codes: Vec<String> = name.split('_').take_while(|word| is_code(word)).map(str::to_owned).collect();
        assert!(!codes.is_empty() || name.starts_with("ok_"), "{name} names no code");
        codes.sort();
        Fixture { file: format!("{name}.ispec"), name, text: std::fs::read(&path).unwrap(), codes }
    };
    paths.into_iter().map(fixture).collect()
}

fn is_code(word: &str) -> bool {
    word.strip_prefix(['E', 'W']).is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|c| c.is_ascii_digit()))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics")
}

/// A folder whose files are named as they are from inside it.
#[derive(Debug)]
pub(crate) struct Beside {
    root: PathBuf,
    folder: Folder,
    /// A file with another text than the one on disk.
    changed: Option<(String, String)>,
}

impl Beside {
    pub(crate) fn fixtures() -> Beside {
        Beside::folder(&root())
    }

    pub(crate) fn folder(root: &Path) -> Beside {
        Beside { root: root.to_owned(), folder: Folder::new(root, &[]), changed: None }
    }

    /// The fixtures, with one file's text replaced.
    pub(crate) fn with(file: &str, text: &str) -> Beside {
        Beside { changed: Some((file.to_owned(), text.to_owned())), ..Beside::fixtures() }
    }
}

impl World for Beside {
    fn read_bytes(&self, folder: &Path, name: &str, limit: u64) -> Result<Bytes, FileProblem> {
        match &self.changed {
            Some((file, text)) if file == name => {
                Ok(Bytes { path: PathBuf::from(name), bytes: text.clone().into_bytes() })
            }
            _ => self.folder.read_bytes(&self.root.join(folder), name, limit),
        }
    }
}

/// What checking a spec found.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) sources: Sources,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Checks a spec and builds it, as far as it goes.
pub(crate) fn checked(file: &str, world: &dyn World) -> Checked {
    let resolved = resolve(Path::new(file), world);
    let mut diagnostics = resolved.diagnostics;
    if let Some(spec) = resolved.spec {
        assert!(!has_errors(&diagnostics), "{file}: a spec comes out in spite of errors");
        match plan(&spec) {
            Ok(plan) => {
                let out = tempfile::tempdir().unwrap();
                let built = artifacts::build(&spec, &plan, out.path(), JsonStyle::Compact, &|_| {});
                diagnostics.extend(built.err().unwrap_or_default());
            }
            Err(more) => diagnostics.extend(more),
        }
    } else {
        assert!(has_errors(&diagnostics), "{file}: neither a spec nor an error comes out");
    }
    Checked { sources: resolved.sources, diagnostics }
}

/// Writes a source so that what cannot be seen in it is seen.
pub(crate) fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).replace('\u{feff}', "<BOM>").replace('\r', "␍").replace('\t', "⇥")
}
