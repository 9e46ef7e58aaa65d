//! A GGUF model of the Llama architecture in this very process, computed by candle on the CPU.

mod draws;
mod engine;
mod gguf;
mod kv;
mod llama;
mod prompts;
mod template;
mod tokenizer;
pub mod weights;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::BoxFuture;

use self::engine::{Engine, failure};
use self::gguf::Gguf;
use crate::answers::backend::{Backend, Call, Capabilities, Reply};
use crate::answers::{Cause, Failure};
use crate::requests::Message;

/// A model that is loaded into this process.
pub struct LocalModel {
    engine: Arc<Engine>,
    path: PathBuf,
}

/// Why a file is no model that can be asked here. The message says what is the matter, and what would
/// help; the path is the caller's to add.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the file cannot be read: {0}. Check the path and its permissions")]
    Read(#[source] io::Error),
    #[error("the file is no whole GGUF file: {0}. Get the file again")]
    NotGguf(String),
    #[error("the file lacks `{0}`. Convert the model again with a current converter")]
    NoMetadata(&'static str),
    #[error("`{key}` is not {wanted}. Convert the model again with a current converter")]
    Metadata { key: &'static str, wanted: &'static str },
    #[error("the file lacks the tensor `{0}`. Convert the model again with a current converter")]
    NoTensor(String),
    #[error("the tensor `{name}` is {found}, not {wanted}. Convert the model again with a current converter")]
    Shape { name: String, found: String, wanted: String },
    #[error(
        "the tensor `{0}` is no part of a Llama model. Serve the model with a program that knows it, and name its address"
    )]
    UnknownTensor(String),
    #[error(
        "the architecture `{0}` is not known here, only `llama`. Serve the model with a program that knows it, and name its address"
    )]
    Architecture(String),
    #[error(
        "the rope scaling `{0}` is not known here. Serve the model with a program that knows it, and name its address"
    )]
    RopeScaling(String),
    #[error(
        "the tokenizer model `{0}` is not known here, only `gpt2`. Serve the model with a program that knows it, and name its address"
    )]
    TokenizerKind(String),
    #[error(
        "the tokenizer's rule `{0}` is not known here, only `smollm`, `gpt-2` and `llama-bpe`. Serve the model with a program that knows it, and name its address"
    )]
    TokenizerRule(String),
    #[error("the tokenizer cannot be built: {0}. Convert the model again with a current converter")]
    Tokenizer(String),
    #[error("the chat template cannot be read: {0}. Convert the model again with a template that is right")]
    Template(String),
}

impl LocalModel {
    /// Loads a GGUF file. It takes four bytes of memory for each parameter.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let engine = Engine::of(&Gguf::open(path)?)?;
        Ok(Self { engine: Arc::new(engine), path: path.to_owned() })
    }

    /// The tokens of a conversation as the model reads it, up to where its answer begins.
    pub fn tokenize(&self, messages: &[Message]) -> Result<Vec<u32>, Failure> {
        self.engine.tokens(messages)
    }
}

impl fmt::Debug for LocalModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalModel").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Backend for LocalModel {
    fn capabilities(&self) -> Capabilities {
        Capabilities::of_a_process(2)
    }

    fn call<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move {
            let engine = Arc::clone(&self.engine);
            let call = call.clone();
            let stop = Arc::new(AtomicBool::new(false));
            let _stopped_when_dropped = StopOnDrop(Arc::clone(&stop));
            let answered = tokio::task::spawn_blocking(move || engine.answer(&call, &stop)).await;
            answered.unwrap_or_else(|error| {
                if error.is_cancelled() {
                    return Err(failure(Cause::Cancelled, "the call was cancelled".to_owned()));
                }
                self.engine.forget();
                Err(failure(Cause::Local, "the local model stopped by a fault in this program".to_owned()))
            })
        })
    }
}

/// Tells the thread that computes an answer when nobody waits for it any more.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
