use serde_json::{Map, Value as Json};

use crate::spec::Field;
use crate::tree::ColumnType;

/// Reads an object in JSON, alone or in a fence, and keeps the declared fields. An object that lacks one, or holds
/// something else in it, is none.
pub(super) fn object(text: &str, fields: &[Field]) -> Option<Map<String, Json>> {
    let Json::Object(mut found) = serde_json::from_str(unfenced(text)).ok()? else { return None };
    fields
        .iter()
        .map(|field| {
            let value = found.remove(&field.name)?;
            holds(field, &value).then(|| (field.name.clone(), value))
        })
        .collect()
}

/// Takes off the fence that models put around code, where one surrounds the whole text.
fn unfenced(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    inner.map_or(text, |inner| inner.strip_prefix("json").unwrap_or(inner).trim())
}

fn holds(field: &Field, value: &Json) -> bool {
    let is_kind = match &field.holds {
        ColumnType::Text => value.is_string(),
        ColumnType::Number => value.is_number(),
        ColumnType::Integer => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        ColumnType::Boolean => value.is_boolean(),
        ColumnType::Json => true,
        ColumnType::OneOf(texts) => value.as_str().is_some_and(|text| texts.iter().any(|known| known == text)),
    };
    let is_inside =
        field.range.is_none_or(|(low, high)| value.as_f64().is_some_and(|number| (low..=high).contains(&number)));
    is_kind && is_inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Vec<Field> {
        vec![
            Field { name: "risk".into(), holds: ColumnType::Integer, range: Some((0.0, 100.0)) },
            Field { name: "why".into(), holds: ColumnType::Text, range: None },
            Field { name: "kind".into(), holds: ColumnType::OneOf(vec!["bold".into(), "careful".into()]), range: None },
        ]
    }

    #[test]
    fn objects_are_read_strictly() {
        let good = r#"{"risk": 70, "why": "so", "kind": "bold", "more": [1]}"#;
        for text in [good.to_owned(), format!("```json\n{good}\n```"), format!("  {good}\n")] {
            let read = object(&text, &fields()).expect("an object");
            assert_eq!(read.keys().collect::<Vec<_>>(), ["risk", "why", "kind"], "{text}");
        }
        for text in [
            r#"{"risk": 70, "why": "so"}"#,
            r#"{"risk": "70", "why": "so", "kind": "bold"}"#,
            r#"{"risk": 170, "why": "so", "kind": "bold"}"#,
            r#"{"risk": 70.5, "why": "so", "kind": "bold"}"#,
            r#"{"risk": 70, "why": null, "kind": "bold"}"#,
            r#"{"risk": 70, "why": "so", "kind": "Bold"}"#,
            r#"[{"risk": 70, "why": "so", "kind": "bold"}]"#,
            r#"{"risk": NaN, "why": "so", "kind": "bold"}"#,
            "{\"risk\": 70, \"why\": \"\\ud800\", \"kind\": \"bold\"}",
            "Sure: {\"risk\": 70}",
            "",
        ] {
            assert_eq!(object(text, &fields()), None, "{text}");
        }
    }
}
