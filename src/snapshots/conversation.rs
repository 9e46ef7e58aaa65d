use serde_json::Value;

use super::print::Print;

/// Messages as they stand in a line, read leniently: what is no text is shown as JSON.
#[derive(Clone, Debug, Default)]
pub(super) struct Conversation {
    /// Roles with what they say.
    messages: Vec<(String, String)>,
}

impl Conversation {
    pub(super) fn of(messages: &Value) -> Conversation {
        let text = |value: Option<&Value>| match value {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        let messages = messages.as_array().map(Vec::as_slice).unwrap_or_default();
        let messages = messages.iter().map(|message| (text(message.get("role")), text(message.get("content"))));
        Conversation { messages: messages.collect() }
    }

    /// Where the last answer stands, if the conversation ends with one.
    fn answer_at(&self) -> Option<usize> {
        let last = self.messages.len().checked_sub(1)?;
        self.messages.get(last).is_some_and(|(role, _)| role == "assistant").then_some(last)
    }

    /// What the conversation ends with: the assistant's last message, empty where it has none.
    pub(super) fn answer(&self) -> &str {
        self.answer_at().and_then(|at| self.messages.get(at)).map_or("", |(_, text)| text)
    }

    /// Everything before the last answer. A single message of the user stands as it is; others stand behind their roles.
    pub(super) fn prompt(&self) -> String {
        let end = self.answer_at().unwrap_or(self.messages.len());
        let before = self.messages.get(..end).unwrap_or_default();
        match before {
            [(role, text)] if role == "user" => text.clone(),
            _ => before.iter().map(|(role, text)| format!("{role}: {text}")).collect::<Vec<_>>().join("\n"),
        }
    }

    pub(super) fn prompt_print(&self) -> Print {
        Print::of(self.prompt().as_bytes())
    }

    pub(super) fn answer_print(&self) -> Print {
        Print::of(self.answer().as_bytes())
    }

    /// The conversation with a text replaced in every message.
    pub(super) fn with(mut self, text: &str, replacement: &str) -> Conversation {
        if !text.is_empty() {
            for (_, content) in &mut self.messages {
                *content = content.replace(text, replacement);
            }
        }
        self
    }
}
