//! What is asked beside the questions: other models that answer, and judges about items that people have judged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::asking::{Counted, Counting, verdicts};
use super::{runs, tokens};
use crate::answers::{Answers, Identity, Inquiry, StoreError};
use crate::configuration::Model;
use crate::spec::Answerer;

/// Who answers beside questions, and in which suite.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Who {
    /// An arm, or a role.
    pub(super) name: String,
    pub(super) run: String,
    pub(super) suite: String,
}

/// Counts what others than its subject answer beside a question. Several subjects may want the same of them, which is asked
/// once.
pub(super) fn others(
    inquiry: &Inquiry<'_>,
    store: Option<&Answers>,
) -> Result<BTreeMap<Who, (Model, Counted)>, StoreError> {
    let mut all: BTreeMap<Who, (Model, Counted)> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    if !inquiry.asks_beside() {
        return Ok(all);
    }
    for subject in &inquiry.subjects {
        for posed in inquiry.posed() {
            let scope = inquiry.scope(subject, &posed);
            for foreseen in &posed.question.foreseen {
                let name = match &foreseen.by {
                    Answerer::Itself => continue,
                    Answerer::Arm(id) => inquiry.spec[*id].name.clone(),
                    Answerer::Role(role) => role.clone(),
                };
                let Some(answerer) = inquiry.answerer(foreseen, subject) else { continue };
                let Ok(ask) = inquiry.foreseen_ask(&answerer, &posed, &scope, foreseen) else { continue };
                if !seen.insert(ask.key(&Arc::new(Identity::of(&answerer.model)))) {
                    continue;
                }
                let counted = Counting { inquiry, subject: &answerer, store }.one(&ask)?;
                let who = Who { name, run: runs::in_words(&answerer.run), suite: posed.suite.name.clone() };
                all.entry(who).or_insert_with(|| (answerer.model.clone(), Counted::default())).1.add(counted);
            }
        }
    }
    Ok(all)
}

/// Counts what judges are asked about the items that people have judged, by role and by the first suite of the question.
pub(super) fn labelled(
    inquiry: &Inquiry<'_>,
    store: Option<&Answers>,
) -> Result<BTreeMap<(String, String), Counted>, StoreError> {
    let mut all: BTreeMap<(String, String), Counted> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (suite, asked) in inquiry.questions() {
        let question = &inquiry.spec[asked.question];
        if !seen.insert(&question.name) {
            continue;
        }
        for judge in &question.judges {
            let Some(model) = inquiry.model_of(&judge.by) else { continue };
            let identity = Arc::new(Identity::of(model));
            let place = (judge.by.clone(), inquiry.spec[suite.suite].name.clone());
            for item in inquiry.labelled(question, judge) {
                let is_known = match store {
                    Some(store) => store.answers(&item.ask, &identity)?.samples.iter().flatten().any(Result::is_ok),
                    None => false,
                };
                if !is_known {
                    let counted = verdicts(&item.ask, model, tokens::prompt(&item.ask.messages), 1);
                    all.entry(place.clone()).or_default().add(counted);
                }
            }
        }
    }
    Ok(all)
}
