use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::parse::{Parsed, parse};
use super::probability::Shares;
use super::verdicts::{Verdict, value, verdicts};
use super::{Method, Outcome, Score, ScoredAnswer};
use crate::answers::{Answer, Answers, Failure, Identity, Inquiry, StoreError, Subject};
use crate::report::Conversation;
use crate::requests::{Message, Prompt, Read};
use crate::spec::{Question, Scoring};

/// How many conversations are kept of each question, arm, persona and context.
const CONVERSATIONS: usize = 3;
/// How much of a long answer a kept conversation shows, in characters.
const SHOWN: usize = 4_000;

/// The scores of an experiment, in plan order, with a few conversations of each cell.
#[derive(Clone, Debug, Default)]
pub struct Scored {
    pub scores: Vec<Score>,
    pub conversations: Vec<Conversation>,
}

/// Scores every answer of an experiment, from the store alone.
///
/// # Errors
/// The store cannot be read.
pub fn score(inquiry: &Inquiry<'_>, answers: &Answers) -> Result<Scored, StoreError> {
    score_each(inquiry, answers, |_| {})
}

/// As [`score`], and shows `each` every score with its conversation as soon as it is there, in plan order.
///
/// # Errors
/// The store cannot be read.
pub fn score_each(
    inquiry: &Inquiry<'_>,
    answers: &Answers,
    mut each: impl FnMut(&ScoredAnswer<'_>),
) -> Result<Scored, StoreError> {
    let mut scored = Scored::default();
    for subject in &inquiry.subjects {
        let identity = Arc::new(Identity::of(&subject.model));
        let mut kept: BTreeMap<(String, String, String), usize> = BTreeMap::new();
        for posed in inquiry.posed() {
            let ask = inquiry.ask(subject, &posed);
            let answered = answers.answers(&ask, &identity)?;
            let scorer = Scorer {
                inquiry,
                answers,
                subject,
                question: posed.question,
                prompt: &posed.prompt,
                method: answered.method,
            };
            for (sample, answer) in answered.samples.into_iter().enumerate() {
                let (score, said) = scorer.score(u32::try_from(sample).unwrap_or(u32::MAX), answer.as_ref())?;
                each(&ScoredAnswer {
                    score: Cow::Borrowed(&score),
                    model: Cow::Borrowed(&subject.model.name),
                    messages: Cow::Borrowed(&ask.messages),
                    answer: Cow::Borrowed(&said),
                });
                let key = (score.question.clone(), score.about.clone(), score.under.clone());
                let kept = kept.entry(key).or_default();
                if *kept < CONVERSATIONS && sample == 0 {
                    *kept += 1;
                    scored.conversations.push(conversation(&score, &ask.messages, said));
                }
                scored.scores.push(score);
            }
        }
    }
    Ok(scored)
}

struct Scorer<'s> {
    inquiry: &'s Inquiry<'s>,
    answers: &'s Answers,
    subject: &'s Subject,
    question: &'s Question,
    prompt: &'s Prompt,
    method: Method,
}

/// What an answer came to before it is put into its place.
#[derive(Default)]
struct Come {
    outcome: Option<Outcome>,
    read: Option<String>,
    probabilities: Vec<(String, f64)>,
    outside: Option<f64>,
}

impl Come {
    fn to(outcome: Outcome) -> Come {
        Come { outcome: Some(outcome), ..Come::default() }
    }
}

impl Scorer<'_> {
    /// Returns the score of one sample, and the answer in words.
    fn score(&self, sample: u32, answer: Option<&Result<Answer, Failure>>) -> Result<(Score, String), StoreError> {
        let (come, said) = match answer {
            None => (Come::to(Outcome::Error), "was never asked".to_owned()),
            Some(Err(failure)) => (Come::to(Outcome::Error), failure.message.clone()),
            Some(Ok(Answer::Refusal { text })) => (Come::to(Outcome::Refusal), text.clone()),
            Some(Ok(Answer::Truncated { text })) => (Come::to(Outcome::Truncated), text.clone()),
            Some(Ok(Answer::Text { text })) => (self.text(text)?, text.clone()),
            Some(Ok(Answer::Exact { logprobs })) => {
                let continuations = match &self.prompt.request.read {
                    Read::Probability { continuations } => continuations.as_slice(),
                    Read::Samples => &[],
                };
                let shares = Shares::exact(self.question, &self.prompt.request, continuations, logprobs);
                (self.shares(&shares), in_words(&shares))
            }
            Some(Ok(Answer::Top { tokens })) => {
                let shares = Shares::top(self.question, &self.prompt.request, tokens);
                (self.shares(&shares), in_words(&shares))
            }
        };
        let request = &self.prompt.request;
        let printed = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let score = Score {
            question: self.question.name.clone(),
            arm: self.inquiry.spec[self.subject.arm].name.clone(),
            run: self.subject.run.clone(),
            about: request.about.clone(),
            under: request.under.clone(),
            axes: request.axes.iter().map(|(name, value)| (name.clone(), printed(value))).collect(),
            item: request.item,
            wording: request.wording,
            order: request.order.join(","),
            sample,
            method: self.method,
            outcome: come.outcome.unwrap_or(Outcome::Unparsed),
            read: come.read,
            probabilities: come.probabilities,
            outside: come.outside,
        };
        Ok((score, said))
    }

    fn text(&self, text: &str) -> Result<Come, StoreError> {
        let parsed = parse(text, &self.question.answer, &self.prompt.request.options);
        match parsed {
            Parsed::Refusal => return Ok(Come::to(Outcome::Refusal)),
            Parsed::Unparsed => return Ok(Come::to(Outcome::Unparsed)),
            Parsed::Word(_) | Parsed::Number(_) | Parsed::Text(_) => {}
        }
        let verdicts = verdicts(self.inquiry, self.answers, self.question, self.prompt, text)?;
        if verdicts.contains(&Verdict::Error) {
            return Ok(Come::to(Outcome::Error));
        }
        Ok(match &self.question.scoring {
            Scoring::Map { judge: None, .. } => self.mapped(&parsed),
            Scoring::Map { judge: Some(judge), .. } => match verdicts.get(*judge) {
                Some(Verdict::Read(verdict)) => self.mapped(verdict),
                _ => Come::to(Outcome::Unparsed),
            },
            Scoring::Expression(formula) => {
                let mut scope = self.prompt.scope.clone();
                let (answer, mut read) = value(&parsed);
                scope.set(self.question.slots.answer, answer);
                for (judge, verdict) in self.question.judges.iter().zip(&verdicts) {
                    // What was not read never compares: the answer leaves the denominator instead.
                    let Verdict::Read(verdict) = verdict else { return Ok(Come::to(Outcome::Unparsed)) };
                    let (verdict, printed) = value(verdict);
                    scope.set(judge.slot, verdict);
                    read = read.or(printed);
                }
                let score = formula.evaluate(&scope).ok().and_then(|value| as_number(&value));
                Come { outcome: Some(score.map_or(Outcome::Unparsed, Outcome::Value)), read, ..Come::default() }
            }
        })
    }

    fn mapped(&self, parsed: &Parsed) -> Come {
        let (_, read) = value(parsed);
        let score = read.as_deref().and_then(|read| self.map(read));
        Come { outcome: Some(score.map_or(Outcome::Unparsed, Outcome::Value)), read, ..Come::default() }
    }

    /// Returns what the score map gives a word, an option or a verdict.
    fn map(&self, read: &str) -> Option<f64> {
        let Scoring::Map { entries, otherwise, .. } = &self.question.scoring else { return None };
        entries.iter().find(|(key, _)| key == read).map(|(_, score)| *score).or(*otherwise)
    }

    /// Returns the expectation of the score. With an `else`, what is outside has its score; without one, only what
    /// could be read counts.
    fn shares(&self, shares: &Shares) -> Come {
        let mass = shares.mass();
        let otherwise = match &self.question.scoring {
            Scoring::Map { otherwise, .. } => *otherwise,
            Scoring::Expression(_) => None,
        };
        let of = |name: &str| match &self.question.scoring {
            Scoring::Map { .. } => self.map(name),
            Scoring::Expression(formula) => {
                let mut scope = self.prompt.scope.clone();
                scope.set(self.question.slots.answer, name.into());
                formula.evaluate(&scope).ok().and_then(|value| as_number(&value))
            }
        };
        let sum: Option<f64> = shares.shares.iter().map(|(name, share)| Some(of(name)? * share)).sum();
        let has_words = matches!(self.question.answer, crate::spec::AnswerType::Word);
        let value = match (sum, otherwise.filter(|_| has_words)) {
            (Some(sum), Some(otherwise)) => Some(sum + shares.outside * otherwise),
            (Some(sum), None) if mass > 0.0 => Some(sum / mass),
            _ => None,
        };
        let probabilities = if mass > 0.0 {
            shares.shares.iter().map(|(name, share)| (name.clone(), share / mass)).collect()
        } else {
            Vec::new()
        };
        let outcome = value.map_or(Outcome::Unparsed, Outcome::Value);
        Come { outcome: Some(outcome), read: None, probabilities, outside: Some(shares.outside) }
    }
}

fn as_number(value: &minijinja::Value) -> Option<f64> {
    if let Ok(truth) = bool::try_from(value.clone()) {
        return Some(if truth { 1.0 } else { 0.0 });
    }
    f64::try_from(value.clone()).ok().filter(|number| number.is_finite())
}

/// Writes `risky 0.73, safe 0.26, outside 0.01`.
fn in_words(shares: &Shares) -> String {
    let parts: Vec<String> = shares.shares.iter().map(|(name, share)| format!("{name} {share:.3}")).collect();
    format!("{}, outside {:.3}", parts.join(", "), shares.outside)
}

fn conversation(score: &Score, messages: &[Message], said: String) -> Conversation {
    let answer = match said.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}...", said.get(..at).unwrap_or("")),
        None => said,
    };
    Conversation {
        question: score.question.clone(),
        arm: score.arm.clone(),
        about: score.about.clone(),
        under: score.under.clone(),
        messages: messages.to_vec(),
        answer,
        read: score.read.clone(),
        outcome: score.outcome.word().to_owned(),
        score: score.outcome.value(),
    }
}
