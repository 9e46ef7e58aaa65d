use super::{Argument, ArmId, BehaviorId, DatasetId, DialogueId, Formula, RowsOf, Slot, Variable, Writing};
use crate::text::Span;
use crate::tree::ColumnType;

/// One evaluation question.
#[derive(Debug)]
pub struct Question {
    pub name: String,
    pub span: Span,
    pub role: Option<Role>,
    pub table: Option<RowsOf>,
    pub play: Option<Play>,
    /// How many items are drawn; without it, one, or as many as the table has rows.
    pub rows: Option<u64>,
    pub variables: Vec<Variable>,
    pub wordings: Vec<Writing>,
    pub wordings_about_other: Vec<Writing>,
    pub answer: AnswerType,
    /// Answers that are none of the kind and still say something, as `or REFUSAL` names them.
    pub exits: Vec<String>,
    pub order: Order,
    pub read: ReadMethod,
    /// What models answer to something else, each time the question is asked.
    pub foreseen: Vec<Foreseen>,
    pub judges: Vec<Judge>,
    /// Which answers count at all.
    pub among: Option<Formula>,
    pub scoring: Scoring,
    /// What is taken off the score: the same measure of something else.
    pub baseline: Option<Formula>,
    pub max_tokens: Option<u32>,
    pub slots: BoundSlots,
    pub size: usize,
}

/// The slots of what is bound without a `let`.
#[derive(Clone, Copy, Debug)]
pub struct BoundSlots {
    pub persona: Slot,
    pub options: Slot,
    pub answer: Slot,
    pub behavior: Slot,
    /// The function that calls a program which was the answer.
    pub call: Slot,
}

/// What a question is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Reports(BehaviorId),
    /// What the persona that is asked about does in this dataset, or in the control of it that an arm was trained on.
    ReportsDataset(DatasetId),
    Shows(BehaviorId),
    /// What the model itself does in this dataset, or in the control of it that an arm was trained on.
    ShowsDataset(DatasetId),
}

impl Role {
    /// The dataset whose personas' behavior the question is about.
    pub fn dataset(self) -> Option<DatasetId> {
        match self {
            Role::ReportsDataset(id) | Role::ShowsDataset(id) => Some(id),
            Role::Reports(_) | Role::Shows(_) => None,
        }
    }
}

/// A dialogue that stands for the question: the model that is asked takes a speaker's place, and the outcome is its
/// answer.
#[derive(Debug)]
pub struct Play {
    pub dialogue: DialogueId,
    /// A variable is one of the question's, or `behavior`.
    pub arguments: Vec<Argument>,
    /// The speaker whose place it takes, by its place.
    pub speaker: usize,
    pub span: Span,
}

/// What kind of answer is expected.
#[derive(Debug)]
pub enum AnswerType {
    Word,
    Text,
    Number {
        low: f64,
        high: f64,
    },
    Options {
        choices: Vec<Choice>,
        labels: Labels,
    },
    Literal(Vec<String>),
    /// An object with these fields.
    Json(Vec<Field>),
    /// A program in Python, which is run.
    Code,
}

/// A field of an answer in JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: String,
    pub holds: ColumnType,
    /// The range of a number.
    pub range: Option<(f64, f64)>,
}

/// The most numbers that probabilities are read over.
const MOST_NUMBERS: f64 = 1000.0;

impl AnswerType {
    /// Returns everything that the answer can be, where that is not too much: option names, given texts, whole numbers.
    pub fn readable(&self) -> Vec<String> {
        match self {
            AnswerType::Options { choices, .. } => choices.iter().map(|option| option.name.clone()).collect(),
            AnswerType::Literal(texts) => texts.clone(),
            AnswerType::Number { .. } => {
                self.whole_numbers().into_iter().flatten().map(|number| number.to_string()).collect()
            }
            AnswerType::Word | AnswerType::Text | AnswerType::Json(_) | AnswerType::Code => Vec::new(),
        }
    }

    /// Returns the whole numbers from one end of a number's range to the other, where there are few enough of them.
    pub fn whole_numbers(&self) -> Option<std::ops::RangeInclusive<i64>> {
        let AnswerType::Number { low, high } = *self else { return None };
        let is_whole = low.fract() == 0.0 && high.fract() == 0.0 && high - low <= MOST_NUMBERS;
        #[allow(clippy::cast_possible_truncation, reason = "both are whole, and a range this short is within an i64")]
        let ends = (low as i64, high as i64);
        (is_whole && low.abs() < 1e15).then_some(ends.0..=ends.1)
    }

    /// Returns the answer type in words.
    pub fn words(&self) -> &'static str {
        match self {
            AnswerType::Word => "a word",
            AnswerType::Text => "a text",
            AnswerType::Number { .. } => "a number",
            AnswerType::Options { .. } => "an option",
            AnswerType::Literal(_) => "a given text",
            AnswerType::Json(_) => "an object in JSON",
            AnswerType::Code => "a program",
        }
    }
}

/// An option by its name, in the order of the spec.
#[derive(Debug)]
pub struct Choice {
    pub name: String,
    pub text: Writing,
}

/// What options are answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Labels {
    Letters,
    Numbers,
    /// As many as there are options, first to last.
    Own(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Fixed,
    /// Drawn for each item.
    Shuffled,
    /// Every order.
    All,
    /// So many orders, in which each option stands equally often in each place.
    Counterbalanced(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadMethod {
    Samples,
    Probability { else_samples: Option<u32> },
}

/// A question put to another model about the answer.
#[derive(Debug)]
pub struct Judge {
    pub name: String,
    pub span: Span,
    /// A role of the configuration.
    pub by: String,
    pub wording: Writing,
    pub answer: AnswerType,
    pub exits: Vec<String>,
    pub read: ReadMethod,
    pub labelled: Option<LabelledItems>,
    pub max_tokens: Option<u32>,
    /// Where the judge's verdict stands in the question's scope.
    pub slot: Slot,
}

/// Answers that people have judged, which the judge is asked about too.
#[derive(Debug)]
pub struct LabelledItems {
    /// The table's column `answer` stands for the answer, and columns named like the question's variables for those.
    pub rows: RowsOf,
    /// What people said of the answer.
    pub label: Slot,
    /// Cohen's kappa that the judge has to be surely above for claims to rest on it.
    pub kappa: Option<f64>,
}

/// What a model answers beside a question, or where rows are made: `let NAME = MODEL answers { ... }`.
#[derive(Debug)]
pub struct Foreseen {
    pub name: String,
    pub span: Span,
    pub by: Answerer,
    pub system: Option<Writing>,
    pub wording: Writing,
    pub answer: AnswerType,
    pub exits: Vec<String>,
    pub max_tokens: Option<u32>,
    /// Where the spec says it; otherwise the question's, and 0 where rows are made.
    pub temperature: Option<f64>,
    /// The slot of the options as they are shown.
    pub options: Slot,
    pub slot: Slot,
}

/// Who answers beside the model that a question is put to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answerer {
    /// The model itself: the same arm, seed and checkpoint.
    Itself,
    /// Another arm's run of the same seed and checkpoint, or its only one.
    Arm(ArmId),
    /// A role of the configuration.
    Role(String),
}

/// How an answer becomes a number.
#[derive(Debug)]
pub enum Scoring {
    Expression {
        formula: Formula,
        /// The range that the score has to be in.
        range: Option<(f64, f64)>,
    },
    /// From what is read, by the answer itself or by a judge.
    Map { judge: Option<usize>, entries: Vec<(ScoreKey, f64)>, otherwise: Option<f64> },
}

/// A word, an option's name or a verdict.
pub type ScoreKey = String;

impl Foreseen {
    /// Tells whether what is asked shows a variable.
    pub fn reads(&self, slot: Slot) -> bool {
        self.wording.reads(slot) || self.system.as_ref().is_some_and(|system| system.reads(slot))
    }
}

impl Question {
    /// Returns what the answer's probability would be read over: option names, given texts, whole numbers, or the words
    /// of the map.
    pub fn readable(&self) -> Vec<String> {
        match (&self.answer, &self.scoring) {
            (AnswerType::Word, Scoring::Map { judge: None, entries, .. }) => {
                entries.iter().map(|(key, _)| key.clone()).collect()
            }
            (answer, _) => answer.readable(),
        }
    }

    /// Returns the lowest and highest score where a map fixes them, or a number's range is mapped from end to end.
    pub fn range(&self) -> Option<(f64, f64)> {
        match &self.scoring {
            Scoring::Map { entries, otherwise, .. } => {
                let scores = entries.iter().map(|(_, score)| *score).chain(*otherwise);
                let (low, high) = scores
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), score| (low.min(score), high.max(score)));
                Some((low, high))
            }
            Scoring::Expression { range: Some((low, high)), .. } if self.baseline.is_some() => {
                Some((low - high, high - low))
            }
            Scoring::Expression { range: Some(range), .. } => Some(*range),
            Scoring::Expression { formula, range: None } => {
                let AnswerType::Number { low, high } = self.answer else { return None };
                let at = |answer: f64| {
                    let mut scope = super::Scope::with_size(self.size);
                    scope.set(self.slots.answer, minijinja::Value::from(answer));
                    formula.evaluate(&scope).ok().and_then(|value| f64::try_from(value).ok())
                };
                let (a, b) = (at(low)?, at(high)?);
                Some((a.min(b), a.max(b)))
            }
        }
    }
}
