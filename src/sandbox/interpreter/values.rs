//! Values on their way into the interpreter and out of it.

use monty_types::MontyObject;
use serde_json::{Map, Number, Value as Json};

use crate::sandbox::{Outcome, Part};

/// Lists within lists that a returned value may have; JSON readers stop at 128.
const MAX_DEPTH: usize = 64;

/// Whole numbers of more bits are beyond every float.
const FLOAT_BITS: u64 = 1024;

pub(super) fn into_python(value: &Json) -> MontyObject {
    match value {
        Json::Null => MontyObject::None,
        Json::Bool(value) => MontyObject::Bool(*value),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => MontyObject::Int(whole),
            (None, Some(whole)) => MontyObject::BigInt(whole.into()),
            (None, None) => MontyObject::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => MontyObject::String(text.clone()),
        Json::Array(values) => MontyObject::List(values.iter().map(into_python).collect()),
        Json::Object(fields) => {
            let pairs: Vec<_> =
                fields.iter().map(|(name, value)| (MontyObject::String(name.clone()), into_python(value))).collect();
            MontyObject::dict(pairs)
        }
    }
}

/// Returns a value as JSON of at most so many bytes.
pub(super) fn from_python(value: &MontyObject, bytes: usize) -> Result<Json, Outcome> {
    // A number that JSON lacks has an outcome of its own where it is the result, and spoils a list that holds it.
    let value = number(value).unwrap_or_else(|| nested(value, MAX_DEPTH, &mut { bytes }))?;
    if value.to_string().len() > bytes { Err(Outcome::TooLong(Part::Output)) } else { Ok(value) }
}

/// Returns a value within others. `parts` counts down what may yet come: each part is at least one byte of JSON, so that
/// long lists are seen to be long before they are copied.
fn nested(value: &MontyObject, depth: usize, parts: &mut usize) -> Result<Json, Outcome> {
    let Some(below) = depth.checked_sub(1) else { return Err(Outcome::TooDeep) };
    *parts = parts.checked_sub(1).ok_or(Outcome::TooLong(Part::Output))?;
    match value {
        MontyObject::None => Ok(Json::Null),
        MontyObject::Bool(value) => Ok(Json::Bool(*value)),
        MontyObject::String(text) => Ok(Json::String(text.clone())),
        MontyObject::List(values) | MontyObject::Tuple(values) | MontyObject::NamedTuple { values, .. } => {
            values.iter().map(|value| nested(value, below, parts)).collect()
        }
        MontyObject::Dict(pairs) => {
            let mut fields = Map::new();
            for (name, value) in pairs.iter() {
                let MontyObject::String(name) = name else {
                    return Err(Outcome::NotData(format!("a dictionary with a key of type {}", name.type_name())));
                };
                fields.insert(name.clone(), nested(value, below, parts)?);
            }
            Ok(Json::Object(fields))
        }
        value => match number(value) {
            Some(Err(Outcome::NotFinite(value))) => Err(Outcome::NotData(format!("{value} within a value"))),
            Some(number) => number,
            None => Err(Outcome::NotData(value.type_name().to_owned())),
        },
    }
}

/// Returns a number as JSON has it, or nothing where the value is none.
fn number(value: &MontyObject) -> Option<Result<Json, Outcome>> {
    let float = match value {
        MontyObject::Int(whole) => return Some(Ok(Json::from(*whole))),
        MontyObject::Float(value) => *value,
        MontyObject::BigInt(whole) if whole.bits() > FLOAT_BITS => {
            return Some(Err(Outcome::NotFinite(format!("a whole number of {} bits", whole.bits()))));
        }
        // Rust reads decimal digits as the nearest float.
        MontyObject::BigInt(whole) => whole.to_string().parse().unwrap_or(f64::INFINITY),
        _ => return None,
    };
    Some(Number::from_f64(float).map(Json::Number).ok_or_else(|| {
        Outcome::NotFinite(match float {
            float if float.is_nan() => "nan".to_owned(),
            float if float > 0.0 => "inf".to_owned(),
            _ => "-inf".to_owned(),
        })
    }))
}
