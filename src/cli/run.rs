use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use clap::Args;
use introspec::answers::budget::Budget;
use introspec::answers::runner::{Job, Listener, Options, RunSummary};
use introspec::answers::{Answers, Ask, Identity, Inquiry, Posed, Progress, Respondent, Shard, Store, StoreError, ask};
use introspec::artifacts::JsonStyle;
use introspec::configuration::{Configuration, Model};
use introspec::diagnostic::{Diagnostic, Problem, nearest};
use introspec::estimates::{Setting, estimate};
use introspec::report::Results;
use introspec::requests::RequestProblem;
use introspec::scores::{Programs, ScoreError, Scored, score_each};
use introspec::spec::Experiment;
use introspec::text::Sources;
use tokio_util::sync::CancellationToken;

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
        let checked = self.spec.checked()?;
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
        let budget = self.limits.budget(&inquiries, &store, &record.run, &cancel)?;
        record.write(&self.out)?;
        let asking = Asking {
            base: self.base(),
            budget,
            shard: self.shard,
            ..Asking::new(&store, Models::default(), cancel, Vec::new())
        };
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

pub(crate) fn inquiry<'c>(
    checked: &'c Checked,
    experiment: &'c Experiment,
    configuration: &Configuration,
) -> Result<Inquiry<'c>, Exit> {
    let inquiry = Inquiry::new(&checked.spec, &checked.plan, experiment, configuration).map_err(|missing| {
        let known: Vec<String> = configuration.roles.keys().cloned().collect();
        let diagnostics = missing.into_iter().map(|missing| {
            let nearest = nearest(&missing.role, known.iter().map(String::as_str)).map(str::to_owned);
            let problem = Problem::NoRole { role: missing.role, known: known.clone(), nearest };
            let diagnostic = Diagnostic::new(problem);
            Diagnostic { span: missing.span, ..diagnostic }
        });
        wrong(&diagnostics.collect::<Vec<_>>(), &checked.sources)
    })?;
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

/// Asks experiments, and keeps what is answered.
pub(crate) struct Asking<'a> {
    store: &'a Store,
    cancel: CancellationToken,
    models: Models,
    base: PathBuf,
    /// What the run may spend, where that is limited.
    budget: Option<Arc<Budget>>,
    /// The part of the requests that is asked, where it is not all of them.
    shard: Option<Shard>,
    /// What the reader of every report should know.
    notes: Vec<String>,
}

impl<'a> Asking<'a> {
    /// Asks these models, and others that have to be opened, until `cancel` stops it.
    pub(crate) fn new(store: &'a Store, models: Models, cancel: CancellationToken, notes: Vec<String>) -> Self {
        Asking { store, cancel, models, base: PathBuf::new(), budget: None, shard: None, notes }
    }

    /// Asks an experiment, scores and estimates it, shows the report, and writes it into `out` where that is given.
    pub(crate) fn experiment(
        &self,
        inquiry: &Inquiry<'_>,
        checked: &Checked,
        out: Option<&Path>,
    ) -> Result<(Exit, Results), Exit> {
        let failed = |error: StoreError| store_failed(&error);
        let (stopped, notes) = self.put(inquiry, checked)?;
        let answers = Answers::open(self.store.path()).map_err(failed)?;
        let mut scores = report::ScoreFile::create(out);
        let scored = self.score(inquiry, &answers, &mut scores)?;
        scores.finish()?;
        let setting = Setting::of(inquiry, notes).with_agreement(scored.agreement);
        let results: Results = estimate(&scored.scores, &setting, scored.conversations);
        let verdicts = match out {
            Some(out) => report::publish(&results, out)?,
            None => report::show(&results),
        };
        let exit = if stopped { Exit::BackendFailed.min(verdicts) } else { verdicts };
        Ok((exit, results))
    }

    fn score(&self, inquiry: &Inquiry<'_>, answers: &Answers, scores: &mut report::ScoreFile) -> Result<Scored, Exit> {
        let command = std::env::current_exe().unwrap_or_default();
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let programs = Programs::new(&command, workers, self.cancel.clone());
        score_each(inquiry, answers, &programs, |answer| scores.add(answer)).map_err(|error| match error {
            ScoreError::Store(error) => store_failed(&error),
            ScoreError::Programs(error) => {
                let help = "the answers are kept: run the same command again".to_owned();
                let problem = Problem::Store { message: error.to_string(), help };
                console::show(&[Diagnostic::new(problem)], &Sources::default());
                Exit::BackendFailed
            }
        })
    }

    /// Asks an experiment. Returns whether a model was stopped, and what the reader of the report should know.
    fn put(&self, inquiry: &Inquiry<'_>, checked: &Checked) -> Result<(bool, Vec<String>), Exit> {
        inquiry.check().map_err(|problem| {
            let RequestProblem { span, message, place } = problem;
            let diagnostic = Diagnostic::at(span, Problem::ExpressionFailed { message, place });
            wrong(&[diagnostic], &checked.sources)
        })?;
        self.models.check(inquiry, &self.base, &checked.sources)?;
        let subjects = self.subjects(inquiry)?;
        let judged = self.judges(inquiry)?;
        if subjects.cancelled || judged.cancelled {
            return Err(self.cancelled());
        }
        let mut notes = self.notes.clone();
        let stopped = note_stopped([&subjects, &judged], &mut notes, &checked.sources);
        Ok((stopped, notes))
    }

    /// Says why everything stopped: at a limit, or by an interrupt.
    fn cancelled(&self) -> Exit {
        if let Some((budget, reached)) = self.budget.as_ref().and_then(|budget| Some((budget, budget.reached()?))) {
            limits::tell(reached, budget);
            return Exit::BackendFailed;
        }
        eprintln!("introspec: stopped. What was answered is kept: the same command goes on from here");
        Exit::Interrupted
    }

    /// Asks every subject every question. A model that stands for several subjects has one lane.
    fn subjects(&self, inquiry: &Inquiry<'_>) -> Result<RunSummary, Exit> {
        let mut models: Vec<&Model> = Vec::new();
        let of_subjects = inquiry.subjects.iter().map(|subject| &subject.model);
        for model in of_subjects.chain(inquiry.models_beside()) {
            if !models.iter().any(|known| Identity::of(known) == Identity::of(model)) {
                models.push(model);
            }
        }
        let shard = self.shard;
        let requests = if shard.is_some() { posed(inquiry, shard).count() as u64 } else { inquiry.requests() };
        let mut jobs = Vec::new();
        for model in models {
            let identity = Identity::of(model);
            let own: Vec<_> =
                inquiry.subjects.iter().filter(|subject| Identity::of(&subject.model) == identity).collect();
            // Where models answer beside questions, how many requests that is depends on who is asked.
            let total = (!inquiry.asks_beside()).then(|| requests * own.len() as u64);
            let asks = inquiry.subjects.iter().flat_map(move |subject| {
                let identity = identity.clone();
                let is_asked = own.iter().any(|own| std::ptr::eq(*own, subject)) || inquiry.asks_beside();
                let posed = is_asked.then(|| posed(inquiry, shard)).into_iter().flatten();
                posed.flat_map(move |posed| {
                    let asks = inquiry.asks(subject, &posed).into_iter();
                    asks.filter(|(answerer, _)| Identity::of(&answerer.model) == identity)
                        .map(|(_, ask)| ask)
                        .collect::<Vec<_>>()
                })
            });
            jobs.push(self.job(model, Box::new(asks), total)?);
        }
        self.ask(jobs)
    }

    /// Asks the judges about every text that the subjects gave.
    fn judges(&self, inquiry: &Inquiry<'_>) -> Result<RunSummary, Exit> {
        let unreadable: OnceLock<StoreError> = OnceLock::new();
        let mut jobs = Vec::new();
        for (role, model) in &inquiry.judges {
            // No request of the suite is a labelled item, so that one part of a run asks them all.
            let asks_labelled = self.shard.is_none_or(Shard::is_first);
            let labelled = if asks_labelled { inquiry.labelled_asks(role) } else { Vec::new() };
            let answers = Answers::open(self.store.path()).map_err(|error| store_failed(&error))?;
            let unreadable = &unreadable;
            let shard = self.shard;
            let answered = inquiry
                .subjects
                .iter()
                .flat_map(move |subject| posed(inquiry, shard).map(move |posed| (subject, posed)));
            let asks = answered.flat_map(move |(subject, posed)| {
                inquiry.judge_asks(subject, &posed, role, &answers).unwrap_or_else(|error| {
                    // Asks are drawn on another thread; what it cannot read is told when all have ended.
                    let _ = unreadable.set(error);
                    Vec::new()
                })
            });
            jobs.push(self.job(model, Box::new(labelled.into_iter().chain(asks)), None)?);
        }
        if self.cancel.is_cancelled() {
            return Ok(RunSummary::default());
        }
        let summary = self.ask(jobs)?;
        unreadable.get().map_or(Ok(summary), |error| Err(store_failed(error)))
    }

    /// Puts a model's asks into a job.
    fn job<'j>(
        &self,
        model: &Model,
        asks: Box<dyn Iterator<Item = Ask> + Send + 'j>,
        total: Option<u64>,
    ) -> Result<Job<'j>, Exit> {
        let mut backend = self.models.open(model, &self.base)?;
        if let Some(budget) = &self.budget {
            backend = budget.around(backend, model.price);
        }
        Ok(Job { respondent: Respondent::new(model, backend), asks, total })
    }

    fn ask(&self, jobs: Vec<Job<'_>>) -> Result<RunSummary, Exit> {
        if jobs.is_empty() {
            return Ok(RunSummary::default());
        }
        let listener: Arc<dyn Listener> = Arc::new(Progress::to_stderr());
        ask(jobs, self.store, &Options::default(), &listener, &self.cancel).map_err(|error| {
            let help =
                "make room on the disk or free the folder, and run the same command again: what was answered is kept";
            let problem = Problem::Store { message: error.to_string(), help: help.to_owned() };
            console::show(&[Diagnostic::new(problem)], &Sources::default());
            Exit::BackendFailed
        })
    }
}

/// Returns the prompts of an experiment, or of the part of it that is asked.
fn posed<'p>(inquiry: &Inquiry<'p>, shard: Option<Shard>) -> impl Iterator<Item = Posed<'p>> + use<'p> {
    inquiry.posed().filter(move |posed| shard.is_none_or(|shard| shard.holds(&posed.prompt.request.id)))
}

/// Says which models were stopped, and tells whether any was.
fn note_stopped(summaries: [&RunSummary; 2], notes: &mut Vec<String>, sources: &Sources) -> bool {
    let mut diagnostics = Vec::new();
    for summary in summaries.into_iter().flat_map(|summary| &summary.models) {
        if let Some(failure) = &summary.stopped {
            notes.push(format!("The model {} was stopped: {}", summary.model, failure.message));
            let (model, message) = (summary.model.clone(), failure.message.clone());
            diagnostics.push(Diagnostic::new(Problem::ModelStopped { model, message }));
        }
        if let Some(failure) = &summary.sampled {
            notes.push(format!(
                "The model {} gives no probabilities and was sampled: {}",
                summary.model, failure.message
            ));
        }
        if summary.failed > 0 && summary.stopped.is_none() {
            notes.push(format!(
                "{} requests to {} failed for good and count as errors: {}",
                summary.failed,
                summary.model,
                summary.failures()
            ));
        }
    }
    console::show(&diagnostics, sources);
    !diagnostics.is_empty()
}
