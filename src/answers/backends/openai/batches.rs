//! `OpenAI`'s batches: a file of lines goes up, a batch is made of it, and two files come back.

use futures_util::future::BoxFuture;
use reqwest::{StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::http::{Fault, Http, Parcel, malformed, shortened};
use super::OpenAi;
use super::body::Body;
use crate::answers::backend::{Call, Reply, Want};
use crate::answers::batch::{Batches, Draft, Found, Line, Lines, Outcome, Room, Sought, Stage, Standing};
use crate::answers::{Cause, Failure};

/// What the interface allows, with room for what stands around the lines.
const ROOM: Room = Room { requests: 50_000, bytes: 199_000_000 };
/// What a batch's mark is called in its metadata.
const MARK: &str = "introspec";
/// The service's clock and ours may be as far apart.
const CLOCKS_MS: i64 = 86_400_000;

#[derive(Deserialize)]
struct Named {
    id: String,
}

/// A batch as the service describes it. Words are not held to those that are known: there may be new ones.
#[derive(Deserialize)]
struct Described {
    id: String,
    status: String,
    created_at: Option<i64>,
    output_file_id: Option<String>,
    error_file_id: Option<String>,
    errors: Option<Value>,
    request_counts: Option<Counts>,
    metadata: Option<Value>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Counts {
    completed: u64,
    failed: u64,
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
    response: Option<Response>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Response {
    status_code: u16,
    #[serde(default)]
    body: Value,
}

impl OpenAi {
    fn address(&self, parts: &[&str]) -> Result<Url, Failure> {
        Http::address(&self.base_url, parts)
    }

    async fn hand_over(&self, draft: &Draft<'_>) -> Result<String, Failure> {
        // No line can hold the boundary: it has bytes that JSON escapes or never has at the start of a line.
        let boundary = format!("introspec-{}", draft.mark);
        let before = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}.jsonl\"\r\n\
             Content-Type: application/jsonl\r\n\r\n",
            draft.mark
        );
        let parcel = Parcel {
            before,
            file: draft.lines,
            bytes: draft.bytes,
            after: format!("\r\n--{boundary}--\r\n"),
            content_type: format!("multipart/form-data; boundary={boundary}"),
        };
        let files = self.address(&["files"])?;
        let sent = self.http.send(files.clone(), parcel).await.map_err(|fault| fault.into_failure(&files))?;
        let file: Named = read(&sent, &files)?;

        let batches = self.address(&["batches"])?;
        let body = json!({
            "input_file_id": file.id,
            "endpoint": "/v1/chat/completions",
            "completion_window": draft.window,
            "metadata": { MARK: draft.mark },
        });
        let made = self.http.post_to(batches.clone(), &body).await.map_err(|fault| fault.into_failure(&batches))?;
        Ok(read::<Named>(&made, &batches)?.id)
    }

    /// Goes through the batches from the newest on, until they are too old.
    async fn search(&self, sought: &Sought<'_>) -> Result<Found, Failure> {
        let mut after: Option<String> = None;
        loop {
            let mut address = self.address(&["batches"])?;
            address.query_pairs_mut().append_pair("limit", "100");
            if let Some(after) = &after {
                address.query_pairs_mut().append_pair("after", after);
            }
            let page = self.http.get(address.clone()).await.map_err(|fault| fault.into_failure(&address))?;
            let page: Page = read(&page, &address)?;
            let is_it = |batch: &&Described| {
                let mark = batch.metadata.as_ref().and_then(|metadata| metadata.get(MARK)?.as_str());
                mark == Some(sought.mark)
            };
            if let Some(batch) = page.data.iter().find(is_it) {
                return Ok(Found::There(batch.id.clone()));
            }
            let Some(last) = page.data.last().filter(|_| page.has_more) else { return Ok(Found::Nowhere) };
            if last.created_at.is_some_and(|created| created.saturating_mul(1000) < sought.since_ms - CLOCKS_MS) {
                return Ok(Found::Nowhere);
            }
            if after.as_ref() == Some(&last.id) {
                return Err(malformed(&address, "the same page of batches again"));
            }
            after = Some(last.id.clone());
        }
    }
}

impl Batches for OpenAi {
    fn room(&self) -> Room {
        ROOM
    }

    fn separator(&self) -> &'static str {
        "\n"
    }

    fn line(&self, id: &str, call: &Call) -> Result<String, Failure> {
        let body = match &call.want {
            Want::Samples { first, count } => {
                Body::samples(self, call, *first, if self.several() { *count } else { 1 })
            }
            Want::Top { k } => Body::top(self, call, self.shown(*k)?),
            Want::Exact { .. } => return Err(super::not_of_given_texts()),
        };
        let line = json!({ "custom_id": id, "method": "POST", "url": "/v1/chat/completions", "body": body });
        Ok(line.to_string())
    }

    fn submit<'a>(&'a self, draft: &'a Draft<'a>) -> BoxFuture<'a, Result<String, Failure>> {
        Box::pin(self.hand_over(draft))
    }

    fn find<'a>(&'a self, sought: &'a Sought<'a>) -> BoxFuture<'a, Result<Found, Failure>> {
        Box::pin(self.search(sought))
    }

    fn look<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Standing, Failure>> {
        Box::pin(async move {
            let address = self.address(&["batches", name])?;
            let bytes = self.http.get(address.clone()).await.map_err(|fault| fault.into_failure(&address))?;
            Ok(standing(read(&bytes, &address)?))
        })
    }

    fn open<'a>(&'a self, file: &'a str) -> BoxFuture<'a, Result<Box<dyn Lines>, Failure>> {
        Box::pin(async move {
            let address = self.address(&["files", file, "content"])?;
            self.http.lines(address.clone()).await.map_err(|fault| fault.into_failure(&address))
        })
    }

    fn read(&self, line: &[u8]) -> Option<Line> {
        let written: Written = serde_json::from_slice(line).ok()?;
        let outcome = match (written.response, written.error) {
            (Some(Response { status_code, body }), _) => {
                Outcome::Replied { status: status_code, body: serde_json::to_vec(&body).ok()? }
            }
            (None, Some(error)) => match error.get("code").and_then(Value::as_str) {
                Some("batch_expired" | "batch_cancelled") => Outcome::Unanswered(said(&error)),
                _ => Outcome::Failed(Fault::under_success(&error).into_failure(self.http.endpoint())),
            },
            (None, None) => return None,
        };
        Some(Line { id: written.custom_id, outcome })
    }

    fn reply(&self, call: &Call, status: u16, body: &[u8]) -> Result<Reply, Failure> {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        if status.is_success() {
            return match &call.want {
                Want::Samples { count, .. } => self.read_samples(body, *count),
                Want::Top { .. } => self.reading().top(body),
                Want::Exact { .. } => Err(super::not_of_given_texts()),
            };
        }
        let refusal = match Fault::refused(status, body, None) {
            Fault::Refused(refusal) => refusal,
            fault @ Fault::Transport { .. } => return Err(fault.into_failure(self.http.endpoint())),
        };
        // What is learned of the server here is heeded when the next batch is made, which this call goes into.
        let learned = self.learn(&refusal, call);
        match &call.want {
            Want::Top { .. } if refusal.speaks_of("logprob") => Err(refusal.without_probabilities()),
            _ if learned => {
                let failure = Fault::Refused(refusal).into_failure(self.http.endpoint());
                Err(Failure { cause: Cause::Server, ..failure })
            }
            _ => Err(Fault::Refused(refusal).into_failure(self.http.endpoint())),
        }
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8], address: &Url) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|error| {
        let start = shortened(&String::from_utf8_lossy(bytes));
        malformed(address, &format!("something that is not of its batch interface ({error}): {start}"))
    })
}

fn standing(batch: Described) -> Standing {
    let counts = batch.request_counts.unwrap_or_default();
    let done = counts.completed + counts.failed;
    let stage = match batch.status.as_str() {
        "completed" | "expired" | "cancelled" => {
            let files = [batch.output_file_id, batch.error_file_id];
            let files = files.into_iter().flatten().filter(|file| !file.is_empty()).collect();
            Stage::Ended { files, lines: batch.request_counts.map(|_| done) }
        }
        "failed" => refused(batch.errors.as_ref()),
        // `validating`, `in_progress`, `finalizing`, `cancelling`, and words that are not known yet.
        _ => Stage::Working,
    };
    Standing { word: batch.status, done, stage }
}

/// Says why a batch was not taken: its first error, and how many more there are.
fn refused(errors: Option<&Value>) -> Stage {
    let errors = errors.and_then(|errors| errors.get("data")?.as_array()).map_or(&[][..], Vec::as_slice);
    let crowded = errors.iter().any(|error| error.get("code").and_then(Value::as_str) == Some("token_limit_exceeded"));
    let message = match errors.split_first() {
        None => "the service refused the batch and does not say why".to_owned(),
        Some((first, rest)) => {
            let line = first.get("line").and_then(Value::as_u64);
            let line = line.map(|line| format!(" (line {line})")).unwrap_or_default();
            let more = if rest.is_empty() { String::new() } else { format!(", and {} more errors", rest.len()) };
            format!("the service refused the batch: {}{line}{more}", said(first))
        }
    };
    Stage::Refused { message, crowded }
}

fn said(error: &Value) -> String {
    shortened(error.get("message").and_then(Value::as_str).unwrap_or("(no message)"))
}
