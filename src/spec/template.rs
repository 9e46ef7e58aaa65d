use super::{Argument, BehaviorId, Draw, Entity, RowsOf, Slot, Variable, Writing};
use crate::requests::Role;
use crate::text::Span;

/// How one training conversation is made.
#[derive(Debug)]
pub struct Template {
    pub name: String,
    pub span: Span,
    pub parameters: Vec<(String, Slot)>,
    /// Where the row's columns come from.
    pub table: Option<RowsOf>,
    pub variables: Vec<Variable>,
    pub messages: Vec<Said>,
    /// The persona that a row is by or about, and whether anything here reads it.
    pub persona: Slot,
    pub reads_persona: bool,
    pub conversation: Option<Conversation>,
    /// How many slots the template's scope has.
    pub size: usize,
}

/// One message of a template.
#[derive(Debug)]
pub struct Said {
    pub role: Role,
    pub text: Writing,
    /// The behaviors it is said under; under all of them where there is none. A parameter may stand for one.
    pub under: Vec<Argument>,
    pub span: Span,
}

/// The messages that a column holds, as they are.
#[derive(Debug)]
pub struct Conversation {
    /// The column or variable, and its slot in the table.
    pub column: String,
    pub slot: Slot,
    /// The behaviors it is said under; under all of them where there is none. A parameter may stand for one.
    pub under: Vec<Argument>,
    pub span: Span,
}

impl Said {
    /// Tells whether the message is said under a behavior, given what each parameter stands for.
    pub fn is_under(&self, behavior: BehaviorId, stands_for: &dyn Fn(&str) -> Option<BehaviorId>) -> bool {
        is_under(&self.under, behavior, stands_for)
    }
}

impl Conversation {
    /// Tells whether it is said under a behavior, given what each parameter stands for.
    pub fn is_under(&self, behavior: BehaviorId, stands_for: &dyn Fn(&str) -> Option<BehaviorId>) -> bool {
        is_under(&self.under, behavior, stands_for)
    }
}

fn is_under(under: &[Argument], behavior: BehaviorId, stands_for: &dyn Fn(&str) -> Option<BehaviorId>) -> bool {
    under.is_empty()
        || under.iter().any(|under| match under {
            Argument::Entity(Entity::Behavior(id)) => *id == behavior,
            Argument::Variable(name) => stands_for(name) == Some(behavior),
            _ => false,
        })
}

impl Template {
    /// Tells whether a model is asked for each row.
    pub fn asks_models(&self) -> bool {
        self.variables.iter().any(|variable| matches!(variable.draw, Draw::Answers(_)))
    }

    /// Returns how many combinations the template's axes have.
    pub fn combinations(&self) -> u64 {
        self.variables.iter().filter_map(|variable| variable.axis()).map(|values| values.len() as u64).product()
    }
}
