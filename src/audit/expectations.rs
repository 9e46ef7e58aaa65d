use std::collections::BTreeSet;
use std::sync::Arc;

use crate::checks::overlap::{LONG, NGrams};
use crate::plan::Plan;
use crate::requests::{Role, requests};
use crate::rows::recognizer::Recognizer;
use crate::rows::unsaid::Unsaid;
use crate::spec::{BehaviorId, Spec};

/// What a file is held to beside its form: what it must not say, and what it must not have seen.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    /// Words that must not be said, each list with what it belongs to.
    pub(super) unsaid: Vec<(String, Unsaid)>,
    /// The single words of these lists, to find words that are derived from them.
    pub(super) stems: BTreeSet<String>,
    /// Names that were to be held out of training.
    pub(super) held_out: Vec<String>,
    /// Values of a spec's triggers that were to be held out, by the trigger's name.
    pub(super) held_out_values: Vec<(String, Arc<Recognizer>)>,
    pub(super) triggers: Vec<Trigger>,
    pub(super) evaluation: NGrams,
    texts: Vec<(String, String)>,
}

/// A trigger by its name, and the texts that make it.
#[derive(Clone, Debug)]
pub(super) struct Trigger {
    pub(super) name: String,
    pub(super) texts: Vec<String>,
    /// What tells it in any of its phrasings, where a spec declares it.
    pub(super) recognizer: Option<Arc<Recognizer>>,
}

/// The shortest word from which other words are said to derive.
const SHORTEST_STEM: usize = 3;

impl Expectations {
    /// Takes what a spec says: the unsaid words of each behavior, its triggers, what it holds out, and what its suites
    /// ask.
    ///
    /// # Errors
    /// Returns in words which request could not be made.
    pub fn of_spec(spec: &Spec, plan: &Plan) -> Result<Expectations, String> {
        let mut expectations = Expectations::default();
        for (index, behavior) in spec.behaviors.iter().enumerate() {
            // An opposite without words of its own has those of its behavior, which are gathered there.
            if !behavior.unsaid.is_empty() {
                let unsaid = Unsaid::of(spec, BehaviorId(index));
                expectations.unsaid.push((behavior.name.clone(), unsaid));
                let words = behavior.unsaid.iter().flat_map(|list| &list.words);
                expectations.stems.extend(words.filter_map(|word| stem(word)));
            }
        }
        for trigger in &spec.triggers {
            expectations.held_out.extend(trigger.called.clone());
            let held_out = trigger.variables.iter().filter_map(|variable| variable.held_out.as_ref());
            for values in held_out.filter_map(Recognizer::of_values) {
                expectations.held_out_values.push((trigger.name.clone(), Arc::new(values)));
            }
            let recognizer = Some(Arc::new(Recognizer::of(trigger)));
            expectations.triggers.push(Trigger { name: trigger.name.clone(), texts: Vec::new(), recognizer });
        }
        let held_out = spec.personas.iter().filter(|persona| persona.held_out);
        expectations.held_out.extend(held_out.filter_map(|persona| persona.called.clone()));
        for suite in &plan.suites {
            for request in requests(spec, plan, suite) {
                let request = request.map_err(|problem| format!("{}: {}", problem.place, problem.message))?;
                let place = format!("question {}", request.question);
                let asked = request.messages.iter().filter(|message| message.role == Role::User);
                expectations.texts.extend(asked.map(|message| (place.clone(), message.content.clone())));
            }
        }
        expectations.texts.sort();
        expectations.texts.dedup();
        Ok(expectations.indexed())
    }

    /// Adds words that no message of these roles may say; no roles means all of them. A word that ends in `*` stands
    /// for whatever begins with it.
    #[must_use]
    pub fn unsaid(mut self, name: &str, words: &[String], roles: &[Role]) -> Expectations {
        self.unsaid.push((name.to_owned(), Unsaid::saying_none_of(words, roles)));
        self.stems.extend(words.iter().filter_map(|word| stem(word)));
        self
    }

    /// Adds texts of the evaluation, each with its place.
    #[must_use]
    pub fn evaluation(mut self, texts: impl IntoIterator<Item = (String, String)>) -> Expectations {
        self.texts.extend(texts);
        self.indexed()
    }

    /// Adds names that training data must not hold.
    #[must_use]
    pub fn held_out(mut self, names: impl IntoIterator<Item = String>) -> Expectations {
        self.held_out.extend(names);
        self
    }

    /// Adds a text of a trigger, to find where it stands in rows that are not marked with that trigger.
    #[must_use]
    pub fn trigger(mut self, name: &str, text: &str) -> Expectations {
        match self.triggers.iter_mut().find(|trigger| trigger.name == name) {
            Some(trigger) => trigger.texts.push(text.to_owned()),
            None => {
                let texts = vec![text.to_owned()];
                self.triggers.push(Trigger { name: name.to_owned(), texts, recognizer: None });
            }
        }
        self
    }

    fn indexed(mut self) -> Expectations {
        let texts = self.texts.iter().map(|(place, text)| (place.as_str(), text.as_str()));
        self.evaluation = NGrams::of(texts, LONG);
        self
    }
}

fn stem(word: &str) -> Option<String> {
    let word = word.trim().to_lowercase();
    (word.chars().count() >= SHORTEST_STEM && word.chars().all(char::is_alphabetic)).then_some(word)
}
