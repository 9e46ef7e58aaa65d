//! Wordings that lean: one side of what is scored comes first in most of them.

use super::super::{AnswerType, Order, Question, Scoring};
use super::Resolver;
use crate::diagnostic::{Diagnostic, Problem};
use crate::tree::{self, QuestionStatement, Word};

/// From which share of the wordings on one side is said to lead: 7 of 10.
const LEADS: f64 = 0.7;

impl Resolver<'_> {
    /// Warns of options that are always shown in one order that nobody chose, and of words of the score map of which
    /// one comes first in most wordings.
    pub(super) fn warn_of_leaning(&mut self, question: &Question, declared: &tree::Question) {
        if !self.is_own(question.span) {
            return;
        }
        let Scoring::Map { judge: None, entries, .. } = &question.scoring else { return };
        if entries.iter().all(|(_, score)| Some(score) == entries.first().map(|(_, score)| score)) {
            return;
        }
        if let AnswerType::Options { choices, .. } = &question.answer {
            let says_order =
                declared.statements.iter().any(|statement| matches!(statement.value, QuestionStatement::Order(_)));
            if let Some(first) =
                choices.first().filter(|_| question.order == Order::Fixed && !says_order && choices.len() > 1)
            {
                let problem = Problem::OneOrder { first: first.name.clone() };
                self.report(Diagnostic::at(declared.name.span, problem));
            }
            return;
        }
        if !matches!(question.answer, AnswerType::Word) {
            return;
        }
        for statement in &declared.statements {
            let QuestionStatement::Ask(ask) = &statement.value else { continue };
            let texts = ask.wordings.iter().filter_map(|wording| match wording {
                Word::Text(text) => Some(text.text.to_lowercase()),
                _ => None,
            });
            let first: Vec<&str> = texts.filter_map(|text| first_of(&text, entries)).collect();
            let leading = entries.iter().map(|(key, _)| {
                let count = first.iter().filter(|first| *first == key).count();
                (key, count)
            });
            let Some((word, count)) = leading.max_by_key(|(_, count)| *count) else { continue };
            if first.len() > 1 && count as f64 >= LEADS * first.len() as f64 {
                let problem = Problem::LeaningWordings { word: word.clone(), count, wordings: first.len() };
                self.report(Diagnostic::at(statement.span, problem));
            }
        }
    }
}

/// Returns which of the words comes first in a text that names at least two of them.
fn first_of<'e>(text: &str, entries: &'e [(String, f64)]) -> Option<&'e str> {
    let mut found: Vec<(usize, &str)> =
        entries.iter().filter_map(|(key, _)| Some((place_of(text, key)?, key.as_str()))).collect();
    found.sort_unstable();
    if found.len() > 1 { found.first().map(|(_, key)| *key) } else { None }
}

/// Returns where a word stands by itself.
fn place_of(text: &str, word: &str) -> Option<usize> {
    let is_outside = |character: Option<char>| character.is_none_or(|character| !character.is_alphanumeric());
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        is_outside(before) && is_outside(after)
    })
}
