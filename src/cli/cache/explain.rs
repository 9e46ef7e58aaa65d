use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use introspec::answers::store::{Difference, Explained};
use introspec::answers::{Answers, Identity, Inquiry, Posed, Subject};
use introspec::diagnostic::{Diagnostic, Problem, nearest};
use introspec::text::Sources;

use super::Which;
use crate::cli::exit::Exit;
use crate::cli::{SpecArguments, console, run};

/// Say why a request of a suite is answered from the store, or is not: down to the field in which the nearest stored
/// request differs
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  introspec cache explain prefers/1/itself/none/w1 risk.ispec --out out\n\n\
    The ids stand in suites/NAME.jsonl of a build.")]
pub(super) struct Explain {
    /// The request's id
    id: String,
    #[command(flatten)]
    spec: SpecArguments,
    #[command(flatten)]
    which: Which,
    /// The models, roles and trained runs [default: introspec.yaml beside the spec]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// How many bytes around a difference are shown.
const AROUND: usize = 30;

impl Explain {
    pub(super) fn all(&self) -> Result<Exit, Exit> {
        let checked = self.spec.whole()?;
        let configuration = run::configuration(&run::configuration_path(self.config.as_deref(), &self.spec.spec))?;
        let answers = self.which.open()?;
        let mut found = false;
        let mut ids: Vec<String> = Vec::new();
        for experiment in run::own_experiments(&checked, &self.spec.spec)? {
            let inquiry = run::inquiry(&checked, experiment, &configuration)?;
            for posed in inquiry.posed() {
                if posed.prompt.request.id == self.id {
                    found = true;
                    one(&inquiry, &posed, &answers)?;
                } else if !found {
                    ids.push(posed.prompt.request.id);
                }
            }
        }
        if found {
            return Ok(Exit::Well);
        }
        let nearest = nearest(&self.id, ids.iter().map(String::as_str)).map(str::to_owned);
        let problem = Problem::UnknownRequest { id: self.id.clone(), nearest };
        console::show(&[Diagnostic::new(problem)], &Sources::default());
        Err(Exit::Usage)
    }
}

/// Explains one request for every subject, and what judges are asked about the answers.
fn one(inquiry: &Inquiry<'_>, posed: &Posed<'_>, answers: &Answers) -> Result<(), Exit> {
    let failed = |error| run::store_failed(&error);
    console::say(&format!("{}, suite {}", posed.prompt.request.id, posed.suite.name));
    for subject in &inquiry.subjects {
        let identity = Arc::new(Identity::of(&subject.model));
        let explained = answers.explain(&inquiry.ask(subject, posed), &identity).map_err(failed)?;
        console::say(&format!("\n{}", name_of(inquiry, subject)));
        tell(&explained);
        for (role, model) in &inquiry.judges {
            let asks = inquiry.judge_asks(subject, posed, role, answers).map_err(failed)?;
            let judge = Arc::new(Identity::of(model));
            let mut verdicts = 0;
            for ask in &asks {
                let given = answers.answers(ask, &judge).map_err(failed)?;
                verdicts += usize::from(given.samples.iter().flatten().any(Result::is_ok));
            }
            if !asks.is_empty() {
                console::say(&format!("  judged by {role}: {verdicts} of {} verdicts are stored", asks.len()));
            }
        }
    }
    Ok(())
}

fn name_of(inquiry: &Inquiry<'_>, subject: &Subject) -> String {
    let (arm, model) = (&inquiry.spec[subject.arm].name, &subject.model.name);
    if arm == model { arm.clone() } else { format!("{arm}, model {model}") }
}

fn tell(explained: &Explained) {
    match explained {
        Explained::Stored { request, method, answered, wanted, failed } => {
            if answered == wanted {
                console::say(&format!("  answered from the store: {answered} of {wanted}, read as {method}"));
            } else {
                let left = wanted - answered;
                console::say(&format!("  in part: {answered} of {wanted}, read as {method}; {left} will be asked for"));
            }
            console::say(&format!("  stored as {request}"));
            if let Some(failure) = failed {
                console::say(&format!("  failed before, and failures are never reused: {}", failure.message));
            }
        }
        Explained::Absent { request, nearest } => {
            console::say("  will be asked: nothing is stored under its key");
            console::say(&format!("  its key is {request}"));
            let Some(nearest) = nearest else {
                console::say("  the store has no answers at all");
                return;
            };
            console::say(&format!("  the nearest request with answers, {}, differs in", nearest.request));
            for difference in &nearest.differences {
                console::say(&format!("    {}", written(difference)));
            }
        }
    }
}

/// A difference on one line; of long texts, the place where they part.
fn written(difference: &Difference) -> String {
    let Difference { field, wanted, stored } = difference;
    let (Some(wanted), Some(stored)) = (wanted, stored) else {
        let shown = |text: &Option<String>| text.as_deref().map_or("nothing".to_owned(), |text| cut(text, 0));
        return format!("{field}: {} here, {} there", shown(wanted), shown(stored));
    };
    let alike: usize = wanted.chars().zip(stored.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    format!("{field}: {} here, {} there", cut(wanted, alike), cut(stored, alike))
}

/// A text as a quoted piece around `at`, which is the start of a character.
fn cut(text: &str, at: usize) -> String {
    let start = text.floor_char_boundary(at.saturating_sub(AROUND));
    let end = text.floor_char_boundary((at + AROUND).min(text.len()));
    let piece = text.get(start..end).unwrap_or(text);
    let (before, after) = (if start > 0 { "…" } else { "" }, if end < text.len() { "…" } else { "" });
    format!("{before}{piece:?}{after}")
}
