use super::{BehaviorId, Formula, Slot, TableId, Variable, Writing};
use crate::text::Span;

/// One evaluation question.
#[derive(Debug)]
pub struct Question {
    pub name: String,
    pub span: Span,
    pub role: Option<Role>,
    pub table: Option<(TableId, Vec<(Slot, Slot)>)>,
    /// How many items are drawn; without it, one, or as many as the table has rows.
    pub rows: Option<u64>,
    pub variables: Vec<Variable>,
    pub wordings: Vec<Writing>,
    pub wordings_about_other: Vec<Writing>,
    pub answer: AnswerType,
    pub order: Order,
    pub read: ReadMethod,
    pub judges: Vec<Judge>,
    pub scoring: Scoring,
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
}

/// What a question is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Reports(BehaviorId),
    Shows(BehaviorId),
}

/// What kind of answer is expected.
#[derive(Debug)]
pub enum AnswerType {
    Word,
    Text,
    Number { low: f64, high: f64 },
    Options { choices: Vec<Choice>, labels: Labels },
    Literal(Vec<String>),
}

impl AnswerType {
    /// Returns the answer type in words.
    pub fn words(&self) -> &'static str {
        match self {
            AnswerType::Word => "a word",
            AnswerType::Text => "a text",
            AnswerType::Number { .. } => "a number",
            AnswerType::Options { .. } => "an option",
            AnswerType::Literal(_) => "a given text",
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labels {
    Letters,
    Numbers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Fixed,
    /// Drawn for each item.
    Shuffled,
    /// Every order.
    All,
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
    pub max_tokens: Option<u32>,
    /// Where the judge's verdict stands in the question's scope.
    pub slot: Slot,
}

/// How an answer becomes a number.
#[derive(Debug)]
pub enum Scoring {
    Expression(Formula),
    /// From what is read, by the answer itself or by a judge.
    Map {
        judge: Option<usize>,
        entries: Vec<(ScoreKey, f64)>,
        otherwise: Option<f64>,
    },
}

/// A word, an option's name or a verdict.
pub type ScoreKey = String;

impl Question {
    /// Returns what the answer's probability would be read over: option names, given texts, or the words of the map.
    pub fn readable(&self) -> Vec<&str> {
        match (&self.answer, &self.scoring) {
            (AnswerType::Options { choices, .. }, _) => choices.iter().map(|option| option.name.as_str()).collect(),
            (AnswerType::Literal(texts), _) => texts.iter().map(String::as_str).collect(),
            (AnswerType::Word, Scoring::Map { judge: None, entries, .. }) => {
                entries.iter().map(|(key, _)| key.as_str()).collect()
            }
            _ => Vec::new(),
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
            Scoring::Expression(formula) => {
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
