use std::sync::Arc;

use super::measure::Verdict;
use super::parse::{Parsed, parse};
use super::probability::{QUORUM, probability};
use crate::answers::{Answer, Answers, Ask, Identity, Inquiry, Posed, StoreError, Subject, judge_ask};
use crate::configuration::Model;
use crate::estimates::statistics::rating::{Quorum, Rating};
use crate::requests::{Read, ShownOption, shown};
use crate::spec::{AnswerType, Judge, Question, Scope};

/// Returns the verdict of each judge of a question about one text.
pub(super) fn verdicts(
    inquiry: &Inquiry<'_>,
    answers: &Answers,
    question: &Question,
    scope: &Scope,
    text: &str,
) -> Result<Vec<Verdict>, StoreError> {
    question
        .judges
        .iter()
        .map(|judge| match (judge_ask(question, scope, judge, text).ok(), inquiry.model_of(&judge.by)) {
            (Some(ask), Some(model)) => verdict(judge, &ask, model, scope, answers),
            _ => Ok(Verdict::Error),
        })
        .collect()
}

/// Returns what a judge said when it was asked.
pub(super) fn verdict(
    judge: &Judge,
    ask: &Ask,
    model: &Model,
    scope: &Scope,
    answers: &Answers,
) -> Result<Verdict, StoreError> {
    let answered = answers.answers(ask, &Arc::new(Identity::of(model)))?;
    let options = options_of(&judge.answer, scope);
    Ok(match answered.samples.into_iter().flatten().next() {
        Some(Ok(Answer::Text { text } | Answer::Truncated { text })) => {
            Verdict::of(parse(&text, &judge.answer, &judge.exits, &options))
        }
        Some(Ok(Answer::Refusal { .. })) => Verdict::Unparsed,
        Some(Ok(Answer::Exact { logprobs })) => {
            let Read::Probability { continuations, .. } = &ask.read else { return Ok(Verdict::Unparsed) };
            let found: Vec<(&str, f64)> = continuations
                .iter()
                .map(String::as_str)
                .zip(logprobs.iter().map(|logprob| probability(*logprob)))
                .collect();
            rated(judge, &found)
        }
        Some(Ok(Answer::Top { tokens })) => {
            let found: Vec<(&str, f64)> =
                tokens.iter().map(|(token, logprob)| (token.as_str(), probability(*logprob))).collect();
            rated(judge, &found)
        }
        Some(Err(_)) | None => Verdict::Error,
    })
}

/// Reads a rating from the probabilities of numbers and exits.
fn rated(judge: &Judge, found: &[(&str, f64)]) -> Verdict {
    let Some(range) = judge.answer.whole_numbers() else { return Verdict::Unparsed };
    let rating = Rating::of(found.iter().copied(), &range, Quorum::AtLeast(QUORUM));
    if let Some(value) = rating.value {
        return Verdict::Read(Parsed::Number(value), Some((1.0 - rating.read).clamp(0.0, 1.0)));
    }
    // A service shows first tokens, and an exit's name may have several.
    let of = |exit: &String| {
        let begins = |text: &str| {
            let text = text.trim().to_lowercase();
            text.len() > 1 && exit.to_lowercase().starts_with(&text)
        };
        found.iter().filter(|(text, _)| begins(text)).map(|(_, share)| share).sum::<f64>()
    };
    let likeliest = judge.exits.iter().map(|exit| (exit, of(exit))).max_by(|(_, a), (_, b)| a.total_cmp(b));
    match likeliest.filter(|(_, share)| *share > rating.read) {
        Some((exit, _)) => Verdict::Exit(exit.clone()),
        None => Verdict::Unparsed,
    }
}

/// Returns what models said beside a question, in its order, and of each sample.
pub(super) fn foreseen(
    inquiry: &Inquiry<'_>,
    answers: &Answers,
    posed: &Posed<'_>,
    subject: &Subject,
    scope: &Scope,
) -> Result<Vec<Vec<Verdict>>, StoreError> {
    let mut said = Vec::with_capacity(posed.question.foreseen.len());
    for beside in &posed.question.foreseen {
        let asked = inquiry.answerer(beside, subject);
        let asked =
            asked.and_then(|answerer| Some((inquiry.foreseen_ask(&answerer, posed, scope, beside).ok()?, answerer)));
        let Some((ask, answerer)) = asked else {
            said.push(Vec::new());
            continue;
        };
        let answered = answers.answers(&ask, &Arc::new(Identity::of(&answerer.model)))?;
        let options = options_of(&beside.answer, scope);
        let read = |answer| match answer {
            Some(Ok(Answer::Text { text })) => Verdict::of(parse(&text, &beside.answer, &beside.exits, &options)),
            Some(Ok(_)) => Verdict::Unparsed,
            Some(Err(_)) | None => Verdict::Error,
        };
        said.push(answered.samples.into_iter().map(read).collect());
    }
    Ok(said)
}

/// Returns the options of a judge as they were shown: in the order of the spec.
pub(crate) fn options_of(answer: &AnswerType, scope: &Scope) -> Vec<ShownOption> {
    let AnswerType::Options { choices, labels } = answer else { return Vec::new() };
    let order: Vec<usize> = (0..choices.len()).collect();
    shown(choices, labels, &order, scope).unwrap_or_default()
}
