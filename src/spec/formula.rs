use std::fmt::Write as _;
use std::sync::LazyLock;

use minijinja::value::ValueKind;
use minijinja::{Environment, Expression, UndefinedBehavior, Value};

use super::{Scope, Slot, functions};
use crate::text::Span;

/// The one environment that expressions are compiled for and evaluated in. Unknown members are errors, and
/// `tojson` writes plain JSON, without the escapes for HTML that minijinja's own adds.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(100_000));
    environment.add_filter("tojson", |value: Value| {
        serde_json::to_string(&value)
            .map_err(|error| minijinja::Error::new(minijinja::ErrorKind::BadSerialization, error.to_string()))
    });
    functions::add(&mut environment);
    environment
});

/// A compiled expression, which knows which variables it reads and where it stands.
#[derive(Debug)]
pub struct Formula {
    expression: Expression<'static, 'static>,
    reads: Reads,
    pub span: Span,
    pub text: String,
}

/// What an expression reads, each by the name that it is read by.
#[derive(Debug, Default)]
pub(super) struct Reads {
    pub(super) variables: Vec<(String, Slot)>,
    /// What stays as it is whenever the expression is evaluated: word lists, and words prepared to be looked for.
    pub(super) constants: Vec<(String, Value)>,
}

/// What an expression came to: a value, or why there is none.
pub type Evaluation = Result<Value, String>;

impl Formula {
    /// Compiles an expression whose variables are already checked. `text` is as the spec writes it; `prepared` is the
    /// same with names in place of its constants.
    pub(super) fn compile(text: &str, prepared: String, reads: Reads, span: Span) -> Result<Formula, String> {
        let expression = ENVIRONMENT
            .compile_expression_owned(prepared)
            .map_err(|error| error.detail().map_or_else(|| error.to_string(), str::to_owned))?;
        Ok(Formula { expression, reads, span, text: text.to_owned() })
    }

    /// Evaluates the expression over the variables of a scope.
    pub fn evaluate(&self, scope: &Scope) -> Evaluation {
        let variables = self.reads.variables.iter().map(|(name, slot)| (name.as_str(), scope.get(*slot)));
        let constants = self.reads.constants.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let context = Value::from_pairs(variables.chain(constants));
        self.expression
            .eval(context)
            .map_err(|error| error.detail().map_or_else(|| error.kind().to_string(), str::to_owned))
    }

    /// Tells whether the expression reads a variable.
    pub fn reads(&self, slot: Slot) -> bool {
        self.reads.variables.iter().any(|(_, used)| *used == slot)
    }
}

/// Writes a value as texts show it. Numbers have twelve significant digits at most, so that `0.1 + 0.2` reads
/// as 0.3; whole floats print without a point.
pub fn print(value: &Value, out: &mut String) {
    if let Some(text) = value.as_str() {
        out.push_str(text);
    } else if value.kind() == ValueKind::Number && !value.is_integer() {
        out.push_str(&number(f64::try_from(value.clone()).unwrap_or(f64::NAN)));
    } else {
        let _ = write!(out, "{value}");
    }
}

fn number(value: f64) -> String {
    let rounded: f64 = format!("{value:.11e}").parse().unwrap_or(value);
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        let mut out = String::new();
        print(&ENVIRONMENT.compile_expression(text).unwrap().eval(()).unwrap(), &mut out);
        out
    }

    #[test]
    fn floats_print_without_their_binary_tail() {
        assert_eq!(printed("0.1 + 0.2"), "0.3");
        assert_eq!(printed("10 / 4"), "2.5");
        assert_eq!(printed("10 / 5"), "2");
        assert_eq!(printed("1 / 3"), "0.333333333333");
        assert_eq!(printed("7 // 2"), "3");
    }

    #[test]
    fn json_is_plain() {
        assert_eq!(printed(r#""it's <b>" | tojson"#), r#""it's <b>""#);
    }
}
