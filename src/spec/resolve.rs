//! From trees to the spec. All that is wrong is collected; a spec comes out only where nothing is.

mod answers;
mod asked;
mod behaviors;
mod claims;
pub(crate) mod conditions;
mod consequences;
mod controls;
mod datasets;
mod dialogues;
mod experiments;
mod expressions;
mod files;
mod frame;
mod gather;
mod judges;
mod leaning;
mod models;
mod names;
mod plays;
mod questions;
mod scoring;
mod surroundings;
mod tables;
mod templates;
mod triggers;
mod unused;
mod variables;

use std::path::{Path, PathBuf};

use self::consequences::Unread;
use self::gather::Gathered;
use self::names::Names;
use super::{Input, Spec, TableId};
use crate::diagnostic::{Diagnostic, Kind, Problem, has_errors, nearest};
use crate::text::{SourceId, Sources, Span};
use crate::tree::Declaration;
use crate::world::World;

/// What resolution came to. The sources stand apart from the spec, so that diagnostics can be drawn either way.
#[derive(Debug)]
pub struct Resolved {
    pub sources: Sources,
    pub diagnostics: Vec<Diagnostic>,
    /// Present where no diagnostic is an error.
    pub spec: Option<Spec>,
}

/// Reads the spec at `path`, the specs that it uses and the data files that they name, and resolves every name.
pub fn resolve(path: &Path, world: &dyn World) -> Resolved {
    let gathered = gather::gather(path, world);
    let Gathered { sources, trees, mut diagnostics, inputs } = gathered;
    let Some(first) = trees.first() else {
        return Resolved { sources, diagnostics, spec: None };
    };
    let own = first.tree.source;
    let file = path.display().to_string();
    let unread: Vec<Span> = trees.iter().flat_map(|gathered| gathered.tree.unread.iter().copied()).collect();
    let incomplete = trees.iter().flat_map(|gathered| gathered.tree.incomplete.iter().copied()).collect();
    let unread = Unread::new(&sources, &unread, incomplete);
    let mut resolver = Resolver {
        unread: &unread,
        world,
        sources: &sources,
        own,
        folders: trees.iter().map(|tree| (tree.tree.source, tree.folder.clone(), tree.shown.clone())).collect(),
        names: Names::default(),
        spec: Spec::empty(file),
        broken_tables: Vec::new(),
        diagnostics: Vec::new(),
        inputs,
    };
    let declarations: Vec<Declaration> = trees.into_iter().flat_map(|gathered| gathered.tree.declarations).collect();
    resolver.all(&declarations);
    let Resolver { mut spec, diagnostics: more, inputs, names, .. } = resolver;
    diagnostics.extend(more);
    diagnostics.sort_by_key(|diagnostic| diagnostic.span.map(|span| (span.source, span.start)));
    let mut diagnostics = unread.settle(diagnostics);
    if !has_errors(&diagnostics) {
        diagnostics.extend(unused::unused(&declarations, &names, own));
        diagnostics.sort_by_key(|diagnostic| diagnostic.span.map(|span| (span.source, span.start)));
    }
    let spec = (!has_errors(&diagnostics)).then(|| {
        spec.inputs = inputs;
        spec.sources = sources.clone();
        spec
    });
    Resolved { sources, diagnostics, spec }
}

struct Resolver<'w> {
    world: &'w dyn World,
    sources: &'w Sources,
    own: SourceId,
    unread: &'w Unread,
    /// Each source's folder, and how that folder is shown to people.
    folders: Vec<(SourceId, PathBuf, PathBuf)>,
    names: Names,
    spec: Spec,
    /// Tables whose names are not known, since their declarations are wrong.
    broken_tables: Vec<TableId>,
    diagnostics: Vec<Diagnostic>,
    inputs: Vec<Input>,
}

impl Resolver<'_> {
    /// Resolves kind by kind, so that each finds what it may name already in the spec.
    fn all(&mut self, declarations: &[Declaration]) {
        self.declare(declarations);
        for declaration in declarations {
            match declaration {
                Declaration::Seed(seed) if seed.span.source == self.own => self.spec.seed = seed.value,
                Declaration::Words(words) => self.words(words),
                _ => {}
            }
        }
        self.behaviors(declarations);
        for declaration in declarations {
            match declaration {
                Declaration::Persona(persona) => self.persona(persona),
                Declaration::Context(context) => self.context(context),
                Declaration::Trigger(trigger) => self.trigger(trigger),
                _ => {}
            }
        }
        for declaration in declarations {
            if let Declaration::Dialogue(dialogue) = declaration {
                self.dialogue(dialogue);
            }
        }
        for declaration in declarations {
            if let Declaration::Table(table) = declaration {
                self.table(table);
            }
        }
        for declaration in declarations {
            if let Declaration::Template(template) = declaration {
                self.template(template);
            }
        }
        for declaration in declarations {
            if let Declaration::Dataset(dataset) = declaration {
                self.dataset(dataset);
            }
        }
        for declaration in declarations {
            if let Declaration::Question(question) = declaration {
                self.question(question);
            }
        }
        for declaration in declarations {
            match declaration {
                Declaration::Suite(suite) => self.suite(suite),
                Declaration::Arm(arm) => self.arm(arm),
                _ => {}
            }
        }
        for declaration in declarations {
            if let Declaration::Experiment(experiment) = declaration {
                self.experiment(experiment);
            }
        }
        self.read_tables();
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn is_own(&self, span: Span) -> bool {
        span.source == self.own
    }

    /// Returns the folder of the source that a span is in, and how it is shown.
    fn folder(&self, span: Span) -> (PathBuf, PathBuf) {
        let found = self.folders.iter().find(|(source, ..)| *source == span.source);
        found.map_or_else(Default::default, |(_, folder, shown)| (folder.clone(), shown.clone()))
    }

    /// Looks a name up; where it is unknown, says so and offers the nearest.
    fn find(&mut self, kind: Kind, name: &crate::tree::Name) -> Option<usize> {
        if let Some(found) = self.names.find(kind, &name.value) {
            self.names.mark(kind, &name.value);
            return Some(found);
        }
        let known = self.names.all(kind).map(str::to_owned).collect();
        self.unknown(kind, name, known, self.names.kind_of(&name.value));
        None
    }

    /// Says that nothing has a name, and offers the nearest of those that are known.
    fn unknown(&mut self, kind: Kind, name: &crate::tree::Name, known: Vec<String>, other: Option<Kind>) {
        let nearest = nearest(&name.value, known.iter().map(String::as_str)).map(str::to_owned);
        let problem = Problem::UnknownName { kind, name: name.value.clone(), nearest: nearest.clone(), known, other };
        self.report(Diagnostic::at(name.span, problem).fix(name.span, nearest.as_deref()));
    }
}
