//! One mistake, one diagnostic: what only follows from another diagnostic is left out, and a name that is unknown
//! in several places is told once, with all of them.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Problem, Severity, has_errors};
use crate::text::{Sources, Span};

/// What a statement binds that is no `let`: unknown where the statement could not be read.
const BOUND: &[&str] = &["answer", "behavior", "message", "options", "persona", "reply"];

/// What reading the sources left behind.
pub(super) struct Unread {
    /// Every word of what could not be read. One of them may declare the name that something else misses.
    words: BTreeSet<String>,
    /// The declarations that lack something because of it.
    incomplete: Vec<Span>,
}

impl Unread {
    pub(super) fn new(sources: &Sources, unread: &[Span], incomplete: Vec<Span>) -> Unread {
        let words = unread.iter().flat_map(|span| words_of(sources.slice(*span))).map(str::to_owned).collect();
        Unread { words, incomplete }
    }

    /// Tells whether something could not be read in the declaration that a place is in.
    pub(super) fn is_incomplete(&self, place: Span) -> bool {
        self.incomplete
            .iter()
            .any(|whole| whole.source == place.source && whole.start <= place.start && place.end <= whole.end)
    }

    /// Leaves out what follows from something else. Warnings wait until there is no error: what nothing uses may
    /// be used by what could not be read.
    pub(super) fn settle(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let missed = missed(&diagnostics);
        let mut kept: Vec<Diagnostic> = Vec::new();
        for diagnostic in diagnostics {
            if self.follows(&diagnostic, &missed) {
                continue;
            }
            let same =
                kept.iter_mut().find(|known| is_of_a_name(&known.problem) && known.problem == diagnostic.problem);
            match (same, diagnostic.span) {
                (Some(known), Some(span)) if known.span != Some(span) => known.related.push((span, "and here".into())),
                (Some(_), _) => {}
                (None, _) => kept.push(diagnostic),
            }
        }
        if has_errors(&kept) {
            kept.retain(|diagnostic| diagnostic.severity() == Severity::Error);
        }
        kept
    }

    fn follows(&self, diagnostic: &Diagnostic, missed: &BTreeSet<String>) -> bool {
        let is_unread = |name: &str| self.words.contains(name);
        let is_missed = |name: &str| is_unread(name) || missed.contains(name);
        match &diagnostic.problem {
            Problem::Missing { .. }
            | Problem::ColumnWithoutRow { .. }
            | Problem::NoScore { .. }
            | Problem::NoParts { .. }
            | Problem::Repeated { .. }
            | Problem::UnusedJudge { .. }
            | Problem::UncoveredKeys { .. }
            | Problem::SettingWithoutTraining { .. } => diagnostic.span.is_some_and(|place| self.is_incomplete(place)),
            Problem::UnknownVariable { name, .. } if BOUND.contains(&name.as_str()) => {
                diagnostic.span.is_some_and(|place| self.is_incomplete(place))
            }
            Problem::UnknownName { name, .. } | Problem::UnknownVariable { name, .. } => is_unread(name),
            Problem::UnknownKey { key, .. } => is_unread(key),
            Problem::NotMeasured { name, .. } | Problem::NotRun { name, .. } => is_missed(name),
            Problem::ArmNotInExperiment { arm, .. } => is_missed(arm),
            Problem::UnknownConditionValue { value, .. } => is_missed(value),
            Problem::UnknownCondition { axis, .. } => is_missed(axis),
            _ => false,
        }
    }
}

/// Returns the names that are reported as unknown, and those that were probably meant.
fn missed(diagnostics: &[Diagnostic]) -> BTreeSet<String> {
    let mut missed = BTreeSet::new();
    for diagnostic in diagnostics {
        if let Problem::UnknownName { name, nearest, .. } = &diagnostic.problem {
            missed.insert(name.clone());
            missed.extend(nearest.clone());
        }
    }
    missed
}

/// Tells whether a problem is that of a name, wherever the name stands.
fn is_of_a_name(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::UnknownName { .. }
            | Problem::UnknownVariable { .. }
            | Problem::ColumnWithoutRow { .. }
            | Problem::UnknownMember { .. }
            | Problem::UnknownFilter { .. }
            | Problem::UnknownFunction { .. }
            | Problem::UnknownKeyword { .. }
            | Problem::UnknownLanguage { .. }
            | Problem::NotMeasured { .. }
            | Problem::NotRun { .. }
            | Problem::ArmNotInExperiment { .. }
            | Problem::UnknownCondition { .. }
            | Problem::UnknownConditionValue { .. }
    )
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}
