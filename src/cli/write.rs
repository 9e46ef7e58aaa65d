use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use introspec::answers::writers::{read_replies, wanted_ask};
use introspec::answers::{Answers, Ask, Store, Usage, Writers};
use introspec::configuration::Model;
use introspec::diagnostic::{Diagnostic, Problem, has_errors};
use introspec::plan::{plan_with, written_tables};
use introspec::rows::asked_rows;
use introspec::spec::Spec;
use introspec::text::Sources;
use introspec::writing::{Bound, Made, Replies, Wanted, bounds, kept_replies, made_files, preview};

use super::asking::{Asking, note_stopped};
use super::exit::Exit;
use super::limits::LimitArguments;
use super::models::Models;
use super::run;
use super::spec::Resolved;
use super::{SpecArguments, console, log_file, report};

/// Have models write the rows that a spec leaves to them, and keep what they wrote beside it
///
/// Tables that a model writes or that dialogues become, and what templates ask for each row. What is kept, `written/`
/// beside the spec, is meant to be committed: builds are made from it alone. The same command again asks only what is
/// missing or has changed.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  introspec write risk.ispec --preview 3\n  introspec write risk.ispec --max-cost 20"
)]
pub(crate) struct Write {
    #[command(flatten)]
    spec: SpecArguments,
    /// Show so many rows of each table, and keep no file; what is asked for them is not asked again
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u64).range(1..))]
    preview: Option<u64>,
    /// Say what would be asked, and what it can cost, and ask nothing
    #[arg(long = "cost")]
    only_cost: bool,
    /// The models and roles [default: introspec.yaml beside the spec]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write what happens into this file, a JSON object a line
    #[arg(long, value_name = "FILE")]
    log_file: Option<PathBuf>,
    /// The store that replies are taken from and put into [default: written/answers.sqlite beside the spec]
    #[arg(long, value_name = "PATH")]
    store: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitArguments,
}

/// The folder beside a spec that holds what models wrote for it.
const KEPT: &str = "written";

impl Write {
    pub(crate) fn run(&self) -> Exit {
        self.all().unwrap_or_else(|exit| exit)
    }

    fn all(&self) -> Result<Exit, Exit> {
        log_file::start(self.log_file.as_deref())?;
        let resolved = self.spec.resolved()?;
        let (spec, sources) = (&resolved.spec, &resolved.sources);
        let path = run::configuration_path(self.config.as_deref(), &self.spec.spec);
        let configuration = run::configuration(&path)?;
        let writers =
            Writers::new(spec, &configuration).map_err(|missing| run::no_roles(missing, &configuration, sources))?;
        // A lock that cannot be read is written again: what the store has is not asked again.
        let (mut replies, unreadable) = kept_replies(spec);
        console::show(&unreadable, sources);
        replies.forget_failures();
        let mut wanted = self.wanted(&resolved, &replies)?;
        self.tell_cost(spec, &writers, &wanted);
        if self.only_cost {
            return Ok(Exit::Well);
        }
        if !wanted.is_empty() {
            let path = self.store();
            fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(|error| {
                let (path, message) = (path.display().to_string(), error.to_string());
                run::wrong(&[Diagnostic::new(Problem::CannotWrite { path, message, full: false })], sources)
            })?;
            if self.store.is_none() {
                leave_out_of_version_control(&path);
            }
            let name = self.name();
            let store = Store::of_run(&path, &name).map_err(|error| run::store_failed(&error))?;
            let cancel = run::cancelled_by_signals();
            let budget = self.limits.budget(&writers.models(), &store, &name, &cancel)?;
            let asking = Asking::new(&store, Models::default(), cancel, Vec::new()).within(self.base(), budget);
            while !wanted.is_empty() {
                self.ask(&asking, &writers, &wanted, &mut replies, sources)?;
                wanted = self.wanted(&resolved, &replies)?;
            }
        }
        self.finish(&resolved, &writers, &replies)
    }

    /// Returns what has to be asked next, each request once: of tables first, since datasets take rows from them.
    fn wanted(&self, resolved: &Resolved, replies: &Replies) -> Result<Vec<Wanted>, Exit> {
        let (spec, sources) = (&resolved.spec, &resolved.sources);
        let wrong = |diagnostics: Vec<Diagnostic>| run::wrong(&diagnostics, sources);
        let tables = written_tables(spec, replies, self.preview).map_err(wrong)?;
        let makings = tables.into_iter().filter_map(|table| table.making);
        let mut wanted: Vec<Wanted> = makings.flat_map(|making| making.wanted).collect();
        if wanted.is_empty() && self.preview.is_none() && !spec.dataset_locks.is_empty() {
            let plan = plan_with(spec, replies.clone()).map_err(wrong)?;
            for dataset in spec.dataset_locks.iter().flat_map(|lock| plan.datasets_of(spec, lock)) {
                let rows = asked_rows(spec, &plan, dataset).map_err(|problem| run::wrong(&[problem], sources))?;
                wanted.extend(rows.into_iter().flat_map(|row| row.asked.wanted));
            }
        }
        let mut seen = BTreeSet::new();
        wanted.retain(|wanted| seen.insert(wanted.digest.clone()));
        Ok(wanted)
    }

    /// Asks what is wanted, each model its own, and reads what they said.
    fn ask(
        &self,
        asking: &Asking<'_>,
        writers: &Writers,
        wanted: &[Wanted],
        replies: &mut Replies,
        sources: &Sources,
    ) -> Result<(), Exit> {
        let mut jobs = Vec::new();
        for (model, answering) in writers.by_model() {
            let is_asked = |wanted: &&Wanted| answering.contains(&wanted.by);
            let asks: Vec<Ask> = wanted.iter().filter(is_asked).map(wanted_ask).collect();
            if !asks.is_empty() {
                let total = Some(asks.len() as u64);
                jobs.push(asking.job(model, Box::new(asks.into_iter()), total)?);
            }
        }
        let summary = asking.ask(jobs)?;
        if summary.cancelled {
            return Err(asking.cancelled());
        }
        let stopped = note_stopped([&summary], &mut Vec::new(), sources);
        let answers = Answers::open(&self.store()).map_err(|error| run::store_failed(&error))?;
        let model = |by: &_| -> Option<&Model> { writers.model(by) };
        let missing = read_replies(wanted, &model, &answers, replies).map_err(|error| run::store_failed(&error))?;
        if stopped || missing > 0 {
            eprintln!("introspec: no file was written. What was answered is kept: the same command goes on from here");
            return Err(Exit::BackendFailed);
        }
        Ok(())
    }

    /// Keeps what was written, and says what became of it.
    fn finish(&self, resolved: &Resolved, writers: &Writers, replies: &Replies) -> Result<Exit, Exit> {
        let (spec, sources) = (&resolved.spec, &resolved.sources);
        if let Some(rows) = self.preview {
            let tables = written_tables(spec, replies, Some(rows)).map_err(|wrong| run::wrong(&wrong, sources))?;
            for line in preview(spec, &tables) {
                console::say(&line);
            }
            return Ok(Exit::Well);
        }
        let plan = plan_with(spec, replies.clone());
        let alone = match &plan {
            Ok(_) => Vec::new(),
            Err(_) => written_tables(spec, replies, None).map_err(|wrong| run::wrong(&wrong, sources))?,
        };
        let tables = plan.as_ref().map_or(&alone, |plan| &plan.tables);
        let files = made_files(spec, tables, plan.as_ref().ok(), replies, &writers.names(spec));
        let mut is_short = false;
        for Made { summary, files, short } in files {
            for (path, text) in files {
                if fs::read_to_string(&path).is_ok_and(|there| there == text) {
                    continue;
                }
                if let Some(folder) = path.parent() {
                    let _ = fs::create_dir_all(folder);
                }
                report::write(&path, &text)?;
            }
            for line in summary {
                console::say(&line);
            }
            is_short |= short;
        }
        match plan {
            Ok(_) if is_short => Ok(Exit::WrongSpec),
            Ok(_) => Ok(Exit::Well),
            Err(wrong) => {
                // The rows are written; what the spec makes of them is another matter.
                console::show(&wrong, sources);
                Ok(if has_errors(&wrong) { Exit::WrongSpec } else { Exit::Well })
            }
        }
    }

    fn tell_cost(&self, spec: &Spec, writers: &Writers, wanted: &[Wanted]) {
        let mut cost = Some(0.0);
        for Bound { what, by, least, most, prompt_tokens, completion_tokens, .. } in bounds(spec, wanted, self.preview)
        {
            let Some(model) = writers.model(&by) else { continue };
            let count = if least == most { format!("{most}") } else { format!("{least} to {most}") };
            let model_name = &model.name;
            console::say(&format!(
                "{what}: {count} requests to {model_name}, about {prompt_tokens} prompt and at most {completion_tokens} answer tokens"
            ));
            cost =
                cost.zip(model.price).map(|(cost, price)| cost + price.of(Usage { prompt_tokens, completion_tokens }));
        }
        match cost {
            Some(cost) if cost > 0.0 => {
                console::say(&format!("about {cost:.2} at most in all, by the prices of introspec.yaml"));
            }
            _ => {}
        }
    }

    fn store(&self) -> PathBuf {
        self.store.clone().unwrap_or_else(|| self.spec.spec.with_file_name(KEPT).join("answers.sqlite"))
    }

    /// The name under which a store keeps what is asked for this spec's rows.
    fn name(&self) -> String {
        let spec = self.spec.spec.canonicalize().unwrap_or_else(|_| self.spec.spec.clone());
        blake3::hash(format!("write\0{}", spec.display()).as_bytes()).to_hex().chars().take(16).collect()
    }

    fn base(&self) -> PathBuf {
        let file = run::configuration_path(self.config.as_deref(), &self.spec.spec);
        file.parent().map(Path::to_path_buf).unwrap_or_default()
    }
}

/// A store of replies is not for version control; the rows and the lock beside it are.
fn leave_out_of_version_control(store: &Path) {
    let ignore = store.with_file_name(".gitignore");
    if !ignore.exists() {
        // A folder that cannot be written to is told of when the store is made.
        let _ = fs::write(ignore, "/answers.sqlite*\n");
    }
}
