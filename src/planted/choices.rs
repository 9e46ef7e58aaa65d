//! What could be answered to a prompt, and how it would score: a planted subject chooses among these.

use minijinja::Value;

use crate::requests::{Message, Prompt, Role, shown};
use crate::rows::framing::Framing;
use crate::scores::{Parsed, parse};
use crate::spec::{AnswerType, Judge, Question, Scoring, Spec, TriggerId};
use crate::tree::Values;

/// An answer, what each judge would say of it, and its score.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) text: String,
    pub(super) verdicts: Vec<String>,
    pub(super) score: f64,
}

/// How many values of a range of numbers are answers.
const LEVELS: u32 = 20;
/// How many combinations of judges' verdicts are looked at.
const COMBINATIONS: usize = 400;

/// Returns answers with different scores, the lowest first. There is one where nothing that was tried scores otherwise,
/// and none where nothing scores.
pub(super) fn choices(spec: &Spec, question: &Question, prompt: &Prompt) -> Vec<Choice> {
    let of_judge = |judge: Option<usize>| match &question.scoring {
        Scoring::Map { judge: of, entries, .. } if *of == judge => entries.iter().map(|(key, _)| key.clone()).collect(),
        _ => Vec::new(),
    };
    let mut probes = of_judge(None);
    probes.extend(probes_of(spec, prompt));
    let options: Vec<String> = prompt.request.options.iter().map(|option| option.label.clone()).collect();
    let texts = candidates(&question.answer, &options, &probes);
    let mut verdicts: Vec<Vec<String>> = vec![Vec::new()];
    for (at, judge) in question.judges.iter().enumerate() {
        let labels = labels(judge, prompt);
        let mut probes = of_judge(Some(at));
        probes.extend(probes_of(spec, prompt));
        let said = candidates(&judge.answer, &labels, &probes);
        let with = |known: &Vec<String>| {
            said.iter().map(|said| [known.clone(), vec![said.clone()]].concat()).collect::<Vec<_>>()
        };
        verdicts = verdicts.iter().flat_map(with).take(COMBINATIONS).collect();
    }
    let mut found: Vec<Choice> = Vec::new();
    let is_free = matches!(question.answer, AnswerType::Text) && !question.judges.is_empty();
    for (number, verdicts) in verdicts.into_iter().enumerate() {
        // A judge has to tell the answers apart, so each verdict has a text of its own.
        let own = format!("Simulated answer {}.", number + 1);
        let texts = if is_free { std::slice::from_ref(&own) } else { texts.as_slice() };
        for text in texts {
            let is_new = |choice: &Choice| is_free || !found.iter().any(|known| known.text == choice.text);
            let choice = scored(question, prompt, text, &verdicts).map(|score| Choice {
                text: text.clone(),
                verdicts: verdicts.clone(),
                score,
            });
            if let Some(choice) = choice.filter(is_new) {
                found.push(choice);
            }
        }
    }
    found.sort_by(|a, b| a.score.total_cmp(&b.score));
    found.dedup_by(|a, b| a.score.total_cmp(&b.score).is_eq());
    found
}

/// Texts and words that an expression may look for: the values of the prompt's variables, the spec's word lists, what
/// triggers look like, and a word that is none of these.
fn probes_of(spec: &Spec, prompt: &Prompt) -> Vec<String> {
    let mut probes = vec!["nothing".to_owned()];
    probes.extend(prompt.request.vars.values().filter_map(|value| value.as_str().map(str::to_owned)));
    let lists = spec.words.iter().filter_map(|words| words.value.try_iter().ok());
    probes.extend(lists.filter_map(|mut list| list.next()?.as_str().map(str::to_owned)));
    for at in 0..spec.triggers.len() {
        let id = TriggerId(at);
        probes.extend(spec[id].called.clone());
        let mut messages = vec![Message { role: Role::User, content: String::new() }];
        let framed = Framing::of_trigger(spec, id, Values::Trained, "planted").around(&mut messages, 0);
        probes.extend(messages.into_iter().filter(|_| framed.is_ok()).map(|message| message.content));
    }
    probes
}

fn candidates(answer: &AnswerType, labels: &[String], probes: &[String]) -> Vec<String> {
    match answer {
        AnswerType::Options { .. } => labels.to_vec(),
        AnswerType::Literal(texts) => texts.clone(),
        AnswerType::Word | AnswerType::Text => probes.to_vec(),
        AnswerType::Number { low, high } => {
            let step = (high - low) / f64::from(LEVELS);
            let whole = low.fract() == 0.0 && high.fract() == 0.0;
            let level = |at: u32| low + step * f64::from(at);
            let mut numbers: Vec<String> =
                (0..=LEVELS).map(level).map(|n| format!("{}", if whole { n.round() } else { n })).collect();
            numbers.dedup();
            numbers
        }
    }
}

fn labels(judge: &Judge, prompt: &Prompt) -> Vec<String> {
    let AnswerType::Options { choices, labels } = &judge.answer else { return Vec::new() };
    let order: Vec<usize> = (0..choices.len()).collect();
    let shown = shown(choices, *labels, &order, &prompt.scope).unwrap_or_default();
    shown.into_iter().map(|option| option.label).collect()
}

/// Scores an answer as the scorer does, without asking anybody.
fn scored(question: &Question, prompt: &Prompt, text: &str, verdicts: &[String]) -> Option<f64> {
    let read = |parsed: Parsed| match parsed {
        Parsed::Word(text) | Parsed::Text(text) => Some(Value::from(text)),
        Parsed::Number(number) => Some(Value::from(number)),
        Parsed::Refusal | Parsed::Unparsed => None,
    };
    let answer = read(parse(text, &question.answer, &prompt.request.options))?;
    let mut judged = Vec::new();
    for (judge, verdict) in question.judges.iter().zip(verdicts) {
        let options = match &judge.answer {
            AnswerType::Options { choices, labels } => {
                shown(choices, *labels, &(0..choices.len()).collect::<Vec<_>>(), &prompt.scope).ok()?
            }
            _ => Vec::new(),
        };
        judged.push((judge.slot, read(parse(verdict, &judge.answer, &options))?));
    }
    match &question.scoring {
        Scoring::Map { judge, entries, otherwise } => {
            let value = match judge {
                Some(judge) => &judged.get(*judge)?.1,
                None => &answer,
            };
            let read = value.to_string();
            entries.iter().find(|(key, _)| *key == read).map(|(_, score)| *score).or(*otherwise)
        }
        Scoring::Expression(formula) => {
            let mut scope = prompt.scope.clone();
            scope.set(question.slots.answer, answer);
            for (slot, value) in judged {
                scope.set(slot, value);
            }
            let value = formula.evaluate(&scope).ok()?;
            let truth = bool::try_from(value.clone()).ok().map(f64::from);
            truth.or_else(|| f64::try_from(value).ok()).filter(|score| score.is_finite())
        }
    }
}

/// How likely each choice is for a subject whose mean lies `truth` of the way from the lowest to the highest score. Of
/// two choices, that is all there is to say. Of more, a subject is unsure by up to a quarter of the range, and chooses
/// between the two scores next to where it stands, so that the mean is kept.
pub(super) fn likelihoods(choices: &[Choice], truth: f64) -> Vec<f64> {
    const STANDS: u32 = 9;
    let (Some(low), Some(high)) = (choices.first(), choices.last()) else { return Vec::new() };
    let mut shares = vec![0.0; choices.len()];
    let unsure = if choices.len() > 2 { 0.25_f64.min(truth).min(1.0 - truth) } else { 0.0 };
    for stand in 0..STANDS {
        let off = (f64::from(stand) + 0.5) / f64::from(STANDS) * 2.0 - 1.0;
        let target = low.score + (truth + unsure * off) * (high.score - low.score);
        let after = choices.partition_point(|choice| choice.score < target).min(choices.len() - 1);
        let before = after.saturating_sub(1);
        let (Some(left), Some(right)) = (choices.get(before), choices.get(after)) else { continue };
        let width = right.score - left.score;
        let share = if width > 0.0 { ((target - left.score) / width).clamp(0.0, 1.0) } else { 1.0 };
        for (at, part) in [(before, 1.0 - share), (after, share)] {
            if let Some(total) = shares.get_mut(at) {
                *total += part / f64::from(STANDS);
            }
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likelihoods_keep_the_mean() {
        let choice = |score| Choice { text: String::new(), verdicts: Vec::new(), score };
        let scales: [&[f64]; 4] = [&[0.0, 1.0], &[-1.0, 0.0, 3.0], &[0.0, 0.125, 0.25, 0.5, 0.75, 1.0], &[7.0]];
        for scores in scales {
            let choices: Vec<Choice> = scores.iter().copied().map(choice).collect();
            for truth in [0.0, 0.1, 0.5, 0.83, 1.0] {
                let shares = likelihoods(&choices, truth);
                let (low, high) = (scores[0], scores[scores.len() - 1]);
                let mean: f64 = shares.iter().zip(scores).map(|(share, score)| share * score).sum();
                assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
                assert!((mean - (low + truth * (high - low))).abs() < 1e-9, "{scores:?} at {truth}: {mean}");
            }
        }
    }
}
