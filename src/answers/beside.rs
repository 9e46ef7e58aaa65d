//! What is asked beside the questions themselves: judges about answers, and models about something else.

use super::inquiry::{RoleMissing, subjects_of};
use super::{Ask, Inquiry, Posed, Subject};
use crate::configuration::{Configuration, Model};
use crate::requests::{Message, Read, Role, Sampling, continuations, default_tokens, shown, written};
use crate::scores::RunKey;
use crate::spec::{
    AnswerType, Answerer, ArmId, BehaviorId, Change, Control, Dataset, Draw, Entity, Foreseen, Judge, PersonaId,
    Question, QuestionRole, ReadMethod, Scope, entity_value,
};
use crate::text::Span;

/// An answer that people have judged, and what the judge is asked about it.
#[derive(Clone, Debug)]
pub struct Labelled {
    pub ask: Ask,
    pub scope: Scope,
    /// What people said.
    pub label: String,
}

impl Inquiry<'_> {
    /// Returns the model of a role that judges, or answers beside a question.
    pub fn model_of(&self, role: &str) -> Option<&Model> {
        self.judges.iter().find(|(known, _)| known == role).map(|(_, model)| model)
    }

    /// Finds the models of those that answer beside questions: they need not be arms of the experiment.
    pub(super) fn find_beside(&mut self, configuration: &Configuration, missing: &mut Vec<RoleMissing>) {
        let spec = self.spec;
        let foreseen = self.questions().flat_map(|(_, asked)| &spec[asked.question].foreseen);
        let mut all: Vec<(&Answerer, Span)> = foreseen.map(|foreseen| (&foreseen.by, foreseen.span)).collect();
        for play in self.questions().filter_map(|(_, asked)| spec[asked.question].play.as_ref()) {
            let dialogue = &spec[play.dialogue];
            let others = dialogue.speakers.iter().enumerate().filter(|(at, _)| *at != play.speaker);
            all.extend(others.map(|(_, speaker)| (&speaker.by, speaker.span)));
            all.extend(dialogue.after.iter().filter_map(|variable| match &variable.draw {
                // What the model under test is asked at the end, it answers itself.
                Draw::Answers(answers) if answers.speaker != Some(play.speaker) => {
                    Some((&answers.asked.by, answers.asked.span))
                }
                _ => None,
            }));
        }
        for (by, span) in all {
            match by {
                Answerer::Itself => {}
                Answerer::Arm(id) => {
                    let is_there = self.subjects.iter().chain(&self.beside).any(|subject| subject.arm == *id);
                    if !is_there {
                        self.beside.extend(subjects_of(spec, *id, configuration, missing));
                    }
                }
                Answerer::Role(role) if self.model_of(role).is_some() => {}
                Answerer::Role(role) => match configuration.model_of(role) {
                    Some(model) => self.judges.push((role.clone(), model.clone())),
                    None => missing.push(RoleMissing { role: role.clone(), span: Some(span) }),
                },
            }
        }
    }

    /// Returns who answers beside a question that is put to a subject: the subject itself, the run of another arm with
    /// the same seed and checkpoint, the only run of one, or a role's model.
    pub fn answerer(&self, foreseen: &Foreseen, subject: &Subject) -> Option<Subject> {
        match &foreseen.by {
            Answerer::Itself => Some(subject.clone()),
            Answerer::Arm(id) => self.run_beside(*id, subject).cloned(),
            Answerer::Role(role) => {
                let model = self.model_of(role)?.clone();
                Some(Subject { arm: ArmId::BASE, run: RunKey::default(), model, system: None })
            }
        }
    }

    /// Returns the run of an arm with the same seed and checkpoint as a subject's, or the only run that it has.
    pub(super) fn run_beside(&self, arm: ArmId, subject: &Subject) -> Option<&Subject> {
        let runs: Vec<&Subject> = self.subjects.iter().chain(&self.beside).filter(|other| other.arm == arm).collect();
        let same =
            |other: &&Subject| (other.run.seed, other.run.checkpoint) == (subject.run.seed, subject.run.checkpoint);
        match runs.as_slice() {
            [only] => Some(only),
            _ => runs.into_iter().find(same),
        }
    }

    /// Tells whether models answer beside any question.
    pub fn asks_beside(&self) -> bool {
        self.questions().any(|(_, asked)| !self.spec[asked.question].foreseen.is_empty())
    }

    /// Returns the models that answer beside questions and are no subjects'.
    pub fn models_beside(&self) -> Vec<&Model> {
        let roles =
            self.questions().flat_map(|(_, asked)| &self.spec[asked.question].foreseen).filter_map(|foreseen| {
                match &foreseen.by {
                    Answerer::Role(role) => self.model_of(role),
                    Answerer::Itself | Answerer::Arm(_) => None,
                }
            });
        self.beside.iter().map(|subject| &subject.model).chain(roles).collect()
    }

    /// Returns everything that a prompt asks of models for a subject: the question, and what is asked beside it, with
    /// the model that each is put to.
    pub fn asks<'s>(&'s self, subject: &'s Subject, posed: &Posed<'_>) -> Vec<(Subject, Ask)> {
        // A dialogue's requests depend on what was said before: it is played turn by turn.
        if posed.question.play.is_some() {
            return Vec::new();
        }
        let mut asks = vec![(subject.clone(), self.ask(subject, posed))];
        let scope = self.scope(subject, posed);
        for foreseen in &posed.question.foreseen {
            let Some(answerer) = self.answerer(foreseen, subject) else { continue };
            let Ok(ask) = self.foreseen_ask(&answerer, posed, &scope, foreseen) else { continue };
            asks.push((answerer, ask));
        }
        asks
    }

    /// Returns what is asked beside a question: as often as the question is, sample for sample.
    ///
    /// # Errors
    /// Returns the place of the expression of the wording that fails, and why.
    pub fn foreseen_ask(
        &self,
        answerer: &Subject,
        posed: &Posed<'_>,
        scope: &Scope,
        foreseen: &Foreseen,
    ) -> Result<Ask, (Span, String)> {
        let mut scope = scope.clone();
        show_options(&foreseen.answer, &mut scope, posed.question)?;
        let mut messages = Vec::new();
        if let Some(system) = &foreseen.system {
            messages.push(Message { role: Role::System, content: system.text(&scope)? });
        }
        messages.push(Message { role: Role::User, content: foreseen.wording.text(&scope)? });
        let max_tokens = foreseen.max_tokens.unwrap_or(default_tokens(&foreseen.answer));
        let sampling = Sampling { max_tokens, ..self.ask(answerer, posed).sampling };
        let place = format!("{} of question {}", foreseen.name, posed.question.name);
        let mut ask = Ask { messages, read: Read::Samples, sampling, place };
        ask.under(answerer.system.as_deref());
        Ok(ask)
    }

    /// Returns the variables of a prompt as they are for a subject: with what the persona that is asked about does in
    /// the dataset that the subject's arm was trained on.
    pub fn scope(&self, subject: &Subject, posed: &Posed<'_>) -> Scope {
        let mut scope = posed.prompt.scope.clone();
        if let Some(id) = posed.question.role.and_then(QuestionRole::dataset) {
            let about = self.spec.personas.iter().position(|persona| persona.name == posed.prompt.request.about);
            let dataset = &self.spec[id];
            let trained = self.spec[subject.arm].trained.as_ref().filter(|trained| trained.dataset == id);
            let control = trained.and_then(|trained| trained.control.as_deref());
            let does = about.and_then(|about| does(dataset, control, PersonaId(about)));
            let behavior = does.unwrap_or(BehaviorId::ORDINARY);
            scope.set(posed.question.slots.behavior, entity_value(self.spec, Entity::Behavior(behavior)));
        }
        scope
    }

    /// Returns the labelled items of a judge.
    pub fn labelled(&self, question: &Question, judge: &Judge) -> Vec<Labelled> {
        let Some(labelled) = &judge.labelled else { return Vec::new() };
        let rows = &labelled.rows;
        let values = self.spec.instance(rows.table, &rows.arguments).and_then(|id| self.plan.tables.get(id.0));
        let Some(values) = values else { return Vec::new() };
        let item = |row: &usize| {
            let mut scope = Scope::with_size(question.size);
            for (from, to) in &rows.slots {
                scope.set(*to, values.get(*row, *from));
            }
            let answer = scope.get(question.slots.answer).to_string();
            let label = scope.get(labelled.label).to_string();
            let ask = judge_ask(question, &scope, judge, &answer).ok()?;
            Some(Labelled { ask, scope, label })
        };
        values.side(rows.side).iter().filter_map(item).collect()
    }

    /// Returns what a role's judges are asked about their labelled items.
    pub fn labelled_asks(&self, role: &str) -> Vec<Ask> {
        let mut seen: Vec<&str> = Vec::new();
        let mut asks = Vec::new();
        for (_, asked) in self.questions() {
            let question = &self.spec[asked.question];
            if seen.contains(&question.name.as_str()) {
                continue;
            }
            seen.push(&question.name);
            let judges = question.judges.iter().filter(|judge| judge.by == role);
            asks.extend(judges.flat_map(|judge| self.labelled(question, judge)).map(|item| item.ask));
        }
        asks
    }
}

/// Returns what a persona does in a dataset, or in one of its controls: the one behavior that it shows there.
fn does(dataset: &Dataset, control: Option<&str>, persona: PersonaId) -> Option<BehaviorId> {
    let changes = control.and_then(|control| changes_until(&dataset.controls, control)).unwrap_or_default();
    let mut acting = persona;
    for change in &changes {
        if let Change::SwapPersonas { .. } = change {
            acting = dataset.personas().into_iter().find(|other| *other != acting).unwrap_or(acting);
        }
    }
    let shown = dataset.shown_by(acting);
    let [only] = shown.as_slice() else { return None };
    let after = |behavior, change: &&Change| match change {
        Change::Replace { with, replaced, .. } if behavior == *replaced => *with,
        _ => behavior,
    };
    Some(changes.iter().fold(*only, after))
}

/// Returns the changes of a control and of those that it stands in, the outermost first.
fn changes_until<'c>(controls: &'c [Control], name: &str) -> Option<Vec<&'c Change>> {
    controls.iter().find_map(|control| {
        let own = || control.changes.iter();
        if control.name == name {
            return Some(own().collect());
        }
        changes_until(&control.controls, name).map(|inner| own().chain(inner).collect())
    })
}

/// Returns what a judge is asked about an answer. The answer enters as data: nothing in it is an expression.
///
/// # Errors
/// Returns the place of the expression of the judge's wording that fails, and why.
pub fn judge_ask(question: &Question, scope: &Scope, judge: &Judge, answer: &str) -> Result<Ask, (Span, String)> {
    let mut scope = scope.clone();
    scope.set(question.slots.answer, answer.into());
    show_options(&judge.answer, &mut scope, question)?;
    let content = judge.wording.text(&scope)?;
    let max_tokens = judge.max_tokens.unwrap_or(default_tokens(&judge.answer));
    let (read, samples) = match judge.read {
        ReadMethod::Samples => (Read::Samples, 1),
        ReadMethod::Probability { else_samples } => {
            let continuations = continuations(&judge.answer, &judge.answer.readable(), &judge.exits, &[]);
            (Read::Probability { continuations, whole: true }, else_samples.unwrap_or(1))
        }
    };
    Ok(Ask {
        messages: vec![Message { role: Role::User, content }],
        read,
        // A verdict is the judge's most likely one, so it is taken once and without chance.
        sampling: Sampling { samples, temperature: if samples > 1 { 1.0 } else { 0.0 }, max_tokens, seed: 0 },
        place: format!("judge {} of question {}", judge.name, question.name),
    })
}

/// Shows the options of a judge's answer in the order of the spec.
fn show_options(answer: &AnswerType, scope: &mut Scope, question: &Question) -> Result<(), (Span, String)> {
    if let AnswerType::Options { choices, labels } = answer {
        let order: Vec<usize> = (0..choices.len()).collect();
        let shown = shown(choices, labels, &order, scope)?;
        scope.set(question.slots.options, written(&shown).into());
    }
    Ok(())
}
