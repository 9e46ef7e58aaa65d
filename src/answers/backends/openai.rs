//! Any server that speaks chat completions.

mod body;
mod completion;
mod fault;
mod retry_after;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Url, redirect};

use crate::answers::backend::{Abilities, Backend, Call, Probability, Reply, Want};
use crate::answers::{Cause, Failure, Headroom};
use crate::configuration::{Model, Provider, Secret};

use body::Body;
use fault::Fault;

/// The most probable first tokens that a call may ask for; the interface allows no more.
const TOP: u8 = 20;
/// The most calls that are under way at once where the configuration does not say.
const CONCURRENCY: usize = 256;
/// The largest reply that is read. A completion is a few kilobytes; a stream that never ends is not one.
const LARGEST_REPLY: usize = 64 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// A model behind a chat completions interface.
pub struct OpenAi {
    client: Client,
    endpoint: Url,
    model: String,
    top_p: Option<f64>,
    key: Option<Secret>,
    /// Whether the server has refused `n`, or given fewer choices than asked: one sample a call from then on.
    singles: AtomicBool,
    headroom: Headroom,
}

impl OpenAi {
    /// Prepares to ask a model. Nothing is sent yet. `keys` looks an environment variable up.
    ///
    /// # Errors
    ///
    /// The key's variable is not set or cannot be sent, the model is not behind such an interface, or the
    /// system's certificates cannot be read.
    pub fn connect(model: &Model, keys: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let Provider::OpenAi { base_url, key } = &model.provider else {
            return Err(failure(Cause::Rejected, format!("`{}` has no address", model.name)));
        };
        let key = match key {
            Some(variable) => Some(look_up(&model.name, variable, keys)?),
            None => None,
        };
        let endpoint = Url::parse(&format!("{base_url}/chat/completions"))
            .map_err(|error| failure(Cause::Rejected, format!("`{base_url}` is not an address: {error}")))?;

        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(key) = &key {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose())).map_err(|_| {
                failure(Cause::Key, format!("the key of `{}` holds characters that no header can", model.name))
            })?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let mut client = Client::builder()
            .default_headers(headers)
            .user_agent(concat!("introspec/", env!("CARGO_PKG_VERSION")))
            // A redirect would turn the request into another one, or carry it to another server.
            .redirect(redirect::Policy::none())
            .timeout(model.timeout)
            .connect_timeout(CONNECT_TIMEOUT.min(model.timeout))
            .pool_max_idle_per_host(model.concurrency.unwrap_or(CONCURRENCY))
            .tcp_nodelay(true);
        if is_loopback(&endpoint) {
            client = client.no_proxy();
        }
        let client = client
            .build()
            .map_err(|error| failure(Cause::Connection, format!("cannot prepare connections: {error}")))?;
        Ok(Self {
            client,
            endpoint,
            model: model.model.clone(),
            top_p: model.sampling.top_p,
            key,
            singles: AtomicBool::new(false),
            headroom: Headroom::default(),
        })
    }

    async fn sample(&self, call: &Call, first: u32, count: u32) -> Result<Reply, Failure> {
        let mut count = if self.several() { count } else { 1 };
        let sent = match self.send(&Body::samples(self, call, first, count)).await {
            Err(Fault::Refused(refusal)) if count > 1 && refusal.is_about_n() => {
                self.singles.store(true, Ordering::Relaxed);
                count = 1;
                self.send(&Body::samples(self, call, first, count)).await
            }
            sent => sent,
        };
        let bytes = sent.map_err(|fault| fault.into_failure(&self.endpoint))?;
        let (reply, choices) = completion::samples(&bytes, count as usize, &self.endpoint)?;
        if choices < count as usize {
            self.singles.store(true, Ordering::Relaxed);
        }
        Ok(reply)
    }

    async fn top(&self, call: &Call, k: u8) -> Result<Reply, Failure> {
        match self.send(&Body::top(self, call, k.min(TOP))).await {
            Ok(bytes) => completion::top(&bytes, &self.endpoint),
            Err(Fault::Refused(refusal)) if refusal.speaks_of("logprob") => Err(refusal.without_probabilities()),
            Err(fault) => Err(fault.into_failure(&self.endpoint)),
        }
    }

    /// Sends one request and returns the body of a reply with a success status.
    async fn send(&self, body: &Body<'_>) -> Result<Vec<u8>, Fault> {
        let body = serde_json::to_vec(body).map_err(|error| Fault::unsendable(&error))?;
        let mut response = self.client.post(self.endpoint.clone()).body(body).send().await?;
        self.headroom.note(response.headers());
        let status = response.status();
        let retry_after_ms = retry_after::milliseconds(response.headers());
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if bytes.len() + chunk.len() > LARGEST_REPLY {
                return Err(Fault::too_long(LARGEST_REPLY));
            }
            bytes.extend_from_slice(&chunk);
        }
        let bytes = self.without_key(bytes);
        if status.is_success() { Ok(bytes) } else { Err(Fault::refused(status, &bytes, retry_after_ms)) }
    }

    /// Takes the key out of a reply: services repeat it in their errors, and what they say is kept.
    fn without_key(&self, bytes: Vec<u8>) -> Vec<u8> {
        match &self.key {
            Some(key) if bytes.windows(key.expose().len().max(1)).any(|part| part == key.expose().as_bytes()) => {
                key.redact(&String::from_utf8_lossy(&bytes)).into_bytes()
            }
            _ => bytes,
        }
    }

    fn several(&self) -> bool {
        !self.singles.load(Ordering::Relaxed)
    }
}

impl Backend for OpenAi {
    fn abilities(&self) -> Abilities {
        Abilities { probability: Probability::Top(TOP), several: self.several(), concurrency: CONCURRENCY }
    }

    fn headroom(&self) -> Option<&Headroom> {
        Some(&self.headroom)
    }

    fn call<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move {
            match &call.want {
                Want::Samples { first, count } => self.sample(call, *first, *count).await,
                Want::Top { k } => self.top(call, *k).await,
                Want::Exact { .. } => Err(failure(
                    Cause::NoProbabilities,
                    "chat completions give no log-probabilities of given texts".to_owned(),
                )),
            }
        })
    }
}

impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAi")
            .field("endpoint", &self.endpoint.as_str())
            .field("model", &self.model)
            .field("several", &self.several())
            .finish_non_exhaustive()
    }
}

fn look_up(model: &str, variable: &str, keys: &dyn Fn(&str) -> Option<String>) -> Result<Secret, Failure> {
    match keys(variable) {
        Some(key) if !key.trim().is_empty() => Ok(Secret::new(key.trim())),
        _ => Err(failure(
            Cause::Key,
            format!("`{model}` takes its key from the environment variable {variable}, which is not set"),
        )),
    }
}

fn is_loopback(endpoint: &Url) -> bool {
    let host = endpoint.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn failure(cause: Cause, message: String) -> Failure {
    Failure { cause, message, retry_after_ms: None }
}
