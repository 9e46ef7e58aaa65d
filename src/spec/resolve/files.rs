use super::super::{Input, Kept};
use super::Resolver;
use crate::diagnostic::{Diagnostic, Problem};
use crate::text::Span;
use crate::world::{self, FileProblem, MAX_DATA_BYTES};

/// The folder beside a spec that holds what models wrote for it.
const KEPT: &str = "written";

impl Resolver<'_> {
    /// Reads a data file of texts that the spec names at a place. Returns its text and how its name is shown.
    pub(super) fn read_text(&mut self, name: &str, place: Span) -> Option<(String, String)> {
        let (bytes, shown) = self.read_bytes(name, place)?;
        match world::text(bytes) {
            Ok(text) => Some((text, shown)),
            Err(problem) => {
                self.report(unread(problem, name, &shown, place));
                None
            }
        }
    }

    /// Reads what models wrote under a name, none of which need be there yet; `has_rows` says whether rows are kept
    /// too. Returns nothing where a file is there and cannot be read.
    pub(super) fn kept_writing(&mut self, name: &str, has_rows: bool, place: Span) -> Option<Kept> {
        let (folder, _) = self.folder(place);
        let (rows_file, lock_file) = (format!("{KEPT}/{name}.jsonl"), format!("{KEPT}/{name}.lock.jsonl"));
        let rows = if has_rows { self.kept_text(&rows_file, place).ok()? } else { None };
        let lock = self.kept_text(&lock_file, place).ok()?;
        Some(Kept { folder, rows_file: has_rows.then_some(rows_file), rows, lock_file, lock })
    }

    /// Returns a file's text where it is there.
    ///
    /// # Errors
    /// It is there and cannot be read, which is reported.
    fn kept_text(&mut self, name: &str, place: Span) -> Result<Option<String>, ()> {
        let (folder, _) = self.folder(place);
        match self.world.read_bytes(&folder, name, MAX_DATA_BYTES) {
            Err(FileProblem::NotFound) => Ok(None),
            _ => self.read_text(name, place).map(|(text, _)| Some(text)).ok_or(()),
        }
    }

    /// Reads a data file, whatever it holds. Returns its bytes and how its name is shown.
    pub(super) fn read_bytes(&mut self, name: &str, place: Span) -> Option<(Vec<u8>, String)> {
        let (folder, shown) = self.folder(place);
        let own = self.folders.first().map(|(.., own)| own.clone()).unwrap_or_default();
        let input = super::gather::input_name(&shown.join(name), &own);
        let shown = shown.join(name).display().to_string();
        match self.world.read_bytes(&folder, name, MAX_DATA_BYTES) {
            Ok(read) => {
                if !self.inputs.iter().any(|known| known.name == input) {
                    let digest = blake3::hash(&read.bytes).to_hex().to_string();
                    self.inputs.push(Input { name: input, digest });
                }
                Some((read.bytes, shown))
            }
            Err(problem) => {
                self.report(unread(problem, name, &shown, place));
                None
            }
        }
    }
}

fn unread(problem: FileProblem, name: &str, shown: &str, place: Span) -> Diagnostic {
    let file = name.to_owned();
    match problem {
        FileProblem::NotFound => Diagnostic::at(place, Problem::FileNotFound { file }),
        FileProblem::Outside => Diagnostic::at(place, Problem::FileOutside { file }),
        FileProblem::TooLarge { bytes, limit } => Diagnostic::at(place, Problem::FileTooLarge { file, bytes, limit }),
        FileProblem::NotUtf8 { line } => Diagnostic::at(place, Problem::DataNotUtf8).in_data(shown, line),
        FileProblem::Unreadable { message } => Diagnostic::at(place, Problem::SourceUnreadable { file, message }),
    }
}
