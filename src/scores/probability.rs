//! From log-probabilities to shares of what could be read.

use crate::requests::Request;
use crate::spec::{AnswerType, Question};

/// Shares of what could be read, and the probability outside all of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shares {
    /// Each option's name or word, with its probability in the model's whole distribution.
    pub(super) shares: Vec<(String, f64)>,
    pub(super) outside: f64,
}

impl Shares {
    /// From the log-probability of each continuation asked for.
    pub(super) fn exact(question: &Question, request: &Request, continuations: &[String], logprobs: &[f64]) -> Shares {
        let found = continuations.iter().map(String::as_str).zip(logprobs.iter().copied());
        Shares::gather(question, request, found, |continuation, key| continuation.to_lowercase() == key.to_lowercase())
    }

    /// From the most probable first tokens: variants in case and in the space before are folded.
    pub(super) fn top(question: &Question, request: &Request, tokens: &[(String, f64)]) -> Shares {
        let found = tokens.iter().map(|(token, logprob)| (token.as_str(), *logprob));
        Shares::gather(question, request, found, |token, key| token.trim().to_lowercase() == key.to_lowercase())
    }

    fn gather<'a>(
        question: &Question,
        request: &Request,
        found: impl Iterator<Item = (&'a str, f64)>,
        matches: impl Fn(&str, &str) -> bool,
    ) -> Shares {
        // What is looked for, and the name it is read as: an option by its label, a word or a text by itself.
        let keys: Vec<(String, String)> = match question.answer {
            AnswerType::Options { .. } => {
                request.options.iter().map(|option| (option.label.clone(), option.name.clone())).collect()
            }
            _ => question.readable().into_iter().map(|text| (text.to_owned(), text.to_owned())).collect(),
        };
        let mut shares: Vec<(String, f64)> = keys.iter().map(|(_, name)| (name.clone(), 0.0)).collect();
        for (token, logprob) in found {
            let place = keys.iter().position(|(key, _)| matches(token, key));
            let probability = logprob.exp();
            if let Some((_, share)) = place.and_then(|at| shares.get_mut(at)).filter(|_| probability.is_finite()) {
                *share += probability;
            }
        }
        let mass: f64 = shares.iter().map(|(_, share)| share).sum();
        Shares { shares, outside: (1.0 - mass).clamp(0.0, 1.0) }
    }

    /// Returns the probability of everything that could be read, at most 1.
    pub(super) fn mass(&self) -> f64 {
        self.shares.iter().map(|(_, share)| share).sum()
    }
}
