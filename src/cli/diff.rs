use std::path::{Path, PathBuf};

use clap::Args;
use introspec::diagnostic::Problem;
use introspec::snapshots::{Snapshot, compare, prose};
use serde_json::json;

use super::comparison::{Opened, width, wrong};
use super::console;
use super::exit::Exit;

/// Say what is different between two builds or two specs
///
/// Each side is a folder that `introspec build` wrote, a folder below golden/, or a spec, which is built first. Rows are
/// the same row where they come from the same line of a table or say the same, so that an inserted row is one row more,
/// and not a change of all that follow. Nothing is written, and no model is asked.
///
/// Exit status 0 where both are the same, 5 where they differ.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// What was before: a build's folder, or a spec
    before: PathBuf,
    /// What is after: a build's folder, or a spec
    after: PathBuf,
    /// Another folder whose files the specs may read (repeatable)
    #[arg(long, value_name = "DIR")]
    include: Vec<PathBuf>,
    /// Write the differences as one JSON object
    #[arg(long)]
    json: bool,
}

impl Diff {
    pub(crate) fn run(&self) -> Exit {
        let (before, after) = match (self.open(&self.before), self.open(&self.after)) {
            (Ok(before), Ok(after)) => (before, after),
            (before, after) => {
                return before.err().into_iter().chain(after.err()).min().unwrap_or(Exit::Usage);
            }
        };
        let changes = compare(&before.snapshot, &after.snapshot);
        let (from, to) = (self.before.display(), self.after.display());
        if self.json {
            let object = json!({
                "before": from.to_string(), "after": to.to_string(), "same": changes.is_empty(), "changes": changes,
            });
            console::say(&serde_json::to_string_pretty(&object).unwrap_or_default());
        } else if changes.is_empty() {
            console::say(&format!("{from} and {to} are the same"));
        } else {
            console::say(prose(&changes, width(), console::colours_output()).trim_end());
        }
        if changes.is_empty() { Exit::Well } else { Exit::SnapshotDiffers }
    }

    fn open(&self, path: &Path) -> Result<Opened, Exit> {
        if path.is_file() {
            return Opened::spec(path, &self.include);
        }
        // A folder such as `specs/risk` stands for its spec.
        let own = path.file_name().map(|name| path.join(name).with_extension("ispec"));
        match own.filter(|spec| spec.is_file()) {
            Some(spec) if !Snapshot::is_at(path) => Opened::spec(&spec, &self.include),
            _ if path.is_dir() => Opened::folder(path),
            _ => Err(wrong(Problem::NoSpecs { path: path.display().to_string() }, Exit::Usage)),
        }
    }
}
