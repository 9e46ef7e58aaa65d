use std::collections::BTreeMap;

use super::setting::{ArmInSetting, ClaimInSetting, Condition, QuestionInSetting, Setting};
use crate::answers::Inquiry;
use crate::report::ArmSummary;
use crate::requests::items;
use crate::scores::RunKey;
use crate::spec::{Arm, Origin, QuestionRole, Spec};

impl Setting {
    /// Describes an experiment for its estimates.
    pub fn of(inquiry: &Inquiry<'_>, notes: Vec<String>) -> Setting {
        let spec = inquiry.spec;
        let arms = inquiry.experiment.arms.iter().map(|id| {
            let subjects: Vec<_> = inquiry.subjects.iter().filter(|subject| subject.arm == *id).collect();
            let mut models: Vec<String> = subjects.iter().map(|subject| subject.model.name.clone()).collect();
            models.dedup();
            let runs: Vec<RunKey> = subjects.iter().map(|subject| subject.run.clone()).collect();
            let without = inquiry.without_runs.iter().find(|(arm, _)| arm == id);
            ArmInSetting {
                summary: ArmSummary { name: spec[*id].name.clone(), made: made(spec, &spec[*id]), runs, models },
                without_runs: without.map(|(_, reason)| reason.clone()),
            }
        });
        let claims = inquiry.experiment.claims.iter().map(|claim| ClaimInSetting {
            name: claim.name.clone(),
            text: claim.text.clone(),
            expression: claim.expression.clone(),
            place: spec.sources.place(claim.span),
            statement: claim.statement.clone(),
        });
        Setting {
            experiment: inquiry.experiment.name.clone(),
            spec: spec.file_name(),
            spec_digest: spec.digest(),
            arms: arms.collect(),
            questions: questions(inquiry),
            claims: claims.collect(),
            generalize_wordings: inquiry.experiment.generalize_wordings,
            adjustment: inquiry.experiment.adjustment,
            agreement: Vec::new(),
            notes,
        }
    }
}

fn questions(inquiry: &Inquiry<'_>) -> Vec<QuestionInSetting> {
    let spec = inquiry.spec;
    let mut questions: Vec<QuestionInSetting> = Vec::new();
    for (_, asked) in inquiry.questions() {
        let question = &spec[asked.question];
        let role = match question.role {
            Some(QuestionRole::Reports(id)) => format!("reports {}", spec[id].name),
            Some(QuestionRole::ReportsDataset(id)) => format!("reports {}", spec[id].name),
            Some(QuestionRole::ShowsDataset(id)) => format!("shows {}", spec[id].name),
            Some(QuestionRole::Shows(id)) => format!("shows {}", spec[id].name),
            None => String::new(),
        };
        let mut axes: Vec<BTreeMap<String, String>> = Vec::new();
        let combinations = usize::try_from(asked.condition_combinations).unwrap_or(usize::MAX);
        for item in items(spec, inquiry.plan, asked).take(combinations).flatten() {
            let named = item.axes.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
            axes.push(named.collect());
        }
        let at = questions.iter().position(|known| known.name == question.name).unwrap_or_else(|| {
            let (name, range) = (question.name.clone(), question.range());
            questions.push(QuestionInSetting { name, role, range, conditions: Vec::new() });
            questions.len() - 1
        });
        let Some(known) = questions.get_mut(at) else { continue };
        for about in &asked.about {
            for under in &asked.under {
                for axes in &axes {
                    let (about, under) = (spec[*about].name.clone(), under.name(spec));
                    let condition = Condition { about, under, axes: axes.clone() };
                    if !known.conditions.contains(&condition) {
                        known.conditions.push(condition);
                    }
                }
            }
        }
    }
    questions
}

/// Says how an arm is made.
fn made(spec: &Spec, arm: &Arm) -> String {
    let mut made = match &arm.from {
        Origin::Role(role) => role.clone(),
        Origin::Arm(id) => spec[*id].name.clone(),
    };
    if let Some(trained) = &arm.trained {
        let mut dataset = spec[trained.dataset].name.clone();
        if !trained.arguments.is_empty() {
            let arguments: Vec<String> = trained.arguments.iter().map(|argument| argument.name(spec)).collect();
            dataset = format!("{dataset}({})", arguments.join(", "));
        }
        if let Some(control) = &trained.control {
            dataset = format!("{dataset}.{control}");
        }
        made = format!("{made}, trained on {dataset}");
    }
    if let Some(system) = &arm.system {
        made = format!("{made}, told \"{system}\"");
    }
    made
}
