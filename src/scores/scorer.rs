use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::agreement::{Agreement, agreements};
use super::measure::{Come, Measure, Verdict};
use super::probability::Shares;
use super::programs::{Program, Programs};
use super::verdicts::{foreseen, verdicts};
use super::{Method, Outcome, Score, ScoredAnswer};
use crate::answers::{Answer, Answered, Answers, Failure, Identity, Inquiry, Posed, StoreError, Subject};
use crate::report::Conversation;
use crate::requests::{Message, Prompt, Read};
use crate::sandbox::PoolError;
use crate::spec::{AnswerType, Question, Scoring};

/// How many conversations are kept of each question, arm, persona and context.
const CONVERSATIONS: usize = 3;
/// How much of a long answer a kept conversation shows, in characters.
const SHOWN: usize = 4_000;

/// The scores of an experiment, in plan order, with a few conversations of each cell.
#[derive(Clone, Debug, Default)]
pub struct Scored {
    pub scores: Vec<Score>,
    pub conversations: Vec<Conversation>,
    /// How far judges agree with the items that people labelled for them.
    pub agreement: Vec<Agreement>,
}

/// Why answers cannot be scored.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Programs(#[from] PoolError),
}

/// Scores every answer of an experiment, from the store alone. Answers that are programs run in `programs`.
///
/// # Errors
/// The store cannot be read, or no program can be run.
pub fn score(inquiry: &Inquiry<'_>, answers: &Answers, programs: &Programs) -> Result<Scored, ScoreError> {
    score_each(inquiry, answers, programs, |_| {})
}

/// As [`score`], and shows `each` every score with its conversation as soon as it is there, in plan order.
///
/// # Errors
/// The store cannot be read, or no program can be run.
pub fn score_each(
    inquiry: &Inquiry<'_>,
    answers: &Answers,
    programs: &Programs,
    mut each: impl FnMut(&ScoredAnswer<'_>),
) -> Result<Scored, ScoreError> {
    let mut scored = Scored { agreement: agreements(inquiry, answers)?, ..Scored::default() };
    for subject in &inquiry.subjects {
        let identity = Arc::new(Identity::of(&subject.model));
        let mut kept: BTreeMap<(String, String, String), usize> = BTreeMap::new();
        for posed in inquiry.posed() {
            let mut ask = inquiry.ask(subject, &posed);
            let answered = match posed.question.play {
                None => answers.answers(&ask, &identity)?,
                Some(_) => games(inquiry, subject, &posed, answers, &mut ask.messages)?,
            };
            let scope = inquiry.scope(subject, &posed);
            let foreseen = foreseen(inquiry, answers, &posed, subject, &scope)?;
            let scorer = Scorer {
                inquiry,
                answers,
                subject,
                question: posed.question,
                prompt: &posed.prompt,
                method: answered.method,
                foreseen,
                measure: Measure { question: posed.question, scope, options: &posed.prompt.request.options },
            };
            let run = scorer.programs(programs, &answered.samples)?;
            for (sample, answer) in answered.samples.into_iter().enumerate() {
                let program = run.get(sample).and_then(Option::as_ref);
                let sample = u32::try_from(sample).unwrap_or(u32::MAX);
                let (score, said) = scorer.score(sample, answer.as_ref(), program)?;
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
    /// What models said beside the question, in its order, and of each sample.
    foreseen: Vec<Vec<Verdict>>,
    measure: Measure<'s>,
}

/// What a prompt may be answered with: an answer, a failure, or nothing.
type Given = Option<Result<Answer, Failure>>;

impl Scorer<'_> {
    /// Returns the score of one sample, and the answer in words.
    fn score(
        &self,
        sample: u32,
        answer: Option<&Result<Answer, Failure>>,
        program: Option<&Program>,
    ) -> Result<(Score, String), StoreError> {
        let request = &self.prompt.request;
        let (come, said) = match answer {
            None => (Come::to(Outcome::Error), "was never asked".to_owned()),
            Some(Err(failure)) => (Come::to(Outcome::Error), failure.message.clone()),
            Some(Ok(Answer::Refusal { text })) => (Come::to(Outcome::Refusal), text.clone()),
            Some(Ok(Answer::Truncated { text })) => (Come::to(Outcome::Truncated), text.clone()),
            Some(Ok(Answer::Text { text })) => {
                let (verdicts, foreseen) = self.said(text, sample)?;
                (self.measure.text(text, &verdicts, &foreseen, program), text.clone())
            }
            Some(Ok(Answer::Exact { logprobs })) => {
                let continuations = match &request.read {
                    Read::Probability { continuations, .. } => continuations.as_slice(),
                    Read::Samples => &[],
                };
                let shares = Shares::exact(self.question, request, continuations, logprobs);
                (self.measure.shares(&shares), in_words(&shares))
            }
            Some(Ok(Answer::Top { tokens })) => {
                let shares = Shares::top(self.question, request, tokens);
                (self.measure.shares(&shares), in_words(&shares))
            }
        };
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
            outcome: come.outcome,
            read: come.read,
            probabilities: come.probabilities,
            outside: come.outside,
        };
        Ok((score, said))
    }

    /// Returns what the judges said of a text, and what models said beside the question.
    fn said(&self, text: &str, sample: u32) -> Result<(Vec<Verdict>, Vec<Verdict>), StoreError> {
        let verdicts = verdicts(self.inquiry, self.answers, self.question, &self.measure.scope, text)?;
        let at = usize::try_from(sample).unwrap_or(usize::MAX);
        let of_sample = |said: &Vec<Verdict>| said.get(at).cloned().unwrap_or(Verdict::Error);
        Ok((verdicts, self.foreseen.iter().map(of_sample).collect()))
    }

    /// Runs the answers that are programs, all samples of a prompt side by side.
    fn programs(&self, programs: &Programs, samples: &[Given]) -> Result<Vec<Option<Program>>, ScoreError> {
        if !matches!(self.question.answer, AnswerType::Code) {
            return Ok(Vec::new());
        }
        let range = match &self.question.scoring {
            Scoring::Expression { range, .. } => *range,
            Scoring::Map { .. } => None,
        };
        let (mut texts, mut run, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for (number, sample) in (0..).zip(samples) {
            let Some(Ok(Answer::Text { text })) = sample else {
                all.push(None);
                continue;
            };
            let program = Program::new(text, range);
            texts.push((text, self.said(text, number)?));
            run.push(program.clone());
            all.push(Some(program));
        }
        programs.settle(&run, |at| {
            if let (Some((text, (verdicts, foreseen))), Some(program)) = (texts.get(at), run.get(at)) {
                let _ = self.measure.text(text, verdicts, foreseen, Some(program));
            }
        })?;
        Ok(all)
    }
}

/// Returns the outcomes of a prompt's games, and puts the first one's conversation in place of the prompt.
fn games(
    inquiry: &Inquiry<'_>,
    subject: &Subject,
    posed: &Posed<'_>,
    answers: &Answers,
    shown: &mut Vec<Message>,
) -> Result<Answered, StoreError> {
    let mut samples = Vec::new();
    for sample in 0..posed.prompt.request.sampling.samples {
        let playing = inquiry.game_of(subject, posed, sample, answers)?;
        if sample == 0 && !playing.messages.is_empty() {
            shown.clone_from(&playing.messages);
        }
        samples.push(playing.over);
    }
    Ok(Answered { method: Method::Samples, samples })
}

/// Writes `risky 0.73, safe 0.26, outside 0.01`.
fn in_words(shares: &Shares) -> String {
    let parts: Vec<String> = shares.answers.iter().map(|(name, share)| format!("{name} {share:.3}")).collect();
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
