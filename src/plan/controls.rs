use super::dataset::{DatasetPlan, Joint, Reversal, Split};
use super::datasets::Planning;
use super::shuffle::TriggerShuffle;
use crate::diagnostic::{Diagnostic, Problem};
use crate::requests::Role;
use crate::rows::Permutation;
use crate::rows::stream::Stream;
use crate::spec::{Change, Control, Expected, PersonaId, Spec};
use crate::text::Span;
use crate::tree::Aspect;

/// Plans the controls of a dataset, each followed by its own. `treated` holds the plans of the dataset's files.
pub(super) fn controls(
    planning: &Planning<'_>,
    treated: &[DatasetPlan],
    controls: &[Control],
    planned: &mut Vec<DatasetPlan>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for control in controls {
        let plans: Result<Vec<DatasetPlan>, Diagnostic> =
            treated.iter().map(|treated| self::control(planning, treated, control)).collect();
        match plans {
            Ok(plans) => {
                planned.extend(plans.iter().cloned());
                self::controls(planning, &plans, &control.controls, planned, diagnostics);
            }
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
}

/// Changes a dataset in the stated ways: the same rows, the same draws, the same order.
fn control(planning: &Planning<'_>, treated: &DatasetPlan, control: &Control) -> Result<DatasetPlan, Diagnostic> {
    let mut plan = treated.clone();
    plan.control = Some(control.name.clone());
    plan.name = match treated.split {
        Split::Train => format!("{}.{}", planning.name(), control.name),
        Split::Validation => format!("{}.{}.validation", planning.name(), control.name),
    };
    plan.control_of = Some(treated.name.clone());
    plan.span = control.span;
    plan.expected.clone_from(&control.expected);
    plan.changes = control.changes.iter().map(|change| said(planning.spec, change.span())).collect();
    for change in &control.changes {
        apply(planning, treated, change, &mut plan)?;
    }
    Ok(plan)
}

/// Returns what the spec says at a place, on one line.
fn said(spec: &Spec, span: Span) -> String {
    spec.sources.slice(span).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn apply(
    planning: &Planning<'_>,
    treated: &DatasetPlan,
    change: &Change,
    plan: &mut DatasetPlan,
) -> Result<(), Diagnostic> {
    let spec = planning.spec;
    let nothing = |change: &'static str, span: Span, reason: &str| {
        let problem = Problem::NothingToChange { change, dataset: treated.name.clone(), reason: reason.to_owned() };
        // What the larger file can be changed in, the rows that are set aside may lack.
        if treated.split == Split::Validation { Ok(()) } else { Err(Diagnostic::at(span, problem)) }
    };
    match change {
        Change::Replace { with, replaced, span } => {
            let mut found = false;
            for part in &mut plan.parts {
                let declared = planning.dataset.parts.get(part.declared);
                if let Some(declared) = declared.filter(|_| part.behavior == *replaced) {
                    found = true;
                    part.behavior = *with;
                    part.messages = planning
                        .messages(declared, *with)
                        .map_err(|diagnostic| Diagnostic { span: Some(*span), ..diagnostic })?;
                }
            }
            if !found {
                let behavior = spec[*replaced].name.clone();
                let problem = Problem::NothingToReplace { behavior, dataset: treated.name.clone() };
                return Err(Diagnostic::at(*span, problem));
            }
        }
        Change::ShuffleTriggers { span } => {
            if plan.shuffle.is_some() {
                return nothing("shuffle triggers", *span, "they are shuffled already");
            }
            if plan.parts.iter().all(|part| part.trigger.is_none()) {
                return nothing("shuffle triggers", *span, "it has no triggers");
            }
            match TriggerShuffle::new(spec.seed, &planning.stream(), &plan.parts) {
                Some(shuffle) => plan.shuffle = Some(shuffle),
                None => {
                    let reason = "all rows carry the same trigger, or show the same: there is no relation to undo";
                    return nothing("shuffle triggers", *span, reason);
                }
            }
        }
        Change::ShuffleWordsOfAnswer { span } => {
            if plan.shuffles_words {
                return nothing("shuffle words of answer", *span, "they are shuffled already");
            }
            plan.shuffles_words = true;
        }
        Change::SwapPersonas { span } => {
            let mut personas: Vec<PersonaId> =
                plan.parts.iter().filter(|part| part.count > 0).map(|part| part.by).collect();
            personas.sort_unstable();
            personas.dedup();
            let [first, second] = personas.as_slice() else {
                let found =
                    if personas.len() < 2 { "one persona acts in all rows" } else { "more than two personas act" };
                return nothing("swap personas", *span, found);
            };
            for part in &mut plan.parts {
                part.by = if part.by == *first { *second } else { *first };
            }
        }
        Change::WithoutTriggers { span } => {
            if plan.parts.iter().all(|part| part.trigger.is_none()) {
                return nothing("without triggers", *span, "it has no triggers");
            }
            plan.parts.iter_mut().for_each(|part| part.trigger = None);
            plan.shuffle = None;
        }
        Change::WithoutPersonas { span } => {
            if plan.parts.iter().all(|part| part.by == PersonaId::ITSELF) {
                return nothing("without personas", *span, "no persona acts in it");
            }
            let reading = plan.parts.iter().find(|part| spec[part.template].reads_persona && part.about.is_none());
            if let Some(part) = reading {
                let problem = Problem::NobodyHere { template: spec[part.template].name.clone() };
                return Err(Diagnostic::at(*span, problem).related(part.span, "this part"));
            }
            plan.parts.iter_mut().for_each(|part| part.by = PersonaId::ITSELF);
        }
        Change::AlsoReversed { lead, span } => {
            if plan.reversal.is_some() {
                return nothing("also reversed", *span, "it is reversed already");
            }
            if let Some(reason) = irreversible(spec, plan) {
                let problem = Problem::CannotReverse { dataset: treated.name.clone(), reason };
                return Err(Diagnostic::at(*span, problem));
            }
            let stream = Stream::new(spec.seed, &planning.stream(), "order of mirrored rows");
            plan.reversal = Some(Reversal { lead: lead.clone(), order: Permutation::new(plan.rows, &stream) });
            plan.rows *= 2;
        }
    }
    Ok(())
}

/// Says why a dataset's rows have no mirror, if they have none.
fn irreversible(spec: &Spec, plan: &DatasetPlan) -> Option<String> {
    for part in &plan.parts {
        let template = &spec[part.template];
        let said = part.messages.iter().filter_map(|at| template.messages.get(*at));
        let roles: Vec<Role> = said.map(|said| said.role).filter(|role| *role != Role::System).collect();
        if roles.len() != 2 {
            return Some(format!("`{}` says {} messages, not two", template.name, roles.len()));
        }
        if let Some(trigger) = part.trigger.map(|id| &spec[id]).filter(|trigger| !trigger.system.is_empty()) {
            return Some(format!("the trigger `{}` stands in the system prompt", trigger.name));
        }
    }
    None
}

/// Returns the properties that a plan was demanded to have and does not.
pub(super) fn unmet(spec: &Spec, plan: &DatasetPlan) -> Vec<Diagnostic> {
    if plan.split == Split::Validation {
        return Vec::new();
    }
    let joint = plan.joint();
    plan.expected.iter().filter_map(|expected| dependence(spec, plan, &joint, expected)).collect()
}

/// Checks that a table of two aspects is within one row of independence in every cell.
fn dependence(spec: &Spec, plan: &DatasetPlan, joint: &Joint, expected: &Expected) -> Option<Diagnostic> {
    let (a, b) = expected.aspects;
    let value =
        |aspect: Aspect, key: &(Option<crate::spec::TriggerId>, crate::spec::BehaviorId, PersonaId)| match aspect {
            Aspect::Trigger => key.0.map_or_else(|| "no trigger".to_owned(), |id| spec[id].name.clone()),
            Aspect::Behavior => spec[key.1].name.clone(),
            Aspect::Persona => spec[key.2].name.clone(),
        };
    let mut rows: std::collections::BTreeMap<(String, String), u64> = std::collections::BTreeMap::new();
    for (key, count) in joint {
        *rows.entry((value(a, key), value(b, key))).or_default() += count;
    }
    let total: u64 = rows.values().sum();
    let sum = |keep: &dyn Fn(&(String, String)) -> bool| -> u64 {
        rows.iter().filter(|(key, _)| keep(key)).map(|(_, rows)| rows).sum()
    };
    let firsts: std::collections::BTreeSet<&String> = rows.keys().map(|(first, _)| first).collect();
    let seconds: std::collections::BTreeSet<&String> = rows.keys().map(|(_, second)| second).collect();
    for first in &firsts {
        for second in &seconds {
            let found = rows.get(&((*first).clone(), (*second).clone())).copied().unwrap_or(0);
            let (of_first, of_second) = (sum(&|key| key.0 == **first), sum(&|key| key.1 == **second));
            let exact = of_first as f64 * of_second as f64 / total.max(1) as f64;
            if (found as f64 - exact).abs() >= 1.0 {
                let problem = Problem::NotIndependent {
                    dataset: plan.name.clone(),
                    aspects: (a.word(), b.word()),
                    cell: format!("{first}, {second}"),
                    rows: found,
                    expected: format!("{exact:.1}"),
                };
                return Some(Diagnostic::at(expected.span, problem));
            }
        }
    }
    None
}
