use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use introspec::artifacts::{self, Built, JsonStyle};
use introspec::exports::{Exports, Format};

use super::exit::Exit;
use super::spec::Checked;
use super::{SpecArguments, console};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  introspec build risk.ispec --out out")]
pub(crate) struct Build {
    #[command(flatten)]
    spec: SpecArguments,
    /// The folder to write to; an earlier build there is replaced once the new one is whole
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How the training files' JSON is written
    #[arg(long, value_name = "STYLE", default_value = "compact")]
    json_style: Style,
    /// Write the datasets for these trainers too, into exports/FORMAT: each with its configuration, and an error
    /// where the trainer would refuse a row
    #[arg(
        long,
        value_name = "FORMAT[,FORMAT]",
        value_delimiter = ',',
        value_parser = PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|name| name.parse::<Format>())
    )]
    format: Vec<Format>,
    /// The license that the huggingface export states, such as cc-by-4.0; it states none without
    #[arg(long, value_name = "ID")]
    license: Option<String>,
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
        let checked = match self.spec.whole() {
            Ok(checked) => checked,
            Err(exit) => return exit,
        };
        let exports = Exports { formats: self.format.clone(), license: self.license.clone() };
        match write_with(&checked, &self.out, self.json_style.into(), &exports) {
            Ok(built) => {
                describe(&built, &self.out);
                self.describe_exports(&built);
                Exit::Well
            }
            Err(exit) => exit,
        }
    }
}

impl Build {
    fn describe_exports(&self, built: &Built) {
        for format in &self.format {
            let files: Vec<_> = built.manifest.exports.iter().filter(|file| file.format == format.name()).collect();
            let rows: u64 = files.iter().map(|file| file.rows).sum();
            let folder = self.out.join("exports").join(format.name());
            let count = if files.len() == 1 { "1 file".to_owned() } else { format!("{} files", files.len()) };
            console::say(&format!("{}: {rows} rows in {count}, with what the trainer needs", folder.display()));
            let left_out =
                built.manifest.datasets.iter().filter(|dataset| files.iter().all(|file| file.dataset != dataset.name));
            for dataset in left_out {
                console::say(&format!("  without {}: it shows `ordinary` alone, which makes no pairs", dataset.name));
            }
        }
    }
}

/// Builds into a folder, unless just this build stands there already.
pub(crate) fn write_if_changed(checked: &Checked, out: &Path, style: JsonStyle) -> Result<Built, Exit> {
    match artifacts::current(&checked.spec, out) {
        Some(built) => Ok(built),
        None => write(checked, out, style),
    }
}

/// Builds into a folder, with a progress bar where there is a terminal and enough to do.
pub(crate) fn write(checked: &Checked, out: &Path, style: JsonStyle) -> Result<Built, Exit> {
    write_with(checked, out, style, &Exports::default())
}

fn write_with(checked: &Checked, out: &Path, style: JsonStyle, exports: &Exports) -> Result<Built, Exit> {
    let rows: u64 = checked.plan.datasets.iter().map(|dataset| dataset.rows).sum();
    let requests: u64 = checked.plan.suites.iter().filter(|suite| suite.own).map(|suite| suite.requests).sum();
    let bar = if rows + requests > 200_000 { ProgressBar::new(rows + requests) } else { ProgressBar::hidden() };
    if let Ok(look) = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}") {
        bar.set_style(look);
    }
    bar.set_message("building");
    let built = artifacts::build_with(&checked.spec, &checked.plan, out, style, exports, &|done| bar.inc(done));
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
