use minijinja::Value;

use super::draw::draw;
use super::stream::Streams;
use crate::plan::{PartPlan, TableValues, Unit};
use crate::spec::{Draw, Entity, Scope, Spec, Template, entity_value};
use crate::text::Span;

/// Makes the values that a row's messages are written with.
#[derive(Debug)]
pub(crate) struct ScopeMaker<'p> {
    spec: &'p Spec,
    tables: &'p [TableValues],
    pub(crate) template: &'p Template,
    streams: Streams,
}

/// A row's values: by slot, and the template's variables by name.
#[derive(Debug)]
pub(crate) struct Values<'p> {
    pub(crate) scope: Scope,
    pub(crate) vars: Vec<(&'p str, Value)>,
    /// The data file and line of the row's table row.
    pub(crate) from: Option<(&'p str, usize)>,
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
        ScopeMaker { spec, tables, template, streams }
    }

    /// Returns the data file and line that a unit is made from.
    pub(crate) fn from(&self, unit: Unit) -> Option<(&'p str, usize)> {
        let (table, _) = self.template.table.as_ref()?;
        let table = &self.spec[*table];
        let row = table.rows.get(usize::try_from(unit.table_row?).ok()?)?;
        Some((table.file.as_str(), row.line))
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
        if let (Some((table, slots)), Some(table_row)) = (&template.table, unit.table_row) {
            let index = usize::try_from(table_row).unwrap_or(usize::MAX);
            if let Some(values) = self.tables.get(table.0) {
                for (source, slot) in slots {
                    scope.set(*slot, values.get(index, *source));
                }
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
        for (variable, stream) in template.variables.iter().zip(self.streams.iter()) {
            let value = draw(variable, &scope, &mut stream.at(unit.key))?;
            scope.set(variable.slot, value.clone());
            vars.push((variable.name.as_str(), value));
        }
        Ok(Values { scope, vars, from: self.from(unit) })
    }
}

/// Names the randomness of a template's rows in a dataset.
pub(crate) fn declaration(dataset: &str, template: &Template) -> String {
    format!("{dataset}, template {}", template.name)
}
