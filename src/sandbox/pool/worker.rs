use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::PoolError;
use crate::sandbox::{Limits, Outcome, Reply, Request, TIMED_OUT_EXIT};

/// How long a worker has to say that it is there.
const START: Duration = Duration::from_mins(1);

/// How often a wait looks whether it has been cancelled.
const LOOK: Duration = Duration::from_millis(20);

/// What a reply has beyond the value it holds.
const REPLY_ROOM: u64 = 64 << 10;

/// The most of a worker's last words that is kept.
const LAST_WORDS: u64 = 4 << 10;

/// A worker process, with one thread for each of its three streams, so that a worker that neither reads nor writes
/// holds nothing up. Dropping it kills the process, waits for it, and ends the threads.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    /// Nothing once the worker has been told to end.
    requests: Option<SyncSender<Vec<u8>>>,
    replies: Option<Receiver<Vec<u8>>>,
    last_words: Option<JoinHandle<String>>,
    threads: Vec<JoinHandle<()>>,
}

/// What came of a request.
#[derive(Debug)]
pub(super) enum Answered {
    Reply(Reply),
    /// The worker is dead, and this is what the program came to.
    Ended(Outcome),
    /// The worker is dead.
    Cancelled,
}

impl Worker {
    pub(super) fn start(command: &Path, limits: &Limits, cancel: &CancellationToken) -> Result<Worker, PoolError> {
        let failed = |message: String| PoolError::Start(format!("{}: {message}", command.display()));
        let mut worker = Worker::spawned(command, limits).map_err(|error| failed(error.to_string()))?;
        match worker.exchange(limits, START, cancel) {
            Answered::Reply(Reply::Ready) => Ok(worker),
            Answered::Reply(reply) => Err(failed(format!("it began with {reply:?}"))),
            Answered::Ended(Outcome::Crashed(message)) => Err(failed(message)),
            Answered::Ended(outcome) => Err(failed(format!("its start {outcome}"))),
            Answered::Cancelled => Err(PoolError::Cancelled),
        }
    }

    fn spawned(command: &Path, limits: &Limits) -> io::Result<Worker> {
        let mut command = Command::new(command);
        command.arg("sandbox").env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Each thread would take a heap of its own from the address space that is limited.
        command.env("MALLOC_ARENA_MAX", "1");
        if cfg!(windows)
            && let Some(root) = std::env::var_os("SystemRoot")
        {
            command.env("SystemRoot", root);
        }
        // A key press that interrupts this program does not reach the worker, which would seem to have crashed.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (requests, to_write) = sync_channel(1);
        let (replied, replies) = sync_channel(1);
        let longest = (limits.output as u64).saturating_add(REPLY_ROOM);
        let threads = vec![
            thread::spawn(move || write_requests(input, &to_write)),
            thread::spawn(move || read_replies(output, longest, &replied)),
        ];
        let last_words = Some(thread::spawn(move || errors.map_or_else(String::new, read_last_words)));
        Ok(Worker { child, requests: Some(requests), replies: Some(replies), last_words, threads })
    }

    /// Sends a request and waits for its reply until the time is over. Where none comes, the worker is dead afterwards.
    pub(super) fn ask(&mut self, request: &Request, time: Duration, cancel: &CancellationToken) -> Answered {
        self.exchange(request, time, cancel)
    }

    fn exchange(&mut self, line: &impl Serialize, time: Duration, cancel: &CancellationToken) -> Answered {
        let mut line = match serde_json::to_vec(line) {
            Ok(line) => line,
            Err(error) => return self.crashed(&error.to_string()),
        };
        line.push(b'\n');
        // A worker that is dead already shows it by a reply that never comes.
        let _ = self.requests.as_ref().map(|requests| requests.send(line));
        let deadline = Instant::now() + time;
        loop {
            let Some(replies) = &self.replies else { return self.crashed("it had ended") };
            let left = deadline.saturating_duration_since(Instant::now());
            let received = replies.recv_timeout(left.min(LOOK));
            if cancel.is_cancelled() {
                self.end();
                return Answered::Cancelled;
            }
            match received {
                Ok(line) => {
                    return match serde_json::from_slice(&line) {
                        Ok(reply) => Answered::Reply(reply),
                        Err(error) => self.crashed(&format!("its reply cannot be read: {error}")),
                    };
                }
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    self.end();
                    return Answered::Ended(Outcome::TimedOut);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Answered::Ended(self.end_of_itself()),
            }
        }
    }

    fn crashed(&mut self, message: &str) -> Answered {
        self.end();
        Answered::Ended(Outcome::Crashed(message.to_owned()))
    }

    /// Says what the end of a worker that ended by itself means.
    fn end_of_itself(&mut self) -> Outcome {
        // Its output is closed, so that it is about to end; a worker that is not is killed.
        let status = (0..50).find_map(|_| {
            let status = self.child.try_wait().ok().flatten();
            if status.is_none() {
                thread::sleep(LOOK);
            }
            status
        });
        let last_words = self.end();
        if status.and_then(|status| status.code()) == Some(i32::from(TIMED_OUT_EXIT)) {
            return Outcome::TimedOut;
        }
        // What Rust writes before it aborts, for want of memory or of stack.
        if last_words.contains("memory allocation of ") {
            return Outcome::OutOfMemory;
        }
        if last_words.contains("has overflowed its stack") {
            return Outcome::TooDeep;
        }
        let said = last_words.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
        let status = status.map_or_else(|| "no exit status".to_owned(), |status| status.to_string());
        Outcome::Crashed(if said.is_empty() { status } else { format!("{status}: {said}") })
    }

    /// Kills the worker, waits until it is gone, and returns its last words.
    fn end(&mut self) -> String {
        self.requests = None;
        self.replies = None;
        // Both fail only for a process that is gone and has been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        self.last_words.take().and_then(|thread| thread.join().ok()).unwrap_or_default()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}

/// Writes lines until there are no more or nobody reads them.
fn write_requests(input: Option<ChildStdin>, lines: &Receiver<Vec<u8>>) {
    let Some(mut input) = input else { return };
    while let Ok(line) = lines.recv() {
        if input.write_all(&line).and_then(|()| input.flush()).is_err() {
            return;
        }
    }
}

/// Reads lines until there are no more, one is too long, or nobody waits for them.
fn read_replies(output: Option<ChildStdout>, longest: u64, replied: &SyncSender<Vec<u8>>) {
    let Some(output) = output else { return };
    let mut output = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        let read = output.by_ref().take(longest).read_until(b'\n', &mut line);
        if read.is_err() || line.pop() != Some(b'\n') || replied.send(line).is_err() {
            return;
        }
    }
}

fn read_last_words(mut errors: impl Read) -> String {
    let mut kept = Vec::new();
    let _ = errors.by_ref().take(LAST_WORDS).read_to_end(&mut kept);
    // The rest is read and thrown away, so that a worker that says much is not held up.
    let _ = io::copy(&mut errors, &mut io::sink());
    String::from_utf8_lossy(&kept).into_owned()
}
