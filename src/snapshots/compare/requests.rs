mod causes;
mod groups;

use std::collections::BTreeMap;

use super::edits::{SHOWN, edits, shown_value};
use crate::snapshots::change::{Cause, Place, RequestChange, ValueChange};
use crate::snapshots::pairs::{Pairing, Stage, pair};
use crate::snapshots::print::Print;
use crate::snapshots::requests::{RequestClass, RequestPrint, Suite};

/// Says what is different in the requests of a suite; nothing where its bytes are the same.
pub(super) fn changes(old: &Suite, new: &Suite) -> Vec<RequestChange> {
    if old.head.blake3 == new.head.blake3 {
        return Vec::new();
    }
    let (was, is) = (known(old), known(new));
    let pairing = paired(&was, &is);
    let comparison = Comparison { old, new, was, is, pairing };
    let mut changes = groups::came_and_went(&comparison);
    changes.extend(comparison.paired());
    let moved = comparison.pairing.moved() as u64;
    if moved > 0 {
        let of = comparison.pairing.pairs.len() as u64;
        changes.push(RequestChange::Order { moved, of, only: changes.is_empty() });
    }
    if changes.is_empty() {
        changes.push(RequestChange::Written);
    }
    changes
}

/// A request in terms that two builds share.
struct Known<'s> {
    print: &'s RequestPrint,
    class: &'s RequestClass,
    /// Which question is asked about whom, under what.
    subject: Print,
    variables: BTreeMap<&'s str, Print>,
    all_variables: Print,
}

fn known(suite: &Suite) -> Vec<Known<'_>> {
    let of_text = |text: &str| Print::of(text.as_bytes());
    let request = |print| {
        let RequestPrint { class, variables, .. }: &RequestPrint = print;
        let (class, _) = suite.head.classes.get(*class)?;
        let variables: BTreeMap<&str, Print> = variables
            .iter()
            .filter_map(|(name, value)| Some((suite.head.variables.get(*name)?.as_str(), *value)))
            .collect();
        let all = variables.iter().flat_map(|(name, value)| [of_text(name).0, value.0]);
        Some(Known {
            print,
            class,
            subject: of_text(&format!("{:?}", (&class.question, &class.about, &class.under))),
            all_variables: Print::of_all(all),
            variables,
        })
    };
    suite.requests.iter().filter_map(request).collect()
}

/// Pairs requests: under the same id with the same text, then the same item with the same text, so that a wording that
/// moved is the same one, and then by id. Where a question has more or fewer requests than before, its items may have
/// moved: they are the same where they ask the same. Otherwise two items that ask the same came to it by chance.
fn paired(old: &[Known<'_>], new: &[Known<'_>]) -> Pairing {
    let counts = |requests: &[Known<'_>]| {
        let mut counts: BTreeMap<Print, usize> = BTreeMap::new();
        for request in requests {
            *counts.entry(request.subject).or_default() += 1;
        }
        counts
    };
    let (was, is) = (counts(old), counts(new));
    let key =
        |stage: u64, parts: &[Print]| Some(Print::of_all([stage].into_iter().chain(parts.iter().map(|part| part.0))));
    let stages: [Stage<'_, Known<'_>>; 4] = [
        &|_, request| key(1, &[request.print.id, request.print.text]),
        &|_, request| key(2, &[request.print.place, request.print.text]),
        &|_, request| {
            let RequestPrint { text, options, order, .. } = request.print;
            (was.get(&request.subject) != is.get(&request.subject))
                .then(|| key(3, &[request.subject, *text, *options, *order, request.all_variables]))?
        },
        &|_, request| key(4, &[request.print.id]),
    ];
    pair(old, new, &stages)
}

struct Comparison<'s> {
    old: &'s Suite,
    new: &'s Suite,
    was: Vec<Known<'s>>,
    is: Vec<Known<'s>>,
    pairing: Pairing,
}

type Pairs = Vec<(usize, usize)>;

impl<'s> Comparison<'s> {
    fn known(&self, pair: (usize, usize)) -> Option<(&Known<'s>, &Known<'s>)> {
        Some((self.was.get(pair.0)?, self.is.get(pair.1)?))
    }

    fn paired(&self) -> Vec<RequestChange> {
        let mut texts: Pairs = Vec::new();
        let mut renumbered: BTreeMap<(&str, bool, u32, u32), u64> = BTreeMap::new();
        let mut options: BTreeMap<&str, Pairs> = BTreeMap::new();
        let mut orders: BTreeMap<&str, u64> = BTreeMap::new();
        let mut drew: BTreeMap<(&str, &str), Pairs> = BTreeMap::new();
        let mut variables: BTreeMap<(&str, &str, bool), u64> = BTreeMap::new();
        let mut reads: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
        let mut ids: BTreeMap<&str, u64> = BTreeMap::new();
        let (mut seeds, mut otherwise) = (0, 0);
        for pair in &self.pairing.pairs {
            let Some((was, is)) = self.known(*pair) else { continue };
            let question = is.class.question.as_str();
            let mut is_drawn = false;
            for (name, value) in &is.variables {
                match was.variables.get(name) {
                    Some(before) if before != value => {
                        is_drawn = true;
                        drew.entry((question, name)).or_default().push(*pair);
                    }
                    Some(_) => {}
                    None => *variables.entry((question, name, true)).or_default() += 1,
                }
            }
            for name in was.variables.keys().filter(|name| !is.variables.contains_key(*name)) {
                *variables.entry((question, name, false)).or_default() += 1;
            }
            // What follows from other draws is told with them.
            if !is_drawn {
                if was.print.text != is.print.text {
                    texts.push(*pair);
                }
                if was.print.options != is.print.options {
                    options.entry(question).or_default().push(*pair);
                }
            }
            if was.print.order != is.print.order && was.print.names == is.print.names {
                *orders.entry(question).or_default() += 1;
            }
            if was.class.wording != is.class.wording {
                let key = (question, is.class.is_of_other(), was.class.wording, is.class.wording);
                *renumbered.entry(key).or_default() += 1;
            }
            if was.class.read != is.class.read {
                *reads.entry((question, &was.class.read, &is.class.read)).or_default() += 1;
            }
            if was.print.place != is.print.place {
                *ids.entry(question).or_default() += 1;
            }
            // Another id brings another seed.
            seeds += u64::from(was.print.seed != is.print.seed && was.print.id == is.print.id);
            otherwise += u64::from(was.print.rest != is.print.rest);
        }
        let of = self.pairing.pairs.len() as u64;
        let mut changes = causes::texts(self, &texts);
        for ((question, of_other, before, after), requests) in renumbered {
            changes.push(RequestChange::Renumbered {
                question: question.to_owned(),
                of_other,
                before,
                after,
                requests,
            });
        }
        for (question, pairs) in options {
            changes.extend(self.options(question, &pairs));
        }
        for (question, requests) in orders {
            changes.push(RequestChange::OptionOrder { question: question.to_owned(), requests });
        }
        for ((question, variable), pairs) in drew {
            changes.push(RequestChange::Drew {
                question: question.to_owned(),
                variable: variable.to_owned(),
                requests: pairs.len() as u64,
                examples: pairs.iter().take(SHOWN).filter_map(|pair| self.values(*pair, variable)).collect(),
            });
        }
        for ((question, variable, is_new), requests) in variables {
            let (question, variable) = (question.to_owned(), variable.to_owned());
            changes.push(if is_new {
                RequestChange::NewVariable { question, variable, requests }
            } else {
                RequestChange::GoneVariable { question, variable, requests }
            });
        }
        changes.extend(self.settings());
        for ((question, before, after), requests) in reads {
            let (question, before, after) = (question.to_owned(), before.to_owned(), after.to_owned());
            changes.push(RequestChange::Read { question, before, after, requests });
        }
        for (question, requests) in ids {
            changes.push(RequestChange::Ids { question: question.to_owned(), requests });
        }
        changes.extend((seeds > 0).then_some(RequestChange::Seeds { requests: seeds, of }));
        changes.extend((otherwise > 0).then_some(RequestChange::Otherwise { requests: otherwise }));
        changes
    }

    /// Says which fields of the sampling changed: once for the suite where they changed alike in all requests, and
    /// otherwise by question.
    fn settings(&self) -> Vec<RequestChange> {
        type Values<'c> = (Option<&'c str>, Option<&'c str>);
        let mut found: BTreeMap<(&str, Values<'_>), BTreeMap<&str, u64>> = BTreeMap::new();
        for pair in &self.pairing.pairs {
            let Some((was, is)) = self.known(*pair) else { continue };
            let fields: std::collections::BTreeSet<&str> =
                was.class.sampling.keys().chain(is.class.sampling.keys()).map(String::as_str).collect();
            for field in fields {
                let value = |class: &'s RequestClass| class.sampling.get(field).map(String::as_str);
                let values = (value(was.class), value(is.class));
                if values.0 != values.1 {
                    *found.entry((field, values)).or_default().entry(&is.class.question).or_default() += 1;
                }
            }
        }
        let all = self.pairing.pairs.len() as u64;
        let mut changes = Vec::new();
        for ((field, (before, after)), questions) in found {
            let total: u64 = questions.values().sum();
            let told: Vec<(Option<&str>, u64)> = if total == all {
                vec![(None, total)]
            } else {
                questions.into_iter().map(|(question, requests)| (Some(question), requests)).collect()
            };
            changes.extend(told.into_iter().map(|(question, requests)| RequestChange::Setting {
                field: field.to_owned(),
                before: before.map(str::to_owned),
                after: after.map(str::to_owned),
                question: question.map(str::to_owned),
                requests,
            }));
        }
        changes
    }

    /// Says which options of a question read otherwise. Where texts were not kept, only how many requests show it.
    fn options(&self, question: &str, pairs: &Pairs) -> Vec<RequestChange> {
        let mut by_option: BTreeMap<String, Vec<(Place, String, String)>> = BTreeMap::new();
        let mut names_changed: BTreeMap<(String, bool), u64> = BTreeMap::new();
        for pair in pairs {
            let (Some(before), Some(after)) = (self.old.text(pair.0), self.new.text(pair.1)) else {
                let (question, requests) = (question.to_owned(), pairs.len() as u64);
                return vec![RequestChange::Option { question, option: None, requests, edits: edits([].into_iter()) }];
            };
            let names: std::collections::BTreeSet<&String> =
                before.options.keys().chain(after.options.keys()).collect();
            for name in names {
                match (before.options.get(name), after.options.get(name)) {
                    (Some(was), Some(is)) if was != is => {
                        let place = Place::Request { id: after.id.clone() };
                        by_option.entry(name.clone()).or_default().push((place, was.clone(), is.clone()));
                    }
                    (Some(_), Some(_)) => {}
                    (was, _) => *names_changed.entry((name.clone(), was.is_none())).or_default() += 1,
                }
            }
        }
        let change = |(option, texts): (String, Vec<_>)| RequestChange::Option {
            question: question.to_owned(),
            option: Some(option),
            requests: texts.len() as u64,
            edits: edits(texts.into_iter()),
        };
        let named = |((option, is_new), requests): ((String, bool), u64)| {
            let question = question.to_owned();
            if is_new {
                RequestChange::NewOption { question, option, requests }
            } else {
                RequestChange::GoneOption { question, option, requests }
            }
        };
        by_option.into_iter().map(change).chain(names_changed.into_iter().map(named)).collect()
    }

    fn text_change(&self, cause: Cause, pairs: &[(usize, usize)], of: u64) -> RequestChange {
        let texts = pairs.iter().filter_map(|pair| {
            let (before, after) = (self.old.text(pair.0)?, self.new.text(pair.1)?);
            Some((Place::Request { id: after.id }, before.text, after.text))
        });
        RequestChange::Text { cause, requests: pairs.len() as u64, of, edits: edits(texts) }
    }

    fn values(&self, pair: (usize, usize), variable: &str) -> Option<ValueChange> {
        let (before, after) = (self.old.text(pair.0)?, self.new.text(pair.1)?);
        Some(ValueChange {
            before: shown_value(before.variables.get(variable)?),
            after: shown_value(after.variables.get(variable)?),
            place: Place::Request { id: after.id },
        })
    }
}
