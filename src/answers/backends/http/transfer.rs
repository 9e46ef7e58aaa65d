//! What is sent and fetched beside the calls themselves: files of requests, and files of what came.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body::{Body, Frame, SizeHint};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, Url};
use serde::Serialize;

use super::{Fault, Http, LARGEST_REPLY, marks, retry_after};
use crate::answers::Failure;
use crate::answers::batch::Lines;
use crate::configuration::Secret;

/// How long the transfer of one file may take.
const LONGEST: Duration = Duration::from_hours(6);
/// How much of a file is in memory at once.
const PIECE: usize = 64 << 10;

/// A file on its way, with what goes before and after it.
pub(in crate::answers::backends) struct Parcel<'a> {
    pub(in crate::answers::backends) before: String,
    pub(in crate::answers::backends) file: &'a File,
    pub(in crate::answers::backends) bytes: u64,
    pub(in crate::answers::backends) after: String,
    pub(in crate::answers::backends) content_type: String,
}

impl Http {
    /// Fetches JSON from an address of the service.
    pub(in crate::answers::backends) async fn get(&self, address: Url) -> Result<Vec<u8>, Fault> {
        self.exchange(self.client.get(address)).await
    }

    /// Sends JSON to another address than that of calls.
    pub(in crate::answers::backends) async fn post_to(
        &self,
        address: Url,
        body: &impl Serialize,
    ) -> Result<Vec<u8>, Fault> {
        let body = serde_json::to_vec(body).map_err(|error| Fault::unsendable(&error))?;
        self.exchange(self.client.post(address).body(body)).await
    }

    /// Sends a file, piece by piece.
    pub(in crate::answers::backends) async fn send(&self, address: Url, parcel: Parcel<'_>) -> Result<Vec<u8>, Fault> {
        let Parcel { before, file, bytes, after, content_type } = parcel;
        let length = before.len() as u64 + bytes + after.len() as u64;
        let opened = file.try_clone().and_then(|mut file| file.seek(SeekFrom::Start(0)).map(|_| file));
        let file = opened.map_err(|error| Fault::unreadable(&error))?.take(bytes);
        let pieces = Pieces { text: Cursor::new(before).chain(file).chain(Cursor::new(after)), left: length };
        let request = self.client.post(address).timeout(LONGEST).header(CONTENT_TYPE, content_type);
        self.exchange(request.body(reqwest::Body::wrap(pieces))).await
    }

    /// Opens a file of lines. Whatever type it is said to have, each line is looked at by itself.
    pub(in crate::answers::backends) async fn lines(&self, address: Url) -> Result<Box<dyn Lines>, Fault> {
        let request = self.client.get(address.clone()).timeout(LONGEST);
        let mut response = request.header(marks::HEADER, self.marks.next()).send().await?;
        let status = response.status();
        if status.is_success() {
            let key = self.key.clone();
            return Ok(Box::new(Arriving { response, address, key, waiting: Vec::new(), over: false }));
        }
        let wait = retry_after::milliseconds(response.headers());
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LARGEST_REPLY {
                break;
            }
        }
        Err(Fault::refused(status, &self.without_key(bytes), wait))
    }

    /// Returns an address of the service: its own one, with these parts behind it.
    pub(in crate::answers::backends) fn address(base_url: &str, parts: &[&str]) -> Result<Url, Failure> {
        let wrong = |why: &str| super::failure(crate::answers::Cause::Rejected, format!("`{base_url}` {why}"));
        let mut address = Url::parse(base_url).map_err(|error| wrong(&format!("is not an address: {error}")))?;
        // A part is never read as more than one: names come from the service.
        address.path_segments_mut().map_err(|()| wrong("has no paths"))?.extend(parts);
        Ok(address)
    }
}

/// A text that is read while it is sent.
struct Pieces<R> {
    text: R,
    left: u64,
}

impl<R: Read + Unpin> Body for Pieces<R> {
    type Data = Bytes;
    type Error = std::io::Error;

    /// Reading a piece of a local file takes less than a switch to another thread would.
    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        let pieces = self.get_mut();
        let mut piece = vec![0; PIECE];
        loop {
            return Poll::Ready(match pieces.text.read(&mut piece) {
                Ok(0) => None,
                Ok(length) => {
                    piece.truncate(length);
                    pieces.left = pieces.left.saturating_sub(length as u64);
                    Some(Ok(Frame::data(Bytes::from(piece))))
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => Some(Err(error)),
            });
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Lines that arrive.
struct Arriving {
    response: Response,
    address: Url,
    key: Option<Secret>,
    waiting: Vec<u8>,
    over: bool,
}

impl Arriving {
    async fn line(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let mut looked_at = 0;
        loop {
            let end = self.waiting.iter().skip(looked_at).position(|byte| *byte == b'\n');
            if let Some(end) = end.map(|end| looked_at + end) {
                let rest = self.waiting.split_off(end + 1);
                let line = std::mem::replace(&mut self.waiting, rest);
                return Ok(Some(self.without_key(line)));
            }
            if self.over {
                let line = std::mem::take(&mut self.waiting);
                return Ok((!line.is_empty()).then(|| self.without_key(line)));
            }
            looked_at = self.waiting.len();
            match self.response.chunk().await? {
                Some(chunk) if looked_at + chunk.len() > LARGEST_REPLY => return Err(Fault::too_long(LARGEST_REPLY)),
                Some(chunk) => self.waiting.extend_from_slice(&chunk),
                None => self.over = true,
            }
        }
    }

    fn without_key(&self, line: Vec<u8>) -> Vec<u8> {
        match &self.key {
            Some(key) if key.is_in(&line) => key.scrub(&String::from_utf8_lossy(&line)).into_bytes(),
            _ => line,
        }
    }
}

impl Lines for Arriving {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Vec<u8>>, Failure>> {
        Box::pin(async { self.line().await.map_err(|fault| fault.into_failure(&self.address)) })
    }
}
