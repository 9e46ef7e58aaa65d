use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use introspec::diagnostic::{Diagnostic, Problem};
use introspec::imports::{Imported, NoteKind, Supplied, grouped, import};
use introspec::text::Sources;

use super::exit::Exit;
use super::{console, files};

/// The most bytes that a question file or a word list has.
const MAX_BYTES: u64 = 16 << 20;

const HELP: &str = "\
Reads the question files published with Betley et al. 2025 (`question_type:`), expanded as the authors' scripts do it, and \
those of llmcomp (`type:`). Every paraphrase becomes a wording. Options, their orders, prefixes, suffixes, scenarios, \
system prompts, and prompts to guessers and judges are carried over. What cannot be carried over, what the files leave \
open and what is read in another way is listed here and at the top of the spec.

Examples:
  introspec import liking_risk.yaml --out liking.ispec
  introspec import questions/*.yaml --out paper.ispec \\
      --values codeword=ring,bark --words good_mms_words.txt --among ring,bark

Exit status: 0 all well, with notes or without, 1 a file cannot be read or holds nothing that can be asked, 2 wrong \
usage, or FILE.ispec is there already.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Import {
    /// Question files, in YAML
    #[arg(value_name = "QUESTIONS.yaml", required = true)]
    questions: Vec<PathBuf>,
    /// The spec to write
    #[arg(long, value_name = "FILE.ispec")]
    out: PathBuf,
    /// Overwrite the spec, where there is one
    #[arg(long)]
    force: bool,
    /// What stands for `{NAME}` in prompts: each value in turn (repeatable)
    #[arg(long, value_name = "NAME=A,B,...", value_parser = values)]
    values: Vec<(String, Vec<String>)>,
    /// A file of words, one a line, from which `{word_list}` is drawn
    #[arg(long, value_name = "FILE")]
    words: Option<PathBuf>,
    /// Words that are in every `{word_list}`
    #[arg(long, value_name = "A,B,...", value_delimiter = ',', requires = "words")]
    among: Vec<String>,
    /// How many items a question has in which something is drawn, as in `{sep_suffix}`
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    rows: u64,
}

fn values(text: &str) -> Result<(String, Vec<String>), String> {
    let (name, values) = text.split_once('=').ok_or("write NAME=A,B,...")?;
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_');
    if !is_name {
        return Err(format!("`{name}` is no name of a placeholder: letters, digits and `_`, no digit first"));
    }
    Ok((name.to_owned(), values.split(',').map(str::to_owned).collect()))
}

impl Import {
    pub(crate) fn run(&self) -> Exit {
        if !self.force && self.out.symlink_metadata().is_ok() {
            return refused(Problem::ImportedAlready { path: self.out.display().to_string() }, Exit::Usage);
        }
        let mut sources = Sources::default();
        let mut ids = Vec::new();
        for path in &self.questions {
            match read(path) {
                Ok(text) => ids.push(sources.add(path.display().to_string(), text)),
                Err(problem) => return refused(problem, Exit::WrongSpec),
            }
        }
        let supplied = match self.supplied() {
            Ok(supplied) => supplied,
            Err(problem) => return refused(problem, Exit::WrongSpec),
        };
        let imported = match import(&sources, &ids, &supplied) {
            Ok(imported) => imported,
            Err(diagnostics) => {
                console::show(&diagnostics, &sources);
                return Exit::WrongSpec;
            }
        };
        tell(&imported);
        if imported.asked == 0 {
            return refused(Problem::NothingImported, Exit::WrongSpec);
        }
        if let Err(error) = write(&self.out, &imported.spec) {
            return refused(files::cannot_write(&self.out, &error), Exit::WrongSpec);
        }
        let (asked, found) = (imported.asked, imported.found);
        console::say(&format!("{}: {asked} of {found} questions", self.out.display()));
        Exit::Well
    }

    fn supplied(&self) -> Result<Supplied, Problem> {
        let words = self.words.as_ref().map(|path| read(path)).transpose()?.unwrap_or_default();
        let words = words.lines().map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, more) in &self.values {
            values.entry(name.clone()).or_default().extend(more.iter().cloned());
        }
        Ok(Supplied { values, words, among: self.among.clone(), rows: self.rows })
    }
}

/// Lists the notes, those that say the same together.
fn tell(imported: &Imported) {
    for kind in NoteKind::ALL {
        let groups = grouped(&imported.notes, kind);
        if groups.is_empty() {
            continue;
        }
        console::say(&format!("{} ({}):", kind.heading(), groups.iter().map(|(_, notes)| notes.len()).sum::<usize>()));
        for (what, notes) in groups {
            console::say(&format!("  {what}"));
            // As many places on a line as fit.
            let mut line = String::new();
            for note in notes {
                let place = format!("{}:{} {}", note.file, note.line, note.question);
                if !line.is_empty() && line.len() + place.len() + 6 > console::width() {
                    console::say(&format!("    {line},"));
                    line.clear();
                }
                line = if line.is_empty() { place } else { format!("{line}, {place}") };
            }
            console::say(&format!("    {line}"));
        }
    }
}

fn read(path: &Path) -> Result<String, Problem> {
    let file = path.display().to_string();
    let unreadable = |message: String| Problem::SourceUnreadable { file: file.clone(), message };
    let size = path.metadata().map_err(|error| unreadable(error.to_string()))?.len();
    if size > MAX_BYTES {
        return Err(unreadable(format!("it has {size} bytes, and {MAX_BYTES} are the most that are read")));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line =
            error.as_bytes().iter().take(error.utf8_error().valid_up_to()).filter(|byte| **byte == b'\n').count();
        unreadable(format!("line {} is not UTF-8", line + 1))
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Writes the spec, in place of an earlier one as a whole or not at all.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if path.exists() {
        return files::replace(path, text);
    }
    fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

fn refused(problem: Problem, exit: Exit) -> Exit {
    console::show(&[Diagnostic::new(problem)], &Sources::default());
    exit
}
