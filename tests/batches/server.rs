//! A server on loopback that plays `OpenAI`'s and Anthropic's batch interfaces, and does to batches what a test says.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

mod anthropic;
mod openai;

/// What comes of one request of a batch.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    Answered,
    /// A reply with this status and error.
    Refused(u16, Value),
    /// The batch's time was over.
    Expired,
    /// There is no line for it.
    Missing,
    /// An answer in these words.
    Says(Value),
}

/// What the server does with an HTTP request before or after it plays its part.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// It refuses, and nothing happens.
    Status(u16),
    /// It does what it is asked, and breaks the connection.
    Deaf,
}

/// An HTTP request, as troubles are drawn for it.
pub(crate) struct Seen<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// How often this method and path came, this time included.
    pub(crate) times: usize,
}

type Rule<A, B> = Box<dyn Fn(A) -> B + Send + Sync>;
type FateRule = Box<dyn Fn(&Value, usize) -> Fate + Send + Sync>;
type TroubleRule = Box<dyn Fn(&Seen<'_>) -> Option<Trouble> + Send + Sync>;

/// What the server does.
pub(crate) struct Rules {
    /// What comes of a request, given how often it has been in a batch, this time included.
    pub(crate) fate: FateRule,
    pub(crate) trouble: TroubleRule,
    /// The errors of a batch that is not taken, given how many there were before it.
    pub(crate) refusal: Rule<usize, Option<Value>>,
    /// How a batch ends that is taken, in the service's word.
    pub(crate) end: &'static str,
    /// What is said of a batch until it has ended, one word a look.
    pub(crate) words: Vec<&'static str>,
    /// How many bytes of a results file come, given which time it is fetched.
    pub(crate) cut: Rule<usize, Option<usize>>,
    /// The key that each request has to carry.
    pub(crate) key: Option<String>,
}

impl Rules {
    /// A service without faults.
    pub(crate) fn kind() -> Self {
        Self {
            fate: Box::new(|_, _| Fate::Answered),
            trouble: Box::new(|_| None),
            refusal: Box::new(|_| None),
            end: "",
            words: vec!["validating", "in_progress", "a_word_of_tomorrow"],
            cut: Box::new(|_| None),
            key: None,
        }
    }
}

/// A batch at the service.
pub(crate) struct Batch {
    pub(crate) id: String,
    pub(crate) mark: String,
    /// The ids and bodies of its requests.
    pub(crate) items: Vec<(String, Value)>,
    pub(crate) fates: Vec<Fate>,
    pub(crate) looks: usize,
    pub(crate) refusal: Option<Value>,
    pub(crate) fetched: usize,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) files: Vec<String>,
    pub(crate) batches: Vec<Batch>,
    /// Requests by method and path.
    counts: BTreeMap<String, usize>,
    pub(crate) total: usize,
    /// How often each body was in a batch, and how often it was answered.
    pub(crate) asked: BTreeMap<String, (usize, usize)>,
}

impl State {
    /// How often each body was answered.
    pub(crate) fn answered(&self) -> BTreeMap<String, usize> {
        self.asked.iter().map(|(body, (_, answered))| (body.clone(), *answered)).collect()
    }
}

/// The server; it stops when it is dropped.
pub(crate) struct Server {
    pub(crate) base_url: String,
    shared: Arc<Shared>,
    runtime: Option<tokio::runtime::Runtime>,
}

struct Shared {
    rules: Rules,
    state: Mutex<State>,
    base_url: String,
}

impl Server {
    pub(crate) fn start(rules: Rules) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let shared = Arc::new(Shared { rules, state: Mutex::default(), base_url: base_url.clone() });
        runtime.spawn(serve(listener, Arc::clone(&shared)));
        Self { base_url, shared, runtime: Some(runtime) }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap()
    }

    /// How many HTTP requests came.
    pub(crate) fn total(&self) -> usize {
        self.state().total
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_millis(100));
        }
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, Arc::clone(&shared)));
            // A connection that is broken on purpose ends with an error.
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

/// A status, and what goes with it.
type Reply = (u16, String);

async fn answer(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Full<Bytes>>, HungUp> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| HungUp)?.to_bytes();
    let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    if let Some(key) = &shared.rules.key {
        let carried = header("authorization").map(|value| value.trim_start_matches("Bearer ").to_owned());
        assert_eq!(carried.or_else(|| header("x-api-key")).as_ref(), Some(key), "the key reaches the server");
        assert!(!String::from_utf8_lossy(&body).contains(key.as_str()), "the key is in no body");
    }
    if parts.method == Method::POST {
        assert_eq!(header("content-length"), Some(body.len().to_string()), "what is sent says how long it is");
    }
    let path = parts.uri.path().trim_start_matches("/v1").to_owned();
    let trouble = {
        let mut state = shared.state.lock().unwrap();
        state.total += 1;
        let times = state.counts.entry(format!("{} {path}", parts.method)).or_default();
        *times += 1;
        (shared.rules.trouble)(&Seen { method: parts.method.as_str(), path: &path, times: *times })
    };
    if let Some(Trouble::Status(status)) = trouble {
        return Ok(response(status, json!({ "error": { "message": "not now" } }).to_string()));
    }
    let asked = Asked { method: parts.method, path, query: parts.uri.query().unwrap_or_default().to_owned(), body };
    let content_type = parts.headers.get("content-type").map(|value| value.to_str().unwrap().to_owned());
    let (status, text) = {
        let mut state = shared.state.lock().unwrap();
        if asked.path.starts_with("/messages/batches") {
            anthropic::play(&asked, &mut state, &shared.rules, &shared.base_url)
        } else {
            openai::play(&asked, &content_type.unwrap_or_default(), &mut state, &shared.rules)
        }
    };
    match trouble {
        Some(_) => Err(HungUp),
        None => Ok(response(status, text)),
    }
}

struct Asked {
    method: Method,
    path: String,
    query: String,
    body: Bytes,
}

impl Asked {
    fn of_query(&self, name: &str) -> Option<String> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
    }
}

fn response(status: u16, body: String) -> Response<Full<Bytes>> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Full::new(Bytes::from(body))).unwrap()
}

/// Takes a batch in, and draws what comes of it.
fn take_in(items: Vec<(String, Value)>, state: &mut State, rules: &Rules, prefix: &str) -> String {
    let before = state.batches.len();
    let id = format!("{prefix}{before}");
    for (custom_id, _) in &items {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        assert!((1..=64).contains(&custom_id.len()) && custom_id.chars().all(fits), "{custom_id}");
        assert_eq!(items.iter().filter(|(other, _)| other == custom_id).count(), 1, "{custom_id} is there once");
    }
    let refusal = (rules.refusal)(before);
    let mut fates = Vec::new();
    for (_, body) in items.iter().filter(|_| refusal.is_none()) {
        let (times, answered) = state.asked.entry(body.to_string()).or_default();
        *times += 1;
        let fate = (rules.fate)(body, *times);
        *answered += usize::from(matches!(fate, Fate::Answered));
        fates.push(fate);
    }
    let mark = items[0].0.split('-').next().unwrap().to_owned();
    state.batches.push(Batch { id: id.clone(), mark, items, fates, looks: 0, refusal, fetched: 0 });
    id
}

/// Puts lines in an order that is not that of the requests, and cuts them off where the rules say so.
fn shuffled(mut lines: Vec<String>, rules: &Rules, fetched: usize) -> Reply {
    lines.sort_by_key(|line| *blake3::hash(line.as_bytes()).as_bytes());
    let mut text = lines.join("\n");
    text.push('\n');
    if let Some(bytes) = (rules.cut)(fetched) {
        text.truncate(bytes.min(text.len()));
    }
    (200, text)
}

/// The word that the model answers with: it depends on what is asked, and on nothing else.
fn word(prompt: &str, seed: u64) -> &'static str {
    let hash = blake3::hash(format!("{prompt}/{seed}").as_bytes());
    let [is, is_not] = if prompt.starts_with("Is this bold?") { ["yes", "no"] } else { ["red", "blue"] };
    if hash.as_bytes()[0] < 100 { is } else { is_not }
}
