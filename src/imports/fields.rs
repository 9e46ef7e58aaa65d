use std::collections::BTreeSet;

use serde_yaml::Value;

use super::entry::{Entry, kind_of, scalar};
use super::{Note, NoteKind};
use crate::diagnostic::Diagnostic;

/// The fields of a question as they are read: those that nobody read are left over, and told.
pub(super) struct Fields<'e> {
    pub(super) entry: &'e Entry<'e>,
    read: BTreeSet<&'static str>,
    diagnostics: Vec<Diagnostic>,
    notes: Vec<Note>,
}

impl<'e> Fields<'e> {
    pub(super) fn new(entry: &'e Entry<'e>) -> Fields<'e> {
        Fields { entry, read: BTreeSet::from(["name"]), diagnostics: Vec::new(), notes: Vec::new() }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entry.values.contains_key(key)
    }

    pub(super) fn is_judge(&self) -> bool {
        let kind = self.entry.values.get("type").and_then(Value::as_str);
        matches!(kind, Some("free_form_judge" | "rating_judge"))
    }

    /// Returns the field's value, unless it is absent or null.
    pub(super) fn value(&mut self, key: &'static str) -> Option<&'e Value> {
        self.read.insert(key);
        self.entry.values.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        let value = self.value(key)?;
        let text = scalar(value);
        if text.is_none() {
            self.refuse(key, value, "a text");
        }
        text
    }

    /// Reads a list of texts.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        let value = self.value(key)?;
        let texts: Option<Vec<String>> =
            value.as_sequence().filter(|items| !items.is_empty()).and_then(|items| items.iter().map(scalar).collect());
        if texts.is_none() {
            self.refuse(key, value, "a list of texts");
        }
        texts
    }

    pub(super) fn number(&mut self, key: &'static str) -> Option<f64> {
        let value = self.value(key)?;
        let number = value.as_f64().filter(|number| number.is_finite());
        if number.is_none() {
            self.refuse(key, value, "a number");
        }
        number
    }

    /// Reads a whole number of 1 or more.
    pub(super) fn count(&mut self, key: &'static str) -> Option<u64> {
        let value = self.value(key)?;
        let count = value.as_u64().filter(|count| *count > 0);
        if count.is_none() {
            self.refuse(key, value, "a whole number from 1");
        }
        count
    }

    pub(super) fn refuse(&mut self, key: &str, value: &Value, expected: &str) {
        let message = format!("`{key}` of `{}` is {}, where {expected} is expected", self.entry.name, kind_of(value));
        self.diagnostics.push(self.entry.wrong(key, message, &format!("write {expected} here")));
    }

    pub(super) fn refuse_without_type(&mut self) {
        let message = format!("`{}` has no `question_type` and no `type`", self.entry.name);
        let help = "say what kind of answer it wants: `question_type:` as in the published files, or llmcomp's `type:`";
        self.diagnostics.push(self.entry.wrong("name", message, help));
    }

    pub(super) fn note(&mut self, kind: NoteKind, what: impl Into<String>) {
        self.notes.push(Note { kind, what: what.into(), ..self.entry.note() });
    }

    /// Returns what is wrong with the fields and what is to be told about them, those that were never read included.
    pub(super) fn finish(mut self) -> (Vec<Diagnostic>, Vec<Note>) {
        let keys = self.entry.values.keys().filter_map(scalar);
        let unread: Vec<String> = keys.filter(|key| !self.read.contains(key.as_str())).collect();
        for key in unread {
            self.note(NoteKind::Left, format!("the field `{key}`"));
        }
        (self.diagnostics, self.notes)
    }
}
