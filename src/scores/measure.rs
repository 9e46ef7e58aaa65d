//! From what was read of an answer to its number.

use minijinja::Value;

use super::Outcome;
use super::parse::{Parsed, parse};
use super::probability::Shares;
use super::programs::Program;
use crate::requests::ShownOption;
use crate::spec::{AnswerType, Formula, Question, Scope, Scoring};

/// What a judge, or a model asked beside the question, said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// What was read, and the probability that was on nothing that can be read.
    Read(Parsed, Option<f64>),
    /// One of the exits that the judge names.
    Exit(String),
    /// It gave nothing that could be read.
    Unparsed,
    /// It could not be asked, or failed.
    Error,
}

impl Verdict {
    /// Reads what was said.
    pub(crate) fn of(parsed: Parsed) -> Verdict {
        match parsed {
            Parsed::Unparsed | Parsed::Refusal => Verdict::Unparsed,
            Parsed::Exit(exit) => Verdict::Exit(exit),
            read => Verdict::Read(read, None),
        }
    }
}

/// What an answer came to, before it is put into its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Come {
    pub(crate) outcome: Outcome,
    pub(crate) read: Option<String>,
    pub(crate) probabilities: Vec<(String, f64)>,
    pub(crate) outside: Option<f64>,
}

impl Come {
    pub(crate) fn to(outcome: Outcome) -> Come {
        Come { outcome, read: None, probabilities: Vec::new(), outside: None }
    }

    fn reading(outcome: Outcome, read: Option<String>) -> Come {
        Come { read, ..Come::to(outcome) }
    }
}

/// Measures the answers to one prompt.
#[derive(Clone, Debug)]
pub(crate) struct Measure<'q> {
    pub(crate) question: &'q Question,
    /// The question's variables, with the behavior that is asked about.
    pub(crate) scope: Scope,
    pub(crate) options: &'q [ShownOption],
}

impl Measure<'_> {
    /// Measures a text. `verdicts` and `foreseen` are in the question's order; `program` is the text as a program,
    /// where the answer is one.
    pub(crate) fn text(
        &self,
        text: &str,
        verdicts: &[Verdict],
        foreseen: &[Verdict],
        program: Option<&Program>,
    ) -> Come {
        let question = self.question;
        let parsed = match parse(text, &question.answer, &question.exits, self.options) {
            Parsed::Refusal => return Come::to(Outcome::Refusal),
            Parsed::Unparsed => return Come::to(Outcome::Unparsed),
            Parsed::Exit(exit) => return Come::reading(Outcome::Exit, Some(exit)),
            parsed => parsed,
        };
        // What was not read never compares: the answer leaves the denominator before any expression runs.
        if let Some(left) = absent(verdicts).or_else(|| absent(foreseen)) {
            return left;
        }
        let mut scope = self.scope.clone();
        let (answer, printed) = value(&parsed);
        scope.set(question.slots.answer, answer);
        if let Some(program) = program {
            scope.set(question.slots.call, program.function());
        }
        let slots = question.judges.iter().map(|judge| judge.slot);
        let beside = question.foreseen.iter().map(|foreseen| foreseen.slot);
        let mut judged = None;
        for (at, (slot, verdict)) in slots.zip(verdicts).chain(beside.zip(foreseen)).enumerate() {
            if let Verdict::Read(verdict, _) = verdict {
                let (verdict, printed) = value(verdict);
                scope.set(slot, verdict);
                if at < verdicts.len() {
                    judged = judged.or(printed);
                }
            }
        }
        let outside = verdicts.iter().filter_map(|verdict| match verdict {
            Verdict::Read(_, outside) => *outside,
            _ => None,
        });
        let outside = outside.reduce(f64::max);
        if let Some(among) = &question.among {
            match among.evaluate(&scope) {
                Ok(value) if value.is_true() => {}
                Ok(_) => return Come { outside, ..Come::reading(Outcome::Excluded, printed.or(judged)) },
                Err(_) => return Come { outside, ..failed(program) },
            }
        }
        let come = match &question.scoring {
            Scoring::Map { judge: None, .. } => self.mapped(&parsed),
            Scoring::Map { judge: Some(judge), .. } => match verdicts.get(*judge) {
                Some(Verdict::Read(verdict, _)) => self.mapped(verdict),
                _ => Come::to(Outcome::Unparsed),
            },
            Scoring::Expression { formula, range } => {
                self.computed(formula, *range, &scope, program, printed.or(judged))
            }
        };
        Come { outside, ..come }
    }

    fn computed(
        &self,
        formula: &Formula,
        range: Option<(f64, f64)>,
        scope: &Scope,
        program: Option<&Program>,
        read: Option<String>,
    ) -> Come {
        let of = |formula: &Formula| formula.evaluate(scope).ok().and_then(|value| as_number(&value));
        let inside = |number: f64| range.is_none_or(|(low, high)| (low..=high).contains(&number));
        let Some(score) = of(formula) else { return failed(program) };
        let off = match &self.question.baseline {
            None => 0.0,
            Some(baseline) => match of(baseline) {
                None => return failed(program),
                Some(off) => off,
            },
        };
        if !inside(score) || !inside(off) {
            return Come::reading(Outcome::OutOfRange, read);
        }
        // A program reads as what it gave, and a program's text is not what was read.
        let read = if program.is_some() { Some(format!("{score}")) } else { read };
        Come::reading(Outcome::Value(score - off), read)
    }

    fn mapped(&self, parsed: &Parsed) -> Come {
        let (_, read) = value(parsed);
        let score = read.as_deref().and_then(|read| self.map(read));
        Come::reading(score.map_or(Outcome::Unparsed, Outcome::Value), read)
    }

    /// Returns what the score map gives a word, an option or a verdict.
    fn map(&self, read: &str) -> Option<f64> {
        let Scoring::Map { entries, otherwise, .. } = &self.question.scoring else { return None };
        entries.iter().find(|(key, _)| key == read).map(|(_, score)| *score).or(*otherwise)
    }

    /// Measures probabilities by the expectation of the score. With an `else`, what is outside has its score; without
    /// one, only what could be read counts.
    pub(crate) fn shares(&self, shares: &Shares) -> Come {
        let question = self.question;
        let mass = shares.mass();
        let outside = Some(shares.outside);
        let is_number = matches!(question.answer, AnswerType::Number { .. });
        if is_number && mass < super::probability::QUORUM {
            let exit = shares.likeliest_exit().filter(|(_, share)| *share > mass);
            return match exit {
                Some((exit, _)) => Come { outside, ..Come::reading(Outcome::Exit, Some(exit.to_owned())) },
                None => Come { outside, ..Come::to(Outcome::Unparsed) },
            };
        }
        let otherwise = match &question.scoring {
            Scoring::Map { otherwise, .. } => *otherwise,
            Scoring::Expression { .. } => None,
        };
        let of = |name: &str| match &question.scoring {
            Scoring::Map { .. } => self.map(name),
            Scoring::Expression { formula, .. } => {
                let mut scope = self.scope.clone();
                let answer = if is_number { name.parse::<f64>().ok().map(whole) } else { Some(Value::from(name)) };
                scope.set(question.slots.answer, answer?);
                formula.evaluate(&scope).ok().and_then(|value| as_number(&value))
            }
        };
        let counted = shares.answers.iter().filter(|(_, share)| !is_number || *share > 0.0);
        let sum: Option<f64> = counted.map(|(name, share)| Some(of(name)? * share)).sum();
        let has_words = matches!(question.answer, AnswerType::Word);
        let value = match (sum, otherwise.filter(|_| has_words)) {
            (Some(sum), Some(otherwise)) => Some(sum + shares.outside * otherwise),
            (Some(sum), None) if mass > 0.0 => Some(sum / mass),
            _ => None,
        };
        let probabilities = if mass > 0.0 {
            shares.answers.iter().map(|(name, share)| (name.clone(), share / mass)).collect()
        } else {
            Vec::new()
        };
        let outcome = value.filter(|value| value.is_finite()).map_or(Outcome::Unparsed, Outcome::Value);
        Come { outcome, read: None, probabilities, outside }
    }
}

/// Returns what an answer comes to where a verdict is missing: an error goes before an exit, and that before a verdict
/// that could not be read.
fn absent(verdicts: &[Verdict]) -> Option<Come> {
    if verdicts.contains(&Verdict::Error) {
        return Some(Come::to(Outcome::Error));
    }
    let exit = verdicts.iter().find_map(|verdict| match verdict {
        Verdict::Exit(exit) => Some(exit.clone()),
        _ => None,
    });
    match exit {
        Some(exit) => Some(Come::reading(Outcome::Exit, Some(exit))),
        None if verdicts.contains(&Verdict::Unparsed) => Some(Come::to(Outcome::Unparsed)),
        None => None,
    }
}

/// Returns what an answer comes to whose expression has no number: how its program failed, where that is why.
fn failed(program: Option<&Program>) -> Come {
    program.and_then(Program::failure).unwrap_or_else(|| Come::to(Outcome::Unparsed))
}

/// A number as expressions see it: whole where it is whole.
pub(crate) fn whole(number: f64) -> Value {
    #[allow(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
    if number.fract() == 0.0 && number.abs() < 1e15 { Value::from(number as i64) } else { Value::from(number) }
}

pub(crate) fn as_number(value: &Value) -> Option<f64> {
    if let Ok(truth) = bool::try_from(value.clone()) {
        return Some(if truth { 1.0 } else { 0.0 });
    }
    f64::try_from(value.clone()).ok().filter(|number| number.is_finite())
}

/// Returns what was read as expressions see it, and as it prints.
pub(crate) fn value(parsed: &Parsed) -> (Value, Option<String>) {
    match parsed {
        Parsed::Word(word) => (Value::from(word.as_str()), Some(word.clone())),
        Parsed::Number(number) => (whole(*number), Some(format!("{number}"))),
        Parsed::Text(text) => (Value::from(text.as_str()), None),
        Parsed::Object(fields) => (Value::from(minijinja::value::Serde(fields)), None),
        Parsed::Refusal | Parsed::Unparsed | Parsed::Exit(_) => (Value::UNDEFINED, None),
    }
}
