use minijinja::Value;
use serde_json::{Map, Value as Json};

use crate::spec::{Scope, Table};

/// Writes rows as the file beside the spec holds them: one object a line, with the table's columns and variables.
pub fn rows_text<'s>(table: &Table, rows: impl Iterator<Item = &'s Scope>) -> String {
    let mut text = String::new();
    for row in rows {
        let members = table.names().map(|(name, slot)| (name.to_owned(), json(&row.get(slot))));
        let object: Map<String, Json> = members.collect();
        // Maps with text keys always serialise.
        text.push_str(&serde_json::to_string(&object).unwrap_or_default());
        text.push('\n');
    }
    text
}

/// A value as data: what a name of the spec stands for is its name.
fn json(value: &Value) -> Json {
    serde_json::to_value(value).unwrap_or_else(|_| Json::String(value.to_string()))
}
