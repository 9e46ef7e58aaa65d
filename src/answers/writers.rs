//! Who answers where rows are made: the models behind the roles and arms that tables, templates and dialogues name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::inquiry::{RoleMissing, subjects_of};
use super::{Answer, Answers, Ask, Identity, StoreError};
use crate::configuration::{Configuration, Model};
use crate::requests::Read;
use crate::spec::{Answerer, ArmId, Draw, Spec, TableSource, Variable};
use crate::text::Span;
use crate::writing::{Replies, Reply, Wanted};

/// The models that write, by what the spec calls them.
#[derive(Debug)]
pub struct Writers {
    roles: BTreeMap<String, Model>,
    arms: BTreeMap<ArmId, Model>,
}

impl Writers {
    /// Finds the model of everybody who is asked where the rows of a spec are made.
    ///
    /// # Errors
    /// Returns the roles that the configuration gives no model, and arms that have no run.
    pub fn new(spec: &Spec, configuration: &Configuration) -> Result<Writers, Vec<RoleMissing>> {
        let mut writers = Writers { roles: BTreeMap::new(), arms: BTreeMap::new() };
        let mut missing = Vec::new();
        for (by, span) in asked(spec) {
            writers.add(spec, configuration, by, span, &mut missing);
        }
        missing.dedup();
        if missing.is_empty() { Ok(writers) } else { Err(missing) }
    }

    fn add(
        &mut self,
        spec: &Spec,
        configuration: &Configuration,
        by: &Answerer,
        span: Span,
        missing: &mut Vec<RoleMissing>,
    ) {
        match by {
            Answerer::Itself => {}
            Answerer::Role(role) => match configuration.model_of(role) {
                Some(model) => drop(self.roles.insert(role.clone(), model.clone())),
                None => missing.push(RoleMissing { role: role.clone(), span: Some(span) }),
            },
            Answerer::Arm(arm) => {
                let found = subjects_of(spec, *arm, configuration, missing);
                // Rows are made once: of an arm with several runs, its last checkpoint under the lowest seed writes.
                let last = found
                    .into_iter()
                    .min_by_key(|subject| (subject.run.seed, std::cmp::Reverse(subject.run.checkpoint)));
                match last {
                    Some(subject) => drop(self.arms.insert(*arm, subject.model)),
                    None if spec[*arm].trained.is_some() => {
                        missing.push(RoleMissing { role: spec[*arm].name.clone(), span: Some(span) });
                    }
                    None => {}
                }
            }
        }
    }

    /// Returns the model that is asked.
    pub fn model(&self, by: &Answerer) -> Option<&Model> {
        match by {
            Answerer::Itself => None,
            Answerer::Role(role) => self.roles.get(role),
            Answerer::Arm(arm) => self.arms.get(arm),
        }
    }

    /// Returns every model, each once.
    pub fn models(&self) -> Vec<&Model> {
        self.by_model().into_iter().map(|(model, _)| model).collect()
    }

    /// Returns every model, each once, with the roles and arms that it answers for.
    pub fn by_model(&self) -> Vec<(&Model, Vec<Answerer>)> {
        let roles = self.roles.iter().map(|(role, model)| (Answerer::Role(role.clone()), model));
        let arms = self.arms.iter().map(|(arm, model)| (Answerer::Arm(*arm), model));
        let mut models: Vec<(&Model, Vec<Answerer>)> = Vec::new();
        for (by, model) in roles.chain(arms) {
            match models.iter_mut().find(|(known, _)| Identity::of(known) == Identity::of(model)) {
                Some((_, answering)) => answering.push(by),
                None => models.push((model, vec![by])),
            }
        }
        models
    }

    /// Returns who answered, by what the spec calls them, for people.
    pub fn names(&self, spec: &Spec) -> BTreeMap<String, String> {
        let roles = self.roles.iter().map(|(role, model)| (role.clone(), model.model.clone()));
        let arms = self.arms.iter().map(|(arm, model)| (spec[*arm].name.clone(), model.model.clone()));
        roles.chain(arms).collect()
    }
}

/// Returns what is wanted as it is asked.
pub fn wanted_ask(wanted: &Wanted) -> Ask {
    Ask {
        messages: wanted.messages.clone(),
        read: Read::Samples,
        sampling: wanted.sampling.clone(),
        place: wanted.place.clone(),
    }
}

/// Reads the replies to what is wanted from a store; returns how many it does not have. `model` says who is asked.
///
/// # Errors
/// The store cannot be read.
pub fn read_replies<'m>(
    wanted: &[Wanted],
    model: &dyn Fn(&Answerer) -> Option<&'m Model>,
    answers: &Answers,
    replies: &mut Replies,
) -> Result<usize, StoreError> {
    let mut missing = 0;
    let mut known: Vec<(&Answerer, Option<Arc<Identity>>)> = Vec::new();
    for wanted in wanted {
        let identity = match known.iter().find(|(by, _)| **by == wanted.by) {
            Some((_, identity)) => identity.clone(),
            None => {
                let identity = model(&wanted.by).map(|model| Arc::new(Identity::of(model)));
                known.push((&wanted.by, identity.clone()));
                identity
            }
        };
        let Some(identity) = identity else {
            missing += 1;
            continue;
        };
        let answered = answers.answers(&wanted_ask(wanted), &identity)?;
        match answered.samples.into_iter().next().flatten() {
            Some(answer) => replies.insert(wanted.digest.clone(), reply(answer)),
            None => missing += 1,
        }
    }
    Ok(missing)
}

fn reply(answer: Result<Answer, super::Failure>) -> Reply {
    match answer {
        Ok(Answer::Text { text }) => Reply::Text(text),
        Ok(Answer::Refusal { text }) => Reply::Refused(text),
        Ok(Answer::Truncated { text }) => Reply::Truncated(text),
        Ok(Answer::Exact { .. } | Answer::Top { .. }) => Reply::Failed("it gave probabilities".to_owned()),
        Err(failure) => Reply::Failed(failure.message),
    }
}

/// Returns everybody who is asked where rows are made, and where the spec says so.
fn asked(spec: &Spec) -> Vec<(&Answerer, Span)> {
    let mut asked: Vec<(&Answerer, Span)> = Vec::new();
    for instance in &spec.instances {
        let table = &spec[instance.table];
        asked.extend(of_variables(&table.variables));
        match &table.source {
            TableSource::File(_) => {}
            TableSource::Written(written) => asked.push((&written.asked.by, written.asked.span)),
            TableSource::Dialogue(played) => {
                let dialogue = &spec[played.dialogue];
                asked.extend(dialogue.speakers.iter().map(|speaker| (&speaker.by, speaker.span)));
                asked.extend(of_variables(&dialogue.after));
            }
        }
    }
    for lock in &spec.dataset_locks {
        for part in &spec[lock.dataset].parts {
            asked.extend(of_variables(&spec[part.template].variables));
        }
    }
    asked
}

fn of_variables(variables: &[Variable]) -> impl Iterator<Item = (&Answerer, Span)> {
    variables.iter().filter_map(|variable| match &variable.draw {
        Draw::Answers(answers) => Some((&answers.asked.by, answers.asked.span)),
        _ => None,
    })
}
