use super::super::model::Origin;
use super::super::{
    Arm, ArmId, Asked, ContextId, Control, DatasetId, PersonaId, QuestionId, Setting, Settings, Suite, Trained,
    TriggerId, Under,
};
use super::Resolver;
use super::frame::Frame;
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::tree::{self, ArmStatement, Name, SuiteStatement, Values};

impl Resolver<'_> {
    pub(super) fn suite(&mut self, declared: &tree::Suite) {
        if !self.is_first(Kind::Suite, &declared.name) {
            return;
        }
        let mut asked: Vec<Asked> = Vec::new();
        let (mut under, mut samples, mut temperature, mut max_tokens) = (None, None, None, None);
        for statement in &declared.statements {
            let span = statement.span;
            match &statement.value {
                SuiteStatement::Ask { questions, about } => self.suite_ask(questions, about, &mut asked),
                SuiteStatement::Under(named) => {
                    let conditions: Vec<Under> = named.iter().filter_map(|named| self.condition(named)).collect();
                    self.once(&mut under, conditions, "under", span);
                }
                SuiteStatement::Samples(count) => {
                    let count = self.small(count, "number of samples");
                    self.once(&mut samples, count, "samples", span);
                }
                SuiteStatement::Temperature(number) => {
                    let value = self.temperature(number);
                    self.once(&mut temperature, value, "temperature", span);
                }
                SuiteStatement::MaxTokens(tokens) => {
                    let tokens = self.small(tokens, "number of tokens");
                    self.once(&mut max_tokens, tokens, "max tokens", span);
                }
            }
        }
        if !declared.statements.iter().any(|statement| matches!(statement.value, SuiteStatement::Ask { .. })) {
            let within = format!("the suite `{}`", declared.name.value);
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement: "ask" }));
        }
        self.spec.suites.push(Suite {
            name: declared.name.value.clone(),
            span: declared.name.span,
            own: self.is_own(declared.name.span),
            asked,
            under: under.unwrap_or_else(|| vec![Under::NONE]),
            samples: samples.unwrap_or(1),
            temperature,
            max_tokens,
        });
    }

    /// Resolves a context, or a trigger with one kind of its values.
    fn condition(&mut self, named: &tree::ConditionName) -> Option<Under> {
        let name = &named.name;
        let trigger = self.names.find(Kind::Trigger, &name.value).map(TriggerId);
        let is_context = self.names.find(Kind::Context, &name.value).is_some();
        let Some(id) = trigger.filter(|_| named.values != Values::Trained || !is_context) else {
            if is_context && named.values != Values::Trained {
                let found = "a context, which has no held out values".to_owned();
                let problem = Problem::NotUsable { name: name.value.clone(), expected: "a trigger", found };
                self.report(Diagnostic::at(name.span, problem));
                return None;
            }
            if is_context {
                return self.find(Kind::Context, name).map(|id| Under::Context(ContextId(id)));
            }
            let known = [Kind::Context, Kind::Trigger].into_iter().flat_map(|kind| self.names.all(kind));
            let known = known.map(str::to_owned).collect();
            self.unknown(Kind::Context, name, known, self.names.kind_of(&name.value));
            return None;
        };
        self.names.mark(Kind::Trigger, &name.value);
        if self.spec.triggers.get(id.0).is_some_and(|trigger| !trigger.has(named.values)) {
            let values = if named.values == Values::HeldOut { "held out" } else { "near miss" };
            let problem = Problem::HeldOutNowhere { trigger: name.value.clone(), values };
            self.report(Diagnostic::at(named.span, problem));
            return None;
        }
        Some(Under::Trigger(id, named.values))
    }

    fn suite_ask(&mut self, questions: &[Name], about: &[Name], asked: &mut Vec<Asked>) {
        let mut personas: Vec<(PersonaId, Option<&Name>)> =
            about.iter().filter_map(|name| Some((PersonaId(self.find(Kind::Persona, name)?), Some(name)))).collect();
        if about.is_empty() {
            personas.push((PersonaId::ITSELF, None));
        }
        for name in questions {
            let Some(id) = self.find(Kind::Question, name).map(QuestionId) else { continue };
            let mut accepted = Vec::new();
            for (persona, named) in &personas {
                let Some(question) = self.spec.questions.get(id.0) else { continue };
                // A wording that could not be read is reported already, and still is one.
                let has_wording = self.unread.is_incomplete(question.span)
                    || if *persona == PersonaId::ITSELF {
                        !question.wordings.is_empty()
                    } else {
                        !question.wordings_about_other.is_empty()
                    };
                let repeated = asked.iter().any(|other| other.question == id && other.about.contains(persona));
                if repeated || accepted.contains(persona) {
                    let span = named.map_or(name.span, |named| named.span);
                    self.report(Diagnostic::at(span, Problem::AskedTwice { question: name.value.clone() }));
                } else if has_wording {
                    accepted.push(*persona);
                } else {
                    accepted.push(*persona);
                    let persona = named.map_or("itself".to_owned(), |named| named.value.clone());
                    let problem = Problem::NoWording { question: name.value.clone(), persona };
                    let span = named.map_or(name.span, |named| named.span);
                    let diagnostic = Diagnostic::at(span, problem);
                    self.report(if span == name.span {
                        diagnostic
                    } else {
                        diagnostic.related(name.span, "this question")
                    });
                }
            }
            asked.push(Asked { question: id, about: accepted });
        }
    }

    pub(super) fn arm(&mut self, declared: &tree::Arm) {
        if !self.is_first(Kind::Arm, &declared.name) {
            return;
        }
        let mut frame = Frame::default();
        let mut variables = Vec::new();
        for statement in &declared.statements {
            if let ArmStatement::Let(variable) = &statement.value {
                variables.extend(self.variable(variable, &mut frame, Ok(())));
            }
        }
        let (mut from, mut system, mut trained) = (None, None, None);
        let mut settings = Settings::default();
        let mut first_setting = None;
        for statement in &declared.statements {
            let span = statement.span;
            let setting = match &statement.value {
                ArmStatement::From(name) => {
                    let origin = self.origin(name, declared);
                    self.once(&mut from, origin, "from", span);
                    continue;
                }
                ArmStatement::System(text) => {
                    self.once(&mut system, text.text.clone(), "system", span);
                    continue;
                }
                ArmStatement::Trained { dataset, controls } => {
                    if let Some(resolved) = self.trained(dataset, controls, &frame) {
                        self.once(&mut trained, resolved, "trained on", span);
                    }
                    continue;
                }
                ArmStatement::Let(_) => continue,
                ArmStatement::LearningRate(setting) => (setting, &mut settings.learning_rate, "learning rate"),
                ArmStatement::Epochs(setting) => (setting, &mut settings.epochs, "epochs"),
                ArmStatement::Checkpoints(setting) => (setting, &mut settings.checkpoints, "checkpoints"),
                ArmStatement::Seeds(setting) => (setting, &mut settings.seeds, "seeds"),
            };
            let (written, place, name) = setting;
            first_setting = first_setting.or(Some((name, span)));
            let resolved = match written {
                tree::Setting::Number(number) => Some(Setting::Number(number.value.to_f64())),
                tree::Setting::Expression(expression) => self.formula(expression, &frame).map(Setting::Formula),
            };
            if let Some(resolved) = resolved {
                self.once(place, resolved, name, span);
            }
        }
        let says_trained =
            declared.statements.iter().any(|statement| matches!(statement.value, ArmStatement::Trained { .. }));
        if let Some((setting, span)) = first_setting.filter(|_| !says_trained) {
            self.report(Diagnostic::at(span, Problem::SettingWithoutTraining { setting }));
        }
        if from.is_none() {
            let within = format!("the arm `{}`", declared.name.value);
            self.report(Diagnostic::at(declared.name.span, Problem::Missing { within, statement: "from" }));
        }
        self.spec.arms.push(Arm {
            name: declared.name.value.clone(),
            span: Some(declared.name.span),
            from: from.unwrap_or_else(|| Origin::Role("base".into())),
            system,
            trained,
            variables,
            settings,
            size: frame.size(),
        });
    }

    /// An arm starts from another arm that stands before it, or from a role of the configuration.
    fn origin(&mut self, name: &Name, declared: &tree::Arm) -> Origin {
        let known = self.names.find(Kind::Arm, &name.value).filter(|id| *id < self.spec.arms.len());
        match known {
            Some(id) if name.value != declared.name.value => {
                self.names.mark(Kind::Arm, &name.value);
                Origin::Arm(ArmId(id))
            }
            _ => Origin::Role(name.value.clone()),
        }
    }

    fn trained(&mut self, reference: &tree::Reference, controls: &[Name], frame: &Frame) -> Option<Trained> {
        let dataset = DatasetId(self.find(Kind::Dataset, &reference.name)?);
        let expected = self.spec.datasets.get(dataset.0)?.parameters.len();
        let arguments = self.arguments(reference, expected, frame)?;
        let declared = &self.spec.datasets.get(dataset.0)?.controls;
        if let Some(name) = controls.last() {
            let known: Vec<String> = all_controls(declared).map(|control| control.name.clone()).collect();
            // A nested control goes by its own name, with or without those of the controls that it stands in.
            let unknown = controls.iter().find(|name| !known.contains(&name.value)).cloned();
            if let Some(unknown) = unknown {
                self.unknown(Kind::Control, &unknown, known, None);
                return None;
            }
            let control = Some(name.value.clone());
            return Some(Trained { dataset, arguments, control, span: reference.span });
        }
        Some(Trained { dataset, arguments, control: None, span: reference.span })
    }
}

/// Returns controls, each followed by those in it.
fn all_controls(controls: &[Control]) -> Box<dyn Iterator<Item = &Control> + '_> {
    Box::new(controls.iter().flat_map(|control| std::iter::once(control).chain(all_controls(&control.controls))))
}
