use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use introspec::diagnostic::{Diagnostic, Problem};
use introspec::report::{Results, Verdict, page, terminal};
use introspec::text::Sources;

use super::console;
use super::exit::Exit;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  introspec report out")]
pub(crate) struct Report {
    /// The folder of a finished run
    folder: PathBuf,
}

impl Report {
    pub(crate) fn run(&self) -> Exit {
        match read(&self.folder.join("results.json")) {
            Ok(results) => publish(&results, &self.folder).unwrap_or_else(|exit| exit),
            Err(exit) => exit,
        }
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

fn write(path: &Path, text: &str) -> Result<(), Exit> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| tempfile::Builder::new().prefix(".writing-").tempfile_in(folder))
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(path).map_err(|error| error.error)
        });
    written.map(|_| ()).map_err(|error| {
        let full = error.kind() == std::io::ErrorKind::StorageFull;
        let problem = Problem::CannotWrite { path: path.display().to_string(), message: error.to_string(), full };
        console::show(&[Diagnostic::new(problem)], &Sources::default());
        Exit::WrongSpec
    })
}
