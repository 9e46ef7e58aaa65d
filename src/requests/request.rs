use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Who speaks in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    System,
    User,
    Assistant,
}

impl Role {
    /// Returns the word that chat formats and specs use for this role.
    pub fn word(self) -> &'static str {
        match self {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Message {
    pub role: Role,
    pub content: String,
}

/// How a request is sampled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// How many answers are wanted. Under [`Read::Probability`], how many a backend without
    /// log-probabilities is asked for instead.
    pub samples: u32,
    pub temperature: f64,
    /// The most tokens an answer may have.
    pub max_tokens: u32,
    /// Base seed of the request; sample `k` is drawn under `seed + k` where a backend takes seeds.
    pub seed: u32,
}

/// How an answer is read from a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Read {
    /// Texts are sampled and parsed.
    Samples,
    /// The probability of each of these continuations, in this order; without log-probabilities, samples.
    Probability {
        continuations: Vec<String>,
        /// Whether a continuation counts only where no other one goes on from it, as with numbers.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        whole: bool,
    },
}

/// One option as it was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownOption {
    /// What the model is asked to answer with: a letter.
    pub label: String,
    /// The option's name in the spec.
    pub name: String,
    pub text: String,
}

/// One line of a suite: a prompt, how it is sampled, and where in the suite it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Unique in its suite and stable: adding a question or an item changes no other request's id.
    pub id: String,
    pub question: String,
    /// Which item of the question, from 1: its drawn, listed or table row.
    pub item: u32,
    /// Which wording of the question, from 1.
    pub wording: u32,
    /// The options' names in the order shown; empty for a question without options.
    pub order: Vec<String>,
    /// Who is asked about: a persona's name, `itself` for the model.
    pub about: String,
    /// Under which context: its name, or `none`.
    pub under: String,
    /// The values of the question's condition axes, by axis name.
    pub axes: Map<String, Value>,
    /// The values of the question's variables.
    pub vars: Map<String, Value>,
    pub messages: Vec<Message>,
    pub options: Vec<ShownOption>,
    pub read: Read,
    pub sampling: Sampling,
}
