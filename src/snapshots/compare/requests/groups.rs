use std::collections::{BTreeMap, BTreeSet};

use super::{Comparison, Known};
use crate::snapshots::change::{Group, RequestChange};
use crate::snapshots::requests::{RequestClass, Suite};

/// Says which requests came and which went, by what they have in common.
pub(super) fn came_and_went(comparison: &Comparison<'_>) -> Vec<RequestChange> {
    let mut changes = Vec::new();
    let pairs = &comparison.pairing.pairs;
    let kept: Vec<&RequestClass> = pairs.iter().filter_map(|pair| Some(comparison.is.get(pair.1)?.class)).collect();
    for (group, requests, example) in grouped(&comparison.is, &comparison.pairing.added, &kept, comparison.new) {
        changes.push(RequestChange::Added { group, requests, example });
    }
    let kept: Vec<&RequestClass> = pairs.iter().filter_map(|pair| Some(comparison.was.get(pair.0)?.class)).collect();
    for (group, requests, example) in grouped(&comparison.was, &comparison.pairing.removed, &kept, comparison.old) {
        changes.push(RequestChange::Removed { group, requests, example });
    }
    changes
}

fn grouped(
    all: &[Known<'_>],
    which: &[usize],
    kept: &[&RequestClass],
    suite: &Suite,
) -> Vec<(Group, u64, Option<String>)> {
    let kept = Kept {
        questions: kept.iter().map(|class| class.question.as_str()).collect(),
        contexts: kept.iter().map(|class| (class.question.as_str(), class.under.as_str())).collect(),
        personas: kept.iter().map(|class| (class.question.as_str(), class.about.as_str())).collect(),
        wordings: kept.iter().map(|class| (class.question.as_str(), class.is_of_other(), class.wording)).collect(),
    };
    let mut groups: BTreeMap<Group, (u64, usize)> = BTreeMap::new();
    for at in which {
        if let Some(request) = all.get(*at) {
            groups.entry(kept.group(request.class)).or_insert((0, *at)).0 += 1;
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, (_, first))| *first);
    groups
        .into_iter()
        .map(|(group, (requests, first))| (group, requests, suite.text(first).map(|text| text.id)))
        .collect()
}

/// What stayed, so that what came or went can be told by what is new or gone in it.
struct Kept<'c> {
    questions: BTreeSet<&'c str>,
    contexts: BTreeSet<(&'c str, &'c str)>,
    personas: BTreeSet<(&'c str, &'c str)>,
    wordings: BTreeSet<(&'c str, bool, u32)>,
}

impl Kept<'_> {
    fn group(&self, class: &RequestClass) -> Group {
        let question = class.question.clone();
        let (name, under, about) = (question.as_str(), class.under.as_str(), class.about.as_str());
        if !self.questions.contains(name) {
            Group::Question { question }
        } else if !self.contexts.contains(&(name, under)) {
            Group::Context { question, under: under.to_owned() }
        } else if !self.personas.contains(&(name, about)) {
            Group::Persona { question, about: about.to_owned() }
        } else if !self.wordings.contains(&(name, class.is_of_other(), class.wording)) {
            Group::Wording { question, wording: class.wording, of_other: class.is_of_other() }
        } else {
            Group::Items { question, under: under.to_owned(), about: about.to_owned() }
        }
    }
}
