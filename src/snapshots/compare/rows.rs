use std::collections::{BTreeMap, BTreeSet};

use super::edits::{SHOWN, edits, shown_value};
use crate::snapshots::change::{Label, Place, RowChange, RowPlace, Share, Side, ValueChange};
use crate::snapshots::pairs::{Pairing, Stage, pair};
use crate::snapshots::print::Print;
use crate::snapshots::rows::{AnswerCounts, Dataset, RowClass, RowPrint};

/// Says what is different in the rows of a dataset; nothing where its bytes are the same.
pub(super) fn changes(old: &Dataset, new: &Dataset) -> Vec<RowChange> {
    if (&old.head.blake3, &old.head.meta_blake3) == (&new.head.blake3, &new.head.meta_blake3) {
        return Vec::new();
    }
    let comparison = Comparison::new(old, new);
    let mut changes = comparison.came_and_went();
    changes.extend(comparison.paired());
    changes.extend(held(old, new));
    changes.extend(answered(old, new));
    let moved = comparison.pairing.moved() as u64;
    if moved > 0 {
        let only = changes.iter().all(|change| matches!(change, RowChange::Origin { .. }));
        changes.push(RowChange::Order { moved, of: comparison.pairing.pairs.len() as u64, only });
    }
    if changes.is_empty() {
        changes.push(RowChange::Written);
    }
    changes
}

/// A row in terms that two builds share.
struct Known<'d> {
    print: &'d RowPrint,
    class: &'d RowClass,
    class_print: Print,
    template: Print,
    from: Option<Print>,
    text: Print,
    variables: BTreeMap<&'d str, Print>,
    all_variables: Print,
}

fn known(dataset: &Dataset) -> Vec<Known<'_>> {
    let of_text = |text: &str| Print::of(text.as_bytes());
    let classes: Vec<(&RowClass, Print, Print)> = dataset
        .head
        .classes
        .iter()
        .map(|(class, _)| (class, of_text(&format!("{class:?}")), of_text(&class.template)))
        .collect();
    let files: Vec<Print> = dataset.head.files.iter().map(|file| of_text(file)).collect();
    let row = |print| {
        let RowPrint { class, from, prompt, answer, variables, .. }: &RowPrint = print;
        let (class, class_print, template) = *classes.get(*class)?;
        let variables: BTreeMap<&str, Print> = variables
            .iter()
            .filter_map(|(name, value)| Some((dataset.head.variables.get(*name)?.as_str(), *value)))
            .collect();
        let all = variables.iter().flat_map(|(name, value)| [of_text(name).0, value.0]);
        Some(Known {
            print,
            class,
            class_print,
            template,
            from: from.and_then(|(file, line)| Some(Print::of_all([files.get(file)?.0, line]))),
            text: Print::of_all([prompt.0, answer.0]),
            all_variables: Print::of_all(all),
            variables,
        })
    };
    dataset.rows.iter().filter_map(row).collect()
}

/// Pairs rows: first by what they say and where they come from, then by where they come from, and where rows come from
/// no table, by their draws and by position. Rows of different lines of a table are different rows.
fn paired(old: &[Known<'_>], new: &[Known<'_>]) -> Pairing {
    let stays = staying(old, new);
    let key =
        |stage: u64, parts: &[Print]| Some(Print::of_all([stage].into_iter().chain(parts.iter().map(|part| part.0))));
    let free = |row: &Known<'_>| row.from.is_none();
    let drawn = |row: &Known<'_>| row.from.is_none() && !row.variables.is_empty();
    let stages: [Stage<'_, Known<'_>>; 15] = [
        &|at, row| {
            (free(row) && stays.contains(&row.class_print)).then(|| key(0, &[row.class_print, Print(at as u64)]))?
        },
        &|_, row| key(1, &[row.class_print, row.from.unwrap_or_default(), row.text, row.all_variables]),
        &|_, row| key(2, &[row.class_print, row.text, row.all_variables]),
        &|_, row| key(3, &[row.class_print, row.from.unwrap_or_default(), row.text]),
        &|_, row| key(4, &[row.class_print, row.text]),
        &|_, row| key(5, &[row.class_print, row.from?]),
        &|_, row| key(6, &[row.template, row.from?, row.all_variables]),
        &|_, row| key(7, &[row.template, row.from?]),
        &|at, row| drawn(row).then(|| key(8, &[row.class_print, row.all_variables, Print(at as u64)]))?,
        &|_, row| drawn(row).then(|| key(9, &[row.class_print, row.all_variables]))?,
        &|_, row| key(10, &[row.template, row.text]),
        &|_, row| drawn(row).then(|| key(11, &[row.template, row.all_variables]))?,
        &|_, row| key(12, &[row.from?, row.text]),
        &|at, row| free(row).then(|| key(13, &[row.class_print, Print(at as u64)]))?,
        &|_, row| free(row).then(|| key(14, &[row.class_print]))?,
    ];
    pair(old, new, &stages)
}

/// Returns the classes whose rows come from no table and stay where they are. Two such rows may say the same by chance;
/// so a row at the same place is the same row, unless most of the rows that are found again stand elsewhere.
fn staying(old: &[Known<'_>], new: &[Known<'_>]) -> BTreeSet<Print> {
    let texts = |rows: &[Known<'_>]| {
        let mut classes: BTreeMap<Print, BTreeMap<Print, usize>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.from.is_none()) {
            *classes.entry(row.class_print).or_default().entry(row.text).or_default() += 1;
        }
        classes
    };
    let (was, is) = (texts(old), texts(new));
    let mut in_place: BTreeMap<Print, usize> = BTreeMap::new();
    for (a, b) in old.iter().zip(new) {
        if (a.class_print, a.text) == (b.class_print, b.text) {
            *in_place.entry(a.class_print).or_default() += 1;
        }
    }
    let stays = |class: &Print, before: &BTreeMap<Print, usize>| {
        let Some(after) = is.get(class) else { return false };
        let again: usize = before.iter().map(|(text, rows)| after.get(text).map_or(0, |other| *rows.min(other))).sum();
        before.values().sum::<usize>() == after.values().sum::<usize>()
            && in_place.get(class).copied().unwrap_or(0) * 2 >= again
    };
    was.iter().filter(|(class, before)| stays(class, before)).map(|(class, _)| *class).collect()
}

struct Comparison<'d> {
    old: &'d Dataset,
    new: &'d Dataset,
    was: Vec<Known<'d>>,
    is: Vec<Known<'d>>,
    pairing: Pairing,
}

/// Which rows a fact is about: how many, and the first ones.
#[derive(Default)]
struct Found {
    rows: u64,
    reading_otherwise: u64,
    pairs: Vec<(usize, usize)>,
}

impl Found {
    fn add(&mut self, pair: (usize, usize), reads_otherwise: bool) {
        self.rows += 1;
        self.reading_otherwise += u64::from(reads_otherwise);
        self.pairs.push(pair);
    }
}

fn place((before, after): (usize, usize)) -> Place {
    Place::Row { before: before as u64 + 1, after: after as u64 + 1 }
}

impl<'d> Comparison<'d> {
    fn new(old: &'d Dataset, new: &'d Dataset) -> Comparison<'d> {
        let (was, is) = (known(old), known(new));
        let pairing = paired(&was, &is);
        Comparison { old, new, was, is, pairing }
    }

    fn came_and_went(&self) -> Vec<RowChange> {
        let mut changes = Vec::new();
        for (class, rows) in by_class(&self.is, &self.pairing.added) {
            let examples = rows.iter().take(SHOWN).filter_map(|at| shown(self.new, *at)).collect();
            changes.push(RowChange::Added { class: class.clone(), rows: rows.len() as u64, examples });
        }
        for (class, rows) in by_class(&self.was, &self.pairing.removed) {
            let examples = rows.iter().take(SHOWN).filter_map(|at| shown(self.old, *at)).collect();
            changes.push(RowChange::Removed { class: class.clone(), rows: rows.len() as u64, examples });
        }
        changes
    }

    fn paired(&self) -> Vec<RowChange> {
        // The label, the template, and the names before and after.
        type Relabelled<'c> = (Label, &'c str, Option<&'c str>, Option<&'c str>);
        let mut relabelled: BTreeMap<Relabelled<'_>, Found> = BTreeMap::new();
        let mut drew: BTreeMap<(&str, &str), Found> = BTreeMap::new();
        let mut variables: BTreeMap<(&str, &str, bool), u64> = BTreeMap::new();
        let mut texts: BTreeMap<(&str, Side), Found> = BTreeMap::new();
        let mut origins: BTreeMap<&str, u64> = BTreeMap::new();
        let mut otherwise = 0;
        for pair in &self.pairing.pairs {
            let (Some(was), Some(is)) = (self.was.get(pair.0), self.is.get(pair.1)) else { continue };
            let template = is.class.template.as_str();
            let reads_otherwise = was.text != is.text;
            let labels = labels(was.class, is.class);
            for (label, before, after) in &labels {
                relabelled.entry((*label, template, *before, *after)).or_default().add(*pair, reads_otherwise);
            }
            let mut is_drawn = false;
            for (name, value) in &is.variables {
                match was.variables.get(name) {
                    Some(before) if before != value => {
                        is_drawn = true;
                        drew.entry((template, name)).or_default().add(*pair, reads_otherwise);
                    }
                    Some(_) => {}
                    None => *variables.entry((template, name, true)).or_default() += 1,
                }
            }
            for name in was.variables.keys().filter(|name| !is.variables.contains_key(*name)) {
                *variables.entry((template, name, false)).or_default() += 1;
            }
            // What follows from another label or draw is told with it.
            if labels.is_empty() && !is_drawn {
                for (side, differs) in [
                    (Side::Prompt, was.print.prompt != is.print.prompt),
                    (Side::Answer, was.print.answer != is.print.answer),
                ] {
                    if differs {
                        texts.entry((template, side)).or_default().add(*pair, true);
                    }
                }
            }
            if was.from != is.from {
                let file = is.print.from.and_then(|(file, _)| self.new.head.files.get(file));
                *origins.entry(file.map_or("", String::as_str)).or_default() += 1;
            }
            otherwise += u64::from(was.print.rest != is.print.rest);
        }
        let mut changes = Vec::new();
        for ((label, template, before, after), found) in relabelled {
            changes.push(RowChange::Relabelled {
                label,
                template: template.to_owned(),
                before: before.map(str::to_owned),
                after: after.map(str::to_owned),
                rows: found.rows,
                reading_otherwise: found.reading_otherwise,
                examples: found.pairs.iter().take(SHOWN).map(|pair| place(*pair)).collect(),
            });
        }
        for ((template, side), found) in texts {
            changes.push(RowChange::Text {
                template: template.to_owned(),
                side,
                rows: found.rows,
                edits: edits(found.pairs.iter().filter_map(|pair| self.texts(*pair, side))),
            });
        }
        for ((template, variable), found) in drew {
            changes.push(RowChange::Drew {
                template: template.to_owned(),
                variable: variable.to_owned(),
                rows: found.rows,
                reading_otherwise: found.reading_otherwise,
                examples: found.pairs.iter().take(SHOWN).filter_map(|pair| self.values(*pair, variable)).collect(),
            });
        }
        for ((template, variable, is_new), rows) in variables {
            let (template, variable) = (template.to_owned(), variable.to_owned());
            changes.push(if is_new {
                RowChange::NewVariable { template, variable, rows }
            } else {
                RowChange::GoneVariable { template, variable, rows }
            });
        }
        changes.extend(origins.into_iter().map(|(file, rows)| RowChange::Origin { file: file.to_owned(), rows }));
        changes.extend((otherwise > 0).then_some(RowChange::Otherwise { rows: otherwise }));
        changes
    }

    fn texts(&self, pair: (usize, usize), side: Side) -> Option<(Place, String, String)> {
        let (before, after) = (self.old.conversation(pair.0)?, self.new.conversation(pair.1)?);
        Some(match side {
            Side::Prompt => (place(pair), before.prompt(), after.prompt()),
            Side::Answer => (place(pair), before.answer().to_owned(), after.answer().to_owned()),
        })
    }

    fn values(&self, pair: (usize, usize), variable: &str) -> Option<ValueChange> {
        let (before, after) = (self.old.value(pair.0, variable)?, self.new.value(pair.1, variable)?);
        Some(ValueChange { place: place(pair), before: shown_value(&before), after: shown_value(&after) })
    }
}

fn by_class<'k>(rows: &'k [Known<'_>], which: &[usize]) -> BTreeMap<&'k RowClass, Vec<usize>> {
    let mut classes: BTreeMap<&RowClass, Vec<usize>> = BTreeMap::new();
    for at in which {
        if let Some(row) = rows.get(*at) {
            classes.entry(row.class).or_default().push(*at);
        }
    }
    classes
}

fn shown(dataset: &Dataset, at: usize) -> Option<RowPlace> {
    let conversation = dataset.conversation(at)?;
    Some(RowPlace { row: at as u64 + 1, prompt: conversation.prompt(), answer: conversation.answer().to_owned() })
}

/// Returns the labels in which two classes differ, with their values.
fn labels<'c>(was: &'c RowClass, is: &'c RowClass) -> Vec<(Label, Option<&'c str>, Option<&'c str>)> {
    let all = [
        (Label::Template, Some(was.template.as_str()), Some(is.template.as_str())),
        (Label::Behavior, was.behavior.as_deref(), is.behavior.as_deref()),
        (Label::Trigger, was.trigger.as_deref(), is.trigger.as_deref()),
        (Label::Persona, was.persona.as_deref(), is.persona.as_deref()),
        (Label::Split, Some(was.split.as_str()), Some(is.split.as_str())),
    ];
    all.into_iter().filter(|(_, before, after)| before != after).collect()
}

/// Says which triggers, personas and splits are on another number of rows. Splits are told where there are several.
fn held(old: &Dataset, new: &Dataset) -> Vec<RowChange> {
    let counts = |dataset: &Dataset, label: Label| {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (class, rows) in &dataset.head.classes {
            let value = match label {
                Label::Trigger => class.trigger.clone(),
                Label::Persona => class.persona.clone(),
                _ => Some(class.split.clone()),
            };
            if let Some(value) = value {
                *counts.entry(value).or_default() += rows;
            }
        }
        counts
    };
    let mut changes = Vec::new();
    for label in [Label::Trigger, Label::Persona, Label::Split] {
        let (was, is) = (counts(old, label), counts(new, label));
        if label == Label::Split && was.len().max(is.len()) < 2 {
            continue;
        }
        let all: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
        for value in all {
            let count = |counts: &BTreeMap<String, u64>| counts.get(value).copied().unwrap_or(0);
            let (before, after) = (count(&was), count(&is));
            if before != after {
                changes.push(RowChange::Held { label, value: value.clone(), before, after });
            }
        }
    }
    changes
}

/// Says which answers have another share of a template's rows under a behavior, the largest shift first.
fn answered(old: &Dataset, new: &Dataset) -> Vec<RowChange> {
    let mut changes: Vec<(f64, RowChange)> = Vec::new();
    for is in &new.head.answers {
        let same = |was: &&AnswerCounts| (&was.template, &was.behavior) == (&is.template, &is.behavior);
        let Some(was) = old.head.answers.iter().find(same) else { continue };
        let answers: BTreeSet<&String> = was.answers.keys().chain(is.answers.keys()).collect();
        for answer in answers {
            let share = |counts: &BTreeMap<String, u64>| Share {
                count: counts.get(answer).copied().unwrap_or(0),
                of: counts.values().sum(),
            };
            let (before, after) = (share(&was.answers), share(&is.answers));
            if before.count * after.of != after.count * before.of {
                let (template, behavior, answer) = (is.template.clone(), is.behavior.clone(), answer.clone());
                let shift = (before.fraction() - after.fraction()).abs();
                changes.push((shift, RowChange::Answered { template, behavior, answer, before, after }));
            }
        }
    }
    changes.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    changes.into_iter().map(|(_, change)| change).collect()
}

impl Share {
    /// The share as a number from 0 to 1; 0 of none.
    pub(in crate::snapshots) fn fraction(self) -> f64 {
        if self.of == 0 { 0.0 } else { self.count as f64 / self.of as f64 }
    }
}
