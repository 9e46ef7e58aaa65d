//! One way to send a request and to take a reply apart from everything that only looks like one.

mod arrival;
mod fault;
mod key;
mod marks;
mod names;
mod retry_after;
mod transfer;

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, RequestBuilder, Url, redirect};
use serde::Serialize;

use crate::answers::{Cause, Failure, Headroom};
use crate::configuration::{Model, Provider, Secret, Service};

pub(super) use fault::{Fault, Refusal, shortened};
pub use key::look_up;
pub(super) use names::Names;
pub(super) use transfer::Parcel;

use marks::Marks;

/// How many calls are under way at once where the configuration does not say.
pub(super) const CONCURRENCY: usize = 256;
/// The largest reply that is read. A completion is a few kilobytes; a stream that never ends is not one.
const LARGEST_REPLY: usize = 64 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// The way to one endpoint of one service.
pub(super) struct Http {
    client: Client,
    endpoint: Url,
    key: Option<Secret>,
    marks: Marks,
    headroom: Headroom,
}

/// The header that carries a key, and what stands before the key in it.
pub(super) struct KeyHeader {
    pub(super) name: HeaderName,
    pub(super) before: &'static str,
}

impl Http {
    /// Prepares to ask an endpoint of a model's service. Nothing is sent yet.
    pub(super) fn new(
        model: &Model,
        path: &str,
        key: Option<Secret>,
        header: KeyHeader,
        more: &[(HeaderName, &'static str)],
    ) -> Result<Self, Failure> {
        let Service { base_url, .. } = service(model)?;
        let endpoint = Url::parse(&format!("{base_url}{path}"))
            .map_err(|error| failure(Cause::Rejected, format!("`{base_url}` is not an address: {error}")))?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in more {
            headers.insert(name.clone(), HeaderValue::from_static(value));
        }
        if let Some(key) = &key {
            let KeyHeader { name, before } = header;
            let mut value = HeaderValue::from_str(&format!("{before}{}", key.expose())).map_err(|_| {
                failure(Cause::Key, format!("the key of `{}` holds characters that no header can", model.name))
            })?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let mut client = Client::builder()
            .default_headers(headers)
            .user_agent(concat!("introspec/", env!("CARGO_PKG_VERSION")))
            // A redirect would turn the request into another one, or carry it to another server.
            .redirect(redirect::Policy::none())
            .timeout(model.timeout)
            // Files take longer than that in all, and never as long without a word.
            .read_timeout(model.timeout)
            .connect_timeout(CONNECT_TIMEOUT.min(model.timeout))
            .pool_max_idle_per_host(model.concurrency.unwrap_or(CONCURRENCY))
            .tcp_nodelay(true);
        if is_loopback(&endpoint) {
            client = client.no_proxy();
        }
        let client = client
            .build()
            .map_err(|error| failure(Cause::Connection, format!("cannot prepare connections: {error}")))?;
        Ok(Self { client, endpoint, key, marks: Marks::new(), headroom: Headroom::default() })
    }

    /// What the service said last of what it still allows.
    pub(super) fn headroom(&self) -> &Headroom {
        &self.headroom
    }

    pub(super) fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// Sends one request and returns the body of a reply with a success status, which is JSON by its header.
    pub(super) async fn post(&self, body: &impl Serialize) -> Result<Vec<u8>, Fault> {
        let body = serde_json::to_vec(body).map_err(|error| Fault::unsendable(&error))?;
        self.exchange(self.client.post(self.endpoint.clone()).body(body)).await
    }

    /// Makes a request and returns the body of its reply, as [`Http::post`] does.
    async fn exchange(&self, request: RequestBuilder) -> Result<Vec<u8>, Fault> {
        let mark = self.marks.next();
        let mut response = request.header(marks::HEADER, &mark).send().await?;
        self.headroom.note(response.headers());
        let status = response.status();
        let wait = retry_after::milliseconds(response.headers());
        let strange = arrival::strange(response.headers());
        let is_foreign = self.marks.is_foreign(response.headers(), &mark);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if bytes.len() + chunk.len() > LARGEST_REPLY {
                return Err(Fault::too_long(LARGEST_REPLY));
            }
            bytes.extend_from_slice(&chunk);
        }
        let bytes = self.without_key(bytes);
        if !status.is_success() {
            return Err(Fault::refused(status, &bytes, wait));
        }
        match strange {
            Some(what) => {
                let what = self.key.as_ref().map_or_else(|| what.clone(), |key| key.scrub(&what));
                let start = shortened(&String::from_utf8_lossy(&bytes));
                Err(Fault::malformed(format!("sent {}: {start}", shortened(&what))))
            }
            None if is_foreign => Err(Fault::malformed("sent the answer to another request".to_owned())),
            None => Ok(bytes),
        }
    }

    /// Takes the key out of a reply: services repeat it in their errors, and what they say is kept.
    fn without_key(&self, bytes: Vec<u8>) -> Vec<u8> {
        match &self.key {
            Some(key) if key.is_in(&bytes) => key.scrub(&String::from_utf8_lossy(&bytes)).into_bytes(),
            _ => bytes,
        }
    }
}

/// Returns the service of a model that has one.
pub(super) fn service(model: &Model) -> Result<&Service, Failure> {
    match &model.provider {
        Provider::Service(service) => Ok(service),
        _ => Err(failure(Cause::Rejected, format!("`{}` has no address", model.name))),
    }
}

fn is_loopback(endpoint: &Url) -> bool {
    let host = endpoint.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

pub(super) fn failure(cause: Cause, message: String) -> Failure {
    Failure { cause, message, retry_after_ms: None }
}

pub(super) fn malformed(endpoint: &Url, what: &str) -> Failure {
    failure(Cause::Malformed, format!("{endpoint} answered with {what}"))
}
