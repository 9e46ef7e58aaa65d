use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use introspec::answers::budget::Budget;
use introspec::answers::runner::{Job, Listener, Options, RunSummary};
use introspec::answers::writers::wanted_ask;
use introspec::answers::{
    Answers, Ask, Games, Identity, Inquiry, Posed, Progress, Respondent, Shard, Store, StoreError, ask,
};
use introspec::configuration::Model;
use introspec::diagnostic::{Diagnostic, Problem};
use introspec::estimates::{Setting, estimate};
use introspec::report::Results;
use introspec::requests::RequestProblem;
use introspec::scores::{Programs, ScoreError, Scored, score_each};
use introspec::text::{Sources, Span};
use tokio_util::sync::CancellationToken;

use super::exit::Exit;
use super::models::Models;
use super::run::{store_failed, wrong};
use super::spec::Checked;
use super::{console, limits, report};

/// Asks experiments, and keeps what is answered.
pub(crate) struct Asking<'a> {
    store: &'a Store,
    cancel: CancellationToken,
    models: Models,
    base: PathBuf,
    /// What the run may spend, where that is limited.
    budget: Option<Arc<Budget>>,
    /// The part of the requests that is asked, where it is not all of them.
    pub(crate) shard: Option<Shard>,
    /// What the reader of every report should know.
    notes: Vec<String>,
    /// Whether dialogues that stand for questions are played.
    plays: bool,
}

impl<'a> Asking<'a> {
    /// Asks these models, and others that have to be opened, until `cancel` stops it.
    pub(crate) fn new(store: &'a Store, models: Models, cancel: CancellationToken, notes: Vec<String>) -> Self {
        Asking { store, cancel, models, base: PathBuf::new(), budget: None, shard: None, notes, plays: true }
    }

    /// Plays no dialogues: planted subjects have nobody to play with.
    pub(crate) fn without_games(self) -> Asking<'a> {
        Asking { plays: false, ..self }
    }

    /// Asks this part of the requests alone.
    pub(crate) fn part(self, shard: Option<Shard>) -> Asking<'a> {
        Asking { shard, ..self }
    }

    /// Spends so much at most; paths in the configuration count from `base`.
    pub(crate) fn within(self, base: PathBuf, budget: Option<Arc<Budget>>) -> Asking<'a> {
        Asking { base, budget, ..self }
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
    pub(crate) fn put(&self, inquiry: &Inquiry<'_>, checked: &Checked) -> Result<(bool, Vec<String>), Exit> {
        inquiry.check().map_err(|problem| {
            let RequestProblem { span, message, place } = problem;
            let diagnostic = Diagnostic::at(span, Problem::ExpressionFailed { message, place });
            wrong(&[diagnostic], &checked.sources)
        })?;
        self.models.check(inquiry, &self.base, &checked.sources)?;
        let subjects = self.subjects(inquiry)?;
        let played = self.games(inquiry, checked)?;
        let judged = self.judges(inquiry)?;
        if subjects.cancelled || played.cancelled || judged.cancelled {
            return Err(self.cancelled());
        }
        let mut notes = self.notes.clone();
        let stopped = note_stopped([&subjects, &played, &judged], &mut notes, &checked.sources);
        if stopped {
            self.tell_batches();
        }
        Ok((stopped, notes))
    }

    /// Says why everything stopped: at a limit, or by an interrupt.
    pub(crate) fn cancelled(&self) -> Exit {
        if let Some((budget, reached)) = self.budget.as_ref().and_then(|budget| Some((budget, budget.reached()?))) {
            limits::tell(reached, budget);
            return Exit::BackendFailed;
        }
        eprintln!("introspec: stopped. What was answered is kept: the same command goes on from here");
        self.tell_batches();
        Exit::Interrupted
    }

    /// Says what goes on without this process.
    fn tell_batches(&self) {
        // A store that cannot be read has said so already.
        let open = self.store.reader().and_then(|answers| answers.batches(self.store.run())).unwrap_or_default();
        let count = open.iter().filter(|batch| batch.since_ms.is_some()).count();
        if count > 0 {
            eprintln!("introspec: {count} batches go on at their service, and the same command collects them");
        }
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
        let is_asked = |posed: &Posed<'_>| posed.question.play.is_none();
        let requests = match shard {
            Some(_) => posed(inquiry, shard).filter(is_asked).count() as u64,
            None => inquiry.requests(),
        };
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

    /// Plays every dialogue that stands for a question, turn by turn: all games side by side.
    fn games(&self, inquiry: &Inquiry<'_>, checked: &Checked) -> Result<RunSummary, Exit> {
        let mut all = RunSummary::default();
        if !self.plays || !inquiry.plays() || self.cancel.is_cancelled() {
            return Ok(all);
        }
        let failed = |(span, message): (Span, String)| {
            let problem = Problem::ExpressionFailed { message, place: "a game".to_owned() };
            wrong(&[Diagnostic::at(span, problem)], &checked.sources)
        };
        let shard = self.shard;
        let mut games = Games::new(inquiry, &|id| shard.is_none_or(|shard| shard.holds(id)));
        loop {
            let next = games.next_round().map_err(failed)?;
            if next.is_empty() {
                return Ok(all);
            }
            let mut jobs: Vec<(&Model, Vec<Ask>)> = Vec::new();
            for (model, wanted) in next {
                let ask = wanted_ask(wanted);
                match jobs.iter_mut().find(|(known, _)| Identity::of(known) == Identity::of(model)) {
                    Some((_, asks)) => asks.push(ask),
                    None => jobs.push((model, vec![ask])),
                }
            }
            let jobs = jobs.into_iter().map(|(model, asks)| {
                let total = Some(asks.len() as u64);
                self.job(model, Box::new(asks.into_iter()), total)
            });
            all.add(self.ask(jobs.collect::<Result<_, Exit>>()?)?);
            if all.cancelled {
                return Ok(all);
            }
            let answers = Answers::open(self.store.path()).map_err(|error| store_failed(&error))?;
            games.read(&answers).map_err(|error| store_failed(&error))?;
        }
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
    pub(crate) fn job<'j>(
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

    pub(crate) fn ask(&self, jobs: Vec<Job<'_>>) -> Result<RunSummary, Exit> {
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
pub(crate) fn note_stopped<const N: usize>(
    summaries: [&RunSummary; N],
    notes: &mut Vec<String>,
    sources: &Sources,
) -> bool {
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
