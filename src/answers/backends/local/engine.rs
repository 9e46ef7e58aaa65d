//! What is asked of a model, done with its weights.

mod sampling;
mod scoring;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::OpenError;
use super::gguf::{Gguf, first_line};
use super::llama::Llama;
use super::prompts::{self, Prompt, Prompts};
use super::template::ChatTemplate;
use super::tokenizer::Tokenizer;
use crate::answers::backend::{Call, Reply, Want};
use crate::answers::{Answer, Cause, Failure, Usage};
use crate::requests::Message;

/// The most memory that the prompts read last may take, in bytes.
const PROMPT_MEMORY: usize = 256 << 20;

pub(crate) struct Engine {
    llama: Llama,
    tokenizer: Tokenizer,
    template: ChatTemplate,
    prompts: Mutex<Prompts>,
}

impl Engine {
    pub(crate) fn of(gguf: &Gguf) -> Result<Self, OpenError> {
        let tokenizer = Tokenizer::of(gguf)?;
        let template = ChatTemplate::of(gguf, &tokenizer)?;
        let llama = Llama::of(gguf, tokenizer.size())?;
        let prompts = Mutex::new(Prompts::new(PROMPT_MEMORY / llama.shape().position_bytes().max(1)));
        Ok(Self { llama, tokenizer, template, prompts })
    }

    /// The tokens of a conversation, up to where the model's answer begins.
    pub(crate) fn tokens(&self, messages: &[Message]) -> Result<Vec<u32>, Failure> {
        let text = self.template.render(messages).map_err(|error| {
            failure(Cause::Rejected, format!("the model's chat template does not take these messages: {error}"))
        })?;
        self.tokenizer.prompt(&text).map_err(tokenizer_failure)
    }

    /// Makes one call. It stops early, as cancelled, once `stop` is set.
    pub(crate) fn answer(&self, call: &Call, stop: &AtomicBool) -> Result<Reply, Failure> {
        let tokens = self.tokens(&call.messages)?;
        let prompt_tokens = tokens.len();
        let context = self.llama.shape().context;
        if tokens.is_empty() || prompt_tokens >= context {
            let message = format!("the prompt has {prompt_tokens} tokens; the model reads from 1 to {}", context - 1);
            return Err(failure(Cause::Rejected, message));
        }
        let prompt = self.read(tokens).map_err(|error| candle_failure(&error))?;
        let stop = Stop(stop);
        let (answers, completion_tokens) = match &call.want {
            Want::Samples { first, count } => {
                let seeds =
                    (0..*count).map(|index| call.seed.wrapping_add(first.wrapping_add(index))).collect::<Vec<_>>();
                self.samples(&prompt, call, &seeds, stop)?
            }
            Want::Exact { continuations, whole } => {
                let logprobs = self.log_probabilities(&prompt, continuations, *whole, stop)?;
                (vec![Answer::Exact { logprobs }], 0)
            }
            Want::Top { k } => (vec![Answer::Top { tokens: self.top(&prompt, *k)? }], 0),
        };
        let usage = Usage { prompt_tokens: prompt_tokens as u64, completion_tokens };
        Ok(Reply { answers, thinking: Vec::new(), usage })
    }

    /// Reads a prompt, or what is new in it.
    fn read(&self, tokens: Vec<u32>) -> candle_core::Result<Prompt> {
        let nearest = self.prompts().nearest(&tokens);
        let prompt = prompts::read(&self.llama, tokens, nearest)?;
        self.prompts().keep(prompt.clone());
        Ok(prompt)
    }

    fn prompts(&self) -> std::sync::MutexGuard<'_, Prompts> {
        self.prompts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops everything kept between calls, after one of them has panicked.
    pub(crate) fn forget(&self) {
        self.prompts().forget();
    }
}

/// A sign that nobody waits for the answer any more.
#[derive(Clone, Copy)]
struct Stop<'a>(&'a AtomicBool);

impl Stop<'_> {
    fn check(self) -> Result<(), Failure> {
        if self.0.load(Ordering::Relaxed) {
            Err(failure(Cause::Cancelled, "the call was cancelled".to_owned()))
        } else {
            Ok(())
        }
    }
}

pub(crate) fn failure(cause: Cause, message: String) -> Failure {
    Failure { cause, message, retry_after_ms: None }
}

fn candle_failure(error: &candle_core::Error) -> Failure {
    failure(Cause::Local, format!("the local model failed: {}", first_line(error)))
}

fn tokenizer_failure(error: impl std::fmt::Display) -> Failure {
    failure(Cause::Local, format!("the local model's tokenizer failed: {error}"))
}
