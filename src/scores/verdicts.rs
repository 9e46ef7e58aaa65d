use std::sync::Arc;

use minijinja::Value;

use super::parse::{Parsed, parse};
use crate::answers::{Answer, Answers, Identity, Inquiry, StoreError, judge_ask};
use crate::requests::{Prompt, shown};
use crate::spec::{AnswerType, Question};

/// What one judge said of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    Read(Parsed),
    /// The judge gave nothing that could be read.
    Unparsed,
    /// The judge could not be asked, or failed.
    Error,
}

/// Returns the verdict of each judge of a question about one text.
pub(super) fn verdicts(
    inquiry: &Inquiry<'_>,
    answers: &Answers,
    question: &Question,
    prompt: &Prompt,
    text: &str,
) -> Result<Vec<Verdict>, StoreError> {
    let mut verdicts = Vec::with_capacity(question.judges.len());
    for judge in &question.judges {
        let asked = judge_ask(question, prompt, judge, text).ok();
        let model = inquiry.judges.iter().find(|(role, _)| *role == judge.by).map(|(_, model)| model);
        let (Some(ask), Some(model)) = (asked, model) else {
            verdicts.push(Verdict::Error);
            continue;
        };
        let answered = answers.answers(&ask, &Arc::new(Identity::of(model)))?;
        let options = match &judge.answer {
            AnswerType::Options { choices: options, labels } => {
                let order: Vec<usize> = (0..options.len()).collect();
                shown(options, *labels, &order, &prompt.scope).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        verdicts.push(match answered.samples.into_iter().flatten().next() {
            Some(Ok(Answer::Text { text } | Answer::Truncated { text })) => match parse(&text, &judge.answer, &options)
            {
                Parsed::Unparsed | Parsed::Refusal => Verdict::Unparsed,
                read => Verdict::Read(read),
            },
            Some(Ok(_)) => Verdict::Unparsed,
            Some(Err(_)) | None => Verdict::Error,
        });
    }
    Ok(verdicts)
}

/// Returns what was read as expressions see it, and as it prints.
pub(super) fn value(parsed: &Parsed) -> (Value, Option<String>) {
    match parsed {
        Parsed::Word(word) => (Value::from(word.as_str()), Some(word.clone())),
        Parsed::Number(number) => (Value::from(*number), Some(format!("{number}"))),
        Parsed::Text(text) => (Value::from(text.as_str()), None),
        Parsed::Refusal | Parsed::Unparsed => (Value::UNDEFINED, None),
    }
}
