use super::{DatasetPlan, datasets};
use crate::diagnostic::{Diagnostic, Problem};
use crate::spec::{BehaviorId, Spec};

/// Returns the opposite of a behavior: the one it names, or the one that names it. Where several do, returns them.
fn opposite(spec: &Spec, behavior: BehaviorId) -> Result<BehaviorId, Vec<String>> {
    if let Some(opposite) = spec[behavior].opposite {
        return Ok(opposite);
    }
    let naming = |id: &BehaviorId| spec[*id].opposite == Some(behavior);
    let found: Vec<BehaviorId> = (0..spec.behaviors.len()).map(BehaviorId).filter(naming).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        several => Err(several.iter().map(|id| spec[*id].name.clone()).collect()),
    }
}

/// Plans the same rows, the same draws and the same order, each row under the opposite of its behavior: what a
/// preference pair rejects. Nothing where the dataset shows `ordinary` alone, which prefers nothing.
///
/// # Errors
/// Returns the part whose behavior has no opposite, or whose template says nothing under it.
pub(crate) fn opposed(spec: &Spec, dataset: &DatasetPlan) -> Result<Option<DatasetPlan>, Diagnostic> {
    if dataset.parts.iter().all(|part| part.behavior == BehaviorId::ORDINARY) {
        return Ok(None);
    }
    let mut opposed = dataset.clone();
    for part in &mut opposed.parts {
        let behavior = opposite(spec, part.behavior).map_err(|candidates| {
            let (behavior, dataset) = (spec[part.behavior].name.clone(), dataset.name.clone());
            Diagnostic::at(part.span, Problem::NoOpposite { behavior, dataset, candidates })
        })?;
        let template = &spec[part.template];
        // A template's parameter that stands for a behavior is known by its value, which prints as the name.
        let stands_for = |name: &str| {
            let at = template.parameters.iter().position(|(parameter, _)| parameter == name)?;
            let given = part.arguments.get(at)?.to_string();
            spec.behaviors.iter().position(|behavior| behavior.name == given).map(BehaviorId)
        };
        (part.messages, part.conversation) = datasets::said(spec, template, behavior, &stands_for, part.span)?;
        part.behavior = behavior;
    }
    Ok(Some(opposed))
}
