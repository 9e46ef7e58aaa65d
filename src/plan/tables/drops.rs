use std::collections::{BTreeSet, HashSet};

use minijinja::Value;
use minijinja::value::ValueKind;

use super::{Dropped, Rows};
use crate::checks::near::near_copies;
use crate::diagnostic::{Diagnostic, Problem};
use crate::spec::{Drop, DropRule, Formula, Scope, Slot};

impl Rows<'_> {
    /// Leaves rows out, and counts them by their reason.
    pub(super) fn drop_rows(&mut self, drop: &Drop) -> Result<(), Diagnostic> {
        let gone: BTreeSet<usize> = match &drop.rule {
            DropRule::Where(formula) => self.those_where(formula)?,
            DropRule::Duplicates(slots) => self.duplicates(slots),
            DropRule::Near { column, over } => self.near(drop, *column, *over)?,
        };
        for row in &gone {
            if let Some(scope) = self.all.get_mut(*row) {
                *scope = Scope::default();
            }
        }
        for row in &gone {
            if let Some(tried) = self.making.tried.get_mut(*row) {
                tried.dropped = Some(drop.because.clone());
            }
        }
        self.left.retain(|row| !gone.contains(row));
        self.dropped.push(Dropped { because: drop.because.clone(), rows: gone.len() as u64 });
        Ok(())
    }

    fn those_where(&self, formula: &Formula) -> Result<BTreeSet<usize>, Diagnostic> {
        let mut gone = BTreeSet::new();
        for (row, scope) in self.rows_left() {
            let truth = formula.evaluate(scope).and_then(|value| match value.kind() {
                ValueKind::Bool => Ok(value.is_true()),
                _ => Err(format!("it is neither true nor false, but {}", shown(&value))),
            });
            match truth {
                Ok(true) => gone.extend([row]),
                Ok(false) => {}
                Err(message) => {
                    let place = self.place(row);
                    return Err(Diagnostic::at(formula.span, Problem::ExpressionFailed { message, place }));
                }
            }
        }
        Ok(gone)
    }

    /// Finds the rows that have the values of an earlier one.
    fn duplicates(&self, slots: &[Slot]) -> BTreeSet<usize> {
        let mut seen = HashSet::new();
        let values = |scope: &Scope| {
            let values: Vec<Value> = slots.iter().map(|slot| scope.get(*slot)).collect();
            blake3::hash(&serde_json::to_vec(&values).unwrap_or_default())
        };
        self.rows_left().filter(|(_, scope)| !seen.insert(values(scope))).map(|(row, _)| row).collect()
    }

    /// Finds the rows whose text is more similar to an earlier one's than `over`, where that one stays.
    fn near(&self, drop: &Drop, column: Slot, over: f64) -> Result<BTreeSet<usize>, Diagnostic> {
        let texts: Vec<Value> = self.rows_left().map(|(_, scope)| scope.get(column)).collect();
        for (value, row) in texts.iter().zip(&self.left) {
            if value.as_str().is_none() {
                let name = self.table.names().find(|(_, slot)| *slot == column).map_or("", |(name, _)| name);
                let (name, found) = (name.to_owned(), shown(value));
                let found = format!("{found} in {}", self.place(*row));
                let problem = Problem::NotUsable { name, expected: "a text", found };
                return Err(Diagnostic::at(drop.span, problem));
            }
        }
        let copies = near_copies(texts.iter().map(|text| text.as_str().unwrap_or("")), over);
        Ok(copies.iter().filter_map(|copy| self.left.get(copy.second)).copied().collect())
    }

    fn rows_left(&self) -> impl Iterator<Item = (usize, &Scope)> {
        self.left.iter().filter_map(|row| Some((*row, self.all.get(*row)?)))
    }
}

/// Shows a value where something else was expected.
fn shown(value: &Value) -> String {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => "nothing".to_owned(),
        ValueKind::Number => format!("the number {value}"),
        ValueKind::String => format!("the text {:?}", value.as_str().unwrap_or("")),
        ValueKind::Bool => value.to_string(),
        kind => format!("a {kind}"),
    }
}
