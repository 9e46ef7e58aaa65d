use super::{Prose, say};
use crate::diagnostic::Problem;

impl Problem {
    /// Puts problems of values and expressions into words.
    pub(super) fn prose_of_values(&self) -> Prose {
        match self {
            Problem::BadExpression { message } => say(format!("this expression cannot be read: {message}"), "here")
                .help("one Jinja expression is meant, such as `{{ name }}` or `{{ \"A\" if x > 3 else \"B\" }}`"),
            Problem::EmptyRange { low, high } => {
                say(format!("the range {low}..{high} is empty"), "its end lies before its start")
                    .help(format!("write {high}..{low}"))
            }
            Problem::BadStep { step } => {
                say(format!("a step of {step} does not lead from one end to the other"), "passes the end")
                    .help("choose a step above 0 that divides the range, so that both ends can be drawn")
            }
            Problem::TooFewToDraw { wanted, available } => {
                say(format!("{wanted} different values are drawn from {available}"), "too few to choose from")
                    .help("draw fewer, or add values")
            }
            Problem::EmptyList => say("this list is empty", "nothing to choose from").help("add a value"),
            Problem::ExpressionFailed { message, place } => {
                say(format!("this expression fails: {message}"), format!("for {place}"))
                    .help("mend the expression, or the data it is given")
            }
            Problem::NoAxisHere { within } => {
                say(format!("`each of` cannot multiply {within}"), "an axis here has nothing to multiply")
                    .help("draw with `one of`, or move the axis to a template, a question or an arm")
            }
            Problem::BadCount { value } => {
                say(format!("{value} is no number of rows"), "a whole number from 1 is needed")
                    .help("give a whole number")
            }
            Problem::NotWhole { value } => {
                say(format!("{value} is not a whole number"), "whole numbers only").help("round it, or draw a `number`")
            }
            Problem::BadNumber { what, value, allowed } => {
                say(format!("{value} is no {what}"), format!("{allowed} is needed")).help(format!("give {allowed}"))
            }
            Problem::BadDate { text } => say(format!("`{text}` is no day of the calendar"), "read as a day")
                .help("write year, month and day, such as 2025-03-20"),
            Problem::KeptValues { variable, message } => {
                say(format!("these values of `{variable}` cannot be kept apart: {message}"), "kept apart here")
                    .help("values held out are some of those that could be drawn, or further ones, and never all of them; near misses are none of them")
            }
            Problem::BrokenWrapper { message } => {
                say(format!("this wrapper stops being JSON where a value holds quotes: {message}"), "a JSON wrapper")
                    .help("write texts as `{{ message | tojson }}`, without quotes around it")
            }
            Problem::HeldOutNowhere { trigger, values } => {
                say(format!("`{trigger}` has no {values} values"), "asked for here")
                    .help(format!("give a variable of the trigger some: `let NAME = one of [...] {values} [...]`"))
            }
            _ => Prose::default(),
        }
    }
}
