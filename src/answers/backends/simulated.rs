//! A model that is not there: it knows how likely each answer to each prompt is, and draws.

use std::collections::BTreeMap;

use futures_util::future::{BoxFuture, ready};

use crate::answers::backend::{Backend, Call, Capabilities, Reply, Want};
use crate::answers::key::Digest;
use crate::answers::{Answer, Cause, Failure, Usage};
use crate::requests::Message;
use crate::rows::stream::Stream;

/// A simulated model. The same seed gives the same answers, whatever was asked before.
#[derive(Debug)]
pub struct Simulated {
    seed: u64,
    name: String,
    /// What may be answered to a prompt, with how likely it is. Shares of one prompt add up to 1.
    answers: BTreeMap<Digest, Vec<(String, f64)>>,
}

/// The log-probability of what is never answered: a number, so that the store can keep it.
const NEVER: f64 = -100.0;

impl Simulated {
    /// Makes a model that knows no prompt yet. Its name tells its draws from another's.
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        Self { seed, name: name.to_owned(), answers: BTreeMap::new() }
    }

    /// Teaches it how likely each answer to a prompt is.
    pub(crate) fn learn(&mut self, messages: &[Message], answers: Vec<(String, f64)>) {
        self.answers.insert(key(messages), answers);
    }

    fn reply(&self, call: &Call) -> Result<Reply, Failure> {
        let key = key(&call.messages);
        let known = self.answers.get(&key).filter(|known| !known.is_empty()).ok_or_else(|| Failure {
            cause: Cause::Rejected,
            message: "no answer to this prompt could be simulated".to_owned(),
            retry_after_ms: None,
        })?;
        let answers = match &call.want {
            Want::Samples { first, count } => {
                let prompt = format!("{:?}", key.bytes());
                let stream =
                    Stream::new(self.seed, &format!("simulated {}", self.name), &format!("{prompt} {}", call.seed));
                let sample =
                    |at: u32| Answer::Text { text: drawn(known, share(&stream, first.saturating_add(at))).to_owned() };
                (0..*count).map(sample).collect()
            }
            Want::Exact { continuations, .. } => {
                // A word may be asked for in two spellings; it is answered in the first.
                let mut left: Vec<&(String, f64)> = known.iter().collect();
                let mut logprob = |continuation: &String| {
                    let at = left.iter().position(|(text, _)| text == continuation)?;
                    let (_, share) = left.remove(at);
                    (*share > 0.0).then(|| share.ln())
                };
                let logprobs =
                    continuations.iter().map(|continuation| logprob(continuation).unwrap_or(NEVER)).collect();
                vec![Answer::Exact { logprobs }]
            }
            Want::Top { k } => {
                let mut tokens: Vec<(String, f64)> = known
                    .iter()
                    .filter(|(_, share)| *share > 0.0)
                    .map(|(text, share)| (text.clone(), share.ln()))
                    .collect();
                tokens.sort_by(|a, b| b.1.total_cmp(&a.1));
                tokens.truncate(usize::from(*k));
                vec![Answer::Top { tokens }]
            }
        };
        Ok(Reply { answers, thinking: Vec::new(), usage: Usage::default() })
    }
}

impl Backend for Simulated {
    fn capabilities(&self) -> Capabilities {
        Capabilities::of_a_process(4)
    }

    fn call<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(ready(self.reply(call)))
    }
}

fn key(messages: &[Message]) -> Digest {
    let texts: Vec<&str> =
        messages.iter().flat_map(|message| [message.role.word(), message.content.as_str()]).collect();
    Digest::of(&texts)
}

/// The number from 0 up to 1 behind a sample.
fn share(stream: &Stream, sample: u32) -> f64 {
    (stream.at(u64::from(sample)).word() >> 11) as f64 / (1_u64 << 53) as f64
}

/// The answer at which the summed shares first exceed `at`.
fn drawn(known: &[(String, f64)], at: f64) -> &str {
    let mut left = at;
    let mut last = "";
    for (text, share) in known.iter().filter(|(_, share)| *share > 0.0) {
        last = text;
        left -= share;
        if left < 0.0 {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::Role;

    #[test]
    fn answers_come_as_often_as_they_are_likely_and_always_the_same() {
        let messages = vec![Message { role: Role::User, content: "Red or blue?".to_owned() }];
        let mut model = Simulated::new(1, "base");
        model.learn(&messages, vec![("blue".to_owned(), 0.2), ("red".to_owned(), 0.8)]);
        let ask = |want| Call { messages: messages.clone(), want, temperature: 1.0, max_tokens: 16, seed: 7 };
        let all = model.reply(&ask(Want::Samples { first: 0, count: 4000 })).unwrap().answers;
        let red = all.iter().filter(|answer| **answer == Answer::Text { text: "red".to_owned() }).count();
        // Five standard deviations of a share of 0.8 among 4,000 are 127.
        assert!((3073..=3327).contains(&red), "{red}");
        let later = model.reply(&ask(Want::Samples { first: 10, count: 5 })).unwrap().answers;
        assert_eq!(later, all[10..15]);
        let continuations = vec!["red".to_owned(), "Red".to_owned(), "green".to_owned()];
        let exact = model.reply(&ask(Want::Exact { continuations, whole: false })).unwrap().answers;
        assert_eq!(exact, [Answer::Exact { logprobs: vec![0.8_f64.ln(), NEVER, NEVER] }]);
        let unknown = Call { messages: Vec::new(), ..ask(Want::Top { k: 5 }) };
        assert_eq!(model.reply(&unknown).unwrap_err().cause, Cause::Rejected);
    }
}
