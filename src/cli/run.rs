use std::path::{Path, PathBuf};

use clap::Args;
use introspec::answers::{Inquiry, RoleMissing, Shard, Store, StoreError};
use introspec::artifacts::JsonStyle;
use introspec::configuration::Configuration;
use introspec::diagnostic::{Diagnostic, Problem, nearest};
use introspec::spec::Experiment;
use introspec::text::Sources;
use tokio_util::sync::CancellationToken;

use super::asking::Asking;
use super::exit::Exit;
use super::limits::{self, LimitArguments};
use super::models::Models;
use super::record::{Record, State};
use super::spec::Checked;
use super::{SpecArguments, asked, build, console, log_file, report};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  introspec run risk.ispec --out out\n  \
    introspec run risk.ispec --out out --max-cost 20\n  \
    introspec run risk.ispec --out part-3 --shard 3/16      see `introspec merge`")]
pub(crate) struct Run {
    #[command(flatten)]
    spec: SpecArguments,
    /// The run's folder: its build, its answers and its report. The same command again asks only what is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The models, roles and trained runs [default: introspec.yaml beside the spec]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write what happens into this file, a JSON object a line: every failed attempt with its cause, every slowing
    /// down, every stop
    #[arg(long, value_name = "FILE")]
    log_file: Option<PathBuf>,
    /// The store that answers are taken from and put into, which several specs may share [default: DIR/answers.sqlite]
    #[arg(long, value_name = "PATH")]
    store: Option<PathBuf>,
    /// Ask only this part of the requests, such as 3/16; the report comes after `introspec merge`
    #[arg(long, value_name = "K/N", conflicts_with = "junit")]
    shard: Option<Shard>,
    #[command(flatten)]
    limits: LimitArguments,
    #[command(flatten)]
    verdicts: report::Verdicts,
}

impl Run {
    pub(crate) fn run(&self) -> Exit {
        self.all().unwrap_or_else(|exit| exit)
    }

    fn all(&self) -> Result<Exit, Exit> {
        log_file::start(self.log_file.as_deref())?;
        self.verdicts.clear()?;
        let checked = self.spec.whole()?;
        let configuration = configuration(&configuration_path(self.config.as_deref(), &self.spec.spec))?;
        let own = own_experiments(&checked, &self.spec.spec)?;
        let inquiries = own
            .iter()
            .map(|experiment| inquiry(&checked, experiment, &configuration))
            .collect::<Result<Vec<Inquiry<'_>>, Exit>>()?;
        build::write_if_changed(&checked, &self.out, JsonStyle::Compact)?;
        let mut record = Record::begin(&self.out, self.store.as_deref(), self.shard, asked::of(&inquiries, self.shard));
        let store = Store::of_run(&record.store(&self.out), &record.run).map_err(|error| store_failed(&error))?;
        let cancel = cancelled_by_signals();
        let budget = self.limits.budget(&limits::models_of(&inquiries), &store, &record.run, &cancel)?;
        record.write(&self.out)?;
        let asking = Asking::new(&store, Models::default(), cancel, Vec::new()).within(self.base(), budget);
        let asking = asking.part(self.shard);
        let exit = self.ask(&asking, &inquiries, &checked);
        record.state = match exit {
            Ok(Exit::BackendFailed) | Err(_) => State::Stopped,
            Ok(_) => State::Finished,
        };
        record.write(&self.out)?;
        exit
    }

    /// Asks every experiment and reports it; a part of a run is only asked.
    fn ask(&self, asking: &Asking<'_>, inquiries: &[Inquiry<'_>], checked: &Checked) -> Result<Exit, Exit> {
        let mut exit = Exit::Well;
        let mut all = Vec::new();
        for inquiry in inquiries {
            if asking.shard.is_some() {
                let (stopped, _) = asking.put(inquiry, checked)?;
                exit = exit.min(if stopped { Exit::BackendFailed } else { Exit::Well });
                continue;
            }
            let out = if inquiries.len() == 1 { self.out.clone() } else { self.out.join(&inquiry.experiment.name) };
            let (found, results) = asking.experiment(inquiry, checked, Some(&out))?;
            exit = exit.min(found);
            all.push(results);
        }
        if let Some(shard) = asking.shard {
            let out = self.out.display();
            console::say(&format!(
                "{out} has the answers of part {shard}. The report comes when the parts are merged:"
            ));
            console::say(&format!("  introspec merge OUT {out} ...        and the same run with `--out OUT`"));
            return Ok(exit);
        }
        self.verdicts.write(&all)?;
        Ok(exit)
    }

    /// The folder that paths in the configuration count from.
    fn base(&self) -> PathBuf {
        let file = configuration_path(self.config.as_deref(), &self.spec.spec);
        file.parent().map(Path::to_path_buf).unwrap_or_default()
    }
}

/// Returns the experiments of the spec's own file.
pub(crate) fn own_experiments<'c>(checked: &'c Checked, spec: &Path) -> Result<Vec<&'c Experiment>, Exit> {
    let own: Vec<&Experiment> = checked.spec.experiments.iter().filter(|experiment| experiment.own).collect();
    if own.is_empty() {
        let file = spec.display().to_string();
        return Err(wrong(&[Diagnostic::new(Problem::NothingToRun { file })], &checked.sources));
    }
    Ok(own)
}

/// Returns where the configuration stands: where it was said, or beside the spec.
pub(crate) fn configuration_path(config: Option<&Path>, spec: &Path) -> PathBuf {
    config.map_or_else(|| spec.with_file_name("introspec.yaml"), Path::to_path_buf)
}

/// Reads a configuration, and shows what is wrong with it.
pub(crate) fn configuration(path: &Path) -> Result<Configuration, Exit> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let problem = match error.kind() {
            std::io::ErrorKind::NotFound => Problem::NoConfiguration { file: file.clone() },
            _ => Problem::Configuration {
                message: format!("`{file}` cannot be read: {error}"),
                help: Some("give a UTF-8 file that may be read, or another one with `--config`".to_owned()),
            },
        };
        wrong(&[Diagnostic::new(problem)], &Sources::default())
    })?;
    Configuration::read(&text, &file).map_err(|errors| {
        let diagnostics = errors.into_iter().map(|error| {
            let problem = Problem::Configuration { message: error.message, help: Some(error.help) };
            let diagnostic = Diagnostic::new(problem);
            match error.line {
                Some(line) => diagnostic.in_data(error.file, line),
                None => diagnostic.in_data(error.file, 1),
            }
        });
        wrong(&diagnostics.collect::<Vec<_>>(), &Sources::default())
    })
}

pub(crate) fn wrong(diagnostics: &[Diagnostic], sources: &Sources) -> Exit {
    console::show(diagnostics, sources);
    Exit::WrongSpec
}

pub(crate) fn store_failed(error: &StoreError) -> Exit {
    let problem = Problem::Store { message: error.to_string(), help: error.help().to_owned() };
    console::show(&[Diagnostic::new(problem)], &Sources::default());
    Exit::BackendFailed
}

/// Shows which roles the configuration gives no model.
pub(crate) fn no_roles(missing: Vec<RoleMissing>, configuration: &Configuration, sources: &Sources) -> Exit {
    let known: Vec<String> = configuration.roles.keys().cloned().collect();
    let diagnostics = missing.into_iter().map(|missing| {
        let nearest = nearest(&missing.role, known.iter().map(String::as_str)).map(str::to_owned);
        let problem = Problem::NoRole { role: missing.role, known: known.clone(), nearest };
        Diagnostic { span: missing.span, ..Diagnostic::new(problem) }
    });
    wrong(&diagnostics.collect::<Vec<_>>(), sources)
}

pub(crate) fn inquiry<'c>(
    checked: &'c Checked,
    experiment: &'c Experiment,
    configuration: &Configuration,
) -> Result<Inquiry<'c>, Exit> {
    let inquiry = Inquiry::new(&checked.spec, &checked.plan, experiment, configuration)
        .map_err(|missing| no_roles(missing, configuration, &checked.sources))?;
    let warnings: Vec<Diagnostic> = inquiry
        .without_runs
        .iter()
        .map(|(arm, _)| {
            let arm = &checked.spec[*arm];
            let diagnostic = Diagnostic::new(Problem::ArmWithoutRuns { arm: arm.name.clone() });
            Diagnostic { span: arm.span, ..diagnostic }
        })
        .collect();
    console::show(&warnings, &checked.sources);
    Ok(inquiry)
}

/// Ctrl-C and a request to end stop the run: what was answered is kept. A second one ends the process.
pub(crate) fn cancelled_by_signals() -> CancellationToken {
    let cancel = CancellationToken::new();
    let told = cancel.clone();
    let set = ctrlc::set_handler(move || {
        if told.is_cancelled() {
            std::process::exit(EXIT_OF_INTERRUPT);
        }
        told.cancel();
    });
    if let Err(error) = set {
        eprintln!("introspec: Ctrl-C will end the run at once ({error}); what was answered is kept all the same");
    }
    cancel
}

/// What shells give a process that an interrupt ended: 128 + 2.
const EXIT_OF_INTERRUPT: i32 = 130;
