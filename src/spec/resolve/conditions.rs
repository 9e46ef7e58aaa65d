//! Conditions of a claim: which values of each axis count. What has a built-in value takes it, and everything
//! else has to be named.

use std::collections::BTreeMap;

use minijinja::Value;
use minijinja::machinery::ast::{CallArg, Expr};

use super::super::{Argument, ArmId, Entity, PersonaId, QuestionId, Spec, SuiteId, Under};
use super::claims::{Reading, function, variable};
use crate::diagnostic::{Diagnostic, Problem, nearest};
use crate::estimates::{Among, Conditions, Mean, Measure};
use crate::text::Span;

/// What a claim measures: the questions behind a name, with the conditions under which each is asked.
pub(super) struct Measured {
    name: String,
    pub(super) questions: Vec<MeasuredQuestion>,
}

pub(super) struct MeasuredQuestion {
    pub(super) id: QuestionId,
    about: Vec<PersonaId>,
    under: Vec<Under>,
}

impl Measured {
    pub(super) fn suite(spec: &Spec, name: &str, suite: SuiteId) -> Measured {
        let mut measured = Measured { name: name.to_owned(), questions: Vec::new() };
        if let Some(suite) = spec.suites.get(suite.0) {
            for asked in &suite.asked {
                measured.add(asked.question, &asked.about, &suite.under);
            }
        }
        measured
    }

    pub(super) fn question(spec: &Spec, name: &str, suites: &[SuiteId]) -> Measured {
        let mut measured = Measured { name: name.to_owned(), questions: Vec::new() };
        for suite in suites.iter().filter_map(|id| spec.suites.get(id.0)) {
            for asked in &suite.asked {
                if spec.questions.get(asked.question.0).is_some_and(|question| question.name == name) {
                    measured.add(asked.question, &asked.about, &suite.under);
                }
            }
        }
        measured
    }

    fn add(&mut self, id: QuestionId, about: &[PersonaId], under: &[Under]) {
        match self.questions.iter_mut().find(|question| question.id == id) {
            Some(known) => {
                known.about.extend(about);
                known.under.extend(under);
            }
            None => self.questions.push(MeasuredQuestion { id, about: about.to_vec(), under: under.to_vec() }),
        }
    }
}

impl Reading<'_, '_> {
    /// Builds a mean from what is measured, the arms, and the named conditions.
    pub(super) fn conditioned(
        &mut self,
        whole: &Expr<'_>,
        measured: &Measured,
        arms: &[ArmId],
        named: &[(&str, &Expr<'_>)],
    ) -> Option<Mean> {
        self.conditioned_over(whole, measured, arms, named, None)
    }

    /// Builds a mean that may run over an axis, all of whose values count unless the claim names some.
    pub(super) fn conditioned_over(
        &mut self,
        whole: &Expr<'_>,
        measured: &Measured,
        arms: &[ArmId],
        named: &[(&str, &Expr<'_>)],
        over: Option<&str>,
    ) -> Option<Mean> {
        let axes = self.axes(measured, arms);
        let mut chosen: BTreeMap<&str, Among> = BTreeMap::new();
        for (name, value) in named {
            let Some(axis) = axes.iter().find(|axis| axis.name == *name) else {
                let known: Vec<String> = axes.iter().map(|axis| axis.name.clone()).collect();
                let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
                let place = self.place_of_name(name, value);
                let problem = Problem::UnknownCondition { axis: (*name).to_owned(), known, nearest: nearest.clone() };
                self.resolver.report(Diagnostic::at(place, problem).fix(place, nearest.as_deref()));
                return None;
            };
            let among = self.among(axis, value)?;
            chosen.insert(name, among);
        }
        let mut conditions = Conditions::default();
        for axis in &axes {
            let among = match (chosen.remove(axis.name.as_str()), &axis.built_in) {
                (Some(among), _) => among,
                (None, _) if over == Some(axis.name.as_str()) => Among::All,
                (None, Some(built_in)) if axis.values.contains(built_in) => Among::Only(vec![built_in.clone()]),
                (None, _) => {
                    let values = axis.values.clone();
                    self.report(whole, Problem::ConditionMissing { axis: axis.name.clone(), values });
                    return None;
                }
            };
            let place = if axis.of_arms { &mut conditions.of_arms } else { &mut conditions.of_questions };
            place.insert(axis.name.clone(), among);
        }
        let questions = self.asked_under(measured, &conditions);
        self.generalizes(whole, measured, &questions, &conditions)?;
        let spec = &self.resolver.spec;
        let arms = arms.iter().filter_map(|id| spec.arms.get(id.0)).map(|arm| arm.name.clone()).collect();
        Some(Mean { measure: Measure::Score, name: measured.name.clone(), questions, arms, conditions })
    }

    /// Refuses to generalize from a question that has one wording.
    fn generalizes(
        &mut self,
        whole: &Expr<'_>,
        measured: &Measured,
        questions: &[String],
        conditions: &Conditions,
    ) -> Option<()> {
        if !self.experiment.generalize_wordings {
            return Some(());
        }
        let about = conditions.of_questions.get("about");
        let only_itself = matches!(about, Some(Among::Only(names)) if names.iter().all(|name| name == "itself"));
        let spec = &self.resolver.spec;
        let asked = measured.questions.iter().filter_map(|question| spec.questions.get(question.id.0));
        let mut asked = asked.filter(|question| questions.contains(&question.name));
        let single = asked.find(|question| {
            let of_others = &question.wordings_about_other;
            let wordings = if only_itself || of_others.is_empty() { &question.wordings } else { of_others };
            wordings.len() < 2
        });
        let Some(name) = single.map(|question| question.name.clone()) else { return Some(()) };
        self.report(whole, Problem::OneWording { question: name });
        None
    }

    /// Returns where the name of a named argument stands, of which the syntax tree keeps only the value's place.
    fn place_of_name(&self, name: &str, value: &Expr<'_>) -> Span {
        let value = self.place(value);
        let before = self.resolver.sources.slice(Span { start: 0, end: value.start, ..value });
        let before = before.trim_end().trim_end_matches('=').trim_end();
        if before.ends_with(name) {
            Span { start: before.len() - name.len(), end: before.len(), ..value }
        } else {
            value
        }
    }

    /// Returns the questions that are asked about whom the claim names.
    fn asked_under(&self, measured: &Measured, conditions: &Conditions) -> Vec<String> {
        let spec = &self.resolver.spec;
        let takes = |axis: &str, values: Vec<&str>| match conditions.of_questions.get(axis) {
            Some(Among::Only(wanted)) => wanted.iter().any(|wanted| values.contains(&wanted.as_str())),
            Some(Among::Except(left_out)) => values.iter().any(|value| !left_out.iter().any(|left| left == value)),
            _ => true,
        };
        measured
            .questions
            .iter()
            .filter(|question| {
                let about = question.about.iter().filter_map(|id| spec.personas.get(id.0)).map(|p| p.name.as_str());
                let under: Vec<String> = question.under.iter().map(|under| under.name(spec)).collect();
                takes("about", about.collect()) && takes("under", under.iter().map(String::as_str).collect())
            })
            .filter_map(|question| spec.questions.get(question.id.0))
            .map(|question| question.name.clone())
            .collect()
    }

    /// Returns every condition that applies: who is asked about, under what, the questions' axes over things of
    /// the spec, and the arms' axes.
    pub(super) fn axes(&self, measured: &Measured, arms: &[ArmId]) -> Vec<Axis> {
        let spec = &self.resolver.spec;
        let mut axes = vec![
            Axis { name: "about".into(), values: Vec::new(), built_in: Some("itself".into()), of_arms: false },
            Axis { name: "under".into(), values: Vec::new(), built_in: Some("none".into()), of_arms: false },
        ];
        for asked in &measured.questions {
            let personas =
                asked.about.iter().filter_map(|id| spec.personas.get(id.0)).map(|persona| persona.name.clone());
            let contexts = asked.under.iter().map(|under| under.name(spec));
            if let [about, under, ..] = axes.as_mut_slice() {
                about.extend(personas);
                under.extend(contexts);
            }
            let Some(question) = spec.questions.get(asked.id.0) else { continue };
            for variable in &question.variables {
                if let Some(values) = variable.axis().filter(|values| is_condition(values)) {
                    add(&mut axes, &variable.name, values, spec, false);
                }
            }
        }
        for arm in arms.iter().filter_map(|id| spec.arms.get(id.0)) {
            for (name, _, values) in arm.axes() {
                add(&mut axes, name, values, spec, true);
            }
        }
        axes
    }

    /// Reads a condition's value: a name, a number, a list, `all`, or `except(...)`.
    fn among(&mut self, axis: &Axis, value: &Expr<'_>) -> Option<Among> {
        if variable(value) == Some("all") {
            return Some(Among::All);
        }
        if let Expr::Call(call) = value {
            if function(&call.expr) == Some("except") {
                let mut left_out = Vec::new();
                for argument in &call.args {
                    if let CallArg::Pos(value) = argument {
                        left_out.extend(self.values(axis, value)?);
                    }
                }
                return Some(Among::Except(left_out));
            }
        }
        self.values(axis, value).map(Among::Only)
    }

    fn values(&mut self, axis: &Axis, value: &Expr<'_>) -> Option<Vec<String>> {
        if let Expr::List(list) = value {
            let mut values = Vec::new();
            for item in &list.items {
                values.extend(self.values(axis, item)?);
            }
            return Some(values);
        }
        let text = match (variable(value).or(kept_values(value).as_deref()), value.as_const()) {
            (Some(name), _) => name.to_owned(),
            (None, Some(constant)) => printed(&constant),
            (None, None) => {
                self.report(
                    value,
                    Problem::ClaimForm {
                        found: format!("this {}", value.description()),
                        expected: "a value of the condition, a list, `all` or `except(...)`",
                    },
                );
                return None;
            }
        };
        if !axis.values.contains(&text) {
            let nearest = nearest(&text, axis.values.iter().map(String::as_str)).map(str::to_owned);
            self.report(
                value,
                Problem::UnknownConditionValue {
                    axis: axis.name.clone(),
                    value: text,
                    known: axis.values.clone(),
                    nearest,
                },
            );
            return None;
        }
        Some(vec![text])
    }
}

/// Returns `held_out(TRIGGER)` or `near_miss(TRIGGER)` as requests write it.
fn kept_values(value: &Expr<'_>) -> Option<String> {
    let Expr::Call(call) = value else { return None };
    let called = function(&call.expr).filter(|called| matches!(*called, "held_out" | "near_miss"))?;
    let [CallArg::Pos(trigger)] = call.args.as_slice() else { return None };
    Some(format!("{called}({})", variable(trigger)?))
}

/// An axis that a claim can name.
pub(super) struct Axis {
    pub(super) name: String,
    pub(super) values: Vec<String>,
    built_in: Option<String>,
    pub(super) of_arms: bool,
}

impl Axis {
    fn extend(&mut self, values: impl IntoIterator<Item = String>) {
        for value in values {
            if !self.values.contains(&value) {
                self.values.push(value);
            }
        }
    }
}

fn add(axes: &mut Vec<Axis>, name: &str, values: &[Argument], spec: &Spec, of_arms: bool) {
    let printed: Vec<String> = values.iter().map(|value| value.name(spec)).collect();
    match axes.iter_mut().find(|axis| axis.name == name) {
        Some(known) => known.extend(printed),
        None => axes.push(Axis { name: name.to_owned(), values: printed, built_in: None, of_arms }),
    }
}

/// Axes over behaviors, personas and contexts are conditions; a question's other axes are items.
pub(crate) fn is_condition(values: &[Argument]) -> bool {
    values.iter().all(|value| matches!(value, Argument::Entity(entity) if !matches!(entity, Entity::Words(_))))
}

fn printed(value: &Value) -> String {
    // The context `none` is a word of Jinja's too.
    if value.is_none() {
        return "none".to_owned();
    }
    let mut out = String::new();
    super::super::print(value, &mut out);
    out
}
