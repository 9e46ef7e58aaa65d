use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use clap::Args;
use introspec::diagnostic::{Diagnostic, Problem};
use introspec::report::{Kept, Results, Verdict, inspect, junit, page_of, terminal, write_parquet};
use introspec::scores::ScoredAnswer;
use introspec::text::Sources;
use tempfile::NamedTempFile;

use super::console;
use super::exit::Exit;

/// The file of a run's scored answers, one a line.
const SCORES: &str = "scores.jsonl";

#[derive(Debug, Args)]
#[command(
    long_about = "Write a finished run's report again, and its scores for other tools\n\nReads `results.json` and \
                  `scores.jsonl` in the run's folder, shows every number, and writes `report.html`. With `--parquet` or \
                  `--inspect`, also writes every scored answer to a file.",
    after_help = "Examples:\n  introspec report out\n  introspec report out --junit claims.xml\n  \
                  introspec report out --parquet scores.parquet\n  \
                  introspec report out --inspect logs/risk.eval && inspect view --log-dir logs"
)]
pub(crate) struct Report {
    /// The folder of a finished run
    folder: PathBuf,
    #[command(flatten)]
    verdicts: Verdicts,
    /// Also write the scores as Parquet, one row an answer
    #[arg(long, value_name = "FILE")]
    parquet: Option<PathBuf>,
    /// Also write the answers and their scores as an Inspect log
    #[arg(long, value_name = "FILE.eval")]
    inspect: Option<PathBuf>,
}

/// Where the verdicts are written for other programs.
#[derive(Debug, Args)]
pub(crate) struct Verdicts {
    /// Writes the verdicts as `JUnit` XML too. A claim that holds passed; one that is refuted or undecided did not
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

impl Verdicts {
    /// Takes away what an earlier run left, so that no verdict outlives its run.
    pub(crate) fn clear(&self) -> Result<(), Exit> {
        let Some(path) = &self.junit else { return Ok(()) };
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(cannot_write(path, &error)),
            _ => Ok(()),
        }
    }

    pub(crate) fn write(&self, results: &[Results]) -> Result<(), Exit> {
        self.junit.as_ref().map_or(Ok(()), |path| write(path, &junit(results)))
    }
}

impl Report {
    pub(crate) fn run(&self) -> Exit {
        self.all().unwrap_or_else(|exit| exit)
    }

    fn all(&self) -> Result<Exit, Exit> {
        self.verdicts.clear()?;
        let results = read(&self.folder.join("results.json"))?;
        let exit = publish(&results, &self.folder)?;
        if let Some(path) = &self.parquet {
            let rows = self.scores()?;
            let written = whole(path, |file| write_parquet(rows, file.try_clone()?));
            self.say(path, written, "rows")?;
        }
        if let Some(path) = &self.inspect {
            let created = self.created();
            let log = inspect::Log { results: &results, created: &created };
            let answers = self.scores()?;
            self.say(path, whole(path, |file| inspect::write(&log, answers, file)), "samples")?;
        }
        self.verdicts.write(&[results])?;
        Ok(exit)
    }

    fn scores(&self) -> Result<impl Iterator<Item = io::Result<ScoredAnswer<'static>>> + use<>, Exit> {
        let path = self.folder.join(SCORES);
        scored(&path).map_err(|error| unreadable(&path, &error.to_string()))
    }

    fn say(&self, path: &Path, written: io::Result<u64>, what: &str) -> Result<(), Exit> {
        let count = written.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => unreadable(&self.folder.join(SCORES), &error.to_string()),
            _ => cannot_write(path, &error),
        })?;
        console::say(&format!("{} ({count} {what})", path.display()));
        Ok(())
    }

    /// When the results were written: a report that is made again bears the date of its run.
    fn created(&self) -> String {
        let modified = std::fs::metadata(self.folder.join("results.json")).and_then(|file| file.modified());
        let since = modified.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
        let time = chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        time.format("%Y-%m-%dT%H:%M:%S+00:00").to_string()
    }
}

fn read(path: &Path) -> Result<Results, Exit> {
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| unreadable(path, &format!("it holds no results: {error}")))
}

fn unreadable(path: &Path, message: &str) -> Exit {
    let help = "give the folder of a finished run, the one that `introspec run SPEC --out DIR` wrote".to_owned();
    let problem = Problem::Store { message: format!("`{}` cannot be read: {message}", path.display()), help };
    console::show(&[Diagnostic::new(problem)], &Sources::default());
    Exit::Usage
}

/// Reads scored answers line by line. What is no answer is an error of the kind `InvalidData`.
fn scored(path: &Path) -> io::Result<impl Iterator<Item = io::Result<ScoredAnswer<'static>>> + use<>> {
    let lines = BufReader::new(File::open(path)?).lines();
    Ok(lines.enumerate().map(|(index, line)| {
        serde_json::from_str(&line?).map_err(|error| {
            io::Error::new(io::ErrorKind::InvalidData, format!("line {} holds no answer: {error}", index + 1))
        })
    }))
}

/// The file of scored answers in the making. It takes the old one's place when it is whole.
#[derive(Debug)]
pub(crate) struct ScoreFile {
    path: PathBuf,
    /// Nothing where nothing is to be kept.
    file: io::Result<Option<io::BufWriter<NamedTempFile>>>,
}

impl ScoreFile {
    /// Begins the file of a run's folder; without a folder, what is added is not kept.
    pub(crate) fn create(out: Option<&Path>) -> ScoreFile {
        let path = out.map(|out| out.join(SCORES)).unwrap_or_default();
        let file = out.map(|_| beside(&path).map(io::BufWriter::new)).transpose();
        ScoreFile { path, file }
    }

    /// Adds an answer. What goes wrong is told at the end.
    pub(crate) fn add(&mut self, answer: &ScoredAnswer<'_>) {
        if let Ok(Some(file)) = &mut self.file {
            let written = serde_json::to_writer(&mut *file, answer).map_err(io::Error::from);
            if let Err(error) = written.and_then(|()| file.write_all(b"\n")) {
                self.file = Err(error);
            }
        }
    }

    pub(crate) fn finish(self) -> Result<(), Exit> {
        let kept = self.file.and_then(|file| match file {
            Some(file) => persist(file.into_inner().map_err(io::IntoInnerError::into_error)?, &self.path),
            None => Ok(()),
        });
        kept.map_err(|error| cannot_write(&self.path, &error))
    }
}

/// Writes `results.json` and `report.html` into a folder, each whole or not at all, shows the numbers, and returns
/// what the claims come to. The page's conversations are those of the folder's `scores.jsonl`, where there is one.
pub(crate) fn publish(results: &Results, out: &Path) -> Result<Exit, Exit> {
    let json = serde_json::to_string_pretty(results).unwrap_or_default();
    write(&out.join("results.json"), &format!("{json}\n"))?;
    let html = out.join("report.html");
    write(&html, &page_of(results, &kept(results, &out.join(SCORES))?))?;
    let exit = show(results);
    console::say(&format!("\n{}", html.display()));
    Ok(exit)
}

/// Shows the numbers, and returns what the claims come to.
pub(crate) fn show(results: &Results) -> Exit {
    console::say(terminal(results, console::width(), console::colours_output()).trim_end());
    let verdicts = results.claims.iter().map(|claim| match claim.verdict {
        Verdict::Refuted => Exit::Refuted,
        Verdict::Undecided => Exit::Undecided,
        Verdict::Holds => Exit::Well,
    });
    verdicts.min().unwrap_or(Exit::Well)
}

fn kept(results: &Results, path: &Path) -> Result<Kept, Exit> {
    let answers = match scored(path) {
        Ok(answers) => answers,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Kept::of_results(results)),
        Err(error) => return Err(unreadable(path, &error.to_string())),
    };
    let mut kept = Kept::default();
    for answer in answers {
        kept.add(&answer.map_err(|error| unreadable(path, &error.to_string()))?);
    }
    Ok(kept)
}

pub(crate) fn write(path: &Path, text: &str) -> Result<(), Exit> {
    whole(path, |file| file.write_all(text.as_bytes())).map_err(|error| cannot_write(path, &error))
}

/// Writes a file whole or not at all.
fn whole<T>(path: &Path, write: impl FnOnce(&mut File) -> io::Result<T>) -> io::Result<T> {
    let mut file = beside(path)?;
    let written = write(file.as_file_mut())?;
    persist(file, path)?;
    Ok(written)
}

fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".writing-");
    // What is written for good can be read by whom the system's mask lets read.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn persist(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
}

fn cannot_write(path: &Path, error: &io::Error) -> Exit {
    let full = error.kind() == io::ErrorKind::StorageFull;
    let problem = Problem::CannotWrite { path: path.display().to_string(), message: error.to_string(), full };
    console::show(&[Diagnostic::new(problem)], &Sources::default());
    Exit::WrongSpec
}
