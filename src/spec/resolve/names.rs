use std::collections::{BTreeMap, BTreeSet};

use super::super::{ArmId, BehaviorId, ContextId, PersonaId, Spec};
use super::Resolver;
use crate::diagnostic::{Diagnostic, Kind, Problem, nearest};
use crate::text::{Sources, Span};
use crate::tree::{Declaration, Name};

/// All declared names, and which of them were used.
#[derive(Default)]
pub(super) struct Names {
    known: BTreeMap<(Kind, String), (usize, Option<Span>)>,
    counts: BTreeMap<Kind, usize>,
    used: BTreeSet<(Kind, String)>,
}

impl Names {
    fn add(&mut self, kind: Kind, name: &str, span: Option<Span>) -> Result<(), Option<Span>> {
        if let Some((_, first)) = self.known.get(&(kind, name.to_owned())) {
            return Err(*first);
        }
        let count = self.counts.entry(kind).or_default();
        self.known.insert((kind, name.to_owned()), (*count, span));
        *count += 1;
        Ok(())
    }

    pub(super) fn find(&self, kind: Kind, name: &str) -> Option<usize> {
        self.known.get(&(kind, name.to_owned())).map(|(index, _)| *index)
    }

    pub(super) fn mark(&mut self, kind: Kind, name: &str) {
        self.used.insert((kind, name.to_owned()));
    }

    pub(super) fn is_used(&self, kind: Kind, name: &str) -> bool {
        self.used.contains(&(kind, name.to_owned()))
    }

    /// Tells whether a declaration is the one that its name stands for, not a second one of that name.
    pub(super) fn is_first(&self, kind: Kind, name: &Name) -> bool {
        self.known.get(&(kind, name.value.clone())).is_some_and(|(_, span)| *span == Some(name.span))
    }

    pub(super) fn nearest(&self, kind: Kind, name: &str) -> Option<String> {
        nearest(name, self.all(kind)).map(str::to_owned)
    }

    pub(super) fn all(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.known.keys().filter(move |(known, _)| *known == kind).map(|(_, name)| name.as_str())
    }

    /// Returns what else a name stands for, if it does.
    pub(super) fn kind_of(&self, name: &str) -> Option<Kind> {
        self.known.keys().find(|(_, known)| known == name).map(|(kind, _)| *kind)
    }
}

impl Spec {
    /// A spec with nothing in it but what is built in.
    pub(super) fn empty(file: String) -> Spec {
        Spec {
            sources: Sources::default(),
            file,
            seed: 0,
            words: Vec::new(),
            behaviors: Vec::new(),
            personas: Vec::new(),
            contexts: Vec::new(),
            triggers: Vec::new(),
            tables: Vec::new(),
            instances: Vec::new(),
            dialogues: Vec::new(),
            dataset_locks: Vec::new(),
            templates: Vec::new(),
            datasets: Vec::new(),
            questions: Vec::new(),
            suites: Vec::new(),
            arms: Vec::new(),
            experiments: Vec::new(),
            inputs: Vec::new(),
        }
    }
}

impl Resolver<'_> {
    /// Gives every declaration its place, so that anything may name anything.
    pub(super) fn declare(&mut self, declarations: &[Declaration]) {
        let built_in: [(Kind, &str, usize); 4] = [
            (Kind::Behavior, "ordinary", BehaviorId::ORDINARY.0),
            (Kind::Persona, "itself", PersonaId::ITSELF.0),
            (Kind::Context, "none", ContextId::NONE.0),
            (Kind::Arm, "base", ArmId::BASE.0),
        ];
        for (kind, name, _) in built_in {
            let _ = self.names.add(kind, name, None);
        }
        self.add_built_in();
        for declaration in declarations {
            let Some((kind, name)) = named(declaration) else { continue };
            if let Err(first) = self.names.add(kind, &name.value, Some(name.span)) {
                let problem = match first {
                    Some(_) => Problem::DuplicateName { kind, name: name.value.clone() },
                    None => Problem::BuiltInName { kind, name: name.value.clone() },
                };
                let mut diagnostic = Diagnostic::at(name.span, problem);
                if let Some(first) = first {
                    diagnostic = diagnostic.related(first, "the first one");
                }
                self.report(diagnostic);
            }
        }
    }

    /// Tells whether to resolve a declaration: a second one of the same name is reported and passed over.
    pub(super) fn is_first(&self, kind: Kind, name: &Name) -> bool {
        self.names.is_first(kind, name)
    }
}

/// Returns a declaration's kind and name, where it has one.
pub(super) fn named(declaration: &Declaration) -> Option<(Kind, &Name)> {
    Some(match declaration {
        Declaration::Use(_) | Declaration::Seed(_) => return None,
        Declaration::Words(words) => (Kind::Words, &words.name),
        Declaration::Behavior(behavior) => (Kind::Behavior, &behavior.name),
        Declaration::Persona(persona) => (Kind::Persona, &persona.name),
        Declaration::Context(context) => (Kind::Context, &context.name),
        Declaration::Trigger(trigger) => (Kind::Trigger, &trigger.name),
        Declaration::Table(table) => (Kind::Table, &table.name),
        Declaration::Dialogue(dialogue) => (Kind::Dialogue, &dialogue.name),
        Declaration::Template(template) => (Kind::Template, &template.name),
        Declaration::Dataset(dataset) => (Kind::Dataset, &dataset.name),
        Declaration::Question(question) => (Kind::Question, &question.name),
        Declaration::Suite(suite) => (Kind::Suite, &suite.name),
        Declaration::Arm(arm) => (Kind::Arm, &arm.name),
        Declaration::Experiment(experiment) => (Kind::Experiment, &experiment.name),
    })
}
