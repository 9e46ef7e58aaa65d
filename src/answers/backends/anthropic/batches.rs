//! Anthropic's message batches: the requests go up in one piece, and one file comes back.

use std::collections::BTreeSet;

use chrono::DateTime;
use futures_util::future::BoxFuture;
use reqwest::{StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::http::{Fault, Http, Parcel, malformed, shortened};
use super::body::Body;
use super::{Anthropic, message};
use crate::answers::Failure;
use crate::answers::backend::{Call, Reply, Want};
use crate::answers::batch::{Batches, Draft, Found, Line, Lines, Outcome, Room, Sought, Stage, Standing};

/// What the interface allows, with room for what stands around the requests.
const ROOM: Room = Room { requests: 100_000, bytes: 255_000_000 };
/// The service's clock and ours may be as far apart.
const CLOCKS_MS: i64 = 3_600_000;

/// A batch as the service describes it. Words are not held to those that are known: there may be new ones.
#[derive(Deserialize)]
struct Described {
    id: String,
    processing_status: String,
    created_at: Option<String>,
    results_url: Option<String>,
    #[serde(default)]
    request_counts: Counts,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Counts {
    processing: u64,
    succeeded: u64,
    errored: u64,
    canceled: u64,
    expired: u64,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Described>,
    #[serde(default)]
    has_more: bool,
}

#[derive(Deserialize)]
struct Written {
    custom_id: String,
    result: Came,
}

#[derive(Deserialize)]
struct Came {
    #[serde(rename = "type")]
    kind: String,
    message: Option<Value>,
    error: Option<Value>,
}

impl Counts {
    fn done(self) -> u64 {
        self.succeeded + self.errored + self.canceled + self.expired
    }
}

impl Anthropic {
    fn address(&self, parts: &[&str]) -> Result<Url, Failure> {
        let all: Vec<&str> = ["messages", "batches"].iter().chain(parts).copied().collect();
        Http::address(&self.base_url, &all)
    }

    async fn fetch<T: DeserializeOwned>(&self, address: Url) -> Result<T, Failure> {
        let bytes = self.http.get(address.clone()).await.map_err(|fault| fault.into_failure(&address))?;
        read(&bytes, &address)
    }

    /// Batches carry no mark of ours, so that only the ids in what came tell which one it is.
    async fn search(&self, sought: &Sought<'_>) -> Result<Found, Failure> {
        let mut after: Option<String> = None;
        let mut looked_at = BTreeSet::new();
        let mut perhaps = false;
        loop {
            let mut address = self.address(&[])?;
            address.query_pairs_mut().append_pair("limit", "100");
            if let Some(after) = &after {
                address.query_pairs_mut().append_pair("after_id", after);
            }
            let page: Page = self.fetch(address.clone()).await?;
            for batch in &page.data {
                if is_before(batch, sought.since_ms - CLOCKS_MS) {
                    return Ok(if perhaps { Found::Perhaps } else { Found::Nowhere });
                }
                if !looked_at.insert(batch.id.clone()) {
                    return Err(malformed(&address, "the same page of batches again"));
                }
                let counts = batch.request_counts;
                if counts.done() + counts.processing != sought.requests || sought.others.contains(&batch.id) {
                    continue;
                }
                if batch.processing_status != "ended" {
                    perhaps = true;
                } else if self.begins_with(batch, sought.mark).await? {
                    return Ok(Found::There(batch.id.clone()));
                }
            }
            match page.data.last().filter(|_| page.has_more) {
                Some(last) => after = Some(last.id.clone()),
                None => return Ok(if perhaps { Found::Perhaps } else { Found::Nowhere }),
            }
        }
    }

    /// Whether what came of a batch has our ids. One whose results are gone is nobody's.
    async fn begins_with(&self, batch: &Described, mark: &str) -> Result<bool, Failure> {
        let Some(file) = self.file_of(batch) else { return Ok(false) };
        let mut lines = self.open(&file).await?;
        while let Some(line) = lines.next().await? {
            if let Some(line) = self.read(&line) {
                return Ok(line.id.strip_prefix(mark).is_some_and(|rest| rest.starts_with('-')));
            }
        }
        Ok(false)
    }

    /// Returns where the results of a batch are: where the service says, unless that is another host, which is not
    /// given the key.
    fn file_of(&self, batch: &Described) -> Option<String> {
        let said = Url::parse(batch.results_url.as_deref()?).ok();
        let said = said.filter(|said| said.origin() == self.http.endpoint().origin());
        Some(said.or_else(|| self.address(&[&batch.id, "results"]).ok())?.into())
    }

    fn standing(&self, batch: Described) -> Standing {
        let counts = batch.request_counts;
        let stage = match batch.processing_status.as_str() {
            "ended" => Stage::Ended { files: self.file_of(&batch).into_iter().collect(), lines: Some(counts.done()) },
            // `in_progress`, `canceling`, and words that are not known yet.
            _ => Stage::Working,
        };
        Standing { word: batch.processing_status, done: counts.done(), stage }
    }
}

impl Batches for Anthropic {
    fn room(&self) -> Room {
        ROOM
    }

    fn separator(&self) -> &'static str {
        ",\n"
    }

    fn line(&self, id: &str, call: &Call) -> Result<String, Failure> {
        if !matches!(call.want, Want::Samples { .. }) {
            return Err(super::not_of_tokens());
        }
        Ok(json!({ "custom_id": id, "params": Body::new(self, call) }).to_string())
    }

    fn submit<'a>(&'a self, draft: &'a Draft<'a>) -> BoxFuture<'a, Result<String, Failure>> {
        Box::pin(async move {
            let address = self.address(&[])?;
            let parcel = Parcel {
                before: "{\"requests\":[\n".to_owned(),
                file: draft.lines,
                bytes: draft.bytes,
                after: "\n]}".to_owned(),
                content_type: "application/json".to_owned(),
            };
            let made = self.http.send(address.clone(), parcel).await.map_err(|fault| fault.into_failure(&address))?;
            Ok(read::<Described>(&made, &address)?.id)
        })
    }

    fn find<'a>(&'a self, sought: &'a Sought<'a>) -> BoxFuture<'a, Result<Found, Failure>> {
        Box::pin(self.search(sought))
    }

    fn look<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Standing, Failure>> {
        Box::pin(async move { Ok(self.standing(self.fetch(self.address(&[name])?).await?)) })
    }

    fn open<'a>(&'a self, file: &'a str) -> BoxFuture<'a, Result<Box<dyn Lines>, Failure>> {
        Box::pin(async move {
            let address = Url::parse(file).map_err(|_| malformed(self.http.endpoint(), "a file without an address"))?;
            self.http.lines(address.clone()).await.map_err(|fault| fault.into_failure(&address))
        })
    }

    fn read(&self, line: &[u8]) -> Option<Line> {
        let Written { custom_id, result } = serde_json::from_slice(line).ok()?;
        let outcome = match (result.kind.as_str(), result.message, result.error) {
            ("succeeded", Some(message), _) => {
                Outcome::Replied { status: 200, body: serde_json::to_vec(&message).ok()? }
            }
            ("errored", _, Some(error)) => {
                Outcome::Replied { status: status_of(&error), body: serde_json::to_vec(&error).ok()? }
            }
            ("canceled" | "expired", ..) => Outcome::Unanswered(format!("the request was {}", result.kind)),
            _ => {
                let what = format!("a result of the type `{}`", shortened(&result.kind));
                Outcome::Failed(malformed(self.http.endpoint(), &what))
            }
        };
        Some(Line { id: custom_id, outcome })
    }

    fn reply(&self, _: &Call, status: u16, body: &[u8]) -> Result<Reply, Failure> {
        let endpoint = self.http.endpoint();
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        if status.is_success() {
            return message::read(body, endpoint, &self.names);
        }
        Err(Fault::refused(status, body, None).into_failure(endpoint))
    }
}

/// The status under which the service sends an error when it is not in a batch.
fn status_of(error: &Value) -> u16 {
    let inner = error.get("error").unwrap_or(error);
    match inner.get("type").and_then(Value::as_str).unwrap_or_default() {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        _ => 500,
    }
}

fn is_before(batch: &Described, ms: i64) -> bool {
    let created = batch.created_at.as_deref().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    created.is_some_and(|created| created.timestamp_millis() < ms)
}

fn read<T: DeserializeOwned>(bytes: &[u8], address: &Url) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|error| {
        let start = shortened(&String::from_utf8_lossy(bytes));
        malformed(address, &format!("something that is not of its batch interface ({error}): {start}"))
    })
}
