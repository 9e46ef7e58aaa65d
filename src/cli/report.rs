use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use introspec::diagnostic::{Diagnostic, Problem};
use introspec::report::{Results, Verdict, junit, page, terminal};
use introspec::text::Sources;

use super::console;
use super::exit::Exit;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  introspec report out\n  introspec report out --junit claims.xml")]
pub(crate) struct Report {
    /// The folder of a finished run
    folder: PathBuf,
    #[command(flatten)]
    verdicts: Verdicts,
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
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(cannot_write(path, &error)),
            _ => Ok(()),
        }
    }

    pub(crate) fn write(&self, results: &[Results]) -> Result<(), Exit> {
        self.junit.as_ref().map_or(Ok(()), |path| write(path, &junit(results)))
    }
}

impl Report {
    pub(crate) fn run(&self) -> Exit {
        self.shown().unwrap_or_else(|exit| exit)
    }

    fn shown(&self) -> Result<Exit, Exit> {
        self.verdicts.clear()?;
        let results = read(&self.folder.join("results.json"))?;
        let exit = publish(&results, &self.folder)?;
        self.verdicts.write(&[results])?;
        Ok(exit)
    }
}

fn read(path: &Path) -> Result<Results, Exit> {
    let file = path.display().to_string();
    let failed = |message: String| {
        let help = "give the folder of a finished run, the one that `introspec run SPEC --out DIR` wrote".to_owned();
        let problem = Problem::Store { message: format!("`{file}` cannot be read: {message}"), help };
        console::show(&[Diagnostic::new(problem)], &Sources::default());
        Exit::Usage
    };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| failed(format!("it holds no results: {error}")))
}

/// Writes `results.json` and `report.html` into a folder, each whole or not at all, shows the numbers, and returns
/// what the claims come to.
pub(crate) fn publish(results: &Results, out: &Path) -> Result<Exit, Exit> {
    let json = serde_json::to_string_pretty(results).unwrap_or_default();
    write(&out.join("results.json"), &format!("{json}\n"))?;
    let html = out.join("report.html");
    write(&html, &page(results))?;
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

pub(crate) fn write(path: &Path, text: &str) -> Result<(), Exit> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| tempfile::Builder::new().prefix(".writing-").tempfile_in(folder))
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(path).map_err(|error| error.error)
        });
    written.map(|_| ()).map_err(|error| cannot_write(path, &error))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Exit {
    let full = error.kind() == std::io::ErrorKind::StorageFull;
    let problem = Problem::CannotWrite { path: path.display().to_string(), message: error.to_string(), full };
    console::show(&[Diagnostic::new(problem)], &Sources::default());
    Exit::WrongSpec
}
