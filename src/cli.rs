//! Commands: one file each. They open the doors to files, models and the terminal, and call the stages.

mod asked;
mod asking;
mod audit;
mod build;
mod cache;
mod check;
mod comparison;
mod console;
mod diff;
mod exit;
mod explain;
mod files;
mod fmt;
mod import;
mod limits;
mod log_file;
mod merge;
mod models;
mod new;
mod plan;
mod record;
mod report;
mod run;
mod sandbox;
mod simulate;
mod snap;
mod spec;
mod status;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// A language for experiments on what finetuned models know about themselves.
///
/// A spec says once what a behavior is. From it come training data that shows the behavior, the matched controls
/// that do not, the questions that ask a model about it, and the claims that decide whether it knows.
#[derive(Debug, Parser)]
#[command(name = "introspec", version, max_term_width = 100, after_help = exit::HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a small working spec folder to start from
    New(new::New),
    /// Check a spec: every name, type, variable, data row and claim, without asking any model
    Check(check::Check),
    /// Format specs: one way to write them, which changes nothing of what they build
    Fmt(fmt::Fmt),
    /// Write a spec that asks what question files of others ask (YAML of the paper's authors, or of llmcomp)
    Import(import::Import),
    Write(write::Write),
    /// Write a spec's training data and evaluation suites, with their manifest
    Build(build::Build),
    /// Say what a run will ask and cost, and what its claims can detect, before anything is spent
    Plan(plan::Plan),
    Snap(snap::Snap),
    Diff(diff::Diff),
    /// Ask the models, score their answers, and say which claims hold
    Run(run::Run),
    /// Say how a run stands, from another shell, while it goes on or after
    Status(status::Status),
    /// Join the answers of a run's parts, which `run --shard` asked for, into one folder
    Merge(merge::Merge),
    Cache(cache::Cache),
    /// Let planted subjects with known effects answer, without any model, and see what the claims would conclude
    Simulate(simulate::Simulate),
    /// Show the report of a finished run again, from its folder
    Report(report::Report),
    /// Look over training data that was made elsewhere: its form, its duplicates, its labels, its words
    Audit(audit::Audit),
    /// Explain a diagnostic, such as E0206, or a finding of an audit, such as A0301
    Explain(explain::Explain),
    /// Run Python that a model wrote, as a worker of `run`
    #[command(hide = true)]
    Sandbox(sandbox::Sandbox),
}

/// The spec that a command reads.
#[derive(Debug, Args)]
struct SpecArguments {
    /// The spec, a file that ends in .ispec
    spec: PathBuf,
    /// Another folder whose files the spec may read (repeatable)
    #[arg(long, value_name = "DIR")]
    include: Vec<PathBuf>,
}

pub(crate) fn main() -> ExitCode {
    let exit = match Cli::parse().command {
        Command::New(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Fmt(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Write(command) => command.run(),
        Command::Build(command) => command.run(),
        Command::Plan(command) => command.run(),
        Command::Snap(command) => command.run(),
        Command::Diff(command) => command.run(),
        Command::Run(command) => command.run(),
        Command::Status(command) => command.run(),
        Command::Merge(command) => command.run(),
        Command::Cache(command) => command.run(),
        Command::Simulate(command) => command.run(),
        Command::Report(command) => command.run(),
        Command::Audit(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Sandbox(_) => sandbox::Sandbox::run(),
    };
    exit.into()
}
