use serde_json::{Map, Value as Json};

use super::RequestProblem;
use crate::plan::{Plan, QuestionPlan};
use crate::rows::draw::draw;
use crate::rows::stream::Streams;
use crate::spec::{Argument, Entity, Question, QuestionRole, Scope, Spec, entity_value, is_condition};

/// One item of a question under one combination of its condition axes, with all its variables.
#[derive(Clone, Debug)]
pub struct Item {
    /// From 1.
    pub number: u32,
    /// What its draws are keyed by: its table row, or its number.
    pub key: u64,
    pub scope: Scope,
    /// The condition axes, as they print.
    pub axes: Map<String, Json>,
    pub vars: Map<String, Json>,
}

/// Makes the items of a question, in order.
pub fn items<'p>(
    spec: &'p Spec,
    plan: &'p Plan,
    asked: &'p QuestionPlan,
) -> impl Iterator<Item = Result<Item, RequestProblem>> + use<'p> {
    let question = &spec[asked.question];
    let streams = Streams::new(spec.seed, &format!("question {}", question.name), &question.variables);
    let conditions = asked.condition_combinations;
    (0..asked.items().saturating_mul(conditions))
        .map(move |at| make(spec, plan, asked, question, &streams, at / conditions.max(1), at % conditions.max(1)))
}

fn make(
    spec: &Spec,
    plan: &Plan,
    asked: &QuestionPlan,
    question: &Question,
    streams: &Streams,
    item: u64,
    condition: u64,
) -> Result<Item, RequestProblem> {
    let (row, mut of_items) = (item / asked.item_combinations.max(1), item % asked.item_combinations.max(1));
    let mut of_conditions = condition;
    let mut scope = Scope::with_size(question.size);
    let mut key = row;
    if let (Some(source), Some(rows)) = (&question.table, &asked.table_rows) {
        let index = usize::try_from(row).ok().and_then(|row| rows.get(row)).copied().unwrap_or(0);
        key = index as u64;
        if let Some(values) = asked.table.and_then(|table| plan.tables.get(table.0)) {
            for (source, slot) in &source.slots {
                scope.set(*slot, values.get(index, *source));
            }
        }
    }
    let (mut axes, mut vars) = (Vec::new(), Map::new());
    // The last axis turns fastest, so it is taken first.
    for variable in question.variables.iter().rev() {
        let Some(values) = variable.axis() else { continue };
        let of = if is_condition(values) { &mut of_conditions } else { &mut of_items };
        let chosen: Option<&Argument> =
            usize::try_from(*of % values.len().max(1) as u64).ok().and_then(|at| values.get(at));
        *of /= values.len().max(1) as u64;
        if let Some(value) = chosen {
            scope.set(variable.slot, value.value(spec));
            if is_condition(values) {
                axes.push((variable.name.clone(), Json::from(value.name(spec))));
            }
        }
    }
    if let Some(role) = question.role {
        match role {
            QuestionRole::Reports(id) | QuestionRole::Shows(id) => {
                scope.set(question.slots.behavior, entity_value(spec, Entity::Behavior(id)));
            }
            // What a dataset's persona does is known once it is known which arm is asked.
            QuestionRole::ReportsDataset(_) | QuestionRole::ShowsDataset(_) => {}
        }
    }
    for (variable, stream) in question.variables.iter().zip(streams.iter()) {
        // An item's draws are its own whatever the axes are, so that adding an axis draws nothing again.
        let value = draw(variable, &scope, &mut stream.at(key)).map_err(|(span, message)| RequestProblem {
            span,
            message,
            place: format!("item {} of {}", item + 1, question.name),
        })?;
        let json = serde_json::to_value(&value).unwrap_or(Json::Null);
        vars.insert(variable.name.clone(), json);
        scope.set(variable.slot, value);
    }
    Ok(Item {
        number: u32::try_from(item + 1).unwrap_or(u32::MAX),
        key,
        scope,
        axes: axes.into_iter().rev().collect(),
        vars,
    })
}
