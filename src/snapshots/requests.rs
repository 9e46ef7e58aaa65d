use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::conversation::Conversation;
use super::lines::Lines;
use super::print::Print;
use super::rows::Interned;
use super::snapshot::ReadProblem;

/// What a request asks, of whom, under what, and how the answer is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequestClass {
    pub question: String,
    pub about: String,
    pub under: String,
    pub wording: u32,
    /// The sampling's fields but the seed, each as JSON.
    pub sampling: BTreeMap<String, String>,
    /// How the answer is read, as JSON.
    pub read: String,
}

impl RequestClass {
    /// Tells whether someone other than the model itself is asked about: then other wordings are used.
    pub(super) fn is_of_other(&self) -> bool {
        self.about != "itself"
    }
}

/// A request, by the digests of its parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "RequestRecord", into = "RequestRecord")]
pub(super) struct RequestPrint {
    pub(super) class: usize,
    pub(super) id: Print,
    /// The id without the number of its wording.
    pub(super) place: Print,
    /// The messages, with the options as they were shown left out.
    pub(super) text: Print,
    /// The options' texts by name.
    pub(super) options: Print,
    /// The options' names, whatever their order.
    pub(super) names: Print,
    pub(super) order: Print,
    pub(super) seed: Print,
    pub(super) rest: Print,
    pub(super) variables: Vec<(usize, Print)>,
}

/// A request as it is kept: the class, eight prints, and the variables.
type RequestRecord = (usize, [Print; 8], Vec<(usize, Print)>);

impl From<RequestRecord> for RequestPrint {
    fn from((class, [id, place, text, options, names, order, seed, rest], variables): RequestRecord) -> RequestPrint {
        RequestPrint { class, id, place, text, options, names, order, seed, rest, variables }
    }
}

impl From<RequestPrint> for RequestRecord {
    fn from(request: RequestPrint) -> RequestRecord {
        let RequestPrint { class, id, place, text, options, names, order, seed, rest, variables } = request;
        (class, [id, place, text, options, names, order, seed, rest], variables)
    }
}

/// What is known of all requests together.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct SuiteHead {
    pub(super) name: String,
    pub(super) requests: u64,
    pub(super) bytes: u64,
    pub(super) blake3: String,
    /// The classes, each with how many requests it has.
    pub(super) classes: Vec<(RequestClass, u64)>,
    pub(super) variables: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Suite {
    pub(super) head: SuiteHead,
    pub(super) requests: Vec<RequestPrint>,
    /// The lines; nothing where only digests were kept.
    pub(super) whole: Option<Lines>,
}

/// A request with its texts, for an example.
#[derive(Clone, Debug)]
pub(super) struct RequestText {
    pub(super) id: String,
    /// What is asked, with `{{ options }}` in the place of the options.
    pub(super) text: String,
    /// The options' texts by name.
    pub(super) options: BTreeMap<String, String>,
    pub(super) variables: Map<String, Value>,
}

/// The field of an object as text, empty where it has none.
fn text_of(value: &Value, field: &str) -> String {
    value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn options_of(value: &Value) -> &[Value] {
    value.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

impl RequestText {
    fn of(value: &Value) -> RequestText {
        let options = options_of(value);
        let shown: Vec<String> =
            options.iter().map(|option| format!("{}: {}", text_of(option, "label"), text_of(option, "text"))).collect();
        let messages = value.get("messages").unwrap_or(&Value::Null);
        RequestText {
            id: text_of(value, "id"),
            text: Conversation::of(messages).with(&shown.join("\n"), "{{ options }}").prompt(),
            options: options.iter().map(|option| (text_of(option, "name"), text_of(option, "text"))).collect(),
            variables: value.get("vars").and_then(Value::as_object).cloned().unwrap_or_default(),
        }
    }
}

/// Leaves the wording out of an id such as `prefers/1/itself/none/w3/o2`.
fn without_wording(id: &str) -> String {
    let parts: Vec<&str> = id.split('/').collect();
    let kept: Vec<&str> = parts.iter().enumerate().filter(|(at, _)| *at != 4).map(|(_, part)| *part).collect();
    kept.join("/")
}

impl Suite {
    pub(super) fn read(name: &str, path: &Path) -> Result<Suite, ReadProblem> {
        let mut classes: Interned<RequestClass> = Interned::default();
        let mut variables: Interned<String> = Interned::default();
        let mut requests = Vec::new();
        let lines = Lines::read(path, |number, line| {
            let value: Value = serde_json::from_str(line).map_err(|error| ReadProblem::line(path, number, &error))?;
            requests.push(print(&value, &mut classes, &mut variables));
            Ok(())
        })?;
        let head = SuiteHead {
            name: name.to_owned(),
            requests: lines.count() as u64,
            bytes: lines.bytes(),
            blake3: lines.blake3.clone(),
            classes: classes.counted(),
            variables: variables.names(),
        };
        Ok(Suite { head, requests, whole: Some(lines) })
    }

    /// Reads a request's texts again, by its index.
    pub(super) fn text(&self, index: usize) -> Option<RequestText> {
        let value: Value = serde_json::from_str(&self.whole.as_ref()?.line(index)?).ok()?;
        Some(RequestText::of(&value))
    }
}

fn print(value: &Value, classes: &mut Interned<RequestClass>, variables: &mut Interned<String>) -> RequestPrint {
    const KNOWN: [&str; 12] = [
        "id", "question", "item", "wording", "order", "about", "under", "vars", "messages", "options", "read",
        "sampling",
    ];
    let text = RequestText::of(value);
    let sampling = value.get("sampling").and_then(Value::as_object).cloned().unwrap_or_default();
    let seed = sampling.get("seed").map(Print::of_value).unwrap_or_default();
    let class = RequestClass {
        question: text_of(value, "question"),
        about: text_of(value, "about"),
        under: text_of(value, "under"),
        wording: value.get("wording").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
        sampling: sampling
            .into_iter()
            .filter(|(field, _)| field != "seed")
            .map(|(field, value)| (field, value.to_string()))
            .collect(),
        read: value.get("read").map(Value::to_string).unwrap_or_default(),
    };
    let options: Vec<u64> = text
        .options
        .iter()
        .flat_map(|(name, text)| [Print::of(name.as_bytes()).0, Print::of(text.as_bytes()).0])
        .collect();
    let rest: Map<String, Value> = value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(field, _)| !KNOWN.contains(&field.as_str()))
        .map(|(field, value)| (field.clone(), value.clone()))
        .collect();
    RequestPrint {
        class: classes.index(class),
        id: Print::of(text.id.as_bytes()),
        place: Print::of(without_wording(&text.id).as_bytes()),
        text: Print::of(text.text.as_bytes()),
        options: Print::of_all(options),
        names: Print::of_all(text.options.keys().map(|name| Print::of(name.as_bytes()).0)),
        order: value.get("order").map(Print::of_value).unwrap_or_default(),
        seed,
        rest: Print::of_value(&Value::Object(rest)),
        variables: text
            .variables
            .into_iter()
            .map(|(name, value)| (variables.index(name), Print::of_value(&value)))
            .collect(),
    }
}
