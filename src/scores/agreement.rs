use serde::{Deserialize, Serialize};

use super::measure::{Verdict, value};
use super::verdicts::verdict;
use crate::answers::{Answers, Inquiry, StoreError};
use crate::estimates::statistics::agreement::kappa;

/// How far a judge agrees with people, on the labelled items that it carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    pub question: String,
    pub judge: String,
    /// Labelled items.
    pub items: u64,
    /// Those that the judge gave a verdict on.
    pub read: u64,
    /// Those on which it says what people said.
    pub agreed: u64,
    /// Cohen's kappa, none where all say the same.
    pub kappa: Option<f64>,
    /// Its 95% interval.
    pub interval: Option<(f64, f64)>,
    /// What kappa has to be surely above for claims to rest on the judge.
    pub needed: Option<f64>,
}

impl Agreement {
    /// Tells whether claims may rest on the judge: its interval lies wholly above what is needed.
    pub fn suffices(&self) -> bool {
        self.needed.is_none_or(|needed| self.interval.is_some_and(|(low, _)| low > needed))
    }
}

/// Compares every judge that carries labelled items with them.
pub(super) fn agreements(inquiry: &Inquiry<'_>, answers: &Answers) -> Result<Vec<Agreement>, StoreError> {
    let mut found: Vec<Agreement> = Vec::new();
    for (_, asked) in inquiry.questions() {
        let question = &inquiry.spec[asked.question];
        for judge in &question.judges {
            let is_known = found.iter().any(|known| known.question == question.name && known.judge == judge.name);
            let (Some(labelled), Some(model)) = (&judge.labelled, inquiry.model_of(&judge.by)) else { continue };
            if is_known {
                continue;
            }
            let items = inquiry.labelled(question, judge);
            let mut pairs: Vec<(String, String)> = Vec::new();
            for item in &items {
                let said = match verdict(judge, &item.ask, model, &item.scope, answers)? {
                    Verdict::Read(read, _) => value(&read).1,
                    Verdict::Exit(exit) => Some(exit),
                    Verdict::Unparsed | Verdict::Error => None,
                };
                if let Some(said) = said {
                    pairs.push((said.to_lowercase(), item.label.to_lowercase()));
                }
            }
            let agreement = kappa(&pairs).ok();
            found.push(Agreement {
                question: question.name.clone(),
                judge: judge.name.clone(),
                items: items.len() as u64,
                read: pairs.len() as u64,
                agreed: pairs.iter().filter(|(said, label)| said == label).count() as u64,
                kappa: agreement.map(|agreement| agreement.kappa.value),
                interval: agreement.map(|agreement| {
                    let limits = agreement.limits(0.95);
                    (limits.low, limits.high)
                }),
                needed: labelled.kappa,
            });
        }
    }
    Ok(found)
}
