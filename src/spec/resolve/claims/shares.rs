//! What `share` counts, held against what the question can be answered with.

use minijinja::machinery::ast::{CallArg, Expr};

use super::super::super::{AnswerType, Question, Scoring};
use super::super::conditions::Measured;
use super::{Reading, function, variable};
use crate::diagnostic::{Problem, nearest};
use crate::estimates::{Counted, Share};

impl Reading<'_, '_> {
    /// Reads what is counted: a word, an option, a list of them, a number, `above(N)` or `below(N)`.
    pub(super) fn counted(&mut self, what: &Expr<'_>, measured: &Measured, value: &Expr<'_>) -> Option<Share> {
        let name = variable(what).unwrap_or_default();
        let [only] = measured.questions.as_slice() else {
            let reason = "it is a suite, whose questions are answered with different things";
            self.report(what, Problem::ShareOf { name: name.to_owned(), reason });
            return None;
        };
        let question = self.resolver.spec.questions.get(only.id.0)?;
        let of_all = matches!(&question.scoring, Scoring::Map { judge: None, otherwise: Some(_), .. })
            && matches!(question.answer, AnswerType::Word);
        let Some(answer) = read_as(question) else {
            let reason = "it is answered with a text, and no judge reads a word or a number in it";
            self.report(what, Problem::ShareOf { name: name.to_owned(), reason });
            return None;
        };
        let is_number = matches!(answer, AnswerType::Number { .. });
        let known: Option<Vec<String>> = match answer {
            AnswerType::Options { choices, .. } => Some(choices.iter().map(|choice| choice.name.clone()).collect()),
            AnswerType::Literal(texts) => Some(texts.clone()),
            AnswerType::Word | AnswerType::Number { .. } | AnswerType::Text => None,
        };
        if let Expr::Call(call) = value {
            let bound = match call.args.as_slice() {
                [CallArg::Pos(bound)] => bound.as_const().and_then(|bound| f64::try_from(bound).ok()),
                _ => None,
            };
            let counted = match (function(&call.expr), bound) {
                (Some("above"), Some(bound)) => Counted::Above(bound),
                (Some("below"), Some(bound)) => Counted::Below(bound),
                _ => {
                    self.misplaced(value, "a word, an option, a list of them, `above(N)` or `below(N)`");
                    return None;
                }
            };
            if !is_number {
                let reason = "it is not answered with a number, so that nothing lies above or below";
                self.report(what, Problem::ShareOf { name: name.to_owned(), reason });
                return None;
            }
            return Some(Share { counted, of_all });
        }
        let mut texts = Vec::new();
        let items: Vec<&Expr<'_>> = match value {
            Expr::List(list) => list.items.iter().collect(),
            single => vec![single],
        };
        for item in items {
            let constant = item.as_const();
            let text = constant.as_ref().and_then(|text| text.as_str().map(str::to_owned));
            let number = constant.as_ref().and_then(|number| f64::try_from(number.clone()).ok());
            let Some(text) = variable(item).map(str::to_owned).or(text).or(number.map(|number| number.to_string()))
            else {
                self.misplaced(item, "a word, an option, a list of them, `above(N)` or `below(N)`");
                return None;
            };
            let is_known = match &known {
                Some(known) => known.iter().any(|known| known.to_lowercase() == text.to_lowercase()),
                None => !is_number || text.parse::<f64>().is_ok(),
            };
            if !is_known {
                let known = known.unwrap_or_else(|| vec!["numbers".to_owned()]);
                let nearest = nearest(&text, known.iter().map(String::as_str)).map(str::to_owned);
                let name = name.to_owned();
                self.report(item, Problem::UnknownAnswer { question: name, answer: text, known, nearest });
                return None;
            }
            texts.push(text);
        }
        Some(Share { counted: Counted::OneOf(texts), of_all })
    }
}

/// What is read in the question's answers: the answer itself, or of a text the verdict that gives its score.
fn read_as(question: &Question) -> Option<&AnswerType> {
    let of_judge = match &question.scoring {
        Scoring::Map { judge: Some(judge), .. } => question.judges.get(*judge),
        _ if matches!(question.answer, AnswerType::Text) => question.judges.first(),
        _ => None,
    };
    let read = of_judge.map_or(&question.answer, |judge| &judge.answer);
    (!matches!(read, AnswerType::Text)).then_some(read)
}
