use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use introspec::artifacts::{self, Built, JsonStyle};

use super::exit::Exit;
use super::spec::Checked;
use super::{SpecArguments, console};

#[derive(Debug, Args)]
pub(crate) struct Build {
    #[command(flatten)]
    spec: SpecArguments,
    /// The folder to write to; an earlier build there is replaced once the new one is whole
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How the training files' JSON is written
    #[arg(long, value_name = "STYLE", default_value = "compact")]
    json_style: Style,
}

/// How JSON is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Style {
    /// No spaces, UTF-8 as it is
    Compact,
    /// As Python's json.dumps writes by default: ASCII escapes, a space after `,` and `:`
    Python,
    /// The same with the line ends of Windows, where Python's text files have them
    PythonWindows,
}

impl From<Style> for JsonStyle {
    fn from(style: Style) -> JsonStyle {
        match style {
            Style::Compact => JsonStyle::Compact,
            Style::Python => JsonStyle::Python,
            Style::PythonWindows => JsonStyle::PythonWindows,
        }
    }
}

impl Build {
    pub(crate) fn run(&self) -> Exit {
        let checked = match self.spec.checked() {
            Ok(checked) => checked,
            Err(exit) => return exit,
        };
        match write(&checked, &self.out, self.json_style.into()) {
            Ok(built) => {
                describe(&built, &self.out);
                Exit::Well
            }
            Err(exit) => exit,
        }
    }
}

/// Builds into a folder, with a progress bar where there is a terminal and enough to do.
pub(crate) fn write(checked: &Checked, out: &Path, style: JsonStyle) -> Result<Built, Exit> {
    let rows: u64 = checked.plan.datasets.iter().map(|dataset| dataset.rows).sum();
    let requests: u64 = checked.plan.suites.iter().filter(|suite| suite.own).map(|suite| suite.requests).sum();
    let bar = if rows + requests > 200_000 { ProgressBar::new(rows + requests) } else { ProgressBar::hidden() };
    if let Ok(look) = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}") {
        bar.set_style(look);
    }
    bar.set_message("building");
    let built = artifacts::build(&checked.spec, &checked.plan, out, style, &|done| bar.inc(done));
    bar.finish_and_clear();
    built.map_err(|diagnostics| {
        console::show(&diagnostics, &checked.sources);
        Exit::WrongSpec
    })
}

fn describe(built: &Built, out: &Path) {
    let folder = out.display().to_string();
    for line in artifacts::summary(&built.manifest, &folder).lines() {
        console::say(line);
    }
}
