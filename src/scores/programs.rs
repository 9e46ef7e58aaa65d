//! Programs that were answers, called as the expressions of a question ask.
//!
//! An expression cannot wait for a program. It is evaluated until all that it calls is known: each time, what is not
//! known yet is noted, and then called for all answers at once.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::value::{Object, ObjectRepr, ValueKind};
use minijinja::{Error, ErrorKind, State, Value};
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::Outcome;
use super::measure::Come;
use crate::sandbox::{self, Limits, Pool, PoolError, code, in_range};

/// How often expressions are evaluated at most: a call may depend on what another one gave.
const ROUNDS: usize = 16;

/// Where programs run.
#[derive(Debug)]
pub struct Programs {
    pool: Mutex<Pool>,
    cancel: CancellationToken,
}

impl Programs {
    /// Runs programs in workers of this program, which `command` is.
    pub fn new(command: &Path, workers: usize, cancel: CancellationToken) -> Programs {
        Programs { pool: Mutex::new(Pool::new(command, workers, &Limits::default())), cancel }
    }

    /// Evaluates until every program has been called with all that its expressions ask for.
    ///
    /// # Errors
    /// Where no worker can be started, or the run was stopped.
    pub(super) fn settle(&self, programs: &[Program], mut evaluate: impl FnMut(usize)) -> Result<(), PoolError> {
        for _ in 0..ROUNDS {
            (0..programs.len()).for_each(&mut evaluate);
            let wanted: Vec<(usize, sandbox::Program)> = programs
                .iter()
                .enumerate()
                .flat_map(|(at, program)| program.wanted().into_iter().map(move |wanted| (at, wanted)))
                .collect();
            if wanted.is_empty() {
                return Ok(());
            }
            let calls: Vec<sandbox::Program> = wanted.iter().map(|(_, program)| program.clone()).collect();
            let outcomes = locked(&self.pool).run(&calls, &self.cancel)?;
            for ((at, called), outcomes) in wanted.into_iter().zip(outcomes) {
                if let Some(program) = programs.get(at) {
                    program.learn(&called, outcomes);
                }
            }
        }
        Ok(())
    }
}

/// One program, and what its functions gave so far.
#[derive(Clone, Debug)]
pub(crate) struct Program(Arc<Mutex<Calls>>);

#[derive(Debug)]
struct Calls {
    answer: String,
    /// The range that each value has to be in.
    range: (f64, f64),
    /// By function, and by argument as JSON.
    known: BTreeMap<(String, String), sandbox::Outcome>,
    wanted: BTreeMap<String, Vec<Json>>,
    failure: Option<(Outcome, String)>,
}

impl Program {
    /// Takes an answer as a program. Each value that it gives has to be in `range`, both ends included.
    pub(crate) fn new(answer: &str, range: Option<(f64, f64)>) -> Program {
        Program(Arc::new(Mutex::new(Calls {
            answer: answer.to_owned(),
            range: range.unwrap_or((f64::MIN, f64::MAX)),
            known: BTreeMap::new(),
            wanted: BTreeMap::new(),
            failure: None,
        })))
    }

    /// Returns `call` as expressions see it.
    pub(crate) fn function(&self) -> Value {
        Value::from_object(Function(Arc::clone(&self.0)))
    }

    /// Returns how the program failed when it was last called, where it did.
    pub(crate) fn failure(&self) -> Option<Come> {
        let calls = locked(&self.0);
        calls.failure.clone().map(|(outcome, how)| Come { read: Some(how), ..Come::to(outcome) })
    }

    fn wanted(&self) -> Vec<sandbox::Program> {
        let mut calls = locked(&self.0);
        let wanted = std::mem::take(&mut calls.wanted);
        wanted
            .into_iter()
            .map(|(function, arguments)| sandbox::Program {
                code: code(&calls.answer, &function),
                function,
                arguments: arguments.into_iter().map(|argument| vec![argument]).collect(),
            })
            .collect()
    }

    fn learn(&self, called: &sandbox::Program, outcomes: Vec<sandbox::Outcome>) {
        let mut calls = locked(&self.0);
        for (arguments, outcome) in called.arguments.iter().zip(outcomes) {
            let argument = arguments.first().unwrap_or(&Json::Null).to_string();
            calls.known.insert((called.function.clone(), argument), outcome);
        }
    }
}

/// `call(function, value)`: what a function of the program gives for a value; for a list, the mean over its items.
struct Function(Arc<Mutex<Calls>>);

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("call")
    }
}

impl Object for Function {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, arguments: &[Value]) -> Result<Value, Error> {
        let failed = |message: &str| Error::new(ErrorKind::InvalidOperation, message.to_owned());
        let [function, value] = arguments else { return Err(failed("`call` takes a function and a value")) };
        let Some(function) = function.as_str() else { return Err(failed("the name of a function is a text")) };
        let values: Vec<Value> = match value.kind() {
            ValueKind::Seq | ValueKind::Iterable => value.try_iter()?.collect(),
            _ => vec![value.clone()],
        };
        if values.is_empty() {
            return Err(failed("there is nothing to call the function with"));
        }
        let mut calls = locked(&self.0);
        let mut sum = 0.0;
        let mut waits = false;
        for value in &values {
            let argument = serde_json::to_value(value).map_err(|_| failed("the value is no data"))?;
            match calls.known.get(&(function.to_owned(), argument.to_string())) {
                Some(outcome) => match number(outcome, calls.range) {
                    Ok(number) => sum += number,
                    Err(failure) => {
                        calls.failure = Some(failure);
                        return Err(failed("the program failed"));
                    }
                },
                None => {
                    waits = true;
                    let wanted = calls.wanted.entry(function.to_owned()).or_default();
                    if !wanted.contains(&argument) {
                        wanted.push(argument);
                    }
                }
            }
        }
        if waits { Err(failed("not called yet")) } else { Ok(Value::from(sum / values.len() as f64)) }
    }
}

/// Returns the number that a call gave, or what the answer comes to without one, and why.
fn number(outcome: &sandbox::Outcome, (low, high): (f64, f64)) -> Result<f64, (Outcome, String)> {
    match outcome {
        sandbox::Outcome::Value(value) => {
            in_range(value, low, high).map_err(|error| (Outcome::OutOfRange, error.to_string()))
        }
        sandbox::Outcome::NotFinite(_) | sandbox::Outcome::NotData(_) => {
            Err((Outcome::OutOfRange, outcome.kind().to_owned()))
        }
        sandbox::Outcome::Unparsed(_) | sandbox::Outcome::Missing => {
            Err((Outcome::Unparsed, outcome.kind().to_owned()))
        }
        _ => Err((Outcome::Failed, outcome.kind().to_owned())),
    }
}

/// Nothing that holds one of these locks can leave it half written.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
