use minijinja::Value;

use super::conversation;
use super::draw::draw;
use super::stream::Streams;
use crate::plan::{DatasetPlan, PartPlan, Plan};
use crate::requests::Message;
use crate::spec::{Draw, Scope, Spec, Template};
use crate::text::Span;

/// One training conversation, and where it came from.
#[derive(Clone, Debug)]
pub struct Row<'p> {
    pub messages: Vec<Message>,
    pub part: &'p PartPlan,
    pub template: &'p Template,
    /// The template's variables, in order.
    pub vars: Vec<(&'p str, Value)>,
    /// The data file and line of the row's table row.
    pub from: Option<(&'p str, usize)>,
}

/// Why a row cannot be made.
#[derive(Clone, Debug)]
pub enum RowProblem {
    /// An expression of the spec failed.
    Failed { span: Span, message: String, place: String },
    /// A message came out empty.
    Empty { span: Span, role: &'static str, place: String },
}

/// Makes the rows of one dataset.
#[derive(Debug)]
pub struct RowMaker<'p> {
    spec: &'p Spec,
    plan: &'p Plan,
    dataset: &'p DatasetPlan,
    /// The streams of each part's variables.
    streams: Vec<Streams>,
}

impl<'p> RowMaker<'p> {
    pub fn new(spec: &'p Spec, plan: &'p Plan, dataset: &'p DatasetPlan) -> RowMaker<'p> {
        let streams = dataset
            .parts
            .iter()
            .map(|part| {
                let template = &spec[part.template];
                let declaration = format!("{}, template {}", dataset.stream, template.name);
                Streams::new(spec.seed, &declaration, &template.variables)
            })
            .collect();
        RowMaker { spec, plan, dataset, streams }
    }

    /// Makes the row at a place of the file, from 0; nothing where the dataset has no such row.
    pub fn row(&self, at: u64) -> Option<Result<Row<'p>, RowProblem>> {
        let place = self.dataset.order.as_ref().map_or(at, |order| order.get(at));
        let found = self
            .dataset
            .parts
            .iter()
            .zip(&self.streams)
            .find(|(part, _)| (part.first..part.first + part.count).contains(&place));
        let (part, streams) = found?;
        Some(self.make(part, streams, place - part.first, at))
    }

    fn make(&self, part: &'p PartPlan, streams: &Streams, at: u64, row: u64) -> Result<Row<'p>, RowProblem> {
        let template = &self.spec[part.template];
        let unit = part.units.get(part.first_unit + at);
        let mut scope = Scope::with_size(template.size);
        for ((_, slot), value) in template.parameters.iter().zip(&part.arguments) {
            scope.set(*slot, value.clone());
        }
        let mut from = None;
        let mut held = Value::UNDEFINED;
        if let (Some(source), Some(id), Some(table_row)) = (&template.table, part.table, unit.table_row) {
            let index = usize::try_from(table_row).unwrap_or(usize::MAX);
            if let Some(values) = self.plan.tables.get(id.0) {
                for (source, slot) in &source.slots {
                    scope.set(*slot, values.get(index, *source));
                }
                held = part.conversation.map(|slot| values.get(index, slot)).unwrap_or_default();
            }
            let table = &self.spec[id];
            from = table.rows.get(index).map(|row| (table.file.as_str(), row.line));
        }
        let place = || match from {
            Some((file, line)) => format!("{file}:{line}"),
            None => format!("row {} of {}", row + 1, self.dataset.name),
        };
        let failed = |(span, message): (Span, String)| RowProblem::Failed { span, message, place: place() };
        let mut combination = unit.combination;
        for variable in template.variables.iter().rev() {
            if let Draw::Each(values) = &variable.draw {
                let chosen = usize::try_from(combination % values.len().max(1) as u64).unwrap_or(0);
                combination /= values.len().max(1) as u64;
                if let Some(value) = values.get(chosen) {
                    scope.set(variable.slot, value.value(self.spec));
                }
            }
        }
        let mut vars = Vec::with_capacity(template.variables.len());
        for (variable, stream) in template.variables.iter().zip(streams.iter()) {
            let value = draw(variable, &scope, &mut stream.at(unit.key)).map_err(failed)?;
            scope.set(variable.slot, value.clone());
            vars.push((variable.name.as_str(), value));
        }
        let mut messages = Vec::with_capacity(part.messages.len());
        for said in part.messages.iter().filter_map(|at| template.messages.get(*at)) {
            let content = said.text.text(&scope).map_err(failed)?;
            if content.trim().is_empty() {
                return Err(RowProblem::Empty { span: said.span, role: said.role.word(), place: place() });
            }
            messages.push(Message { role: said.role, content });
        }
        if let (Some(_), Some(conversation)) = (part.conversation, &template.conversation) {
            messages.extend(conversation::messages(&held).map_err(|message| failed((conversation.span, message)))?);
        }
        Ok(Row { messages, part, template, vars, from })
    }
}
