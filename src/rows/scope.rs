use minijinja::Value;

use super::draw::draw;
use super::stream::Streams;
use crate::plan::{PartPlan, TableValues, Unit};
use crate::spec::{Draw, Entity, Foreseen, Scope, Spec, Template, entity_value};
use crate::text::Span;
use crate::writing::{Asker, Replies, Said, Used, Wanted};

/// How often a model is asked for one row, where another sample may do.
const TRIES: u32 = 3;
/// What keeps the seeds of further tries apart from those of other rows.
const TRY_STEP: u32 = 0x2000_0001;

/// Makes the values that a row's messages are written with.
#[derive(Debug)]
pub(crate) struct ScopeMaker<'p> {
    spec: &'p Spec,
    tables: &'p [TableValues],
    pub(crate) template: &'p Template,
    streams: Streams,
    /// What models said, where their answers are shown.
    replies: Option<&'p Replies>,
    /// Names the rows in messages about what models are asked.
    place: String,
}

/// A row's values: by slot, and the template's variables by name.
#[derive(Debug)]
pub(crate) struct Values<'p> {
    pub(crate) scope: Scope,
    pub(crate) vars: Vec<(&'p str, Value)>,
    /// The conversation that the table row holds, where the row is one.
    pub(crate) held: Value,
    /// The data file and line of the row's table row.
    pub(crate) from: Option<(&'p str, usize)>,
    /// What models were asked for the row.
    pub(crate) asked: Asked,
}

/// What models were asked for a row, and what came of it.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub used: Vec<Used>,
    /// What has no reply yet.
    pub wanted: Vec<Wanted>,
    /// What was asked for and cannot be had, where it stands, and why.
    pub lost: Option<(String, Span, String)>,
}

impl<'p> ScopeMaker<'p> {
    /// `dataset` names the randomness, beside the template.
    pub(crate) fn new(
        spec: &'p Spec,
        tables: &'p [TableValues],
        template: &'p Template,
        dataset: &str,
    ) -> ScopeMaker<'p> {
        let declaration = declaration(dataset, template);
        let streams = Streams::new(spec.seed, &declaration, &template.variables);
        ScopeMaker { spec, tables, template, streams, replies: None, place: declaration }
    }

    /// Shows what models said. Without it, what they answer has no value.
    pub(crate) fn with_replies(self, replies: &'p Replies) -> ScopeMaker<'p> {
        ScopeMaker { replies: Some(replies), ..self }
    }

    /// Returns the data file and line that a unit is made from.
    pub(crate) fn from(&self, part: &PartPlan, unit: Unit) -> Option<(&'p str, usize)> {
        let (table, row) = (&self.spec[part.table?], usize::try_from(unit.table_row?).ok()?);
        let line = match table.rows.get(row) {
            Some(row) => row.line,
            // Rows that models made lie in the file of those that were kept.
            None => self.tables.get(part.table?.0)?.line(row)?,
        };
        Some((table.file.as_str(), line))
    }

    /// # Errors
    /// Returns the place of the expression that fails, and why.
    pub(crate) fn values(&self, part: &PartPlan, unit: Unit) -> Result<Values<'p>, (Span, String)> {
        let template = self.template;
        let mut scope = Scope::with_size(template.size);
        for ((_, slot), value) in template.parameters.iter().zip(&part.arguments) {
            scope.set(*slot, value.clone());
        }
        if template.reads_persona {
            scope.set(template.persona, entity_value(self.spec, Entity::Persona(part.persona())));
        }
        let mut held = Value::UNDEFINED;
        if let (Some(source), Some(id), Some(table_row)) = (&template.table, part.table, unit.table_row) {
            let index = usize::try_from(table_row).unwrap_or(usize::MAX);
            if let Some(values) = self.tables.get(id.0) {
                for (source, slot) in &source.slots {
                    scope.set(*slot, values.get(index, *source));
                }
                held = part.conversation.map(|slot| values.get(index, slot)).unwrap_or_default();
            }
        }
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
        let mut asked = Asked::default();
        for (variable, stream) in template.variables.iter().zip(self.streams.iter()) {
            if let Draw::Answers(answers) = &variable.draw {
                let value = self.answered(&answers.asked, &scope, unit.key, &mut asked)?;
                scope.set(variable.slot, value);
            }
            let value = draw(variable, &scope, &mut stream.at(unit.key))?;
            scope.set(variable.slot, value.clone());
            vars.push((variable.name.as_str(), value));
        }
        Ok(Values { scope, vars, held, from: self.from(part, unit), asked })
    }

    /// Returns what a model answered for the row. Where chance has a part in the answer, one that cannot be used is
    /// asked for again, since a row of a template cannot be left out.
    fn answered(
        &self,
        foreseen: &Foreseen,
        scope: &Scope,
        key: u64,
        asked: &mut Asked,
    ) -> Result<Value, (Span, String)> {
        let Some(replies) = self.replies else { return Ok(Value::UNDEFINED) };
        if !asked.wanted.is_empty() || asked.lost.is_some() {
            return Ok(Value::UNDEFINED);
        }
        let tries = if foreseen.temperature.unwrap_or(0.0) > 0.0 { TRIES } else { 1 };
        for again in 0..tries {
            let seed = u32::try_from(key % u64::from(u32::MAX)).unwrap_or(0).wrapping_add(again * TRY_STEP);
            let mut asker = Asker {
                spec: self.spec,
                replies,
                place: &self.place,
                seed,
                wanted: &mut asked.wanted,
                used: &mut asked.used,
            };
            match asker.ask(foreseen, scope)? {
                Said::Value(value) => {
                    asked.lost = None;
                    return Ok(value);
                }
                Said::Missing => return Ok(Value::UNDEFINED),
                Said::Lost(why) => asked.lost = Some((foreseen.name.clone(), foreseen.span, why)),
            }
        }
        Ok(Value::UNDEFINED)
    }
}

/// Names the randomness of a template's rows in a dataset.
pub(crate) fn declaration(dataset: &str, template: &Template) -> String {
    format!("{dataset}, template {}", template.name)
}
