mod worker;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::{Limits, Outcome, Program, Reply, Request};
use worker::{Answered, Worker};

/// What a worker has beyond a program's own time before it is killed: the interpreter looks at the clock between steps,
/// the worker's watchdog half a second later, and a loaded machine is late for both.
const GRACE: Duration = Duration::from_secs(5);

/// Programs after which a worker is replaced, so that nothing an interpreter keeps by mistake adds up.
const PROGRAMS: usize = 200;

/// Why a pool could not say what programs come to. No program causes these.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    #[error("cancelled")]
    Cancelled,
    #[error("the sandbox cannot be started: {0}")]
    Start(String),
}

/// Workers that run programs, each in a process of its own, started when first needed. Dropping a pool kills its
/// workers and waits until they are gone.
#[derive(Debug)]
pub struct Pool {
    seats: Vec<Seat>,
}

impl Pool {
    /// Makes a pool of at least one worker. `command` is this program: `std::env::current_exe()`, or where a test
    /// built it; it is called as `COMMAND sandbox`.
    pub fn new(command: &Path, workers: usize, limits: &Limits) -> Pool {
        let seat = || Seat { command: command.to_owned(), limits: limits.clone(), worker: None, served: 0 };
        Pool { seats: (0..workers.max(1)).map(|_| seat()).collect() }
    }

    /// Runs programs side by side. Each has one outcome for each of its lists of arguments, in their order, and no
    /// outcome depends on another program, on the number of workers, or on which program ends first.
    ///
    /// # Errors
    /// Where a worker cannot be started, or `cancel` was called.
    pub fn run(&mut self, programs: &[Program], cancel: &CancellationToken) -> Result<Vec<Vec<Outcome>>, PoolError> {
        let next = AtomicUsize::new(0);
        // One worker that cannot be started ends the others' work too.
        let stop = cancel.child_token();
        let shares = thread::scope(|scope| {
            let (next, stop) = (&next, &stop);
            let seats = self.seats.iter_mut().take(programs.len());
            let threads: Vec<_> = seats.map(|seat| scope.spawn(move || seat.share(programs, next, stop))).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().map_err(|_| PoolError::Start("its thread panicked".into())).flatten())
                .collect::<Vec<_>>()
        });
        let mut outcomes = Vec::with_capacity(programs.len());
        let mut error = None;
        for share in shares {
            match share {
                Ok(share) => outcomes.extend(share),
                // The others were cancelled because of the one that failed.
                Err(other) if matches!(error, None | Some(PoolError::Cancelled)) => error = Some(other),
                Err(_) => {}
            }
        }
        if let Some(error) = error {
            return Err(error);
        }
        outcomes.sort_by_key(|(position, _)| *position);
        Ok(outcomes.into_iter().map(|(_, outcomes)| outcomes).collect())
    }

    /// Runs one program. See [`Pool::run`].
    pub fn call_many(&mut self, program: &Program, cancel: &CancellationToken) -> Result<Vec<Outcome>, PoolError> {
        let outcomes = self.run(std::slice::from_ref(program), cancel)?;
        Ok(outcomes.into_iter().next().unwrap_or_default())
    }
}

/// A worker's place: it is empty before the first program and where a worker has just died.
#[derive(Debug)]
struct Seat {
    command: PathBuf,
    limits: Limits,
    worker: Option<Worker>,
    /// The programs that this worker has loaded.
    served: usize,
}

impl Seat {
    /// Takes one program after another until none is left.
    fn share(
        &mut self,
        programs: &[Program],
        next: &AtomicUsize,
        stop: &CancellationToken,
    ) -> Result<Vec<(usize, Vec<Outcome>)>, PoolError> {
        let mut outcomes = Vec::new();
        loop {
            let position = next.fetch_add(1, Ordering::Relaxed);
            let Some(program) = programs.get(position) else { return Ok(outcomes) };
            match self.outcomes(program, stop) {
                Ok(of_program) => outcomes.push((position, of_program)),
                Err(error) => {
                    stop.cancel();
                    self.worker = None;
                    return Err(error);
                }
            }
        }
    }

    fn outcomes(&mut self, program: &Program, cancel: &CancellationToken) -> Result<Vec<Outcome>, PoolError> {
        let mut outcomes = Vec::with_capacity(program.arguments.len());
        let mut is_loaded = false;
        let mut strikes = 0;
        for arguments in &program.arguments {
            if strikes >= self.limits.strikes.max(1) {
                outcomes.push(Outcome::GivenUp);
                continue;
            }
            let mut ended = self.attempt(program, arguments, &mut is_loaded, cancel)?;
            if matches!(ended, Ended::Body(Outcome::Crashed(_)) | Ended::Call(Outcome::Crashed(_))) {
                // Something else may have ended the worker, such as a system short of memory. A program is blamed for
                // what happens again.
                ended = self.attempt(program, arguments, &mut is_loaded, cancel)?;
            }
            match ended {
                Ended::Call(outcome) => {
                    strikes += usize::from(outcome.is_strike());
                    outcomes.push(outcome);
                }
                // The body does not look at arguments: what it came to, it comes to for every one of them.
                Ended::Body(outcome) => {
                    outcomes.resize(program.arguments.len(), outcome);
                    break;
                }
            }
        }
        Ok(outcomes)
    }

    /// Loads the program where the worker does not have it, and makes one call.
    fn attempt(
        &mut self,
        program: &Program,
        arguments: &[Json],
        is_loaded: &mut bool,
        cancel: &CancellationToken,
    ) -> Result<Ended, PoolError> {
        if !*is_loaded {
            if self.served >= PROGRAMS {
                self.worker = None;
            }
            self.served += 1;
            // What is too long for the interpreter need not be sent to it.
            if program.code.len() > self.limits.code {
                return Ok(Ended::Body(Outcome::TooLong(super::Part::Code)));
            }
            let load = Request::Load { code: program.code.clone(), function: program.function.clone() };
            match self.ask(&load, cancel)? {
                Reply::Loaded => *is_loaded = true,
                Reply::Failed(outcome) => return Ok(Ended::Body(outcome)),
                reply => return Ok(Ended::Body(self.confused(&reply))),
            }
        }
        match self.ask(&Request::Call { arguments: arguments.to_vec() }, cancel)? {
            Reply::Called(outcome) => Ok(Ended::Call(outcome)),
            Reply::Failed(outcome) => {
                *is_loaded = false;
                Ok(Ended::Call(outcome))
            }
            reply => {
                *is_loaded = false;
                Ok(Ended::Call(self.confused(&reply)))
            }
        }
    }

    /// Asks the worker, and makes how it ended the reply where it has none.
    fn ask(&mut self, request: &Request, cancel: &CancellationToken) -> Result<Reply, PoolError> {
        let worker = match &mut self.worker {
            Some(worker) => worker,
            empty => {
                self.served = 0;
                empty.insert(Worker::start(&self.command, &self.limits, cancel)?)
            }
        };
        match worker.ask(request, self.limits.time.saturating_add(GRACE), cancel) {
            Answered::Reply(reply) => Ok(reply),
            Answered::Cancelled => Err(PoolError::Cancelled),
            Answered::Ended(outcome) => {
                self.worker = None;
                Ok(Reply::Failed(outcome))
            }
        }
    }

    fn confused(&mut self, reply: &Reply) -> Outcome {
        self.worker = None;
        Outcome::Crashed(format!("it answered out of turn: {reply:?}"))
    }
}

/// Where a program ended.
enum Ended {
    Body(Outcome),
    Call(Outcome),
}
