use std::collections::BTreeMap;
use std::ops::Range;

use minijinja::Value;

use super::balance::Balance;
use super::dataset::{DatasetPlan, Split};
use super::shares::{counts, largest_remainder, of_percent};
use super::{MAX_ROWS, PartPlan, TableValues, Units, controls, conversation};
use crate::diagnostic::{Diagnostic, Problem};
use crate::requests::Role;
use crate::rows::Permutation;
use crate::rows::conversation::messages;
use crate::rows::stream::Stream;
use crate::spec::{
    Argument, BehaviorId, Dataset, DatasetId, Entity, Part, PersonaId, Rows, Scope, Share, Slot, Spec, TableInstanceId,
    Template, TemplateId, TriggerId, given,
};
use crate::text::Span;

pub(super) fn datasets(spec: &Spec, tables: &[TableValues], diagnostics: &mut Vec<Diagnostic>) -> Vec<DatasetPlan> {
    let mut planned: Vec<DatasetPlan> = Vec::new();
    for (id, arguments) in spec.needed_datasets() {
        let planning = Planning { spec, tables, id, dataset: &spec[id], arguments: &arguments };
        if planned.iter().any(|plan| plan.name == planning.name()) {
            continue;
        }
        match planning.dataset() {
            Ok(plans) => {
                planned.extend(plans.iter().cloned());
                controls::controls(&planning, &plans, &spec[id].controls, &mut planned, diagnostics);
            }
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    for plan in &planned {
        diagnostics.extend(controls::unmet(spec, plan));
    }
    planned
}

/// A dataset with its arguments, on the way to its plans.
pub(super) struct Planning<'p> {
    pub(super) spec: &'p Spec,
    tables: &'p [TableValues],
    id: DatasetId,
    pub(super) dataset: &'p Dataset,
    arguments: &'p [Argument],
}

/// How many rows are asked for, whether they may repeat, and where that is said.
#[derive(Clone, Copy)]
struct Asked {
    rows: u64,
    repeat: bool,
    span: Span,
}

/// Parts of one template share its units, where they take rows of the same table.
pub(super) type From = (TemplateId, Option<TableInstanceId>);

/// What a template's rows are made from in one split.
struct Source {
    units: Units,
    order: Permutation,
    pool: Range<u64>,
}

impl Planning<'_> {
    pub(super) fn name(&self) -> String {
        self.spec.with_arguments(&self.dataset.name, self.arguments)
    }

    /// Plans the rows that are trained on, and those that are set aside, if any are.
    fn dataset(&self) -> Result<Vec<DatasetPlan>, Diagnostic> {
        let asked = self.rows()?;
        let parts = &self.dataset.parts;
        let available: Vec<Option<u64>> = parts.iter().map(|part| self.units(self.from(part)).available()).collect();
        let whole = |rows: Option<u64>| {
            let rows = rows.zip(asked).map(|(rows, asked)| (rows, asked.span));
            counts(self.spec, parts, rows, &available, self.dataset.span)
        };
        let all = whole(asked.map(|asked| asked.rows))?;
        let total: u64 = all.iter().sum();
        if total > MAX_ROWS {
            let span = asked.map_or(self.dataset.span, |asked| asked.span);
            return Err(Diagnostic::at(span, Problem::TooManyRows { what: "rows", rows: total, limit: MAX_ROWS }));
        }
        let Some((share, span)) = self.dataset.validation else {
            return Ok(vec![self.split(Split::Train, &all, &BTreeMap::new(), asked)?]);
        };
        let aside = self.set_aside(share, span, total, asked.is_none())?;
        let is_by_percent = parts.iter().any(|part| matches!(part.share, Some(Share::Percent(_))));
        let (trained, validated) = if is_by_percent {
            (whole(Some(total - aside))?, whole(Some(aside))?)
        } else {
            let validated = largest_remainder(aside, &all);
            (all.iter().zip(&validated).map(|(all, aside)| all - aside).collect(), validated)
        };
        let pools = self.pools(&trained, &validated, asked.is_some_and(|asked| asked.repeat), span)?;
        Ok(vec![
            self.split(Split::Train, &trained, &pools, asked)?,
            self.split(Split::Validation, &validated, &pools, asked)?,
        ])
    }

    /// Returns how many rows are set aside. Where a dataset takes every row there is, whole table rows are.
    fn set_aside(&self, share: Share, span: Span, total: u64, natural: bool) -> Result<u64, Diagnostic> {
        let combinations = match self.dataset.parts.as_slice() {
            [part] if natural => self.spec[part.template].combinations().max(1),
            _ => 1,
        };
        let aside = match share {
            Share::Rows(rows) => rows,
            Share::Percent(percent) => {
                of_percent(total / combinations, percent).map_or(total, |groups| groups * combinations)
            }
        };
        if aside == 0 || aside >= total {
            let message = format!("{share} of {total} rows is {aside}");
            return Err(Diagnostic::at(span, Problem::Validation { message }));
        }
        Ok(aside)
    }

    /// Returns, for each template with a table, how many of its rows are set aside: as many as the validation rows
    /// need, or their share of the table where rows come again.
    fn pools(
        &self,
        trained: &[u64],
        validated: &[u64],
        repeat: bool,
        span: Span,
    ) -> Result<BTreeMap<From, u64>, Diagnostic> {
        let mut wanted: BTreeMap<From, (u64, u64)> = BTreeMap::new();
        for (part, (trained, validated)) in self.dataset.parts.iter().zip(trained.iter().zip(validated)) {
            let (a, b) = wanted.entry(self.from(part)).or_default();
            (*a, *b) = (*a + trained, *b + validated);
        }
        let mut pools = BTreeMap::new();
        for (from, (trained, validated)) in wanted {
            let units = self.units(from);
            let Some(rows) = units.table_rows else { continue };
            let combinations = units.combinations.max(1);
            let aside = if repeat {
                largest_remainder(rows, &[validated, trained])
                    .first()
                    .copied()
                    .unwrap_or(0)
                    .max(u64::from(validated > 0))
            } else {
                validated.div_ceil(combinations)
            };
            let left = rows.saturating_sub(aside);
            if aside > rows || (trained > 0 && left == 0) || (!repeat && trained > left * combinations) {
                let name = &self.spec[from.0].name;
                let message = format!(
                    "`{name}` has {rows} source rows; {validated} rows set aside take {aside} of them, and {trained} rows to train on need {}",
                    if repeat { 1 } else { trained.div_ceil(combinations) }
                );
                return Err(Diagnostic::at(span, Problem::Validation { message }));
            }
            pools.insert(from, aside);
        }
        Ok(pools)
    }

    fn split(
        &self,
        split: Split,
        counts: &[u64],
        aside: &BTreeMap<From, u64>,
        asked: Option<Asked>,
    ) -> Result<DatasetPlan, Diagnostic> {
        let repeat = asked.is_some_and(|asked| asked.repeat);
        let mut wanted: BTreeMap<From, u64> = BTreeMap::new();
        for (part, count) in self.dataset.parts.iter().zip(counts) {
            *wanted.entry(self.from(part)).or_default() += count;
        }
        let mut parts: Vec<PartPlan> = Vec::new();
        let mut taken: BTreeMap<From, u64> = BTreeMap::new();
        for (declared, (part, count)) in self.dataset.parts.iter().zip(counts).enumerate() {
            let wanted = wanted.get(&self.from(part)).copied().unwrap_or(*count);
            let Source { mut units, order, pool } = self.source(self.from(part), split, aside);
            let available = (pool.end - pool.start).saturating_mul(units.combinations);
            if units.table_rows.is_some() && wanted > available && !repeat {
                let span = asked.map_or(part.span, |asked| asked.span);
                let template = self.spec[part.template].name.clone();
                let problem = Problem::NotEnoughRows { template, wanted, available, repeats: true };
                return Err(Diagnostic::at(span, problem));
            }
            units.choose(wanted, &order, &pool);
            // Where a template draws everything, rows that are set aside go on where the others end.
            let drawn_before = if split == Split::Validation && units.table_rows.is_none() { MAX_ROWS } else { 0 };
            for mut planned in self.alike(declared, part, *count, &units)? {
                let first_unit = taken.entry(self.from(part)).or_insert(drawn_before);
                (planned.first_unit, planned.first) =
                    (*first_unit, parts.last().map_or(0, |last| last.first + last.count));
                *first_unit += planned.count;
                parts.push(planned);
            }
        }
        let balance =
            Balance { spec: self.spec, tables: self.tables, dataset: self.dataset, stream: self.stream(), repeat };
        balance.balance(&mut parts, &|from| {
            let Source { units, order, pool } = self.source(from, split, aside);
            (units, order, pool)
        })?;
        let rows = counts.iter().sum();
        let name = if split == Split::Train { "order of rows" } else { "order of validation rows" };
        let order =
            (parts.len() > 1).then(|| Permutation::new(rows, &Stream::new(self.spec.seed, &self.stream(), name)));
        Ok(DatasetPlan {
            name: if split == Split::Train { self.name() } else { format!("{}.validation", self.name()) },
            dataset: self.id,
            split,
            control: None,
            control_of: None,
            changes: Vec::new(),
            rows,
            parts,
            order,
            shuffle: None,
            shuffles_words: false,
            reversal: None,
            expected: self.dataset.expected.clone(),
            stream: self.stream(),
            span: self.dataset.span,
        })
    }

    fn source(&self, from: From, split: Split, aside: &BTreeMap<From, u64>) -> Source {
        let units = self.units(from);
        let rows = units.table_rows.unwrap_or(0);
        let stream = Stream::new(self.spec.seed, &self.stream(), &format!("rows of {}", self.spec[from.0].name));
        let order = Permutation::new(rows, &stream);
        let border = rows - aside.get(&from).copied().unwrap_or(0);
        let pool = if split == Split::Train { 0..border } else { border..rows };
        Source { units, order, pool }
    }

    /// Makes the plans of a part: one for each trigger and persona that it says `each of`, in equal shares.
    fn alike(&self, declared: usize, part: &Part, count: u64, units: &Units) -> Result<Vec<PartPlan>, Diagnostic> {
        let template = &self.spec[part.template];
        let (behavior, arguments) = (self.behavior(part)?, self.values(part));
        let (messages, conversation) = self.messages(part, behavior)?;
        if conversation.is_some() {
            self.conversations(part, &messages)?;
        }
        let triggers: Vec<TriggerId> =
            part.when.iter().map(|named| self.trigger(named)).collect::<Result<_, Diagnostic>>()?;
        let by: Vec<PersonaId> = part.by.iter().map(|named| self.persona(named)).collect::<Result<_, Diagnostic>>()?;
        let about: Vec<PersonaId> =
            part.about.iter().map(|named| self.persona(named)).collect::<Result<_, Diagnostic>>()?;
        let mut kinds = Vec::new();
        for trigger in optional(&triggers) {
            for by in optional(&by) {
                for about in optional(&about) {
                    kinds.push((trigger, by.unwrap_or(PersonaId::ITSELF), about));
                }
            }
        }
        let counts = largest_remainder(count, &vec![1; kinds.len()]);
        let mut planned = Vec::new();
        for ((trigger, by, about), count) in kinds.into_iter().zip(counts) {
            if template.reads_persona && about.unwrap_or(by) == PersonaId::ITSELF {
                let problem = Problem::NobodyHere { template: template.name.clone() };
                return Err(Diagnostic::at(part.span, problem));
            }
            if by != PersonaId::ITSELF && self.spec[by].system.is_empty() && !template.reads_persona {
                let problem = Problem::NoSystemPrompt { persona: self.spec[by].name.clone() };
                return Err(Diagnostic::at(part.span, problem));
            }
            planned.push(PartPlan {
                declared,
                template: part.template,
                arguments: arguments.clone(),
                behavior,
                trigger,
                by,
                about,
                table: self.table(part),
                conversation,
                messages: messages.clone(),
                first: 0,
                count,
                first_unit: 0,
                units: units.clone(),
                span: part.span,
            });
        }
        Ok(planned)
    }

    pub(super) fn stream(&self) -> String {
        format!("dataset {}", self.dataset.name)
    }

    fn rows(&self) -> Result<Option<Asked>, Diagnostic> {
        match &self.dataset.rows {
            None => Ok(None),
            Some(Rows::Fixed { count, repeat, span }) => Ok(Some(Asked { rows: *count, repeat: *repeat, span: *span })),
            Some(Rows::Computed { formula, repeat }) => {
                let mut scope = Scope::with_size(self.dataset.parameters.len());
                for ((_, slot), argument) in self.dataset.parameters.iter().zip(self.arguments) {
                    scope.set(*slot, argument.value(self.spec));
                }
                let failed =
                    |message| Diagnostic::at(formula.span, Problem::ExpressionFailed { message, place: self.name() });
                let value = formula.evaluate(&scope).map_err(failed)?;
                match u64::try_from(value.clone()).ok().filter(|count| *count > 0) {
                    Some(rows) => Ok(Some(Asked { rows, repeat: *repeat, span: formula.span })),
                    None => Err(Diagnostic::at(formula.span, Problem::BadCount { value: value.to_string() })),
                }
            }
        }
    }

    fn units(&self, (template, table): From) -> Units {
        Units::new(table.and_then(|id| self.tables.get(id.0)), self.spec[template].combinations())
    }

    fn from(&self, part: &Part) -> From {
        (part.template, self.table(part))
    }

    /// Returns where a part's rows come from.
    fn table(&self, part: &Part) -> Option<TableInstanceId> {
        let template = &self.spec[part.template];
        let rows = template.table.as_ref()?;
        let arguments = given(&part.arguments, &self.dataset.parameters, self.arguments);
        self.spec.instance(rows.table, &given(&rows.arguments, &template.parameters, &arguments))
    }

    /// Checks the conversations that a part's rows hold, behind what the template says before them.
    fn conversations(&self, part: &Part, said: &[usize]) -> Result<(), Diagnostic> {
        let template = &self.spec[part.template];
        let (Some(conversation), Some(id)) = (&template.conversation, self.table(part)) else { return Ok(()) };
        let Some(table) = self.tables.get(id.0) else { return Ok(()) };
        let said: Vec<Role> = said.iter().filter_map(|at| template.messages.get(*at)).map(|said| said.role).collect();
        let rows = &self.spec[id].rows;
        let mut wrong = table.training.iter().filter_map(|&row| {
            let messages = messages(&table.get(row, conversation.slot)).and_then(|messages| {
                let roles: Vec<Role> = said.iter().copied().chain(messages.iter().map(|said| said.role)).collect();
                conversation::check(&roles)
            });
            Some((rows.get(row)?.line, messages.err()?))
        });
        let Some((line, message)) = wrong.next() else { return Ok(()) };
        let also = wrong.map(|(line, _)| line).collect();
        let problem = Problem::BadMessages { column: conversation.column.clone(), message, also };
        Err(Diagnostic::at(conversation.span, problem).in_data(self.spec[id].file.clone(), line))
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
            other => Err(self.not_usable(&other, part.behavior_span, "a behavior")),
        }
    }

    fn trigger(&self, (argument, span): &(Argument, Span)) -> Result<TriggerId, Diagnostic> {
        match self.given(argument) {
            Argument::Entity(Entity::Trigger(id)) => Ok(id),
            other => Err(self.not_usable(&other, *span, "a trigger")),
        }
    }

    fn persona(&self, (argument, span): &(Argument, Span)) -> Result<PersonaId, Diagnostic> {
        match self.given(argument) {
            Argument::Entity(Entity::Persona(id)) => Ok(id),
            other => Err(self.not_usable(&other, *span, "a persona")),
        }
    }

    fn not_usable(&self, given: &Argument, span: Span, expected: &'static str) -> Diagnostic {
        let name = self.spec.sources.slice(span).to_owned();
        let found = format!("{} in `{}`", given.name(self.spec), self.name());
        Diagnostic::at(span, Problem::NotUsable { name, expected, found })
    }

    fn values(&self, part: &Part) -> Vec<Value> {
        part.arguments.iter().map(|argument| self.given(argument).value(self.spec)).collect()
    }

    /// Returns the messages that a part's template says under a behavior, which have to make a conversation, and where
    /// the table holds one.
    pub(super) fn messages(&self, part: &Part, behavior: BehaviorId) -> Result<Spoken, Diagnostic> {
        let template = &self.spec[part.template];
        let stands_for = |name: &str| {
            let at = template.parameters.iter().position(|(parameter, _)| parameter == name)?;
            match self.given(part.arguments.get(at)?) {
                Argument::Entity(Entity::Behavior(id)) => Some(id),
                _ => None,
            }
        };
        said(self.spec, template, behavior, &stands_for, part.behavior_span)
    }
}

/// Returns each of these, or nothing once where there are none.
fn optional<T: Copy>(values: &[T]) -> Vec<Option<T>> {
    if values.is_empty() { vec![None] } else { values.iter().copied().map(Some).collect() }
}

/// The messages that a template says, by their place in it, and the slot of the conversation that its table holds.
pub(super) type Spoken = (Vec<usize>, Option<Slot>);

pub(super) fn said(
    spec: &Spec,
    template: &Template,
    behavior: BehaviorId,
    stands_for: &dyn Fn(&str) -> Option<BehaviorId>,
    span: Span,
) -> Result<Spoken, Diagnostic> {
    let held = template.conversation.as_ref().filter(|held| held.is_under(behavior, stands_for)).map(|held| held.slot);
    let said: Vec<(usize, Role)> = template
        .messages
        .iter()
        .enumerate()
        .filter(|(_, said)| said.is_under(behavior, stands_for))
        .map(|(at, said)| (at, said.role))
        .collect();
    let roles: Vec<Role> = said.iter().map(|(_, role)| *role).collect();
    let (name, behavior) = (template.name.clone(), spec[behavior].name.clone());
    let problem = if held.is_some() {
        let message = "beside a `conversation`, only one `system` may be said".to_owned();
        let stands_alone = matches!(roles.as_slice(), [] | [Role::System]);
        (!stands_alone).then_some(Problem::BadConversation { template: name, behavior, message })
    } else if roles.contains(&Role::Assistant) {
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
        None => Ok((said.into_iter().map(|(at, _)| at).collect(), held)),
    }
}
