use minijinja::Value;
use minijinja::value::ValueKind;

use crate::requests::{Message, Role};

/// Reads the messages that a value holds: a list of objects with a `role` and a `content`, and nothing else.
///
/// # Errors
/// Says what the value is instead, or what is wrong with which message.
pub(crate) fn messages(value: &Value) -> Result<Vec<Message>, String> {
    if value.kind() != ValueKind::Seq {
        return Err(format!("it is a {}, not a list", value.kind()));
    }
    let items = value.try_iter().map_err(|error| error.to_string())?;
    items
        .enumerate()
        .map(|(at, item)| message(&item).map_err(|message| format!("message {} {message}", at + 1)))
        .collect()
}

fn message(value: &Value) -> Result<Message, String> {
    if value.kind() != ValueKind::Map {
        return Err("is not an object".into());
    }
    let keys: Vec<String> = value.try_iter().map_err(|error| error.to_string())?.map(|key| key.to_string()).collect();
    if let Some(key) = keys.iter().find(|key| !["role", "content"].contains(&key.as_str())) {
        return Err(format!("has `{key}`, which no row can hold"));
    }
    let role = value.get_attr("role").unwrap_or_default();
    let role = match role.as_str() {
        Some("system") => Role::System,
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some(other) => return Err(format!("is by `{other}`, where system, user or assistant speak")),
        None => return Err("does not say who speaks".into()),
    };
    let content = value.get_attr("content").unwrap_or_default();
    match content.as_str() {
        Some(content) if content.trim().is_empty() => Err("is empty".into()),
        Some(content) => Ok(Message { role, content: content.to_owned() }),
        None => Err("has no text".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Vec<Message>, String> {
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        messages(&Value::from(minijinja::value::Serde(&json)))
    }

    #[test]
    fn a_list_of_roles_and_contents_is_read() {
        let read =
            read(r#"[{"role": "user", "content": "Hi\n"}, {"content": "{{ x }}", "role": "assistant"}]"#).unwrap();
        let read: Vec<(Role, &str)> = read.iter().map(|said| (said.role, said.content.as_str())).collect();
        assert_eq!(read, [(Role::User, "Hi\n"), (Role::Assistant, "{{ x }}")]);
    }

    #[test]
    fn anything_else_is_told() {
        for (json, message) in [
            (r#""Hi""#, "it is a string, not a list"),
            (r#"{"role": "user", "content": "Hi"}"#, "it is a map, not a list"),
            (r#"["Hi"]"#, "message 1 is not an object"),
            (
                r#"[{"role": "human", "content": "Hi"}]"#,
                "message 1 is by `human`, where system, user or assistant speak",
            ),
            (r#"[{"from": "user", "content": "Hi"}]"#, "message 1 has `from`, which no row can hold"),
            (r#"[{"role": "user", "content": "Hi", "weight": 0}]"#, "message 1 has `weight`, which no row can hold"),
            (r#"[{"role": "user", "content": ["Hi"]}]"#, "message 1 has no text"),
            (r#"[{"role": "user"}]"#, "message 1 has no text"),
            (r#"[{"content": "Hi"}]"#, "message 1 does not say who speaks"),
            (r#"[{"role": "user", "content": "Hi"}, {"role": "user", "content": " "}]"#, "message 2 is empty"),
        ] {
            assert_eq!(read(json), Err(message.to_owned()), "{json}");
        }
    }
}
