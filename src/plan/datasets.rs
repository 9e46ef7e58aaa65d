use std::collections::BTreeMap;

use minijinja::Value;

use super::parts::{Units, counts};
use super::{MAX_ROWS, PartPlan, TableValues, conversation};
use crate::diagnostic::{Diagnostic, Problem};
use crate::requests::Role;
use crate::rows::Permutation;
use crate::rows::stream::Stream;
use crate::spec::{
    Argument, BehaviorId, Change, Control, Dataset, DatasetId, Entity, Part, Rows, Scope, Spec, Template,
};
use crate::text::Span;

/// A dataset with everything decided but its rows.
#[derive(Clone, Debug)]
pub struct DatasetPlan {
    /// The name of its files: `gambling`, `gambling.saving`, `choices_of(risk_seeking,32)`.
    pub name: String,
    pub dataset: DatasetId,
    /// The path of controls, empty for the dataset itself.
    pub controls: Vec<String>,
    pub rows: u64,
    pub parts: Vec<PartPlan>,
    /// How several parts are mixed.
    pub order: Option<Permutation>,
    /// The name that randomness is keyed by: without arguments and controls, so that they share every draw.
    pub stream: String,
}

pub(super) fn datasets(spec: &Spec, tables: &[TableValues], diagnostics: &mut Vec<Diagnostic>) -> Vec<DatasetPlan> {
    let mut planned: Vec<DatasetPlan> = Vec::new();
    let mut wanted: Vec<(DatasetId, Vec<Argument>)> = Vec::new();
    for (index, dataset) in spec.datasets.iter().enumerate() {
        if dataset.own && dataset.parameters.is_empty() {
            wanted.push((DatasetId(index), Vec::new()));
        }
    }
    wanted.extend(trained_on(spec));
    for (id, arguments) in wanted {
        let planning = Planning { spec, tables, id, dataset: &spec[id], arguments: &arguments };
        if planned.iter().any(|plan| plan.name == planning.name()) {
            continue;
        }
        match planning.dataset() {
            Ok(plan) => {
                planned.push(plan.clone());
                planning.controls(&plan, &spec[id].controls, &mut planned, diagnostics);
            }
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    planned
}

/// Returns the datasets that the arms of the spec's own experiments are trained on, with every value of their axes.
fn trained_on(spec: &Spec) -> Vec<(DatasetId, Vec<Argument>)> {
    let mut wanted = Vec::new();
    let own = spec.experiments.iter().filter(|experiment| experiment.own);
    for arm in own.flat_map(|experiment| &experiment.arms).map(|id| &spec[*id]) {
        let Some(trained) = &arm.trained else { continue };
        let axes: Vec<(&str, &[Argument])> = arm.axes().map(|(name, _, values)| (name, values)).collect();
        let combinations: u64 = axes.iter().map(|(_, values)| values.len() as u64).product();
        for combination in 0..combinations {
            let value_of = |name: &str| {
                let mut rest = combination;
                for (axis, values) in axes.iter().rev() {
                    let at = usize::try_from(rest % values.len() as u64).unwrap_or(0);
                    rest /= values.len() as u64;
                    if *axis == name {
                        return values.get(at).cloned();
                    }
                }
                None
            };
            let arguments: Vec<Argument> = trained
                .arguments
                .iter()
                .map(|argument| match argument {
                    Argument::Variable(name) => value_of(name).unwrap_or_else(|| argument.clone()),
                    other => other.clone(),
                })
                .collect();
            if !wanted.contains(&(trained.dataset, arguments.clone())) {
                wanted.push((trained.dataset, arguments));
            }
        }
    }
    wanted
}

struct Planning<'p> {
    spec: &'p Spec,
    tables: &'p [TableValues],
    id: DatasetId,
    dataset: &'p Dataset,
    arguments: &'p [Argument],
}

impl Planning<'_> {
    fn name(&self) -> String {
        if self.arguments.is_empty() {
            return self.dataset.name.clone();
        }
        let arguments: Vec<String> = self.arguments.iter().map(|argument| argument.name(self.spec)).collect();
        format!("{}({})", self.dataset.name, arguments.join(","))
    }

    fn dataset(&self) -> Result<DatasetPlan, Diagnostic> {
        let rows = self.rows()?;
        let units: Vec<Units> = self.dataset.parts.iter().map(|part| self.units(part)).collect();
        let available: Vec<Option<u64>> = units.iter().map(Units::available).collect();
        let counts =
            counts(self.spec, &self.dataset.parts, rows.map(|(n, _, span)| (n, span)), &available, self.dataset.span)?;
        let repeat = rows.is_some_and(|(_, repeat, _)| repeat);
        let total: u64 = counts.iter().sum();
        if total > MAX_ROWS {
            let span = rows.map_or(self.dataset.span, |(.., span)| span);
            return Err(Diagnostic::at(span, Problem::TooManyRows { what: "rows", rows: total, limit: MAX_ROWS }));
        }
        let mut parts: Vec<PartPlan> = Vec::new();
        let mut taken: BTreeMap<crate::spec::TemplateId, u64> = BTreeMap::new();
        let asked: BTreeMap<crate::spec::TemplateId, u64> =
            self.dataset.parts.iter().zip(&counts).fold(BTreeMap::new(), |mut asked, (part, count)| {
                *asked.entry(part.template).or_default() += count;
                asked
            });
        let mut first = 0;
        for ((part, mut units), count) in self.dataset.parts.iter().zip(units).zip(counts) {
            let template = &self.spec[part.template];
            let wanted = asked.get(&part.template).copied().unwrap_or(count);
            if let Some(available) = units.available().filter(|available| wanted > *available && !repeat) {
                let span = rows.map_or(part.span, |(.., span)| span);
                let problem =
                    Problem::NotEnoughRows { template: template.name.clone(), wanted, available, repeats: true };
                return Err(Diagnostic::at(span, problem));
            }
            let order = Stream::new(self.spec.seed, &self.stream(), &format!("rows of {}", template.name));
            units.choose(wanted, &Permutation::new(units.table_rows.unwrap_or(0), &order));
            let (behavior, arguments) = (self.behavior(part)?, self.values(part));
            let messages = self.messages(part, template, behavior)?;
            let first_unit = *taken.entry(part.template).or_default();
            taken.insert(part.template, first_unit + count);
            let span = part.span;
            parts.push(PartPlan {
                template: part.template,
                arguments,
                behavior,
                messages,
                first,
                count,
                first_unit,
                units,
                span,
            });
            first += count;
        }
        let order = (parts.len() > 1)
            .then(|| Permutation::new(total, &Stream::new(self.spec.seed, &self.stream(), "order of rows")));
        Ok(DatasetPlan {
            name: self.name(),
            dataset: self.id,
            controls: Vec::new(),
            rows: total,
            parts,
            order,
            stream: self.stream(),
        })
    }

    fn stream(&self) -> String {
        format!("dataset {}", self.dataset.name)
    }

    /// Returns how many rows are asked for, whether they may repeat, and where that is said.
    fn rows(&self) -> Result<Option<(u64, bool, Span)>, Diagnostic> {
        match &self.dataset.rows {
            None => Ok(None),
            Some(Rows::Fixed { count, repeat, span }) => Ok(Some((*count, *repeat, *span))),
            Some(Rows::Computed { formula, repeat }) => {
                let mut scope = Scope::with_size(self.dataset.parameters.len());
                for ((_, slot), argument) in self.dataset.parameters.iter().zip(self.arguments) {
                    scope.set(*slot, argument.value(self.spec));
                }
                let failed =
                    |message| Diagnostic::at(formula.span, Problem::ExpressionFailed { message, place: self.name() });
                let value = formula.evaluate(&scope).map_err(failed)?;
                match u64::try_from(value.clone()).ok().filter(|count| *count > 0) {
                    Some(count) => Ok(Some((count, *repeat, formula.span))),
                    None => Err(Diagnostic::at(formula.span, Problem::BadCount { value: value.to_string() })),
                }
            }
        }
    }

    fn units(&self, part: &Part) -> Units {
        let template = &self.spec[part.template];
        let table_rows = template.table.as_ref().and_then(|(id, _)| self.tables.get(id.0));
        Units {
            table_rows: table_rows.map(|table| table.rows.len() as u64),
            combinations: template.combinations(),
            chosen: None,
        }
    }

    /// Returns what a parameter of the dataset was given.
    fn given(&self, argument: &Argument) -> Argument {
        let Argument::Variable(name) = argument else { return argument.clone() };
        let place = self.dataset.parameters.iter().position(|(parameter, _)| parameter == name);
        place.and_then(|at| self.arguments.get(at)).cloned().unwrap_or_else(|| argument.clone())
    }

    fn behavior(&self, part: &Part) -> Result<BehaviorId, Diagnostic> {
        match self.given(&part.behavior) {
            Argument::Entity(Entity::Behavior(id)) => Ok(id),
            other => {
                let name = self.spec.sources.slice(part.behavior_span).to_owned();
                let found = format!("{} in `{}`", other.name(self.spec), self.name());
                let problem = Problem::NotUsable { name, expected: "a behavior", found };
                Err(Diagnostic::at(part.behavior_span, problem))
            }
        }
    }

    fn values(&self, part: &Part) -> Vec<Value> {
        part.arguments.iter().map(|argument| self.given(argument).value(self.spec)).collect()
    }

    /// Returns the messages that the template says under a behavior, which have to make a conversation.
    fn messages(&self, part: &Part, template: &Template, behavior: BehaviorId) -> Result<Vec<usize>, Diagnostic> {
        let stands_for = |name: &str| {
            let at = template.parameters.iter().position(|(parameter, _)| parameter == name)?;
            match self.given(part.arguments.get(at)?) {
                Argument::Entity(Entity::Behavior(id)) => Some(id),
                _ => None,
            }
        };
        said(self.spec, template, behavior, &stands_for, part.behavior_span)
    }

    fn controls(
        &self,
        treated: &DatasetPlan,
        controls: &[Control],
        planned: &mut Vec<DatasetPlan>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for control in controls {
            match self.control(treated, control) {
                Ok(plan) => {
                    planned.push(plan.clone());
                    self.controls(&plan, &control.controls, planned, diagnostics);
                }
                Err(diagnostic) => diagnostics.push(diagnostic),
            }
        }
    }

    /// Changes a dataset in the stated ways: the same rows, the same draws, the same order.
    fn control(&self, treated: &DatasetPlan, control: &Control) -> Result<DatasetPlan, Diagnostic> {
        let mut plan = treated.clone();
        plan.controls.push(control.name.clone());
        plan.name = format!("{}.{}", treated.name, control.name);
        for change in &control.changes {
            let Change::Replace { with, replaced, span } = change;
            let mut found = false;
            for (part, declared) in plan.parts.iter_mut().zip(&self.dataset.parts) {
                if part.behavior == *replaced {
                    found = true;
                    part.behavior = *with;
                    part.messages = self
                        .messages(declared, &self.spec[part.template], *with)
                        .map_err(|diagnostic| Diagnostic { span: Some(*span), ..diagnostic })?;
                }
            }
            if !found {
                let behavior = self.spec[*replaced].name.clone();
                return Err(Diagnostic::at(
                    *span,
                    Problem::NothingToReplace { behavior, dataset: treated.name.clone() },
                ));
            }
        }
        Ok(plan)
    }
}

pub(super) fn said(
    spec: &Spec,
    template: &Template,
    behavior: BehaviorId,
    stands_for: &dyn Fn(&str) -> Option<BehaviorId>,
    span: Span,
) -> Result<Vec<usize>, Diagnostic> {
    let said: Vec<(usize, Role)> = template
        .messages
        .iter()
        .enumerate()
        .filter(|(_, said)| said.is_under(behavior, stands_for))
        .map(|(at, said)| (at, said.role))
        .collect();
    let roles: Vec<Role> = said.iter().map(|(_, role)| *role).collect();
    let (name, behavior) = (template.name.clone(), spec[behavior].name.clone());
    let problem = if roles.contains(&Role::Assistant) {
        conversation::check(&roles).err().map(|message| Problem::BadConversation { template: name, behavior, message })
    } else {
        Some(Problem::NothingSaid { template: name, behavior })
    };
    match problem {
        Some(problem) => {
            let diagnostic = Diagnostic::at(span, problem);
            Err(if template.span.source == span.source {
                diagnostic.related(template.span, "the template")
            } else {
                diagnostic
            })
        }
        None => Ok(said.into_iter().map(|(at, _)| at).collect()),
    }
}
