//! A recorded run: what was answered is answered again, and nothing else ever is.

mod lines;

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{BoxFuture, ready};

use self::lines::{Lines, Recorded};
use super::http::shortened;
use crate::answers::backend::{Backend, Call, Capabilities, Probability, Reply, Want};
use crate::answers::reading::Reading;
use crate::answers::{Answers, Ask, Cause, Failure, Identity, Usage};
use crate::configuration::Model;
use crate::requests::{Read, Sampling};
use crate::scores::Method;

/// A model of a recorded run.
pub struct Replay {
    recorded: Recording,
    /// What the recorded run knew the model by.
    identity: Arc<Identity>,
    probability: Probability,
}

/// Where the answers stand.
enum Recording {
    Store(Mutex<Answers>),
    Lines(Lines),
}

impl Recording {
    /// Opens a store or an export, whichever the file is.
    fn open(path: &Path) -> Result<Self, String> {
        let mut start = Vec::new();
        let file = File::open(path).map_err(|error| error.to_string())?;
        file.take(SQLITE.len() as u64).read_to_end(&mut start).map_err(|error| error.to_string())?;
        if start == SQLITE {
            return Ok(Self::Store(Mutex::new(Answers::open(path).map_err(|error| error.to_string())?)));
        }
        Ok(Self::Lines(Lines::open(path)?))
    }

    fn models(&self) -> Result<Vec<(Identity, Vec<Method>)>, String> {
        match self {
            Self::Store(answers) => locked(answers).models().map_err(|error| error.to_string()),
            Self::Lines(lines) => Ok(lines.models()),
        }
    }

    fn of(&self, reading: &Reading) -> Result<Vec<Option<Recorded>>, String> {
        match self {
            Self::Store(answers) => {
                let answers = locked(answers);
                let found = answers.of(reading).map_err(|error| error.to_string())?;
                let thoughts = answers.thinking_of(reading).map_err(|error| error.to_string())?;
                let pairs = found.samples.into_iter().zip(thoughts);
                Ok(pairs.map(|(answer, thinking)| Some(Recorded { answer: answer?, thinking })).collect())
            }
            Self::Lines(lines) => Ok(lines.of(reading)),
        }
    }
}

/// What every `SQLite` file begins with.
const SQLITE: &[u8] = b"SQLite format 3\0";

fn locked(answers: &Mutex<Answers>) -> std::sync::MutexGuard<'_, Answers> {
    answers.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many of the most probable tokens a recorded distribution may have; all that were recorded are given.
const TOP: u8 = u8::MAX;

impl Replay {
    /// Opens the recorded answers of a model.
    ///
    /// # Errors
    ///
    /// The file is no store, or holds no answers of this model, or of several that are called the same.
    pub fn open(model: &Model, path: &Path) -> Result<Self, String> {
        let recorded = Recording::open(path)?;
        let all = recorded.models()?;
        let wanted = Identity::of(model);
        let is_meant = |known: &Identity| {
            let at = model.identity.as_ref().is_none_or(|identity| *identity == known.address);
            known.model == wanted.model && known.parameters == wanted.parameters && at
        };
        let meant: Vec<_> = all.iter().filter(|(known, _)| is_meant(known)).collect();
        match meant.as_slice() {
            [(identity, methods)] => {
                let probability = match methods {
                    _ if methods.contains(&Method::Exact) => Probability::Exact,
                    _ if methods.contains(&Method::Top) => Probability::Top(TOP),
                    _ => Probability::Absent,
                };
                Ok(Self { recorded, identity: Arc::new(identity.clone()), probability })
            }
            [] => {
                let known: Vec<String> = all.iter().map(|(known, _)| format!("`{}`", known.model)).collect();
                let known = if known.is_empty() { "no model".to_owned() } else { known.join(", ") };
                Err(format!("it holds no answers of `{}` with these settings, only of {known}", wanted.model))
            }
            several => {
                let at: Vec<String> = several.iter().map(|(known, _)| format!("`{}`", known.address)).collect();
                let name = &wanted.model;
                Err(format!(
                    "it holds several models `{name}`; say by `identity` which one is meant: {}",
                    at.join(", ")
                ))
            }
        }
    }

    fn reply(&self, call: &Call) -> Result<Reply, Failure> {
        let (read, first, count) = match &call.want {
            Want::Samples { first, count } => (Read::Samples, *first, *count),
            Want::Exact { continuations, whole } => {
                (Read::Probability { continuations: continuations.clone(), whole: *whole }, 0, 1)
            }
            Want::Top { .. } => (Read::Probability { continuations: Vec::new(), whole: false }, 0, 1),
        };
        let Call { temperature, max_tokens, seed, .. } = *call;
        let samples = first.saturating_add(count);
        let ask = Ask {
            messages: call.messages.clone(),
            read,
            sampling: Sampling { samples, temperature, max_tokens, seed },
            place: String::new(),
        };
        let reading = match call.want {
            Want::Samples { .. } => Some(Reading::samples(&ask, &self.identity)),
            Want::Exact { .. } => Reading::probabilities(&ask, &self.identity, Probability::Exact),
            Want::Top { k } => Reading::probabilities(&ask, &self.identity, Probability::Top(k)),
        };
        let Some(reading) = reading else { return Err(missing(call, "it was never read so")) };
        let found = self.recorded.of(&reading).map_err(|why| missing(call, &why))?;
        let (mut answers, mut thinking) = (Vec::new(), Vec::new());
        for (at, sample) in found.into_iter().enumerate().skip(first as usize) {
            match sample {
                Some(Recorded { answer: Ok(answer), thinking: thought }) => {
                    answers.push(answer);
                    thinking.push(thought);
                }
                // Those before it are given; the rest is asked for again, and then this comes first.
                _ if !answers.is_empty() => break,
                // A failure is part of the recorded run too, and no use in trying again.
                Some(Recorded { answer: Err(failure), .. }) => return Err(again(failure)),
                None => return Err(missing(call, &format!("sample {} is not there", at + 1))),
            }
        }
        Ok(Reply { answers, thinking, usage: Usage::default() })
    }
}

/// A recorded failure, as one that is not tried again and stops no model.
fn again(failure: Failure) -> Failure {
    let cause = if failure.cause == Cause::NoProbabilities { failure.cause } else { Cause::Rejected };
    Failure { cause, message: failure.message, retry_after_ms: None }
}

fn missing(call: &Call, why: &str) -> Failure {
    let asked = call.messages.last().map_or("", |message| message.content.as_str());
    let message = format!("the recorded run has no answer to this request ({why}): {}", shortened(asked));
    Failure { cause: Cause::Rejected, message, retry_after_ms: None }
}

impl Backend for Replay {
    fn capabilities(&self) -> Capabilities {
        Capabilities { probability: self.probability, prefill: true, ..Capabilities::of_a_process(1) }
    }

    fn call<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(ready(self.reply(call)))
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("identity", &self.identity).finish_non_exhaustive()
    }
}
