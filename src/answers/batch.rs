//! The door to batch services: files of requests that a service answers when it has room, for less.

use std::collections::BTreeSet;
use std::fs::File;

use futures_util::future::BoxFuture;

use super::Failure;
use super::backend::{Call, Reply};

/// What one batch may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    pub requests: usize,
    pub bytes: u64,
}

/// A batch as it is submitted. Its mark is ours, and made before the service hears of it: by the mark, and by the ids
/// of its requests, which begin with it, a batch is found again whose submission nobody saw end.
#[derive(Debug)]
pub struct Draft<'a> {
    pub mark: &'a str,
    /// The lines, joined as [`Batches::separator`] has it.
    pub lines: &'a File,
    pub bytes: u64,
    /// How long the service may take, in its words.
    pub window: &'a str,
}

/// A batch that may have been submitted.
#[derive(Debug)]
pub struct Sought<'a> {
    pub mark: &'a str,
    pub requests: u64,
    /// When it was to be submitted, in milliseconds since 1970.
    pub since_ms: i64,
    /// The service's names of batches that are known to be others.
    pub others: &'a BTreeSet<String>,
}

/// What looking for a batch came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is there, under this name.
    There(String),
    Nowhere,
    /// One that is still being worked on may be it, which will show when that one has ended.
    Perhaps,
}

/// How a batch stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The service's word for it.
    pub word: String,
    /// How many of its requests have come to an end.
    pub done: u64,
    pub stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The service works on it, or says what is not known here.
    Working,
    /// Nothing more will come: these files hold what came, in so many lines where that is said.
    Ended { files: Vec<String>, lines: Option<u64> },
    /// The service has not taken it, and has answered nothing of it. `crowded` says that it would take it later, when
    /// it has worked on others.
    Refused { message: String, crowded: bool },
}

/// One line of what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The id that the request had.
    pub id: String,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What a call would have been answered with.
    Replied { status: u16, body: Vec<u8> },
    /// The batch ended before the request was answered; these are the service's words.
    Unanswered(String),
    /// The service gave an error in place of a reply.
    Failed(Failure),
}

/// The lines of a file as they arrive.
pub trait Lines: Send {
    /// Returns the next line, without its end; none after the last one.
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Vec<u8>>, Failure>>;
}

/// A model that can be asked in batches. Each method talks to the service once: retries are the runner's business.
pub trait Batches: Send + Sync {
    /// The most that one batch takes.
    fn room(&self) -> Room;

    /// What stands between two lines.
    fn separator(&self) -> &'static str;

    /// Returns the line that makes a call.
    ///
    /// # Errors
    /// The call cannot be made of this model.
    fn line(&self, id: &str, call: &Call) -> Result<String, Failure>;

    /// Hands a batch over, and returns the service's name for it.
    fn submit<'a>(&'a self, draft: &'a Draft<'a>) -> BoxFuture<'a, Result<String, Failure>>;

    /// Looks for a batch whose submission nobody saw end.
    fn find<'a>(&'a self, sought: &'a Sought<'a>) -> BoxFuture<'a, Result<Found, Failure>>;

    fn look<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Standing, Failure>>;

    /// Opens a file of what came.
    fn open<'a>(&'a self, file: &'a str) -> BoxFuture<'a, Result<Box<dyn Lines>, Failure>>;

    /// Reads a line; none where it is not a whole one.
    fn read(&self, line: &[u8]) -> Option<Line>;

    /// Reads a reply as the reply to a call, as if it had come alone.
    ///
    /// # Errors
    /// What a call that was answered in this way would have failed with.
    fn reply(&self, call: &Call, status: u16, body: &[u8]) -> Result<Reply, Failure>;
}
