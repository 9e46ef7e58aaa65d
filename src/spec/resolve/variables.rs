use minijinja::Value;

use super::super::entity::decimal_value;
use super::super::{
    Argument, BehaviorId, ContextId, Draw, Entity, PersonaId, TriggerId, Variable, WordsId, entity_value,
};
use super::Resolver;
use super::frame::{Frame, Sort};
use crate::diagnostic::{Diagnostic, Kind, Problem};
use crate::text::Span;
use crate::tree::{Decimal, Let, Name, Set, Spanned, ValueSource, Word};

impl Resolver<'_> {
    /// Resolves a `let` and adds its variable to the frame. `axes` names what an axis would multiply; without it,
    /// an axis has no place here.
    pub(super) fn variable(
        &mut self,
        statement: &Let,
        frame: &mut Frame,
        axes: Result<(), &'static str>,
    ) -> Option<Variable> {
        let span = statement.name.span;
        let draw = match &statement.source {
            ValueSource::EachOf(set) => {
                if let Err(within) = axes {
                    self.report(Diagnostic::at(set.span(), Problem::NoAxisHere { within }));
                }
                self.arguments_of(set, frame).map(Draw::Each)
            }
            ValueSource::OneOf(set) => self.values_of(set, frame).map(Draw::One),
            ValueSource::SomeOf { count, set, with } => self.some_of(count, set, with.as_ref(), frame),
            ValueSource::Answers(answers) => {
                self.report(Diagnostic::at(answers.by.span, Problem::NoAnswersHere));
                None
            }
            ValueSource::Number { low, high, step } => self.grid(low, high, step.as_ref()),
            ValueSource::Integer { low, high } => self.whole(low, high).map(|(low, high)| Draw::Grid {
                low,
                step: 1,
                count: span_of(low, high),
                scale: 0,
            }),
            ValueSource::DistinctIntegers { count, low, high } => self.whole(low, high).and_then(|(low, high)| {
                let count = self.enough(count, span_of(low, high))?;
                Some(Draw::Distinct { count, low, high })
            }),
            ValueSource::Digits(pattern) => self.digits(pattern),
            ValueSource::Date { first, last } => self.days(first, last).map(Draw::One),
            ValueSource::Expression(expression) => self.formula(expression, frame).map(Draw::Formula),
        };
        let is_axis = matches!(statement.source, ValueSource::EachOf(_));
        let sort = match &draw {
            Some(Draw::Each(values)) => sort_of(values),
            _ => Sort::Plain,
        };
        let slot = self.add(frame, &statement.name, sort, !is_axis);
        Some(Variable { name: statement.name.value.clone(), slot, span, draw: draw? })
    }

    /// Resolves a draw of several different values, some of which are always among them.
    fn some_of(&mut self, count: &Spanned<u64>, set: &Set, with: Option<&Set>, frame: &Frame) -> Option<Draw> {
        let values = self.values_of(set, frame)?;
        let with = match with {
            Some(with) => self.values_of(with, frame)?,
            None => Vec::new(),
        };
        // A value that is always there is not drawn a second time.
        let values: Vec<Value> = values.into_iter().filter(|value| !with.contains(value)).collect();
        let count = self.enough(count, (values.len() + with.len()) as u64)?;
        if with.len() > count {
            let place = set.span();
            let available = count as u64;
            self.report(Diagnostic::at(place, Problem::TooFewToDraw { wanted: with.len() as u64, available }));
            return None;
        }
        Some(Draw::Some { count, values, with })
    }

    /// Returns the values of an axis.
    fn arguments_of(&mut self, set: &Set, frame: &Frame) -> Option<Vec<Argument>> {
        let values = match set {
            Set::Listed { values, span } => {
                if values.is_empty() {
                    self.report(Diagnostic::at(*span, Problem::EmptyList));
                }
                values.iter().map(|value| self.argument(value, frame)).collect::<Option<Vec<_>>>()?
            }
            Set::TriggersOf(name) => self.triggers_of(name)?,
            Set::Named(name) => {
                let list = self.find(Kind::Words, name)?;
                self.spec[WordsId(list)].words.iter().map(|word| Argument::Text(word.clone())).collect()
            }
        };
        (!values.is_empty()).then_some(values)
    }

    /// Returns the values to draw from.
    fn values_of(&mut self, set: &Set, frame: &Frame) -> Option<Vec<Value>> {
        let arguments = self.arguments_of(set, frame)?;
        Some(
            arguments
                .iter()
                .map(|argument| match argument {
                    Argument::Entity(entity) => entity_value(&self.spec, *entity),
                    Argument::Number(number) => decimal_value(*number),
                    Argument::Text(text) | Argument::Variable(text) => Value::from(text.as_str()),
                })
                .collect(),
        )
    }

    /// Resolves a value that a parameter or an axis is given.
    pub(super) fn argument(&mut self, word: &Word, frame: &Frame) -> Option<Argument> {
        match word {
            Word::Text(text) => Some(Argument::Text(text.text.clone())),
            Word::Number(number) => Some(Argument::Number(number.value)),
            Word::Name(name) if frame.find(&name.value).is_some() => Some(Argument::Variable(name.value.clone())),
            Word::Name(name) => self.entity(name, &frame.names()).map(Argument::Entity),
        }
    }

    /// Resolves a name that may stand for anything that can be a value.
    fn entity(&mut self, name: &Name, variables: &[String]) -> Option<Entity> {
        type Made = fn(usize) -> Entity;
        let kinds: [(Kind, Made); 5] = [
            (Kind::Behavior, |id| Entity::Behavior(BehaviorId(id))),
            (Kind::Persona, |id| Entity::Persona(PersonaId(id))),
            (Kind::Context, |id| Entity::Context(ContextId(id))),
            (Kind::Trigger, |id| Entity::Trigger(TriggerId(id))),
            (Kind::Words, |id| Entity::Words(WordsId(id))),
        ];
        for (kind, entity) in kinds {
            if let Some(id) = self.names.find(kind, &name.value) {
                self.names.mark(kind, &name.value);
                return Some(entity(id));
            }
        }
        let known = kinds.iter().flat_map(|(kind, _)| self.names.all(*kind));
        let known: Vec<String> = known.chain(variables.iter().map(String::as_str)).map(str::to_owned).collect();
        let nearest = crate::diagnostic::nearest(&name.value, known.iter().map(String::as_str)).map(str::to_owned);
        let problem = Problem::UnknownName {
            kind: Kind::Value,
            name: name.value.clone(),
            nearest: nearest.clone(),
            known,
            other: None,
        };
        let meant = nearest.unwrap_or_else(|| format!("\"{}\"", name.value));
        self.report(Diagnostic::at(name.span, problem).fix(name.span, Some(&meant)));
        None
    }

    fn enough(&mut self, count: &Spanned<u64>, available: u64) -> Option<usize> {
        if count.value == 0 || count.value > available {
            self.report(Diagnostic::at(count.span, Problem::TooFewToDraw { wanted: count.value, available }));
            return None;
        }
        usize::try_from(count.value).ok()
    }

    /// Resolves the range of a `number` or an `integer` draw as whole numbers.
    fn whole(&mut self, low: &Spanned<Decimal>, high: &Spanned<Decimal>) -> Option<(i64, i64)> {
        let mut ends = [0; 2];
        for (end, written) in ends.iter_mut().zip([low, high]) {
            let Some(whole) = written.value.to_integer() else {
                self.report(Diagnostic::at(written.span, Problem::NotWhole { value: written.value.to_string() }));
                return None;
            };
            *end = whole;
        }
        let [from, to] = ends;
        self.in_order(from <= to, low, high).then_some((from, to))
    }

    pub(super) fn in_order(&mut self, in_order: bool, low: &Spanned<Decimal>, high: &Spanned<Decimal>) -> bool {
        if !in_order {
            let problem = Problem::EmptyRange { low: low.value.to_string(), high: high.value.to_string() };
            self.report(Diagnostic::at(low.span.to(high.span), problem));
        }
        in_order
    }

    /// Resolves a decimal draw. Without a step, it is one unit of the finest decimal place written.
    fn grid(
        &mut self,
        low: &Spanned<Decimal>,
        high: &Spanned<Decimal>,
        step: Option<&Spanned<Decimal>>,
    ) -> Option<Draw> {
        let written = [Some(low.value.scale), Some(high.value.scale), step.map(|step| step.value.scale)];
        let scale = written.into_iter().flatten().max().unwrap_or(0);
        let (from, to) = (low.value.at_scale(scale)?, high.value.at_scale(scale)?);
        let width = match step {
            Some(step) => step.value.at_scale(scale)?,
            None => 1,
        };
        if !self.in_order(from <= to, low, high) {
            return None;
        }
        let span: Span = step.map_or(low.span.to(high.span), |step| step.span);
        if width <= 0 || (to - from) % width != 0 {
            let step = Decimal { digits: width, scale }.to_string();
            self.report(Diagnostic::at(span, Problem::BadStep { step }));
            return None;
        }
        Some(Draw::Grid { low: from, step: width, count: span_of(0, (to - from) / width), scale })
    }
}

/// Returns how many whole numbers lie between two, both counted.
fn span_of(low: i64, high: i64) -> u64 {
    high.abs_diff(low).saturating_add(1)
}

/// Returns what an axis's values are, where they are all one thing.
fn sort_of(values: &[Argument]) -> Sort {
    let all = |test: fn(&Argument) -> bool| values.iter().all(test);
    if all(|value| matches!(value, Argument::Entity(Entity::Behavior(_)))) {
        Sort::Behavior
    } else if all(|value| matches!(value, Argument::Entity(Entity::Persona(_)))) {
        Sort::Persona
    } else if all(|value| matches!(value, Argument::Entity(Entity::Trigger(_)))) {
        Sort::Trigger
    } else {
        Sort::Plain
    }
}
