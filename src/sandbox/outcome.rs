use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// What a call came to. Everything but `Value` says why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome", content = "detail")]
pub enum Outcome {
    /// The function returned this. Tuples are lists; a whole number beyond 64 bits is the nearest float.
    Value(Json),
    /// The function returned a number that JSON does not have: `nan`, `inf`, `-inf`, or a whole number beyond floats.
    NotFinite(String),
    /// The function returned something that is no data: a class, a set, a key that is no text. Its Python type.
    NotData(String),
    /// The code is not Python: what the parser says.
    Unparsed(String),
    /// The program uses what Python has and this interpreter lacks, as far as the interpreter's error tells.
    Unsupported(String),
    /// The program has no function of this name.
    Missing,
    /// The program raised an exception that nothing in it caught.
    Raised {
        kind: String,
        message: String,
    },
    /// The program's body or the call did not end in time.
    TimedOut,
    OutOfMemory,
    /// Calls, source or returned lists were nested beyond what is allowed.
    TooDeep,
    TooLong(Part),
    /// The interpreter itself failed, twice in a row on the same call: what it said last.
    Crashed(String),
    /// Not called: the program had used up its limits on earlier inputs as often as is allowed.
    GivenUp,
}

/// What was too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Code,
    /// What a call printed or returned.
    Output,
}

impl Outcome {
    /// Returns the outcome's kind in one word, under which outcomes are counted.
    pub fn kind(&self) -> &'static str {
        match self {
            Outcome::Value(_) => "value",
            Outcome::NotFinite(_) => "not_finite",
            Outcome::NotData(_) => "not_data",
            Outcome::Unparsed(_) => "unparsed",
            Outcome::Unsupported(_) => "unsupported",
            Outcome::Missing => "missing",
            Outcome::Raised { .. } => "raised",
            Outcome::TimedOut => "timed_out",
            Outcome::OutOfMemory => "out_of_memory",
            Outcome::TooDeep => "too_deep",
            Outcome::TooLong(_) => "too_long",
            Outcome::Crashed(_) => "crashed",
            Outcome::GivenUp => "given_up",
        }
    }

    /// Says whether the call cost all that it was allowed, or the worker.
    pub(crate) fn is_strike(&self) -> bool {
        matches!(self, Outcome::TimedOut | Outcome::OutOfMemory | Outcome::Crashed(_))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Value(value) => write!(f, "returned {value}"),
            Outcome::NotFinite(value) => write!(f, "returned {value}, which is no finite number"),
            Outcome::NotData(kind) => write!(f, "returned a value that is no data: {kind}"),
            Outcome::Unparsed(message) => write!(f, "is not Python: {message}"),
            Outcome::Unsupported(what) => write!(f, "needs what the interpreter lacks: {what}"),
            Outcome::Missing => f.write_str("has no function of that name"),
            Outcome::Raised { kind, message } if message.is_empty() => write!(f, "raised {kind}"),
            Outcome::Raised { kind, message } => write!(f, "raised {kind}: {message}"),
            Outcome::TimedOut => f.write_str("did not end in time"),
            Outcome::OutOfMemory => f.write_str("used up its memory"),
            Outcome::TooDeep => f.write_str("is nested too deeply"),
            Outcome::TooLong(Part::Code) => f.write_str("is too long"),
            Outcome::TooLong(Part::Output) => f.write_str("printed or returned too much"),
            Outcome::Crashed(message) => write!(f, "ended the interpreter: {message}"),
            Outcome::GivenUp => f.write_str("was not called: it had used up its limits before"),
        }
    }
}

/// Why a value is not a number of a range.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OutOfRange {
    #[error("{value} is not in {low}..{high}")]
    Outside { value: f64, low: f64, high: f64 },
    #[error("{0} is not a number")]
    NotNumber(&'static str),
}

/// Reads a returned value as a number from `low` to `high`, both included. As in Python, `True` is 1 and `False` is 0;
/// text is never read as a number. What is not finite is no [`Outcome::Value`] and so never comes here.
pub fn in_range(value: &Json, low: f64, high: f64) -> Result<f64, OutOfRange> {
    let number = match value {
        Json::Bool(value) => Some(f64::from(u8::from(*value))),
        value => value.as_f64(),
    };
    match number {
        Some(value) if (low..=high).contains(&value) => Ok(value),
        Some(value) => Err(OutOfRange::Outside { value, low, high }),
        None => Err(OutOfRange::NotNumber(match value {
            Json::Null => "None",
            Json::String(_) => "text",
            Json::Array(_) => "a list",
            _ => "a dictionary",
        })),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ends_belong_to_a_range() {
        assert_eq!(in_range(&json!(0), 0.0, 1.0), Ok(0.0));
        assert_eq!(in_range(&json!(1.0), 0.0, 1.0), Ok(1.0));
        assert_eq!(in_range(&json!(true), 0.0, 1.0), Ok(1.0));
        let outside = OutOfRange::Outside { value: 1.5, low: 0.0, high: 1.0 };
        assert_eq!(outside.to_string(), "1.5 is not in 0..1");
        assert_eq!(in_range(&json!(1.5), 0.0, 1.0), Err(outside));
        assert!(in_range(&json!(-0.001), 0.0, 1.0).is_err());
        assert!(in_range(&json!(1e300), 0.0, 1.0).is_err());
    }

    #[test]
    fn only_numbers_are_numbers() {
        for (value, named) in
            [(json!("0.5"), "text"), (json!(null), "None"), (json!([0.5]), "a list"), (json!({}), "a dictionary")]
        {
            assert_eq!(in_range(&value, 0.0, 1.0), Err(OutOfRange::NotNumber(named)));
        }
    }

    #[test]
    fn a_range_without_numbers_holds_none() {
        assert!(in_range(&json!(0.5), f64::NAN, 1.0).is_err());
        assert!(in_range(&json!(0.5), 1.0, 0.0).is_err());
    }

    #[test]
    fn outcomes_survive_their_json() {
        for outcome in [
            Outcome::Value(json!({"a": [1, 0.1, null]})),
            Outcome::Missing,
            Outcome::Raised { kind: "ValueError".into(), message: "no\nnumber".into() },
            Outcome::TooLong(Part::Code),
        ] {
            let line = serde_json::to_string(&outcome).unwrap();
            assert!(!line.contains('\n'));
            assert_eq!(serde_json::from_str::<Outcome>(&line).unwrap(), outcome);
        }
    }
}
