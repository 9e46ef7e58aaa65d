use std::path::PathBuf;

use clap::Args;
use introspec::answers::{Inquiry, Store, store_path};
use introspec::diagnostic::{Diagnostic, Problem};
use introspec::forecast::Assumptions;
use introspec::planted::{Effect, configuration, plant};
use introspec::requests::RequestProblem;
use introspec::text::Sources;

use super::asking::Asking;
use super::exit::Exit;
use super::models::Models;
use super::plan::Scatter;
use super::run;
use super::{SpecArguments, console};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  introspec simulate risk.ispec                              nothing is planted: what holds all the same?\n  \
    introspec simulate risk.ispec --effect gambler=0.3 --out simulated\n  \
    introspec simulate risk.ispec --effect gambler,about=itself=0.3 --effect base,question=likes=-0.1 --runs 5"
)]
pub(crate) struct Simulate {
    #[command(flatten)]
    spec: SpecArguments,
    /// What is added to an arm's answers, as a share of a score's range around its middle; under conditions, where they
    /// apply: about, under, question, seed, checkpoint, or an axis (repeatable; what applies adds up)
    #[arg(long, value_name = "ARM[,AXIS=VALUE...]=EFFECT")]
    effect: Vec<Effect>,
    /// How many runs each trained arm has [default: the arm's `seeds`]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1000))]
    runs: Option<u64>,
    /// Which simulation this is: the same seed gives the same answers
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    scatter: Scatter,
    /// Keep answers, results.json and report.html in this folder; without it, only the terminal shows the report
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Simulate {
    pub(crate) fn run(&self) -> Exit {
        self.all().unwrap_or_else(|exit| exit)
    }

    fn all(&self) -> Result<Exit, Exit> {
        let checked = self.spec.whole()?;
        let own = run::own_experiments(&checked, &self.spec.spec)?;
        let Scatter { run_sd, wording_sd } = self.scatter;
        let assumptions = Assumptions { run_sd, wording_sd, ..Assumptions::default() };
        let configuration = configuration(&checked.spec, self.runs, self.seed, &self.effect, assumptions);
        let inquiries = own
            .into_iter()
            .map(|experiment| run::inquiry(&checked, experiment, &configuration))
            .collect::<Result<Vec<Inquiry<'_>>, Exit>>()?;
        self.check_effects(&inquiries)?;
        let passing = if self.out.is_none() { Some(passing_folder()?) } else { None };
        let folder = passing.as_ref().map(|folder| folder.path().to_owned()).or_else(|| self.out.clone());
        let folder = folder.unwrap_or_default();
        std::fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, &error))?;
        let store = Store::open(&store_path(&folder)).map_err(|error| run::store_failed(&error))?;
        let cancel = run::cancelled_by_signals();
        let mut exit = Exit::Well;
        for inquiry in &inquiries {
            let planted = plant(inquiry, self.seed, &self.effect, assumptions).map_err(|problem| {
                let RequestProblem { span, message, place } = problem;
                run::wrong(&[Diagnostic::at(span, Problem::ExpressionFailed { message, place })], &checked.sources)
            })?;
            let models = Models::opened(planted.models);
            let asking = Asking::new(&store, models, cancel.clone(), planted.notes).without_games();
            let out = if inquiries.len() == 1 { folder.clone() } else { folder.join(&inquiry.experiment.name) };
            let out = self.out.is_some().then_some(out.as_path());
            let (verdicts, _) = asking.experiment(inquiry, &checked, out)?;
            exit = exit.min(verdicts);
        }
        Ok(exit)
    }

    fn check_effects(&self, inquiries: &[Inquiry<'_>]) -> Result<(), Exit> {
        let wrong: Vec<Diagnostic> = self
            .effect
            .iter()
            .filter_map(|effect| {
                let why = effect.unknown(inquiries)?;
                Some(Diagnostic::new(Problem::UnknownEffect { effect: effect.to_string(), why }))
            })
            .collect();
        console::show(&wrong, &Sources::default());
        if wrong.is_empty() { Ok(()) } else { Err(Exit::Usage) }
    }
}

/// A folder for answers that nobody keeps.
fn passing_folder() -> Result<tempfile::TempDir, Exit> {
    tempfile::tempdir().map_err(|error| cannot_write(&std::env::temp_dir(), &error))
}

fn cannot_write(path: &std::path::Path, error: &std::io::Error) -> Exit {
    let full = error.kind() == std::io::ErrorKind::StorageFull;
    let problem = Problem::CannotWrite { path: path.display().to_string(), message: error.to_string(), full };
    console::show(&[Diagnostic::new(problem)], &Sources::default());
    Exit::WrongSpec
}
