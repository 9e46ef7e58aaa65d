//! What a completion says, as answers.

use std::borrow::Cow;

use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

use super::super::http::{Fault, Names, failure, malformed, shortened};
use super::super::thinking;
use crate::answers::backend::Reply;
use crate::answers::{Answer, Cause, Failure, Usage};

/// How a model's completions are read.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) endpoint: &'a Url,
    pub(super) names: &'a Names,
    /// Whether the model is known to think before it answers.
    pub(super) thinks: bool,
}

#[derive(Deserialize)]
struct Completion<'a> {
    #[serde(borrow)]
    object: Option<Cow<'a, str>>,
    #[serde(borrow)]
    model: Option<Cow<'a, str>>,
    #[serde(borrow)]
    choices: Option<Vec<Choice<'a>>>,
    usage: Option<Billed>,
    /// Some gateways report an error under a success status.
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    index: Option<u32>,
    #[serde(borrow)]
    message: Option<Said<'a>>,
    #[serde(borrow)]
    finish_reason: Option<Cow<'a, str>>,
    logprobs: Option<Logprobs>,
}

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    content: Option<Cow<'a, str>>,
    #[serde(borrow)]
    refusal: Option<Cow<'a, str>>,
    /// The thinking, by its two names; some servers put other things there.
    reasoning_content: Option<Value>,
    reasoning: Option<Value>,
}

#[derive(Deserialize)]
struct Logprobs {
    content: Option<Vec<Position>>,
    /// The older form: for each position, a map from token to log-probability.
    top_logprobs: Option<Value>,
}

#[derive(Deserialize)]
struct Position {
    #[serde(default)]
    top_logprobs: Vec<Token>,
}

#[derive(Deserialize)]
struct Token {
    token: String,
    /// Null where a server means minus infinity.
    logprob: Option<f64>,
}

#[derive(Clone, Copy, Deserialize)]
struct Billed {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
}

impl Reading<'_> {
    /// Reads up to `count` texts, in the order of their indices, and how many choices there were.
    pub(super) fn samples(self, bytes: &[u8], count: usize) -> Result<(Reply, usize), Failure> {
        let completion = self.read(bytes)?;
        let mut choices = completion.choices.unwrap_or_default();
        let found = choices.len();
        if found > count {
            let what = format!("{found} choices, where {count} were asked for");
            return Err(malformed(self.endpoint, &what));
        }
        choices.sort_by_key(|choice| choice.index);
        let twice = choices.windows(2).any(|pair| matches!(pair, [a, b] if a.index.is_some() && a.index == b.index));
        if twice {
            return Err(malformed(self.endpoint, "two choices of one index"));
        }
        let (mut answers, mut thinking) = (Vec::with_capacity(found), Vec::with_capacity(found));
        for choice in choices {
            match self.answer(choice) {
                Ok((answer, thought)) => {
                    answers.push(answer);
                    thinking.push(thought);
                }
                // The texts before it are whole; the runner asks for the rest again.
                Err(_) if !answers.is_empty() => break,
                Err(failure) => return Err(failure),
            }
        }
        Ok((Reply { answers, thinking, usage: usage(completion.usage) }, found))
    }

    /// Reads the most probable first tokens.
    pub(super) fn top(self, bytes: &[u8]) -> Result<Reply, Failure> {
        let completion = self.read(bytes)?;
        let usage = usage(completion.usage);
        let Some(choice) = completion.choices.into_iter().flatten().next() else {
            return Err(malformed(self.endpoint, "a completion without choices"));
        };
        if choice.is_refusal() {
            let (answer, _) = self.answer(choice)?;
            return Ok(Reply { answers: vec![answer], thinking: Vec::new(), usage });
        }
        let tokens = choice.logprobs.map(Logprobs::first).unwrap_or_default();
        if tokens.is_empty() {
            let message = format!("{} gives no log-probabilities", self.endpoint);
            return Err(failure(Cause::NoProbabilities, message));
        }
        Ok(Reply { answers: vec![Answer::Top { tokens }], thinking: Vec::new(), usage })
    }

    fn read<'a>(&self, bytes: &'a [u8]) -> Result<Completion<'a>, Failure> {
        let wrong = |why: &str| {
            let start = shortened(&String::from_utf8_lossy(bytes));
            malformed(self.endpoint, &format!("something that is not a completion ({why}): {start}"))
        };
        let completion: Completion = serde_json::from_slice(bytes).map_err(|error| wrong(&error.to_string()))?;
        if completion.choices.as_ref().is_none_or(Vec::is_empty)
            && let Some(error) = &completion.error
        {
            return Err(Fault::under_success(error).into_failure(self.endpoint));
        }
        if let Some(object) = completion.object.as_deref().filter(|object| *object != "chat.completion") {
            return Err(wrong(&format!("it is a `{}`", shortened(object))));
        }
        match &completion.choices {
            None => return Err(wrong("it has no `choices`")),
            Some(choices) if choices.is_empty() => {
                return Err(malformed(self.endpoint, "a completion without choices"));
            }
            Some(_) => {}
        }
        self.names.check(completion.model.as_deref()).map_err(|what| malformed(self.endpoint, &what))?;
        Ok(completion)
    }

    fn answer(self, choice: Choice<'_>) -> Result<(Answer, Option<String>), Failure> {
        let refused = choice.is_refusal();
        let (mut content, mut refusal, mut thought) = (None, None, None);
        if let Some(said) = choice.message {
            let named = [said.reasoning_content, said.reasoning].into_iter().flatten();
            thought = named.filter_map(|text| text.as_str().map(str::to_owned)).find(|text| !text.trim().is_empty());
            (content, refusal) = (said.content, said.refusal);
        }
        if refused {
            let text = refusal.filter(|text| !text.is_empty()).or(content).unwrap_or_default();
            return Ok((Answer::Refusal { text: text.into_owned() }, thought));
        }
        let reason = choice.finish_reason.as_deref();
        if reason == Some("error") {
            let message = format!("{} broke off its answer with an error", self.endpoint);
            return Err(failure(Cause::Server, message));
        }
        let Some(content) = content else {
            return match (reason, &thought) {
                (Some("length"), _) => Ok((Answer::Truncated { text: String::new() }, thought)),
                // It thought, and then said nothing.
                (_, Some(_)) => Ok((Answer::Text { text: String::new() }, thought)),
                (reason, None) => {
                    let reason = reason.unwrap_or("nothing");
                    Err(malformed(self.endpoint, &format!("a choice without text (finish reason: {reason})")))
                }
            };
        };
        let parts = thinking::parts(&content, self.thinks);
        let thought = thought.or_else(|| parts.thinking.map(str::to_owned));
        let answer = match (reason, parts.answer) {
            (Some("length"), answer) => Answer::Truncated { text: answer.unwrap_or_default().to_owned() },
            (_, Some(text)) => Answer::Text { text: text.to_owned() },
            // The thinking never ended, so there is no answer to be read.
            (_, None) => Answer::Truncated { text: String::new() },
        };
        Ok((answer, thought))
    }
}

impl Choice<'_> {
    fn is_refusal(&self) -> bool {
        self.finish_reason.as_deref() == Some("content_filter")
            || self.message.as_ref().is_some_and(|said| said.refusal.as_deref().is_some_and(|text| !text.is_empty()))
    }
}

impl Logprobs {
    /// Returns the first position's tokens, in the newer form or the older one.
    fn first(self) -> Vec<(String, f64)> {
        let newer = self.content.and_then(|positions| positions.into_iter().next());
        let newer: Vec<(String, f64)> = newer
            .map(|position| position.top_logprobs)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|token| Some((token.token, token.logprob?)))
            .collect();
        if !newer.is_empty() {
            return newer;
        }
        let older = self.top_logprobs.as_ref().and_then(|positions| positions.get(0)?.as_object());
        let mut older: Vec<(String, f64)> = older
            .into_iter()
            .flatten()
            .filter_map(|(token, logprob)| Some((token.clone(), logprob.as_f64()?)))
            .collect();
        older.sort_by(|a, b| b.1.total_cmp(&a.1));
        older
    }
}

fn usage(billed: Option<Billed>) -> Usage {
    let tokens = |pick: fn(Billed) -> Option<u64>| billed.and_then(pick).unwrap_or_default();
    Usage {
        prompt_tokens: tokens(|billed| billed.prompt_tokens),
        completion_tokens: tokens(|billed| billed.completion_tokens),
    }
}

#[cfg(test)]
mod tests;
