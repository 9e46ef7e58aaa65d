use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use introspec::diagnostic::{Diagnostic, Problem, has_errors};
use introspec::format::{Change, changes, format};
use introspec::text::{Source, Sources};
use introspec::tree::parse;
use introspec::world::{FileProblem, Folder, MAX_SOURCE_BYTES, World as _};

use super::exit::Exit;
use super::{console, files};

/// The changed lines of a file that `--check` shows.
const SHOWN_CHANGES: usize = 6;

const HELP: &str = "\
Indents by two spaces a level, closes gaps, and keeps comments, line breaks, and the columns in which things were lined \
up. What a spec builds never changes: strings keep their values, and a file that cannot be read as a spec is left as \
it is, with what is wrong with it.

Examples:
  introspec fmt                        every spec below this folder
  introspec fmt risk.ispec specs/      one file, and a folder
  introspec fmt --check specs/         for CI: what would change, and nothing written
  introspec fmt - < risk.ispec         from standard input to standard output

Exit status: 0 all well, 1 a file cannot be read or, with --check, would change.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Fmt {
    /// Specs, or folders whose .ispec files are meant, those in folders below too; `-` is standard input
    #[arg(value_name = "FILE|DIR", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Write nothing: show what would change, and end with exit status 1 where anything would
    #[arg(long)]
    check: bool,
}

/// What became of the files.
#[derive(Debug, Default)]
struct Tally {
    files: usize,
    changed: usize,
    failed: usize,
}

impl Fmt {
    pub(crate) fn run(&self) -> Exit {
        if self.paths.iter().any(|path| path.as_os_str() == "-") {
            return self.standard_input();
        }
        let mut tally = Tally::default();
        for path in &self.paths {
            for found in specs(path) {
                match found {
                    Ok(file) => self.file(&file, &mut tally),
                    Err((folder, error)) => {
                        unreadable(&folder.display().to_string(), error.to_string());
                        tally.failed += 1;
                    }
                }
            }
        }
        console::say(&tally.sentence(self.check));
        if tally.failed > 0 || (self.check && tally.changed > 0) { Exit::WrongSpec } else { Exit::Well }
    }

    fn file(&self, path: &Path, tally: &mut Tally) {
        tally.files += 1;
        let name = path.display().to_string();
        let Some((text, formatted)) = read(path).and_then(|text| formatted(&name, text)) else {
            tally.failed += 1;
            return;
        };
        if formatted == text {
            return;
        }
        let changes = changes(&text, &formatted);
        if self.check {
            show(&name, &changes);
        } else if let Err(error) = files::replace(path, &formatted) {
            console::show(&[Diagnostic::new(files::cannot_write(path, &error))], &Sources::default());
            tally.failed += 1;
            return;
        } else {
            console::say(&format!("{name}: {} formatted", lines(changes.len())));
        }
        tally.changed += 1;
    }

    fn standard_input(&self) -> Exit {
        let name = "<standard input>";
        if self.paths.len() > 1 {
            eprintln!("error: `-` stands alone: standard input is one file");
            return Exit::Usage;
        }
        let mut text = String::new();
        let read = io::stdin().lock().take(MAX_SOURCE_BYTES + 1).read_to_string(&mut text);
        let problem = match read {
            Err(error) => Some(error.to_string()),
            Ok(_) if text.len() as u64 > MAX_SOURCE_BYTES => {
                Some(format!("it has more than {MAX_SOURCE_BYTES} bytes, the most that a spec has"))
            }
            Ok(_) => None,
        };
        if let Some(message) = problem {
            unreadable(name, message);
            return Exit::WrongSpec;
        }
        let Some((text, formatted)) = formatted(name, text) else { return Exit::WrongSpec };
        if !self.check {
            return match io::stdout().lock().write_all(formatted.as_bytes()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    let problem = files::cannot_write(Path::new("<standard output>"), &error);
                    console::show(&[Diagnostic::new(problem)], &Sources::default());
                    Exit::WrongSpec
                }
                _ => Exit::Well,
            };
        }
        if formatted == text {
            return Exit::Well;
        }
        show(name, &changes(&text, &formatted));
        Exit::WrongSpec
    }
}

impl Tally {
    fn sentence(&self, check: bool) -> String {
        let files = format!("{} {}", self.files, if self.files == 1 { "file" } else { "files" });
        let verb = if check { "would change" } else { "formatted" };
        let failed = if self.failed > 0 { format!(", {} left as they were", self.failed) } else { String::new() };
        format!("{files}: {} {verb}{failed}", self.changed)
    }
}

/// Returns the specs that a path means, in the order of their names, and the folders that cannot be read. What is no
/// folder is taken at its word.
fn specs(path: &Path) -> Vec<Result<PathBuf, (PathBuf, io::Error)>> {
    if !path.is_dir() {
        return vec![Ok(path.to_path_buf())];
    }
    let entries = fs::read_dir(path).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut entries: Vec<PathBuf> = match entries {
        Ok(entries) => entries,
        Err(error) => return vec![Err((path.to_path_buf(), error))],
    };
    entries.sort();
    let is_hidden = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let mut found = Vec::new();
    for entry in entries.into_iter().filter(|entry| !is_hidden(entry)) {
        if entry.is_dir() && !entry.is_symlink() {
            found.extend(specs(&entry));
        } else if entry.is_file() && entry.extension().is_some_and(|ending| ending == "ispec") {
            // `fmt` and `./fmt .` show the same names.
            found.push(Ok(entry.strip_prefix(".").map_or(entry.clone(), Path::to_path_buf)));
        }
    }
    found
}

/// Reads a file, or says why it cannot be read.
fn read(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // Links may lead out of the folder: the file was named by the caller, not by a spec.
    let target = path.canonicalize().ok().and_then(|path| path.parent().map(Path::to_path_buf));
    let problem = match Folder::new(folder, target.as_slice()).read(folder, &name, MAX_SOURCE_BYTES) {
        Ok(file) => return Some(file.text),
        Err(problem) => problem,
    };
    let message = match problem {
        FileProblem::NotFound | FileProblem::Outside => "there is no such file".into(),
        FileProblem::TooLarge { bytes, limit } => format!("it has {bytes} bytes, and a spec has {limit} at most"),
        FileProblem::NotUtf8 { line } => format!("line {line} is not UTF-8"),
        FileProblem::Unreadable { message } => message,
    };
    unreadable(&path.display().to_string(), message);
    None
}

fn unreadable(file: &str, message: String) {
    let problem = Problem::SourceUnreadable { file: file.into(), message };
    console::show(&[Diagnostic::new(problem)], &Sources::default());
}

/// Returns a text and its formatted text, or says why it is no spec.
fn formatted(name: &str, text: String) -> Option<(String, String)> {
    let mut sources = Sources::default();
    // Places are counted without the mark that an editor may put before the text.
    let id = sources.add(name, text.strip_prefix('\u{feff}').unwrap_or(&text));
    let source: &Source = sources.get(id)?;
    let (_, diagnostics) = parse(source);
    let result = if has_errors(&diagnostics) { Err(diagnostics) } else { format(source).map_err(|one| vec![one]) };
    match result {
        Ok(formatted) => Some((text, formatted)),
        Err(diagnostics) => {
            console::show(&diagnostics, &sources);
            None
        }
    }
}

fn lines(count: usize) -> String {
    format!("{count} {}", if count == 1 { "line" } else { "lines" })
}

/// Shows the first changed lines of a file.
fn show(name: &str, changes: &[Change]) {
    let (removed, added, plain) =
        if console::colours_output() { ("\x1b[31m", "\x1b[32m", "\x1b[0m") } else { ("", "", "") };
    console::say(&format!("{name}: {} would change", lines(changes.len())));
    for change in changes.iter().take(SHOWN_CHANGES) {
        console::say(&format!("{removed}{:>6} - {}{plain}", change.line, visible(&change.before)));
        if let Some(after) = &change.after {
            console::say(&format!("{added}{:>6} + {}{plain}", "", visible(after)));
        }
    }
    if changes.len() > SHOWN_CHANGES {
        console::say(&format!("{:>6}   and {} more", "", lines(changes.len() - SHOWN_CHANGES)));
    }
}

/// Writes a line so that what cannot be seen in it is seen: tabs, line ends, and blanks at its end.
fn visible(line: &str) -> String {
    let line_end = if line.ends_with(['\n', '\r']) { "" } else { " (no line end)" };
    let line = line.strip_suffix('\n').unwrap_or(line);
    let (text, blanks) = line.split_at(line.trim_end().len());
    format!("{text}{}{line_end}", blanks.replace(' ', "·"))
        .replace('\t', "⇥")
        .replace('\r', "␍")
        .replace('\u{feff}', "<BOM>")
}
