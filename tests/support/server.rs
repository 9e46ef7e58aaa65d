//! A chat completions server on loopback that counts what it is asked and answers as a script says.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What the server does with one request.
pub(crate) enum Play {
    /// Answers with a status, headers and a body.
    Reply { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// Answers well, with these headers alone and any body.
    Raw { headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// Closes the connection without a word.
    HangUp,
}

/// A request as the server saw it.
pub(crate) struct Seen {
    pub(crate) body: Value,
    /// How often this very body has come, this time included.
    pub(crate) times: usize,
    /// How many requests there were before it.
    pub(crate) before: usize,
    /// The key, as the authorization header has it.
    pub(crate) key: Option<String>,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
}

type Script = dyn Fn(&Seen) -> Play + Send + Sync;

/// A server; it stops when it is dropped.
pub(crate) struct Server {
    pub(crate) base_url: String,
    log: Arc<Mutex<Log>>,
    runtime: Option<tokio::runtime::Runtime>,
}

#[derive(Default)]
struct Log {
    counts: BTreeMap<String, usize>,
    total: usize,
}

impl Server {
    pub(crate) fn start(script: impl Fn(&Seen) -> Play + Send + Sync + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Log::default()));
        let script: Arc<Script> = Arc::new(script);
        runtime.spawn(serve(listener, Arc::clone(&log), script));
        Self { base_url, log, runtime: Some(runtime) }
    }

    /// A server that answers every request with `n` texts, each naming its seed.
    pub(crate) fn obliging() -> Self {
        Self::start(|seen| texts(&seen.body))
    }

    /// How many requests came.
    pub(crate) fn total(&self) -> usize {
        self.log.lock().unwrap().total
    }

    /// Every body that came and how often, in the order of their texts.
    pub(crate) fn counts(&self) -> Vec<(Value, usize)> {
        let log = self.log.lock().unwrap();
        log.counts.iter().map(|(body, times)| (serde_json::from_str(body).unwrap(), *times)).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_millis(100));
        }
    }
}

async fn serve(listener: TcpListener, log: Arc<Mutex<Log>>, script: Arc<Script>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (log, script) = (Arc::clone(&log), Arc::clone(&script));
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, Arc::clone(&log), Arc::clone(&script)));
            // A script that hangs up ends the connection with an error, which is what it is for.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// The error that makes hyper close a connection.
#[derive(Debug)]
struct HungUp;

impl std::fmt::Display for HungUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("hung up")
    }
}

impl std::error::Error for HungUp {}

impl From<Infallible> for HungUp {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

async fn answer(
    request: Request<Incoming>,
    log: Arc<Mutex<Log>>,
    script: Arc<Script>,
) -> Result<Response<Full<Bytes>>, HungUp> {
    let key = request.headers().get("authorization").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let path = request.uri().path().to_owned();
    let header = |(name, value): (&HeaderName, &HeaderValue)| (name.to_string(), value.to_str().unwrap().to_owned());
    let headers = request.headers().iter().map(header).collect();
    let bytes = request.into_body().collect().await.map_err(|_| HungUp)?.to_bytes();
    let body: Value = serde_json::from_slice(&bytes).unwrap();
    let seen = {
        let mut log = log.lock().unwrap();
        let before = log.total;
        log.total += 1;
        let times = log.counts.entry(body.to_string()).or_default();
        *times += 1;
        Seen { body, times: *times, before, key, path, headers }
    };
    match script(&seen) {
        Play::Reply { status, headers, body } => {
            let mut response = Response::builder().status(status).header("content-type", "application/json");
            for (name, value) in headers {
                response = response.header(name, value);
            }
            Ok(response.body(Full::new(Bytes::from(body))).unwrap())
        }
        Play::Raw { headers, body } => {
            let mut response = Response::builder().status(200);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            Ok(response.body(Full::new(Bytes::from(body))).unwrap())
        }
        Play::HangUp => Err(HungUp),
    }
}

/// A reply with this status and body.
pub(crate) fn reply(status: u16, body: &Value) -> Play {
    Play::Reply { status, headers: Vec::new(), body: body.to_string() }
}

/// A refusal with this status and message.
pub(crate) fn refuse(status: u16, message: &str) -> Play {
    reply(status, &json!({ "error": { "message": message } }))
}

/// As many texts as the body wants. Each says the last message and the seed it was drawn under.
pub(crate) fn texts(body: &Value) -> Play {
    let count = body["n"].as_u64().unwrap_or(1);
    let prompt = body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned();
    let seed = body["seed"].as_u64().unwrap();
    let choice = |index: u64| {
        let content = format!("{prompt}/{}", seed + index);
        json!({ "index": index, "message": { "role": "assistant", "content": content }, "finish_reason": "stop" })
    };
    completion(&(0..count).map(choice).collect::<Vec<_>>())
}

/// A completion with these choices.
pub(crate) fn completion(choices: &[Value]) -> Play {
    let usage = json!({ "prompt_tokens": 7, "completion_tokens": choices.len(), "total_tokens": 7 + choices.len() });
    reply(200, &json!({ "object": "chat.completion", "choices": choices, "usage": usage }))
}

/// A completion of one token with these probabilities in its place.
pub(crate) fn tokens(top: &[(&str, f64)]) -> Play {
    let top: Vec<Value> = top.iter().map(|(token, logprob)| json!({ "token": token, "logprob": logprob })).collect();
    let message = json!({ "role": "assistant", "content": top[0]["token"] });
    let logprobs =
        json!({ "content": [{ "token": top[0]["token"], "logprob": top[0]["logprob"], "top_logprobs": top }] });
    completion(&[json!({ "index": 0, "message": message, "logprobs": logprobs, "finish_reason": "length" })])
}
