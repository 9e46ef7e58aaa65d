use std::cell::Cell;

use super::super::{Slot, Table};
use super::Resolver;
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::text::Span;
use crate::tree::Name;

/// What a variable holds, as far as its members can be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Plain,
    Persona,
    Behavior,
    Trigger,
    /// The options as they are shown.
    Options,
    Parameter,
}

/// The variables that an expression may read, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    entries: Vec<Entry>,
    size: usize,
    /// Variables that are declared further down.
    later: Vec<Name>,
    /// The columns of tables that nothing here takes rows from: table, column.
    columns: Vec<(String, String)>,
    /// Whether names are missing here for a reason that is reported already.
    pub(super) is_open: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    name: String,
    slot: Slot,
    sort: Sort,
    /// The members of an object, where they are known.
    members: Option<Vec<String>>,
    span: Option<Span>,
    is_let: bool,
    used: Cell<bool>,
}

impl Frame {
    /// Returns how many slots the scope needs.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Takes a slot that no name stands for yet.
    pub(super) fn reserve(&mut self) -> Slot {
        self.size += 1;
        Slot(self.size - 1)
    }

    /// Names a slot.
    pub(super) fn bind(&mut self, name: &str, slot: Slot, sort: Sort) {
        self.entries.push(Entry {
            name: name.to_owned(),
            slot,
            sort,
            members: None,
            span: None,
            is_let: false,
            used: Cell::new(true),
        });
    }

    /// Names a slot that holds an object with these members.
    pub(super) fn bind_object(&mut self, name: &str, slot: Slot, members: &[String]) {
        self.bind(name, slot, Sort::Plain);
        if let Some(entry) = self.entries.last_mut() {
            entry.members = Some(members.to_vec());
        }
    }

    /// Returns the members of an object, where they are known.
    pub(super) fn members(&self, name: &str) -> Option<&[String]> {
        self.entries.iter().find(|entry| entry.name == name)?.members.as_deref()
    }

    /// Returns the slot and sort of a name, and remembers that it was read.
    pub(super) fn find(&self, name: &str) -> Option<(Slot, Sort)> {
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        entry.used.set(true);
        Some((entry.slot, entry.sort))
    }

    /// Remembers the variables that will be added, so that one read too early is known as such.
    pub(super) fn announce<'n>(&mut self, names: impl Iterator<Item = &'n Name>) {
        self.later.extend(names.cloned());
    }

    /// Remembers the tables that rows could come from, where none do.
    pub(super) fn offer(&mut self, tables: &[Table]) {
        for table in tables {
            self.columns.extend(table.names().map(|(column, _)| (table.name.clone(), column.to_owned())));
        }
    }

    /// Returns the table that has a column of this name.
    pub(super) fn table_of(&self, name: &str) -> Option<&str> {
        self.columns.iter().find(|(_, column)| column == name).map(|(table, _)| table.as_str())
    }

    /// Returns where a variable is declared that is not added yet.
    pub(super) fn later(&self, name: &str) -> Option<Span> {
        self.later.iter().find(|later| later.value == name).map(|later| later.span)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.entries.iter().map(|entry| entry.name.clone()).collect()
    }

    /// Takes over what another frame, made from this one, has seen used.
    pub(super) fn learn(&self, other: &Frame) {
        for (own, seen) in self.entries.iter().zip(&other.entries) {
            own.used.set(own.used.get() || seen.used.get());
        }
    }
}

impl Resolver<'_> {
    /// Adds a column, a parameter or a variable to a frame.
    pub(super) fn add(&mut self, frame: &mut Frame, name: &Name, sort: Sort, is_let: bool) -> Slot {
        if let Some(first) = frame.entries.iter().find(|entry| entry.name == name.value) {
            let problem = Problem::DuplicateName { kind: Kind::Variable, name: name.value.clone() };
            let diagnostic = Diagnostic::at(name.span, problem);
            let diagnostic = match first.span {
                Some(span) if span.source == name.span.source => diagnostic.related(span, "the first one"),
                _ => diagnostic,
            };
            self.report(diagnostic);
        }
        let slot = frame.reserve();
        let span = Some(name.span);
        let (name, used) = (name.value.clone(), Cell::new(!is_let));
        frame.entries.push(Entry { name, slot, sort, members: None, span, is_let, used });
        slot
    }

    /// Warns of variables that nothing reads.
    pub(super) fn warn_unused(&mut self, frame: &Frame) {
        for entry in frame.entries.iter().filter(|entry| entry.is_let && !entry.used.get()) {
            if let Some(span) = entry.span.filter(|span| self.is_own(*span)) {
                self.report(Diagnostic::at(span, Problem::UnusedVariable { name: entry.name.clone() }));
            }
        }
    }
}
