mod failure;
mod printed;
mod python;
mod values;

use monty::{Dump, MontyRepl, MontyRun, Session, SessionRef, dump};
use monty_types::{
    AssertMessageAnnotations, CompileOptions, MontyException, MontyObject, PrintWriter, ResourceLimits, ResourceTracker,
};
use serde_json::Value as Json;

use super::{Limits, Outcome, Part};
use printed::Printed;

/// The file that errors name.
const SCRIPT: &str = "answer.py";

/// What is run before a program's body. This interpreter adds no truth values, and `sum(word in text for word in words)`
/// is how many functions count: `sum` gets whole numbers in their place, which in Python they are.
const PRELUDE: &str = "\
sum = (lambda sum, int, type, bool, range: lambda iterable, /, start=0: sum(
    iterable if type(iterable) is range else [int(each) if type(each) is bool else each for each in iterable],
    int(start) if type(start) is bool else start,
))(sum, int, type, bool, range)
";

/// A program whose body has been run. Each call starts from what the body left behind, and leaves nothing to the next:
/// what one call writes into a global variable, a default argument or a class is gone with it, so that an outcome
/// depends on the program and its own arguments alone.
#[derive(Debug)]
pub struct Loaded {
    /// The interpreter's memory after the body.
    image: Vec<u8>,
    function: String,
    limits: Limits,
}

impl Loaded {
    /// Parses a program and runs its body, within its limits on code, recursion, time and output. Memory is bounded for
    /// single large values only; the rest is up to the worker, whose address space is limited.
    ///
    /// # Errors
    /// The outcome of every call, where the body does not come to the function.
    pub fn new(code: &str, function: &str, limits: &Limits) -> Result<Loaded, Outcome> {
        if code.len() > limits.code {
            return Err(Outcome::TooLong(Part::Code));
        }
        // The texts of failed assertions are CPython's.
        let options = CompileOptions { assert_message_annotations: AssertMessageAnnotations::Off };
        MontyRun::new(code.to_owned(), SCRIPT, Vec::new(), options).map_err(|error| failure::unparsed(&error))?;
        if let Some(method) = python::ignored_method(code) {
            return Err(Outcome::Unsupported(format!("the special method {method}")));
        }
        let mut session = MontyRepl::new(SCRIPT, tracker(limits), options);
        fed(&mut session, PRELUDE, Vec::new(), limits)?;
        fed(&mut session, code, Vec::new(), limits)?;
        if !(session.has_function(function) || is_callable_object(&mut session, function, limits)) {
            return Err(Outcome::Missing);
        }
        let image = dump(SCRIPT, None, SessionRef::Idle(&session))
            .map_err(|error| Outcome::Unsupported(format!("keeping what the program's body made: {error}")))?;
        Ok(Loaded { image, function: function.to_owned(), limits: limits.clone() })
    }

    /// Calls the function with positional arguments.
    pub fn call(&self, arguments: &[Json]) -> Outcome {
        let mut session = match Dump::load(&self.image).map(|dump| dump.state) {
            Ok(Session::Idle(session)) => session,
            Ok(_) => return Outcome::Unsupported("a body that waits for something outside".into()),
            Err(error) => return Outcome::Unsupported(format!("what the program's body made: {error}")),
        };
        session.tracker_mut().set_max_duration(self.limits.time);
        let names: Vec<String> = (0..arguments.len()).map(|position| format!("__argument_{position}")).collect();
        let call = format!("{}({})", self.function, names.join(", "));
        let inputs = names.into_iter().zip(arguments.iter().map(values::into_python)).collect();
        let returned = match fed(&mut session, &call, inputs, &self.limits) {
            Ok(returned) => returned,
            Err(outcome) => return outcome,
        };
        values::from_python(&returned, self.limits.output).map_or_else(|outcome| outcome, Outcome::Value)
    }
}

fn tracker(limits: &Limits) -> ResourceTracker {
    ResourceTracker::new(ResourceLimits {
        max_duration: Some(limits.time),
        max_memory: usize::try_from(limits.memory).ok(),
        max_recursion_depth: limits.recursion,
        ..ResourceLimits::default()
    })
}

/// Runs a piece of code in a session and returns the value of its last expression.
fn fed(
    session: &mut MontyRepl,
    code: &str,
    inputs: Vec<(String, MontyObject)>,
    limits: &Limits,
) -> Result<MontyObject, Outcome> {
    let mut printed = Printed::up_to(limits.output);
    let result: Result<MontyObject, MontyException> =
        session.feed_run(code, inputs, PrintWriter::Callback(&mut printed));
    // A program may catch the error with which printing ends, and it has printed too much all the same.
    if printed.is_too_long() {
        return Err(Outcome::TooLong(Part::Output));
    }
    result.map_err(|error| failure::raised(&error))
}

/// Says whether a global variable holds what can be called without being a function: a class, or an object of one.
fn is_callable_object(session: &mut MontyRepl, name: &str, limits: &Limits) -> bool {
    python::is_identifier(name)
        && matches!(
            fed(session, name, Vec::new(), limits),
            Ok(MontyObject::Type(_) | MontyObject::ClassInstance(_) | MontyObject::Repr(_))
        )
}
