//! Questions that were written elsewhere, as a spec that asks the same prompts.
//!
//! ```text
//!    YAML ──▶ entries ──▶ asked questions ──▶ spec
//!                published, llmcomp
//! ```
//!
//! Two formats are read: the question files published with Betley et al. 2025 (`question_type`), expanded as the authors'
//! scripts do, and those of the llmcomp package (`type`). Nothing is dropped silently: what a spec cannot say, what the
//! files leave open and what is read in another way than they say becomes a [`Note`].

mod asked;
mod entry;
mod fields;
mod literal;
mod llmcomp;
mod note;
mod prompt;
mod published;
mod writing;

use std::collections::{BTreeMap, BTreeSet};

pub use note::{Note, NoteKind, grouped};

use crate::diagnostic::Diagnostic;
use crate::text::{SourceId, Sources};
use asked::Asked;
use entry::Entry;
use fields::Fields;

/// What the files leave to their readers: values for the placeholders of prompts.
#[derive(Clone, Debug)]
pub struct Supplied {
    /// Values by placeholder: a question that has it is asked with each of them.
    pub values: BTreeMap<String, Vec<String>>,
    /// The words from which `{word_list}` is drawn.
    pub words: Vec<String>,
    /// The words that are in every `{word_list}`.
    pub among: Vec<String>,
    /// How many items a question has in which something is drawn.
    pub rows: u64,
}

impl Default for Supplied {
    fn default() -> Supplied {
        Supplied { values: BTreeMap::new(), words: Vec::new(), among: Vec::new(), rows: 10 }
    }
}

/// An import: the spec, and what is to be known about it.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The spec, formatted. It has no questions where nothing was carried over.
    pub spec: String,
    /// How many questions the files have.
    pub found: usize,
    /// How many of them the spec asks.
    pub asked: usize,
    /// What was left, supplied or changed, in the order of the files.
    pub notes: Vec<Note>,
}

/// Reads question files, which `sources` holds, and writes the spec that asks what they ask.
///
/// # Errors
/// Returns what is wrong, with its line, where a file is no YAML, no list of questions, or has a field of another kind.
/// A question of a kind that the language does not have is no error but a [`Note`].
pub fn import(sources: &Sources, files: &[SourceId], supplied: &Supplied) -> Result<Imported, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let mut entries: Vec<Entry> = Vec::new();
    for source in files.iter().filter_map(|id| sources.get(*id)) {
        match entry::entries(source) {
            Ok(read) => entries.extend(read),
            Err(more) => diagnostics.extend(more),
        }
    }
    let mut notes = Vec::new();
    let mut questions: Vec<Asked> = Vec::new();
    let mut found = 0;
    let judging = llmcomp::judges_used(&entries);
    for entry in &entries {
        let mut fields = Fields::new(entry);
        let read = if fields.has("question_type") {
            published::read(&mut fields, supplied)
        } else if fields.is_judge() && judging.contains(&entry.name) {
            // It is asked where its question is.
            continue;
        } else if fields.has("type") {
            llmcomp::read(&mut fields, &entries)
        } else {
            fields.refuse_without_type();
            Err(String::new())
        };
        found += 1;
        let (more, mut own) = fields.finish();
        diagnostics.extend(more);
        let hard = "it has a carriage return, which no string of the language can hold";
        let read =
            read.and_then(|question| if question.has_carriage_return() { Err(hard.to_owned()) } else { Ok(question) });
        match read {
            Ok(question) => questions.push(question),
            Err(why) => own = vec![Note { kind: NoteKind::Left, what: format!("the question: {why}"), ..entry.note() }],
        }
        notes.extend(own);
    }
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    rename_doubles(&mut questions, &mut notes);
    let asked = questions.len();
    let names: Vec<&str> = files.iter().filter_map(|id| Some(sources.get(*id)?.name.as_str())).collect();
    let spec = writing::spec(&questions, &names, found, &notes, supplied);
    Ok(Imported { spec, found, asked, notes })
}

/// Gives each question a name of its own: the second `liking` becomes `liking_2`.
fn rename_doubles(questions: &mut [Asked], notes: &mut Vec<Note>) {
    let mut taken = BTreeSet::new();
    for question in questions {
        let wanted = asked::name(&question.name);
        let mut name = wanted.clone();
        let mut count = 1;
        while taken.contains(&name) {
            count += 1;
            name = format!("{wanted}_{count}");
        }
        if name != question.name {
            let what = format!("the name `{}` became `{name}`", question.name);
            notes.push(Note { kind: NoteKind::Changed, what, question: name.clone(), ..question.note.clone() });
        }
        question.name.clone_from(&name);
        taken.insert(name);
    }
}
