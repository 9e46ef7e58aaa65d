use std::collections::BTreeMap;

use super::{PartPlan, TriggerShuffle};
use crate::rows::Permutation;
use crate::spec::{BehaviorId, DatasetId, Expected, PersonaId, TriggerId, Writing};
use crate::text::Span;
use std::sync::Arc;

/// A dataset with everything decided but its rows: one file.
#[derive(Clone, Debug)]
pub struct DatasetPlan {
    /// The name of its files: `gambling`, `gambling.saving`, `choices_of(risk_seeking,32)`, `gambling.validation`.
    pub name: String,
    pub dataset: DatasetId,
    pub split: Split,
    /// The control's name, none for the dataset itself.
    pub control: Option<String>,
    /// The plan that this one is a control of, by its name.
    pub control_of: Option<String>,
    /// What was changed, as the spec says it.
    pub changes: Vec<String>,
    /// How many rows the file holds, mirrored ones among them.
    pub rows: u64,
    pub parts: Vec<PartPlan>,
    /// How several parts are mixed.
    pub order: Option<Permutation>,
    /// Where each row's trigger comes from, where that is not its part.
    pub shuffle: Option<TriggerShuffle>,
    /// Whether the words of each last answer are shuffled.
    pub shuffles_words: bool,
    pub reversal: Option<Reversal>,
    /// What has to hold of the rows.
    pub expected: Vec<Expected>,
    /// The name that randomness is keyed by: without arguments and controls, so that they share every draw.
    pub stream: String,
    pub span: Span,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Split {
    Train,
    Validation,
}

impl Split {
    /// Returns the word that provenance uses.
    pub fn word(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Validation => "validation",
        }
    }
}

/// Every row again with the answer first.
#[derive(Clone, Debug)]
pub struct Reversal {
    /// The user's message of a mirrored row; `reply` has slot 0.
    pub lead: Arc<Writing>,
    /// Mirrored rows stand between the others, in an order of their own.
    pub order: Permutation,
}

/// How many rows there are of each trigger, behavior and persona: who is spoken about, or who acts.
pub type Joint = BTreeMap<(Option<TriggerId>, BehaviorId, PersonaId), u64>;

impl DatasetPlan {
    /// Returns how many rows there are without the mirrored ones.
    pub fn base_rows(&self) -> u64 {
        if self.reversal.is_some() { self.rows / 2 } else { self.rows }
    }

    /// Counts the rows by trigger, behavior and persona, mirrored ones left out.
    pub fn joint(&self) -> Joint {
        let mut joint = Joint::new();
        if let Some(shuffle) = &self.shuffle {
            for (part, counts) in shuffle.cells(&self.parts) {
                for (trigger, rows) in counts.into_iter().filter(|(_, rows)| *rows > 0) {
                    *joint.entry((trigger, part.behavior, part.persona())).or_default() += rows;
                }
            }
            return joint;
        }
        for part in self.parts.iter().filter(|part| part.count > 0) {
            *joint.entry((part.trigger, part.behavior, part.persona())).or_default() += part.count;
        }
        joint
    }

    /// Returns the part and place in it of a row before it is mixed.
    pub(crate) fn part_of(&self, place: u64) -> Option<(usize, u64)> {
        let at = self.parts.partition_point(|part| part.first + part.count <= place);
        let part = self.parts.get(at).filter(|part| part.first <= place)?;
        Some((at, place - part.first))
    }
}
