use std::collections::BTreeMap;

use super::{Quantity, Statement};
use crate::report::ArmSummary;
use crate::scores::Agreement;
use crate::spec::Adjustment;

/// What an experiment is, as far as its numbers are concerned. Made from the spec and the configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting {
    /// The experiment's name.
    pub experiment: String,
    /// The spec's file name and the digest of its sources.
    pub spec: String,
    pub spec_digest: String,
    /// In plan order.
    pub arms: Vec<ArmInSetting>,
    /// In plan order.
    pub questions: Vec<QuestionInSetting>,
    pub claims: Vec<ClaimInSetting>,
    /// Whether the intervals are for wordings in general, not only for those that were asked.
    pub generalize_wordings: bool,
    /// How the claims answer for being several.
    pub adjustment: Adjustment,
    /// How far judges agree with people, where they carry labelled items.
    pub agreement: Vec<Agreement>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// An arm, and whether anything could be asked of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmInSetting {
    /// `runs` holds the runs that were asked. One of them without scores leaves the claims on it undecided.
    pub summary: ArmSummary,
    /// Why the arm has no runs, as a clause: `arm saver has no runs in introspec.yaml`.
    pub without_runs: Option<String>,
}

/// A question and the conditions it is asked under.
#[derive(Clone, Debug, PartialEq)]
pub struct QuestionInSetting {
    pub name: String,
    /// `reports risk_seeking`, `shows risk_seeking`, or empty.
    pub role: String,
    /// The lowest and highest score possible, where the spec fixes them.
    pub range: Option<(f64, f64)>,
    /// In plan order, without repeats.
    pub conditions: Vec<Condition>,
}

/// One combination of a question's conditions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    pub about: String,
    pub under: String,
    /// The values of the question's condition axes, as they print.
    pub axes: BTreeMap<String, String>,
}

/// A claim with its statement read.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimInSetting {
    pub name: String,
    /// The author's sentence.
    pub text: String,
    /// The expression as the spec has it.
    pub expression: String,
    /// Where it stands: file and line.
    pub place: String,
    pub statement: Statement,
}

impl Setting {
    /// Adds how far judges agree with people.
    #[must_use]
    pub fn with_agreement(self, agreement: Vec<Agreement>) -> Setting {
        Setting { agreement, ..self }
    }

    /// Says why nothing is claimed of a quantity: a judge that it rests on does not surely agree with people.
    pub(crate) fn distrusts(&self, quantity: &Quantity) -> Option<String> {
        let means = quantity.means();
        let asked = |agreement: &&Agreement| means.iter().any(|mean| mean.questions.contains(&agreement.question));
        let judge = self.agreement.iter().filter(asked).find(|agreement| !agreement.suffices())?;
        let needed = judge.needed.unwrap_or_default();
        let found = match (judge.kappa, judge.interval) {
            (Some(kappa), Some((low, high))) => format!("its kappa is {kappa:.2}, 95% {low:.2} to {high:.2}"),
            _ => "its kappa cannot be computed".to_owned(),
        };
        let (name, items) = (&judge.judge, judge.items);
        Some(format!(
            "the judge {name} does not surely agree with the {items} labelled items: {found}, and {needed} is needed"
        ))
    }

    pub(crate) fn arm(&self, name: &str) -> Option<&ArmInSetting> {
        self.arms.iter().find(|arm| arm.summary.name == name)
    }

    pub(crate) fn question(&self, name: &str) -> Option<&QuestionInSetting> {
        self.questions.iter().find(|question| question.name == name)
    }
}
