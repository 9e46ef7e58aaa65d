use minijinja::Value;

use super::draw::draw;
use super::stream::Stream;
use crate::requests::{Message, Role};
use crate::spec::{ContextId, PersonaId, Scope, Slot, Spec, TriggerId, Under, Variable, Writing};
use crate::text::Span;
use crate::tree::Values;

/// What is put around a conversation: a system prompt, a wrapping of the first user message, or both, with their
/// variables. Of several phrasings one is drawn.
#[derive(Debug)]
pub struct Framing<'s> {
    system: &'s [Writing],
    user: &'s [Writing],
    variables: Vec<(&'s Variable, Stream)>,
    message: Slot,
    size: usize,
    system_phrasing: Stream,
    user_phrasing: Stream,
}

impl<'s> Framing<'s> {
    /// `declaration` names the randomness: what is framed, and by what.
    pub fn of(spec: &'s Spec, under: Under, declaration: &str) -> Framing<'s> {
        match under {
            Under::Context(id) => Framing::of_context(spec, id, declaration),
            Under::Trigger(id, values) => Framing::of_trigger(spec, id, values, declaration),
        }
    }

    fn of_context(spec: &'s Spec, id: ContextId, declaration: &str) -> Framing<'s> {
        let context = &spec[id];
        let declaration = format!("{declaration}, context {}", context.name);
        Framing::new(spec, &declaration, &context.system, &context.user)
    }

    /// The system prompt of a persona that acts.
    pub fn of_persona(spec: &'s Spec, id: PersonaId, declaration: &str) -> Framing<'s> {
        let persona = &spec[id];
        Framing::new(spec, &format!("{declaration}, persona {}", persona.name), &persona.system, &[])
    }

    /// A trigger with one kind of its values.
    pub fn of_trigger(spec: &'s Spec, id: TriggerId, values: Values, declaration: &str) -> Framing<'s> {
        let trigger = &spec[id];
        let declaration = format!("{declaration}, trigger {}", trigger.name);
        let is_near = values == Values::NearMiss && !trigger.near.is_empty();
        let user = if is_near { &trigger.near } else { &trigger.user };
        let mut framing = Framing::new(spec, &declaration, &trigger.system, user);
        framing.variables = trigger
            .variables
            .iter()
            .map(|variable| {
                let variable = variable.of(values);
                (variable, Stream::new(spec.seed, &declaration, &variable.name))
            })
            .collect();
        framing.message = trigger.message;
        framing.size = trigger.size;
        framing
    }

    fn new(spec: &Spec, declaration: &str, system: &'s [Writing], user: &'s [Writing]) -> Framing<'s> {
        Framing {
            system,
            user,
            variables: Vec::new(),
            message: Slot(0),
            size: 1,
            system_phrasing: Stream::new(spec.seed, declaration, "phrasing of the system prompt"),
            user_phrasing: Stream::new(spec.seed, declaration, "phrasing of the message"),
        }
    }

    /// Puts it around a conversation; `key` names the row's draws. Returns the variables as they were drawn.
    ///
    /// # Errors
    /// Returns the place of the expression that fails, and why.
    pub fn around(&self, messages: &mut Vec<Message>, key: u64) -> Result<Vec<(&'s str, Value)>, (Span, String)> {
        let mut scope = Scope::with_size(self.size);
        let mut drawn = Vec::with_capacity(self.variables.len());
        for (variable, stream) in &self.variables {
            let value = draw(variable, &scope, &mut stream.at(key))?;
            scope.set(variable.slot, value.clone());
            drawn.push((variable.name.as_str(), value));
        }
        if let Some(wrapping) = chosen(self.user, &self.user_phrasing, key)
            && let Some(first) = messages.iter_mut().find(|message| message.role == Role::User)
        {
            scope.set(self.message, std::mem::take(&mut first.content).into());
            first.content = wrapping.text(&scope)?;
        }
        if let Some(system) = chosen(self.system, &self.system_phrasing, key) {
            add_system(messages, system.text(&scope)?);
        }
        Ok(drawn)
    }
}

fn chosen<'s>(phrasings: &'s [Writing], stream: &Stream, key: u64) -> Option<&'s Writing> {
    match phrasings {
        [] => None,
        [only] => Some(only),
        several => usize::try_from(stream.at(key).below(several.len() as u64)).ok().and_then(|at| several.get(at)),
    }
}

/// Adds a system prompt after the one that is there, with a blank line between them.
fn add_system(messages: &mut Vec<Message>, prompt: String) {
    match messages.first_mut().filter(|first| first.role == Role::System) {
        Some(first) => {
            first.content.push_str("\n\n");
            first.content.push_str(&prompt);
        }
        None => messages.insert(0, Message { role: Role::System, content: prompt }),
    }
}
