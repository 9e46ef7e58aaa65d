use std::fmt;

use minijinja::Value;

use super::formula::{Formula, print};
use crate::text::Span;

/// The place of a variable in a [`Scope`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub(crate) usize);

/// The values of a declaration's variables, by slot. A slot that was never set is undefined.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    values: Vec<Value>,
}

impl Scope {
    pub fn with_size(size: usize) -> Scope {
        Scope { values: vec![Value::UNDEFINED; size] }
    }

    pub fn get(&self, slot: Slot) -> Value {
        self.values.get(slot.0).cloned().unwrap_or_default()
    }

    pub fn set(&mut self, slot: Slot, value: Value) {
        if let Some(place) = self.values.get_mut(slot.0) {
            *place = value;
        }
    }

    fn value(&self, slot: Slot) -> Option<&Value> {
        self.values.get(slot.0)
    }
}

/// A text with expressions in it, cut into pieces once, so that rendering it copies text and looks up values.
#[derive(Debug)]
pub struct Writing {
    pub pieces: Vec<Piece>,
    pub span: Span,
}

pub enum Piece {
    Text(String),
    /// `{{ name }}` and nothing more.
    Variable(Slot),
    Formula(Formula),
    /// `{{ options }}`, which stands on lines of its own.
    Options(Slot),
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Piece::Text(text) => write!(f, "Text({text:?})"),
            Piece::Variable(slot) => write!(f, "Variable({})", slot.0),
            Piece::Formula(formula) => write!(f, "Formula({:?})", formula.text),
            Piece::Options(slot) => write!(f, "Options({})", slot.0),
        }
    }
}

impl Writing {
    /// Appends the text to `out`. Values are inserted as they are: nothing in them is ever read as an expression.
    ///
    /// # Errors
    /// Returns the place of the expression that fails, and why.
    pub fn render(&self, scope: &Scope, out: &mut String) -> Result<(), (Span, String)> {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Variable(slot) => match scope.value(*slot) {
                    Some(value) => print(value, out),
                    None => return Err((self.span, "a variable has no value".into())),
                },
                Piece::Formula(formula) => {
                    let value = formula.evaluate(scope).map_err(|message| (formula.span, message))?;
                    if value.is_undefined() || value.is_none() {
                        return Err((formula.span, "it has no value".into()));
                    }
                    print(&value, out);
                }
                Piece::Options(slot) => {
                    let written = out.trim_end_matches([' ', '\t']).len();
                    out.truncate(written);
                    if !out.is_empty() && !out.ends_with('\n') {
                        out.push('\n');
                    }
                    print(&scope.get(*slot), out);
                }
            }
        }
        Ok(())
    }

    /// Returns the text, or the place of the expression that fails, and why.
    pub fn text(&self, scope: &Scope) -> Result<String, (Span, String)> {
        let mut out = String::new();
        self.render(scope, &mut out)?;
        Ok(out)
    }

    /// Says what is wrong with a text that is JSON, where a value with quotes, a backslash and a line end stands in
    /// it; nothing where it stays JSON, or is none.
    pub(crate) fn breaks_json(&self, slot: Slot) -> Option<String> {
        let begins = self
            .pieces
            .first()
            .is_some_and(|piece| matches!(piece, Piece::Text(text) if text.trim_start().starts_with('{')));
        let ends = self
            .pieces
            .last()
            .is_some_and(|piece| matches!(piece, Piece::Text(text) if text.trim_end().ends_with('}')));
        if !begins || !ends {
            return None;
        }
        let mut scope = Scope::with_size(slot.0 + 1);
        for at in 0..=slot.0 {
            scope.set(Slot(at), Value::from("7"));
        }
        scope.set(slot, Value::from("say \"a\\b\"\nto me"));
        let text = self.text(&scope).ok()?;
        serde_json::from_str::<serde_json::Value>(&text).err().map(|error| error.to_string())
    }

    /// Tells whether the text shows a variable.
    pub fn reads(&self, slot: Slot) -> bool {
        self.pieces.iter().any(|piece| match piece {
            Piece::Text(_) => false,
            Piece::Variable(read) | Piece::Options(read) => *read == slot,
            Piece::Formula(formula) => formula.reads(slot),
        })
    }
}
