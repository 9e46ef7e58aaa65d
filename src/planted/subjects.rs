//! Planted subjects and judges, ready to be asked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::Effect;
use super::choices::{Choice, beside, choices, likelihoods};
use super::effect::Standing;
use super::truth::{Cell, Truth};
use crate::answers::backend::Backend;
use crate::answers::backends::simulated::Simulated;
use crate::answers::{Identity, Inquiry, Posed, Subject, judge_ask};
use crate::configuration::{Configuration, Model, Provider};
use crate::forecast::{Assumptions, stand_in, with_planned_runs};
use crate::requests::{Request, RequestProblem};
use crate::spec::{Answerer, Draw, Origin, Question, Scope, Spec};

/// The models of a simulated experiment.
pub struct Planted {
    pub models: Vec<(Identity, Arc<dyn Backend>)>,
    /// What the reader of the report should know.
    pub notes: Vec<String>,
}

impl fmt::Debug for Planted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let models: Vec<&Identity> = self.models.iter().map(|(identity, _)| identity).collect();
        f.debug_struct("Planted").field("models", &models).field("notes", &self.notes).finish()
    }
}

/// Returns a configuration in which every role and every run is a simulated model. `seed`, effects and scatter are
/// part of what the store knows them by, so that no simulation is taken for another.
pub fn configuration(
    spec: &Spec,
    seeds: Option<u64>,
    seed: u64,
    effects: &[Effect],
    assumptions: Assumptions,
) -> Configuration {
    let mut configuration = Configuration::default();
    let of_arms = spec.arms.iter().filter_map(|arm| match &arm.from {
        Origin::Role(role) => Some(role),
        Origin::Arm(_) => None,
    });
    let judges = spec.questions.iter().flat_map(|question| &question.judges).map(|judge| &judge.by);
    let Assumptions { run_sd, wording_sd, .. } = assumptions;
    let law = format!("simulated, seed {seed}, runs ±{run_sd}, wordings ±{wording_sd}, effects {effects:?}");
    let beside = spec.questions.iter().flat_map(|question| &question.foreseen).map(|foreseen| &foreseen.by);
    let speakers = spec.dialogues.iter().flat_map(|dialogue| {
        let asked = dialogue.after.iter().filter_map(|variable| match &variable.draw {
            Draw::Answers(answers) => Some(&answers.asked.by),
            _ => None,
        });
        dialogue.speakers.iter().map(|speaker| &speaker.by).chain(asked)
    });
    let others = beside.chain(speakers).filter_map(|by| match by {
        Answerer::Role(role) => Some(role),
        Answerer::Itself | Answerer::Arm(_) => None,
    });
    for role in of_arms.chain(judges).chain(others) {
        let model = Model {
            provider: Provider::Local,
            model: format!("{role}, {law}"),
            name: format!("simulated {role}"),
            ..stand_in(role)
        };
        configuration.models.insert(role.clone(), model);
        configuration.roles.insert(role.clone(), role.clone());
    }
    with_planned_runs(&mut configuration, spec, seeds);
    configuration
}

/// Plants the subjects and judges of an experiment whose models are those of [`configuration`].
///
/// # Errors
/// Returns the first prompt that cannot be made.
pub fn plant(
    inquiry: &Inquiry<'_>,
    seed: u64,
    effects: &[Effect],
    assumptions: Assumptions,
) -> Result<Planted, RequestProblem> {
    let truth = Truth { seed, effects: effects.to_vec(), assumptions };
    let mut planting =
        Planting { inquiry, truth, models: BTreeMap::new(), constant: BTreeSet::new(), mute: BTreeSet::new() };
    for posed in inquiry.prompts() {
        planting.prompt(&posed?);
    }
    let mut notes = vec![format!(
        "Simulated: no model was asked. Seed {seed}; runs scatter by {}, wordings and items by {} of a score's range.",
        assumptions.run_sd, assumptions.wording_sd
    )];
    notes.push(match effects {
        [] => "No effect was planted.".to_owned(),
        effects => format!("Planted: {}.", effects.iter().map(Effect::to_string).collect::<Vec<_>>().join(", ")),
    });
    for (questions, what) in [
        (&planting.constant, "No answers were found that score differently, so nothing could be planted in:"),
        (&planting.mute, "No answer was found that scores, so nothing answers:"),
    ] {
        if !questions.is_empty() {
            notes.push(format!("{what} {}.", questions.iter().cloned().collect::<Vec<_>>().join(", ")));
        }
    }
    let models = planting.models.into_iter().map(|(identity, model)| (identity, Arc::new(model) as Arc<dyn Backend>));
    Ok(Planted { models: models.collect(), notes })
}

struct Planting<'p> {
    inquiry: &'p Inquiry<'p>,
    truth: Truth,
    models: BTreeMap<Identity, Simulated>,
    constant: BTreeSet<String>,
    mute: BTreeSet<String>,
}

impl Planting<'_> {
    /// Teaches every subject how it answers a prompt, and every judge what it says of each answer.
    fn prompt(&mut self, posed: &Posed<'_>) {
        let Posed { question, prompt, .. } = posed;
        // Nobody plays with a planted subject.
        if question.play.is_some() {
            self.mute.insert(question.name.clone());
            return;
        }
        for subject in &self.inquiry.subjects {
            let scope = self.inquiry.scope(subject, posed);
            let choices = choices(self.inquiry.spec, question, prompt, &scope);
            match choices.len() {
                0 => self.mute.insert(question.name.clone()),
                1 => self.constant.insert(question.name.clone()),
                _ => false,
            };
            let truth = self.of(subject, posed);
            let shares = likelihoods(&choices, truth);
            let answers = choices.iter().zip(shares).map(|(choice, share)| (choice.text.clone(), share)).collect();
            let messages = self.inquiry.ask(subject, posed).messages;
            self.model(&subject.model).learn(&messages, answers);
            self.judges(question, &scope, &choices);
            let said = beside(self.inquiry.spec, question, prompt, &scope);
            for (foreseen, said) in question.foreseen.iter().zip(said) {
                let Some(answerer) = self.inquiry.answerer(foreseen, subject) else { continue };
                if let Ok(ask) = self.inquiry.foreseen_ask(&answerer, posed, &scope, foreseen) {
                    self.model(&answerer.model).learn(&ask.messages, vec![(said, 1.0)]);
                }
            }
        }
    }

    fn judges(&mut self, question: &Question, scope: &Scope, choices: &[Choice]) {
        for (at, judge) in question.judges.iter().enumerate() {
            let Some(model) = self.inquiry.model_of(&judge.by) else { continue };
            for choice in choices {
                let verdict = choice.verdicts.get(at);
                if let (Some(verdict), Ok(ask)) = (verdict, judge_ask(question, scope, judge, &choice.text)) {
                    self.model(model).learn(&ask.messages, vec![(verdict.clone(), 1.0)]);
                }
            }
        }
    }

    fn of(&self, subject: &Subject, posed: &Posed<'_>) -> f64 {
        let Request { about, under, axes, id, .. } = &posed.prompt.request;
        let printed = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let axes = axes.iter().map(|(name, value)| (name.clone(), printed(value))).collect();
        let arm = &self.inquiry.spec[subject.arm];
        let runs = self.inquiry.subjects.iter().filter(|other| other.arm == subject.arm).map(|other| other.run.seed);
        let group = posed.question.role.map_or_else(|| posed.question.name.clone(), |role| format!("{role:?}"));
        let asked = self.inquiry.questions().map(|(_, asked)| asked);
        let items = asked.filter(|asked| self.inquiry.spec[asked.question].name == posed.question.name);
        let items = items.map(crate::plan::QuestionPlan::items).max().unwrap_or(1);
        let wordings = if about == "itself" { &posed.question.wordings } else { &posed.question.wordings_about_other };
        self.truth.of(Cell {
            standing: Standing {
                arm: &arm.name,
                run: &subject.run,
                question: &posed.question.name,
                about,
                under,
                axes: &axes,
            },
            group: &group,
            request: id,
            run_scatters: arm.trained.is_some() && runs.collect::<BTreeSet<_>>().len() > 1,
            wordings_scatter: items > 1 || wordings.len() > 1,
        })
    }

    fn model(&mut self, model: &Model) -> &mut Simulated {
        let identity = Identity::of(model);
        let seed = self.truth.seed;
        self.models.entry(identity).or_insert_with(|| Simulated::new(seed, &model.name))
    }
}
