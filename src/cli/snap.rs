mod specs;

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use introspec::artifacts::WriteProblem;
use introspec::diagnostic::Problem;
use introspec::snapshots::{Changes, MAX_WHOLE_BYTES, Snapshot, accept, compare, prose};
use serde::Serialize;

use super::comparison::{Opened, width, wrong};
use super::console;
use super::exit::Exit;
use specs::{Accepted, accepted_alone, find};

/// Compare what specs build with what was last accepted, and say what changed
///
/// Builds each spec into a temporary folder and holds it against golden/NAME, where NAME is the name of the spec's file:
/// rows by template, behavior and trigger, answers, draws, wordings, requests, settings. Without SPEC, all specs in
/// specs/. The golden folder is the nearest one at or above a spec, or else one beside specs/. No model is asked.
///
/// Exit status 0 where all is as accepted, 5 where something differs, 1 where a spec is wrong.
///
/// A dataset, sidecar or suite of more than 2 MiB is accepted as digests and counts: changes are still counted, and the
/// earlier texts are not shown.
#[derive(Debug, Args)]
pub(crate) struct Snap {
    /// Specs, or folders of specs: every NAME/NAME.ispec in them [default: specs]
    #[arg(value_name = "SPEC")]
    specs: Vec<PathBuf>,
    /// Another folder whose files the specs may read (repeatable)
    #[arg(long, value_name = "DIR")]
    include: Vec<PathBuf>,
    /// Where accepted builds are kept [default: the nearest folder called golden]
    #[arg(long, value_name = "DIR")]
    golden: Option<PathBuf>,
    /// Take what is built now as accepted
    #[arg(long, conflicts_with = "check")]
    accept: bool,
    /// Only compare, and never ask: for CI
    #[arg(long)]
    check: bool,
    /// Write the differences as one JSON object
    #[arg(long, conflicts_with = "accept")]
    json: bool,
}

/// What comparing one spec came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Same,
    Differs,
    /// Nothing was accepted yet.
    New,
    /// Accepted, and there is no spec of this name any more.
    Gone,
    /// The spec is wrong, or what was accepted cannot be read.
    Wrong,
}

/// One spec, compared.
#[derive(Serialize)]
struct Compared {
    #[serde(flatten)]
    spec: Accepted,
    state: State,
    #[serde(skip_serializing_if = "Changes::is_empty")]
    changes: Changes,
    #[serde(skip)]
    built: Option<Opened>,
    #[serde(skip)]
    exit: Exit,
}

impl Snap {
    pub(crate) fn run(&self) -> Exit {
        let found = match find(&self.specs, self.golden.as_deref()) {
            Ok(found) => found,
            Err(problem) => return wrong(problem, Exit::Usage),
        };
        let mut compared: Vec<Compared> = found.into_iter().map(|spec| self.compare(spec)).collect();
        let specs: Vec<&Accepted> = compared.iter().map(|one| &one.spec).collect();
        let alone = accepted_alone(&self.specs, &specs);
        compared.extend(alone.into_iter().map(|spec| Compared {
            spec,
            state: State::Gone,
            changes: Changes::default(),
            built: None,
            exit: Exit::SnapshotDiffers,
        }));
        let exit = compared.iter().map(|one| one.exit).min().unwrap_or(Exit::Well);
        if self.json {
            let object = serde_json::json!({ "same": exit == Exit::Well, "specs": compared });
            console::say(&serde_json::to_string_pretty(&object).unwrap_or_default());
            return exit;
        }
        for one in &compared {
            show(one);
        }
        let open: Vec<&Compared> = compared.iter().filter(|one| one.exit == Exit::SnapshotDiffers).collect();
        if open.is_empty() {
            return exit;
        }
        if self.accept || (!self.check && agrees()) {
            let accepted = open.into_iter().map(take).min().unwrap_or(Exit::Well);
            let others = compared.iter().map(|one| one.exit).filter(|exit| *exit != Exit::SnapshotDiffers);
            return others.min().unwrap_or(Exit::Well).min(accepted);
        }
        console::say(&format!(
            "{} of {} from what was accepted; if that is meant, accept it: `{}`",
            open.len(),
            match (compared.len(), open.len()) {
                (1, _) => "1 spec differs".into(),
                (all, 1) => format!("{all} specs differs"),
                (all, _) => format!("{all} specs differ"),
            },
            self.accepting()
        ));
        exit
    }

    fn compare(&self, spec: Accepted) -> Compared {
        let done = |spec, state, changes, built, exit| Compared { spec, state, changes, built, exit };
        let built = match Opened::spec(&spec.spec, &self.include) {
            Ok(built) => built,
            Err(exit) => return done(spec, State::Wrong, Changes::default(), None, exit),
        };
        if !Snapshot::is_at(&spec.golden) {
            let problem = Problem::NotAccepted {
                name: spec.name.clone(),
                golden: spec.golden.display().to_string(),
                accept: format!("introspec snap --accept {}", spec.spec.display()),
            };
            if !self.accept {
                wrong(problem, Exit::SnapshotDiffers);
            }
            return done(spec, State::New, Changes::default(), Some(built), Exit::SnapshotDiffers);
        }
        match Opened::folder(&spec.golden) {
            Ok(accepted) => {
                let changes = compare(&accepted.snapshot, &built.snapshot);
                let (state, exit) = if changes.is_empty() {
                    (State::Same, Exit::Well)
                } else {
                    (State::Differs, Exit::SnapshotDiffers)
                };
                done(spec, state, changes, Some(built), exit)
            }
            // What cannot be read can be accepted anew.
            Err(exit) => done(
                spec,
                State::Wrong,
                Changes::default(),
                Some(built),
                if self.accept { Exit::SnapshotDiffers } else { exit },
            ),
        }
    }

    /// The same command with `--accept`.
    fn accepting(&self) -> String {
        let mut words = vec!["introspec snap --accept".to_owned()];
        words.extend(self.specs.iter().map(|spec| spec.display().to_string()));
        words.extend(self.include.iter().map(|folder| format!("--include {}", folder.display())));
        words.extend(self.golden.iter().map(|folder| format!("--golden {}", folder.display())));
        words.join(" ")
    }
}

fn show(one: &Compared) {
    let (name, golden) = (&one.spec.name, one.spec.golden.display());
    match one.state {
        State::Same => console::say(&format!("{name}: as accepted")),
        State::New => console::say(&format!("{name}: nothing was accepted yet")),
        State::Gone => console::say(&format!("{name}: accepted in {golden}, and there is no such spec")),
        State::Wrong => console::say(&format!("{name}: not compared")),
        State::Differs => {
            console::say(&format!("{name}: differs from {golden}"));
            let text = prose(&one.changes, width().saturating_sub(2), console::colours_output());
            for line in text.lines() {
                console::say(&format!("  {line}"));
            }
            console::say("");
        }
    }
}

/// Asks whether to accept, where somebody is there to answer.
fn agrees() -> bool {
    let (stdin, mut stdout) = (std::io::stdin(), std::io::stdout());
    if !stdin.is_terminal() || !stdout.is_terminal() {
        return false;
    }
    let _ = write!(stdout, "Accept what is built now? [y/N] ").and_then(|()| stdout.flush());
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

/// Takes what a spec builds now as accepted.
fn take(one: &Compared) -> Exit {
    let (name, golden) = (&one.spec.name, &one.spec.golden);
    let taken = match &one.built {
        Some(built) => accept(&built.snapshot, &built.folder, golden),
        None => std::fs::remove_dir_all(golden).map_err(|error| WriteProblem::new(golden, &error)),
    };
    if let Err(WriteProblem { path, message, full }) = taken {
        return wrong(Problem::CannotWrite { path: path.display().to_string(), message, full }, Exit::WrongSpec);
    }
    if one.built.is_none() {
        console::say(&format!("{name}: removed {}", golden.display()));
        return Exit::Well;
    }
    console::say(&format!("{name}: accepted in {}", golden.display()));
    for kept in kept_as_digests(golden) {
        console::say(&format!("  {kept}: more than {} MiB, kept as digests and counts", MAX_WHOLE_BYTES >> 20));
    }
    Exit::Well
}

fn kept_as_digests(golden: &Path) -> Vec<String> {
    let read = Snapshot::read(golden).ok();
    read.iter().flat_map(Snapshot::summaries).map(str::to_owned).collect()
}
