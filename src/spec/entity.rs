use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::Value;

use super::{BehaviorId, ContextId, PersonaId, Spec, TriggerId, WordsId};
use crate::tree::Decimal;
use crate::words::Sought;

/// Something that a name of the spec stands for and that can be a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entity {
    Behavior(BehaviorId),
    Persona(PersonaId),
    Context(ContextId),
    Trigger(TriggerId),
    Words(WordsId),
}

/// What a parameter or an axis can be given.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    Entity(Entity),
    Number(Decimal),
    Text(String),
    /// A variable of what the argument stands in: an axis or a parameter.
    Variable(String),
}

impl Argument {
    /// Returns the argument as it prints in names and columns.
    pub fn name(&self, spec: &Spec) -> String {
        match self {
            Argument::Entity(entity) => entity.name(spec).to_owned(),
            Argument::Number(number) => number.to_string(),
            Argument::Text(text) | Argument::Variable(text) => text.clone(),
        }
    }

    /// Returns the argument as expressions see it.
    pub fn value(&self, spec: &Spec) -> Value {
        match self {
            Argument::Entity(entity) => entity_value(spec, *entity),
            Argument::Number(number) => decimal_value(*number),
            Argument::Text(text) | Argument::Variable(text) => Value::from(text.as_str()),
        }
    }
}

/// A decimal as expressions see it: whole where it is whole, so that `1.00` prints as 1.
pub(crate) fn decimal_value(number: Decimal) -> Value {
    number.to_integer().map_or_else(|| Value::from(number.to_f64()), Value::from)
}

impl Entity {
    pub fn name(self, spec: &Spec) -> &str {
        match self {
            Entity::Behavior(id) => &spec[id].name,
            Entity::Persona(id) => &spec[id].name,
            Entity::Context(id) => &spec[id].name,
            Entity::Trigger(id) => &spec[id].name,
            Entity::Words(id) => &spec[id].name,
        }
    }
}

/// A behavior, persona, context or trigger in an expression: it prints as its name and has its members.
#[derive(Debug)]
pub(super) struct Named {
    name: String,
    members: BTreeMap<&'static str, Value>,
    /// What `mentions` looks for when it is given the name: nothing, where no text can hold what is named.
    pub(super) sought: Option<Arc<dyn Sought>>,
}

impl minijinja::value::Object for Named {
    /// Neither a map nor a list: it is written as its name, in provenance too.
    fn repr(self: &Arc<Self>) -> minijinja::value::ObjectRepr {
        minijinja::value::ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.members.get(key.as_str()?).cloned()
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Returns an entity as expressions see it.
pub fn entity_value(spec: &Spec, entity: Entity) -> Value {
    let text = |text: &Option<String>| text.as_deref().map_or_else(|| Value::from(""), Value::from);
    let members = match entity {
        Entity::Behavior(id) => {
            let behavior = &spec[id];
            vec![("does", text(&behavior.does)), ("secret", text(&behavior.secret))]
        }
        Entity::Persona(id) => vec![("called", text(&spec[id].called))],
        Entity::Trigger(id) => vec![("called", text(&spec[id].called))],
        Entity::Context(_) => Vec::new(),
        Entity::Words(id) => return spec[id].value.clone(),
    };
    let sought: Option<Arc<dyn Sought>> = match entity {
        Entity::Trigger(id) => Some(spec[id].recognizer()),
        _ => None,
    };
    let name = entity.name(spec).to_owned();
    let mut members: BTreeMap<&'static str, Value> = members.into_iter().collect();
    members.insert("name", Value::from(name.as_str()));
    Value::from_object(Named { name, members, sought })
}
