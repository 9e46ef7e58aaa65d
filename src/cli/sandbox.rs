use std::io::{self, BufRead as _, Write as _};
use std::panic;
use std::process::exit;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use clap::Args;
use introspec::sandbox::{Limits, Loaded, Outcome, Reply, Request, TIMED_OUT_EXIT};

use super::exit::Exit;
use confinement::Confinement;

mod confinement;

const HELP: &str = "\
The worker that `introspec run` starts to run Python that a model wrote. It reads requests and writes replies, one line \
of JSON each, the first request being its limits. It has no file, network, environment or process to give away.";

/// The interpreter recurses with the program it runs. Of the address space, only what is used takes memory.
const STACK: usize = 256 << 20;

/// What the interpreter has beyond a program's time before this process ends itself. The interpreter looks at the clock
/// between steps, and a step may be long.
const GRACE: Duration = Duration::from_millis(500);

/// The exit status of a worker whose interpreter panicked, which is Rust's own.
const PANICKED_EXIT: i32 = 101;

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Sandbox {}

impl Sandbox {
    pub(crate) fn run() -> Exit {
        // What a panic says becomes an outcome, so that it names neither a thread nor a place in a file.
        panic::set_hook(Box::new(|panic| eprintln!("{}", panic.payload_as_str().unwrap_or("a panic"))));
        let mut lines = io::stdin().lock().lines();
        let Some(Ok(first)) = lines.next() else { return Exit::Well };
        let limits: Limits = match serde_json::from_str(&first) {
            Ok(limits) => limits,
            Err(error) => {
                eprintln!("error: the first line holds no limits: {error}");
                return Exit::Usage;
            }
        };
        let time = limits.time.saturating_add(GRACE);
        let (ask, asked) = sync_channel(1);
        let (reply, replies) = sync_channel(1);
        let interpreter = thread::Builder::new().stack_size(STACK).spawn(move || interpret(&limits, &asked, &reply));
        if let Err(error) = interpreter {
            eprintln!("error: the interpreter has no stack: {error}");
            return Exit::Usage;
        }
        if !answer(&replies, time) {
            return Exit::Well;
        }
        for line in lines {
            // Whoever asked is gone, or does not speak as it should.
            let Ok(line) = line else { return Exit::Well };
            let request: Request = match serde_json::from_str(&line) {
                Ok(request) => request,
                Err(error) => {
                    eprintln!("error: a line holds no request: {error}");
                    return Exit::Usage;
                }
            };
            if ask.send(request).is_err() {
                exit(PANICKED_EXIT);
            }
            if !answer(&replies, time) {
                return Exit::Well;
            }
        }
        Exit::Well
    }
}

/// Passes a reply on, and says whether anybody reads it. Ends the process where none comes: whoever started it may be
/// gone, so that it must not wait to be killed.
fn answer(replies: &Receiver<Reply>, time: Duration) -> bool {
    let reply = match replies.recv_timeout(time) {
        Ok(reply) => reply,
        Err(RecvTimeoutError::Timeout) => exit(i32::from(TIMED_OUT_EXIT)),
        Err(RecvTimeoutError::Disconnected) => exit(PANICKED_EXIT),
    };
    let Ok(mut line) = serde_json::to_vec(&reply) else { return false };
    line.push(b'\n');
    let mut output = io::stdout().lock();
    output.write_all(&line).and_then(|()| output.flush()).is_ok()
}

fn interpret(limits: &Limits, requests: &Receiver<Request>, replies: &SyncSender<Reply>) {
    let confinement = Confinement::begin();
    if replies.send(Reply::Ready).is_err() {
        return;
    }
    let mut loaded: Option<Loaded> = None;
    while let Ok(request) = requests.recv() {
        // The earlier program's memory is given back before this one's is counted.
        if matches!(request, Request::Load { .. }) {
            loaded = None;
        }
        confinement.limit_memory(limits.memory);
        let reply = match (request, &loaded) {
            (Request::Load { code, function }, _) => match Loaded::new(&code, &function, limits) {
                Ok(program) => {
                    loaded = Some(program);
                    Reply::Loaded
                }
                Err(outcome) => Reply::Failed(outcome),
            },
            (Request::Call { arguments }, Some(program)) => Reply::Called(program.call(&arguments)),
            (Request::Call { .. }, None) => Reply::Failed(Outcome::Missing),
        };
        confinement.release_memory();
        if replies.send(reply).is_err() {
            return;
        }
    }
}
