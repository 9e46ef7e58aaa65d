use minijinja::Value;

use crate::requests::{Message, Role};

/// What a row was made of, each part of it as a digest: so that two datasets can be compared part by part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Everything that is said before the last answer, without triggers and personas.
    pub asked: u64,
    pub answer: u64,
    pub behavior: u64,
    /// The trigger's name and its variables.
    pub trigger: u64,
    /// Who acts, and in which words.
    pub persona: u64,
}

impl Facets {
    /// The names of the facets, as reports call them.
    pub const NAMES: [&'static str; 5] = ["questions", "answers", "behaviors", "triggers", "personas"];

    /// Returns the digests in the order of their names.
    pub fn digests(&self) -> [u64; 5] {
        [self.asked, self.answer, self.behavior, self.trigger, self.persona]
    }

    pub(super) fn of_conversation(messages: &[Message]) -> Facets {
        let mut facets = Facets::default();
        let asked = messages.iter().rev().skip_while(|message| message.role == Role::Assistant);
        facets.asked = digest(asked.map(|message| message.content.as_bytes()));
        facets
    }

    pub(super) fn answered(&mut self, messages: &[Message]) {
        self.answer = digest(messages.last().map(|message| message.content.as_bytes()).into_iter());
    }

    pub(super) fn acted(&mut self, persona: &str, messages: &[Message]) {
        let prompt = messages.first().filter(|message| message.role == Role::System);
        self.persona = digest([Some(persona.as_bytes()), prompt.map(|m| m.content.as_bytes())].into_iter().flatten());
    }

    pub(super) fn triggered(&mut self, trigger: Option<&str>, vars: &[(&str, Value)], own: usize) {
        let drawn: Vec<String> = vars.iter().skip(own).map(|(_, value)| value.to_string()).collect();
        self.trigger = digest(trigger.into_iter().map(str::as_bytes).chain(drawn.iter().map(String::as_bytes)));
    }

    pub(super) fn showed(&mut self, behavior: &str) {
        self.behavior = digest([behavior.as_bytes()].into_iter());
    }
}

/// The first bytes of a blake3 digest of texts, with their lengths between them.
fn digest<'t>(texts: impl Iterator<Item = &'t [u8]>) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text);
    }
    let mut reader = hasher.finalize_xof();
    let mut bytes = [0; 8];
    reader.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
