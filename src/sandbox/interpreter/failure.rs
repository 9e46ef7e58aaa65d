//! What an error of the interpreter means: its kinds and messages are those of CPython, which say little about whether
//! the program is wrong or the interpreter lacks something, so that names are looked up in what CPython has.

use monty_types::{ExcType, MontyException};

use super::python;
use crate::sandbox::Outcome;

/// The most of an exception's message that is kept, in characters.
const MESSAGE: usize = 500;

/// Returns the outcome of a program that cannot be parsed.
pub(super) fn unparsed(error: &MontyException) -> Outcome {
    match raised(error) {
        Outcome::Raised { kind, message } if kind == "SyntaxError" => Outcome::Unparsed(placed(error, &message)),
        outcome => outcome,
    }
}

/// Returns the outcome of an exception that ended a program.
pub(super) fn raised(error: &MontyException) -> Outcome {
    let message = error.message().unwrap_or_default();
    let kind = error.exc_type();
    let lacking = match kind {
        ExcType::TimeoutError if message.starts_with("time limit exceeded: ") => return Outcome::TimedOut,
        ExcType::MemoryError if message.starts_with("memory limit exceeded: ") => return Outcome::OutOfMemory,
        ExcType::RecursionError => return Outcome::TooDeep,
        ExcType::SyntaxError if message == "Source is too deeply nested" => return Outcome::TooDeep,
        ExcType::NotImplementedError => is_not_implemented(message),
        ExcType::ModuleNotFoundError | ExcType::ImportError => lacks_module(message),
        ExcType::NameError => quoted(message, "name ").is_some_and(python::has_builtin),
        ExcType::AttributeError => lacks_attribute(message),
        ExcType::TypeError => lacks_operation(message),
        // What the interpreter says of itself where it has not got far enough yet.
        ExcType::RuntimeError => message.starts_with("Internal error in monty: "),
        _ => false,
    };
    let message = shortened(message);
    if lacking { Outcome::Unsupported(message) } else { Outcome::Raised { kind: kind.to_string(), message } }
}

fn is_not_implemented(message: &str) -> bool {
    message.starts_with("The monty ")
        || message.contains("not implemented with standard execution")
        || message.contains("not supported")
        || message.contains("not yet supported")
}

/// Says whether an import failed at a module that CPython has. A name that such a module lacks counts too: the error
/// does not tell a wrong name from one that is missing here, and wrong names are the rarer.
fn lacks_module(message: &str) -> bool {
    quoted(message, "No module named ")
        .or_else(|| message.split_once(" from ").and_then(|(_, rest)| quoted(rest, "")))
        .is_some_and(python::has_module)
}

/// Says whether an operation failed that CPython has: `print(..., file=...)` and its like, `"%s" % value`, and numbers with
/// truth values, which are numbers too.
fn lacks_operation(message: &str) -> bool {
    if message.contains("()") && message.ends_with(" not supported") {
        return true;
    }
    let operands = message.strip_prefix("unsupported operand type(s) for ").and_then(|rest| rest.split_once(": "));
    let Some((operator, (left, right))) =
        operands.and_then(|(operator, kinds)| Some((operator, kinds.split_once(" and ")?)))
    else {
        return false;
    };
    let is_number = |kind| matches!(kind, "'bool'" | "'int'" | "'float'");
    (left == "'str'" && matches!(operator, "%" | "%="))
        || ((left == "'bool'" || right == "'bool'") && is_number(left) && is_number(right))
}

fn lacks_attribute(message: &str) -> bool {
    let Some((owner, attribute)) = message.split_once(" has no attribute ") else { return false };
    let Some(attribute) = quoted(attribute, "") else { return false };
    if python::is_reflection(attribute) {
        return true;
    }
    if let Some(module) = quoted(owner, "module ") {
        return python::has_module(module);
    }
    // Of some modules the error tells the type and not the name.
    if owner == "'module' object" {
        return true;
    }
    quoted(owner, "").or_else(|| quoted(owner, "type object ")).is_some_and(|kind| python::has_method(kind, attribute))
}

/// Returns what stands in quotes behind a beginning.
fn quoted<'a>(text: &'a str, beginning: &str) -> Option<&'a str> {
    text.strip_prefix(beginning)?.strip_prefix('\'')?.split('\'').next()
}

fn placed(error: &MontyException, message: &str) -> String {
    error.traceback().last().map_or_else(|| message.to_owned(), |frame| format!("line {}: {message}", frame.start.line))
}

fn shortened(message: &str) -> String {
    match message.char_indices().nth(MESSAGE) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
        None => message.to_owned(),
    }
}
