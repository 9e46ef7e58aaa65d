use super::code::Code;
use super::json::Json;
use super::notes::{Notes, excerpt};

/// Which format a row has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Format {
    Messages,
    Preference,
    ChosenRejected,
    PromptCompletion,
    ShareGpt,
    Instruction,
    Text,
}

impl Format {
    pub(super) fn words(self) -> &'static str {
        match self {
            Format::Messages => "chats (`messages`)",
            Format::Preference => "preferences (`preferred_output`)",
            Format::ChosenRejected => "preferences (`chosen`, `rejected`)",
            Format::PromptCompletion => "prompts with completions",
            Format::ShareGpt => "ShareGPT (`conversations`)",
            Format::Instruction => "instructions (`instruction`, `output`)",
            Format::Text => "bare texts (`text`)",
        }
    }
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Speaker {
    System,
    User,
    Assistant,
    Tool,
    Unknown,
}

impl Speaker {
    pub(super) fn word(self) -> &'static str {
        match self {
            Speaker::System => "system",
            Speaker::User => "user",
            Speaker::Assistant => "assistant",
            Speaker::Tool => "tool",
            Speaker::Unknown => "unknown",
        }
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Turn {
    pub(super) speaker: Speaker,
    pub(super) text: String,
    pub(super) weight: Option<f64>,
    /// An assistant message that calls a tool needs no text.
    pub(super) calls: bool,
}

/// A row as a conversation.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) format: Format,
    pub(super) turns: Vec<Turn>,
    /// Of a preference, the answer that is rejected.
    pub(super) rejected: Option<Vec<Turn>>,
}

/// Turns a line's JSON into a conversation, and notes what is wrong with its keys.
pub(super) fn row(json: &Json, line: u64, notes: &mut Notes) -> Option<Row> {
    let Json::Map(entries) = json else {
        notes.add(Code::NoConversation, line, json.kind(), || format!("the row is {}", json.kind()));
        return None;
    };
    let Some((format, allowed)) = FORMATS
        .iter()
        .find(|(_, keys, _)| keys.iter().all(|key| json.get(key).is_some()))
        .map(|(format, keys, optional)| (*format, keys.iter().chain(*optional).copied().collect::<Vec<_>>()))
    else {
        let keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
        let listed = excerpt(&keys.join(", "), 80);
        notes.add(Code::NoConversation, line, "", || {
            format!("its keys are: {}", if keys.is_empty() { "none" } else { &listed })
        });
        return None;
    };
    for (key, _) in entries.iter().filter(|(key, _)| !allowed.contains(&key.as_str())) {
        notes.add(Code::ExtraKeys, line, &format!("`{}`", excerpt(key, 40)), || format!("`{}`", excerpt(key, 40)));
    }
    let mut reader = Reader { line, notes };
    let of = |key: &str| json.get(key).unwrap_or(&Json::Null);
    let (turns, rejected) = match format {
        Format::Messages => (reader.messages(of("messages"))?, None),
        Format::ShareGpt => (reader.sharegpt(of("conversations"))?, None),
        Format::PromptCompletion => {
            let mut turns = reader.either(of("prompt"), Speaker::User)?;
            turns.extend(reader.either(of("completion"), Speaker::Assistant)?);
            (turns, None)
        }
        Format::Instruction => {
            let parts = [of("instruction"), of("input")].map(|part| part.text().unwrap_or_default());
            let asked: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            let mut turns = reader
                .either(of("system"), Speaker::System)
                .filter(|_| json.get("system").is_some())
                .unwrap_or_default();
            turns.push(turn(Speaker::User, asked.join("\n")));
            turns.extend(reader.either(of("output"), Speaker::Assistant)?);
            (turns, None)
        }
        Format::Text => (reader.either(of("text"), Speaker::Assistant)?, None),
        Format::Preference => {
            let input = reader.messages(of("input").get("messages").unwrap_or(&Json::Null))?;
            let preferred = reader.messages(of("preferred_output"))?;
            let rejected = reader.messages(of("non_preferred_output"))?;
            reader.sides(&input, &preferred, &rejected);
            (input.into_iter().chain(preferred).collect(), Some(rejected))
        }
        Format::ChosenRejected => {
            let input = json.get("prompt").and_then(|prompt| reader.either(prompt, Speaker::User)).unwrap_or_default();
            let chosen = reader.either(of("chosen"), Speaker::Assistant)?;
            let rejected = reader.either(of("rejected"), Speaker::Assistant)?;
            if chosen == rejected {
                reader.notes.add(Code::SamePreference, line, "", || last_words(&chosen));
            }
            (input.into_iter().chain(chosen).collect(), Some(rejected))
        }
    };
    Some(Row { format, turns, rejected })
}

type Keys = &'static [&'static str];

/// The keys that tell a format, and those that it may have beside them.
const FORMATS: &[(Format, Keys, Keys)] = &[
    (Format::Messages, &["messages"], &["tools", "functions", "parallel_tool_calls"]),
    (Format::Preference, &["input", "preferred_output", "non_preferred_output"], &[]),
    (Format::ChosenRejected, &["chosen", "rejected"], &["prompt"]),
    (Format::PromptCompletion, &["prompt", "completion"], &[]),
    (Format::ShareGpt, &["conversations"], &["system", "tools"]),
    (Format::Instruction, &["instruction", "output"], &["input", "system", "history"]),
    (Format::Text, &["text"], &[]),
];

/// The keys of a message that trainers know.
const MESSAGE_KEYS: &[&str] =
    &["role", "content", "name", "weight", "train", "tool_calls", "tool_call_id", "function_call", "refusal"];

pub(super) fn turn(speaker: Speaker, text: String) -> Turn {
    Turn { speaker, text, weight: None, calls: false }
}

fn last_words(turns: &[Turn]) -> String {
    excerpt(turns.last().map_or("", |turn| &turn.text), 80)
}

struct Reader<'n> {
    line: u64,
    notes: &'n mut Notes,
}

impl Reader<'_> {
    /// Reads a list of messages. Nothing where it is none.
    fn messages(&mut self, json: &Json) -> Option<Vec<Turn>> {
        let Json::List(list) = json else {
            let kind = json.kind();
            self.notes
                .add(Code::NoConversation, self.line, "", || format!("in place of a list of messages stands {kind}"));
            return None;
        };
        if list.is_empty() {
            self.notes.add(Code::NoConversation, self.line, "", || "the list of messages is empty".to_owned());
            return None;
        }
        list.iter().enumerate().map(|(at, message)| self.message(message, at + 1)).collect()
    }

    fn message(&mut self, message: &Json, number: usize) -> Option<Turn> {
        let line = self.line;
        let Json::Map(entries) = message else {
            let kind = message.kind();
            self.notes.add(Code::NoConversation, line, "", || format!("message {number} is {kind}"));
            return None;
        };
        for (key, _) in entries.iter().filter(|(key, _)| !MESSAGE_KEYS.contains(&key.as_str())) {
            let key = format!("`{}`", excerpt(key, 40));
            self.notes.add(Code::ExtraMessageKeys, line, &key, || format!("{key} in message {number}"));
        }
        let role = message.get("role").and_then(Json::text).unwrap_or("");
        let speaker = self.speaker(role, number);
        let calls =
            ["tool_calls", "function_call"].into_iter().any(|key| message.get(key).is_some_and(|v| *v != Json::Null));
        let text = match message.get("content") {
            Some(Json::Text(text)) => text.clone(),
            Some(Json::Null) | None if calls => String::new(),
            other => {
                let kind = other.map_or("nothing", Json::kind);
                self.notes
                    .add(Code::ContentNotText, line, kind, || format!("the content of message {number} is {kind}"));
                other.map(parts).unwrap_or_default()
            }
        };
        let weight = message.get("weight").filter(|weight| **weight != Json::Null);
        if let Some(weight) = weight {
            let is_whole = matches!(weight, Json::Number(n) if *n == 0.0 || (*n - 1.0).abs() < f64::EPSILON);
            if !is_whole || speaker != Speaker::Assistant {
                self.notes.add(Code::BadWeight, line, speaker.word(), || match weight {
                    Json::Number(n) => format!("weight {n} in message {number}, of the {}", speaker.word()),
                    other => format!("the weight of message {number} is {}", other.kind()),
                });
            }
        }
        let weight = weight.and_then(|weight| if let Json::Number(n) = weight { Some(*n) } else { None });
        Some(Turn { speaker, text, weight, calls })
    }

    fn speaker(&mut self, role: &str, number: usize) -> Speaker {
        match role {
            "system" | "developer" => Speaker::System,
            "user" => Speaker::User,
            "assistant" => Speaker::Assistant,
            "tool" | "function" => Speaker::Tool,
            _ => {
                let (code, speaker) = match role.to_lowercase().as_str() {
                    "human" | "prompter" => (Code::ForeignRole, Speaker::User),
                    "gpt" | "bot" | "model" | "chatgpt" | "ai" => (Code::ForeignRole, Speaker::Assistant),
                    "user" => (Code::UnknownRole, Speaker::User),
                    "assistant" => (Code::UnknownRole, Speaker::Assistant),
                    "system" => (Code::UnknownRole, Speaker::System),
                    _ => (Code::UnknownRole, Speaker::Unknown),
                };
                let shown = if role.is_empty() { "no role".to_owned() } else { format!("`{}`", excerpt(role, 40)) };
                self.notes.add(code, self.line, &shown, || format!("{shown} in message {number}"));
                speaker
            }
        }
    }

    /// Reads `ShareGPT`'s `from` and `value`.
    fn sharegpt(&mut self, json: &Json) -> Option<Vec<Turn>> {
        let is_foreign = matches!(json, Json::List(list) if list.iter().all(|message| message.get("from").is_some()));
        if !is_foreign {
            return self.messages(json);
        }
        self.notes.add(Code::ShareGpt, self.line, "", || "`conversations`, `from`, `value`".to_owned());
        let Json::List(list) = json else { return None };
        let turns = list.iter().map(|message| {
            let speaker = match message.get("from").and_then(Json::text).unwrap_or_default() {
                "system" => Speaker::System,
                "human" | "user" => Speaker::User,
                "gpt" | "assistant" | "bot" | "model" | "chatgpt" => Speaker::Assistant,
                "tool" | "observation" | "function_call" => Speaker::Tool,
                _ => Speaker::Unknown,
            };
            turn(speaker, message.get("value").and_then(Json::text).unwrap_or_default().to_owned())
        });
        Some(turns.collect())
    }

    /// Reads a text or a list of messages.
    fn either(&mut self, json: &Json, speaker: Speaker) -> Option<Vec<Turn>> {
        match json {
            Json::Text(text) => Some(vec![turn(speaker, text.clone())]),
            Json::List(_) => self.messages(json),
            other => {
                let kind = other.kind();
                self.notes.add(Code::ContentNotText, self.line, kind, || format!("in place of a text stands {kind}"));
                Some(vec![turn(speaker, String::new())])
            }
        }
    }

    fn sides(&mut self, input: &[Turn], preferred: &[Turn], rejected: &[Turn]) {
        let line = self.line;
        for (side, turns) in [("preferred", preferred), ("rejected", rejected)] {
            if !matches!(turns, [only] if only.speaker == Speaker::Assistant) {
                self.notes
                    .add(Code::PreferenceShape, line, "", || format!("the {side} side is not one assistant message"));
            }
        }
        if input.last().is_some_and(|turn| turn.speaker == Speaker::Assistant) {
            self.notes.add(Code::PreferenceShape, line, "", || "the input ends with the assistant".to_owned());
        }
        if preferred == rejected {
            self.notes.add(Code::SamePreference, line, "", || last_words(preferred));
        }
    }
}

/// Returns the texts of content that comes in parts.
fn parts(json: &Json) -> String {
    match json {
        Json::List(list) => {
            list.iter().filter_map(|part| part.get("text").and_then(Json::text)).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}
