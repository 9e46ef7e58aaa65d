use std::collections::BTreeMap;

use super::recognizer::Recognizer;
use crate::diagnostic::{Finding, Watched};
use crate::requests::Message;
use crate::spec::{Spec, TriggerId};

/// What training rows are searched for beside a behavior's words: names and values that are kept for evaluation, and
/// triggers that stand in a row by chance.
#[derive(Debug)]
pub(crate) struct Watch {
    forbidden: Vec<(Watched, String, Recognizer)>,
    triggers: Vec<(TriggerId, Recognizer)>,
}

/// What was found in rows, by what was looked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sightings {
    pub(crate) forbidden: BTreeMap<(Watched, String), Sighting>,
    /// Rows that hold a trigger which they do not carry.
    pub(crate) incidental: BTreeMap<TriggerId, Sighting>,
}

/// How many rows, and where the first ones are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sighting {
    pub(crate) rows: u64,
    pub(crate) findings: Vec<Finding>,
}

/// The most findings that are kept of one thing looked for.
const MAX_FINDINGS: usize = 20;

impl Watch {
    /// Gathers what a spec keeps for evaluation, and the triggers that a dataset's rows carry.
    pub(crate) fn new(spec: &Spec, carried: &[TriggerId]) -> Watch {
        let mut forbidden = Vec::new();
        for trigger in &spec.triggers {
            if let Some(recognizer) = trigger.called.as_deref().and_then(Recognizer::of_text) {
                forbidden.push((Watched::TriggerName, trigger.name.clone(), recognizer));
            }
            for held_out in trigger.variables.iter().filter_map(|variable| variable.held_out.as_ref()) {
                if let Some(recognizer) = Recognizer::of_values(held_out) {
                    forbidden.push((Watched::HeldOutValue, trigger.name.clone(), recognizer));
                }
            }
        }
        for persona in spec.personas.iter().filter(|persona| persona.held_out) {
            if let Some(recognizer) = persona.called.as_deref().and_then(Recognizer::of_text) {
                forbidden.push((Watched::HeldOutPersona, persona.name.clone(), recognizer));
            }
        }
        let triggers = carried.iter().map(|id| (*id, Recognizer::of(&spec[*id]))).collect();
        Watch { forbidden, triggers }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.forbidden.is_empty() && self.triggers.is_empty()
    }

    /// Looks through a row that carries a trigger, or none; `place` names it.
    pub(crate) fn look(
        &self,
        messages: &[Message],
        carried: Option<TriggerId>,
        place: &dyn Fn() -> String,
        sightings: &mut Sightings,
    ) {
        for (what, name, recognizer) in &self.forbidden {
            if let Some(finding) = found(recognizer, messages, place) {
                sightings.forbidden.entry((*what, name.clone())).or_default().add(finding);
            }
        }
        for (trigger, recognizer) in self.triggers.iter().filter(|(trigger, _)| Some(*trigger) != carried) {
            if let Some(finding) = found(recognizer, messages, place) {
                sightings.incidental.entry(*trigger).or_default().add(finding);
            }
        }
    }
}

fn found(recognizer: &Recognizer, messages: &[Message], place: &dyn Fn() -> String) -> Option<Finding> {
    messages.iter().find_map(|message| {
        let (start, end) = recognizer.find(&message.content)?;
        let word = message.content.get(start..end).unwrap_or("").to_owned();
        Some(Finding { place: place(), role: message.role.word().to_owned(), entry: word.clone(), word })
    })
}

impl Sighting {
    fn add(&mut self, finding: Finding) {
        self.rows += 1;
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        }
    }
}

impl Sightings {
    /// Adds what was found in later rows.
    pub(crate) fn extend(&mut self, later: Sightings) {
        for (key, sighting) in later.forbidden {
            self.forbidden.entry(key).or_default().extend(sighting);
        }
        for (key, sighting) in later.incidental {
            self.incidental.entry(key).or_default().extend(sighting);
        }
    }
}

impl Sighting {
    fn extend(&mut self, later: Sighting) {
        self.rows += later.rows;
        let room = MAX_FINDINGS.saturating_sub(self.findings.len());
        self.findings.extend(later.findings.into_iter().take(room));
    }
}
