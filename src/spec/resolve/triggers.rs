use std::sync::OnceLock;

use minijinja::Value;

use super::super::{Argument, Draw, Entity, Trigger, TriggerId, TriggerVariable, Variable};
use super::Resolver;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::text::{Literal, Span};
use crate::tree::{self, KeptValues, Let, Name, TriggerStatement, ValueSource};

/// The most values of a variable that some can be held out of: they are all written out.
const MAX_VALUES: u64 = 100_000;

impl Resolver<'_> {
    pub(super) fn trigger(&mut self, declared: &tree::Trigger) {
        if !self.is_first(Kind::Trigger, &declared.name) {
            return;
        }
        let within = format!("the trigger `{}`", declared.name.value);
        let mut frame = Frame::default();
        frame.announce(declared.statements.iter().filter_map(|statement| match &statement.value {
            TriggerStatement::Let { variable, .. } => Some(&variable.name),
            _ => None,
        }));
        let mut variables = Vec::new();
        for statement in &declared.statements {
            if let TriggerStatement::Let { variable, held_out, near_miss } = &statement.value {
                variables.extend(self.trigger_variable(variable, held_out.as_ref(), near_miss.as_ref(), &mut frame));
            }
        }
        let (mut called, mut system, mut user, mut near) = (None, None, None, None);
        for statement in &declared.statements {
            match &statement.value {
                TriggerStatement::Called(text) => {
                    self.once(&mut called, text.text.clone(), "called", statement.span);
                }
                TriggerStatement::System(phrasings) => {
                    let writings = self.phrasings(phrasings, &frame);
                    self.once(&mut system, writings, "system", statement.span);
                }
                TriggerStatement::User(phrasings) => self.once(&mut user, phrasings, "user", statement.span),
                TriggerStatement::NearUser(phrasings) => {
                    self.once(&mut near, phrasings, "near miss user", statement.span);
                }
                TriggerStatement::Let { .. } => {}
            }
        }
        if system.is_none() && user.is_none() {
            self.missing_system(declared.name.span, within.clone());
        }
        let message = frame.reserve();
        frame.bind("message", message, Sort::Plain);
        let mut wrappings = |phrasings: Option<&Vec<Literal>>| {
            let phrasings = phrasings.map_or(&[][..], Vec::as_slice);
            let writings = self.phrasings(phrasings, &frame);
            for (text, writing) in phrasings.iter().zip(&writings) {
                self.keeps_message(text, writing, message, &within);
            }
            writings
        };
        let (user, near) = (wrappings(user), wrappings(near));
        self.warn_unused(&frame);
        self.spec.triggers.push(Trigger {
            name: declared.name.value.clone(),
            span: declared.name.span,
            called,
            variables,
            system: system.unwrap_or_default(),
            user,
            near,
            message,
            size: frame.size(),
            recognizer: OnceLock::new(),
        });
    }

    /// Resolves a variable with its three kinds of values. What is held out is taken from what training draws.
    fn trigger_variable(
        &mut self,
        declared: &Let,
        held_out: Option<&KeptValues>,
        near_miss: Option<&KeptValues>,
        frame: &mut Frame,
    ) -> Option<TriggerVariable> {
        let held_out = held_out.and_then(|kept| Some((self.kept(declared, kept, frame)?, kept.span)));
        let near_miss = near_miss.and_then(|kept| Some((self.kept(declared, kept, frame)?, kept.span)));
        let mut trained = self.variable(declared, frame, Err("a trigger"))?;
        if let Some((values, span)) = &held_out {
            let all = self.written_out(&trained, *span)?;
            let left: Vec<Value> = all.into_iter().filter(|value| !values.contains(value)).collect();
            if left.is_empty() {
                self.keeps_nothing(&trained.name, *span, "nothing is left for training");
                return None;
            }
            trained.draw = Draw::One(left);
        }
        if let Some((values, span)) = &near_miss {
            let all = self.written_out(&trained, *span)?;
            let held = held_out.iter().flat_map(|(values, _)| values);
            if let Some(value) = all.iter().chain(held).find(|value| values.contains(value)) {
                self.keeps_nothing(&trained.name, *span, &format!("`{value}` is one of the trigger's own values"));
                return None;
            }
        }
        let (slot, span) = (trained.slot, trained.span);
        let of = |values: Vec<Value>| Variable { name: trained.name.clone(), slot, span, draw: Draw::One(values) };
        let held_out = held_out.map(|(values, _)| of(values));
        let near_miss = near_miss.map(|(values, _)| of(values));
        Some(TriggerVariable { trained, held_out, near_miss })
    }

    fn keeps_nothing(&mut self, variable: &str, span: Span, message: &str) {
        let problem = Problem::KeptValues { variable: variable.to_owned(), message: message.to_owned() };
        self.report(Diagnostic::at(span, problem));
    }

    /// Returns values that are held out, or near misses, each written out.
    fn kept(&mut self, declared: &Let, kept: &KeptValues, frame: &Frame) -> Option<Vec<Value>> {
        let name = Name { value: declared.name.value.clone(), span: kept.span };
        let source = match (&kept.source, &declared.source) {
            (ValueSource::Number { low, high, .. }, ValueSource::Number { step, .. }) => {
                ValueSource::Number { low: low.clone(), high: high.clone(), step: step.clone() }
            }
            (ValueSource::Number { low, high, .. }, ValueSource::Integer { .. }) => {
                ValueSource::Integer { low: low.clone(), high: high.clone() }
            }
            (source, _) => source.clone(),
        };
        // A frame of its own: these are further values of the same name.
        let variable = self.variable(&Let { name, source }, &mut frame.clone(), Err("a trigger"))?;
        self.written_out(&variable, kept.span)
    }

    /// Writes every value of a draw out.
    fn written_out(&mut self, variable: &Variable, span: Span) -> Option<Vec<Value>> {
        let values = variable.draw.values(MAX_VALUES);
        if values.is_none() {
            let message = format!("at most {MAX_VALUES} values can be told apart, and these are more");
            self.keeps_nothing(&variable.name, span, &message);
        }
        values
    }

    pub(super) fn digits(&mut self, pattern: &Literal) -> Option<Draw> {
        if !pattern.text.contains('#') {
            let problem = Problem::BadNumber {
                what: "pattern of digits",
                value: format!("\"{}\"", pattern.text),
                allowed: "a text with `#` for each digit that is drawn, such as \"392###\"",
            };
            self.report(Diagnostic::at(pattern.span, problem));
            return None;
        }
        Some(Draw::Digits(pattern.text.clone()))
    }

    /// Returns the days from one to another, as texts.
    pub(super) fn days(&mut self, first: &Name, last: &Name) -> Option<Vec<Value>> {
        let mut ends = Vec::new();
        for name in [first, last] {
            match name.value.parse::<chrono::NaiveDate>() {
                Ok(day) => ends.push(day),
                Err(_) => self.report(Diagnostic::at(name.span, Problem::BadDate { text: name.value.clone() })),
            }
        }
        let [from, to] = ends.as_slice() else { return None };
        if from > to {
            let problem = Problem::EmptyRange { low: first.value.clone(), high: last.value.clone() };
            self.report(Diagnostic::at(first.span.to(last.span), problem));
            return None;
        }
        let days = from.iter_days().take_while(|day| day <= to);
        Some(days.map(|day| Value::from(day.to_string())).collect())
    }

    /// Returns the triggers that a dataset's parts name, in their order.
    pub(super) fn triggers_of(&mut self, dataset: &Name) -> Option<Vec<Argument>> {
        let id = self.find(Kind::Dataset, dataset)?;
        let mut triggers: Vec<Argument> = Vec::new();
        for (trigger, _) in self.spec.datasets.get(id)?.parts.iter().flat_map(|part| &part.when) {
            if matches!(trigger, Argument::Entity(Entity::Trigger(_))) && !triggers.contains(trigger) {
                triggers.push(trigger.clone());
            }
        }
        if triggers.is_empty() {
            self.report(Diagnostic::at(dataset.span, Problem::NoTriggers { dataset: dataset.value.clone() }));
            return None;
        }
        Some(triggers)
    }

    /// Resolves a trigger, or a parameter that stands for one.
    pub(super) fn trigger_or_parameter(&mut self, name: &Name, frame: &Frame) -> Option<(Argument, Span)> {
        let argument = match frame.find(&name.value) {
            Some((_, Sort::Parameter)) => Argument::Variable(name.value.clone()),
            _ => Argument::Entity(Entity::Trigger(TriggerId(self.find(Kind::Trigger, name)?))),
        };
        Some((argument, name.span))
    }
}
