use super::{Argument, ArmId, DatasetId, Formula, PersonaId, QuestionId, Slot, Spec, Under, Variable};
use crate::text::Span;

/// Questions × personas × contexts × samples.
#[derive(Debug)]
pub struct Suite {
    pub name: String,
    pub span: Span,
    pub own: bool,
    pub asked: Vec<Asked>,
    pub under: Vec<Under>,
    pub samples: u32,
    /// The configuration's, or 1, where the spec does not say.
    pub temperature: Option<f64>,
    pub max_tokens: Option<u32>,
}

/// One question of a suite, and whom it is asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub question: QuestionId,
    pub about: Vec<PersonaId>,
}

/// A model: a role's, one under a system prompt, or runs trained on a dataset.
#[derive(Debug)]
pub struct Arm {
    pub name: String,
    pub span: Option<Span>,
    pub from: Origin,
    pub system: Option<String>,
    pub trained: Option<Trained>,
    pub variables: Vec<Variable>,
    pub settings: Settings,
    pub size: usize,
}

/// What an arm starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A role of the configuration.
    Role(String),
    Arm(ArmId),
}

#[derive(Debug)]
pub struct Trained {
    pub dataset: DatasetId,
    pub arguments: Vec<Argument>,
    /// The control of the dataset, nested or not, by its name.
    pub control: Option<String>,
    pub span: Span,
}

/// The trainer's settings; they are recorded, and training is done elsewhere.
#[derive(Debug, Default)]
pub struct Settings {
    pub learning_rate: Option<Setting>,
    pub epochs: Option<Setting>,
    pub checkpoints: Option<Setting>,
    pub seeds: Option<Setting>,
}

#[derive(Debug)]
pub enum Setting {
    Number(f64),
    Formula(Formula),
}

impl Arm {
    /// Returns the arm's axes: name, slot and values.
    pub fn axes(&self) -> impl Iterator<Item = (&str, Slot, &[Argument])> {
        self.variables.iter().filter_map(|variable| Some((variable.name.as_str(), variable.slot, variable.axis()?)))
    }
}

impl Spec {
    /// Returns the system prompts of an arm and of those it starts from, the first one's first.
    pub fn system_of(&self, arm: ArmId) -> Option<String> {
        let arm = &self[arm];
        let below = match &arm.from {
            Origin::Arm(id) => self.system_of(*id),
            Origin::Role(_) => None,
        };
        match (below, &arm.system) {
            (Some(below), Some(own)) => Some(format!("{below}\n\n{own}")),
            (below, own) => below.or_else(|| own.clone()),
        }
    }

    /// Returns the role of the configuration that an arm comes down to.
    pub fn role_of(&self, arm: ArmId) -> &str {
        match &self[arm].from {
            Origin::Role(role) => role,
            Origin::Arm(id) => self.role_of(*id),
        }
    }
}
