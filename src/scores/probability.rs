//! From log-probabilities to shares of what could be read.

use crate::requests::Request;
use crate::spec::{AnswerType, Question};

/// How much probability has to lie on numbers for their mean to count, as with the judges of Emergent Misalignment.
pub(crate) const QUORUM: f64 = 0.25;

/// Shares of what could be read, and the probability outside all of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shares {
    /// Each option's name, word or number, with its probability in the model's whole distribution.
    pub(crate) answers: Vec<(String, f64)>,
    /// Each exit that the question names, which is outside too.
    pub(crate) exits: Vec<(String, f64)>,
    pub(crate) outside: f64,
}

impl Shares {
    /// From the log-probability of each continuation asked for.
    pub(super) fn exact(question: &Question, request: &Request, continuations: &[String], logprobs: &[f64]) -> Shares {
        let found: Vec<(&str, f64)> = continuations
            .iter()
            .map(String::as_str)
            .zip(logprobs.iter().map(|logprob| probability(*logprob)))
            .collect();
        let matches = |continuation: &str, key: &str| continuation.to_lowercase() == key.to_lowercase();
        Shares::gather(question, request, &found, matches)
    }

    /// From the most probable first tokens: variants in case and in the space before are folded.
    pub(super) fn top(question: &Question, request: &Request, tokens: &[(String, f64)]) -> Shares {
        let found: Vec<(&str, f64)> =
            tokens.iter().map(|(token, logprob)| (token.as_str(), probability(*logprob))).collect();
        Shares::gather(question, request, &found, |token, key| token.trim().to_lowercase() == key.to_lowercase())
    }

    fn gather(
        question: &Question,
        request: &Request,
        found: &[(&str, f64)],
        matches: impl Fn(&str, &str) -> bool,
    ) -> Shares {
        // What is looked for, and the name it is read as: an option by its label, a word or a text by itself.
        let keys: Vec<(String, String)> = match question.answer {
            AnswerType::Options { .. } => {
                request.options.iter().map(|option| (option.label.clone(), option.name.clone())).collect()
            }
            _ => question.readable().into_iter().map(|text| (text.clone(), text)).collect(),
        };
        let of = |key: &str| found.iter().filter(|(text, _)| matches(text, key)).map(|(_, share)| share).sum::<f64>();
        let mut shares: Vec<(String, f64)> = keys.iter().map(|(key, name)| (name.clone(), of(key))).collect();
        let mut exits: Vec<(String, f64)> = question.exits.iter().map(|exit| (exit.clone(), of(exit))).collect();
        // Probabilities of a service may add up to a little more than one.
        let total: f64 = shares.iter().chain(&exits).map(|(_, share)| share).sum();
        if total > 1.0 {
            shares.iter_mut().chain(&mut exits).for_each(|(_, share)| *share /= total);
        }
        let mass: f64 = shares.iter().map(|(_, share)| share).sum();
        Shares { answers: shares, exits, outside: (1.0 - mass).clamp(0.0, 1.0) }
    }

    /// Returns the probability of everything that could be read, at most 1.
    pub(crate) fn mass(&self) -> f64 {
        self.answers.iter().map(|(_, share)| share).sum()
    }

    pub(crate) fn likeliest_exit(&self) -> Option<(&str, f64)> {
        let exits = self.exits.iter().map(|(exit, share)| (exit.as_str(), *share));
        exits.max_by(|(_, a), (_, b)| a.total_cmp(b))
    }
}

/// A probability from its logarithm; one that is missing, infinite upward, or no number counts as none.
pub(super) fn probability(logprob: f64) -> f64 {
    let probability = logprob.exp();
    if probability.is_finite() { probability.min(1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_probability_counts_as_none() {
        for (logprob, expected) in
            [(f64::NAN, 0.0), (f64::INFINITY, 0.0), (f64::NEG_INFINITY, 0.0), (0.0, 1.0), (0.001, 1.0)]
        {
            assert!((probability(logprob) - expected).abs() < 1e-12, "{logprob}");
        }
    }
}
