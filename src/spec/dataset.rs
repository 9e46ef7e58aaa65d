use std::fmt;
use std::sync::Arc;

use super::{Argument, BehaviorId, Entity, Formula, PersonaId, Slot, TemplateId, Writing};
use crate::text::Span;
use crate::tree::{Aspect, Decimal};

/// Which templates, under which behavior, in which exact shares.
#[derive(Debug)]
pub struct Dataset {
    pub name: String,
    pub span: Span,
    /// Whether the file that was given declares it; others are only built where an arm needs them.
    pub own: bool,
    pub parameters: Vec<(String, Slot)>,
    pub rows: Option<Rows>,
    /// How much is set aside to validate training with.
    pub validation: Option<(Share, Span)>,
    pub parts: Vec<Part>,
    pub expected: Vec<Expected>,
    pub controls: Vec<Control>,
}

#[derive(Debug)]
pub enum Rows {
    Fixed { count: u64, repeat: bool, span: Span },
    Computed { formula: Formula, repeat: bool },
}

#[derive(Debug)]
pub struct Part {
    pub share: Option<Share>,
    pub template: TemplateId,
    pub arguments: Vec<Argument>,
    /// A behavior, or a parameter that stands for one.
    pub behavior: Argument,
    pub behavior_span: Span,
    /// The triggers that its rows carry, in equal shares, or parameters that stand for them; none for no trigger.
    pub when: Vec<Named>,
    /// The personas that act in its rows, in equal shares; none for the model itself.
    pub by: Vec<Named>,
    /// The personas that its rows speak about, in equal shares.
    pub about: Vec<Named>,
    /// What every value of has equally many rows, over the template's names.
    pub balance: Option<Formula>,
    pub span: Span,
}

impl Dataset {
    /// Returns the personas that act in its rows, in the order of its parts.
    pub fn personas(&self) -> Vec<PersonaId> {
        let mut personas: Vec<PersonaId> = Vec::new();
        for persona in self.parts.iter().flat_map(Part::acting) {
            if !personas.contains(&persona) {
                personas.push(persona);
            }
        }
        personas
    }

    /// Returns the behaviors that a persona shows in its rows, `ordinary` aside.
    pub fn shown_by(&self, persona: PersonaId) -> Vec<BehaviorId> {
        let mut shown: Vec<BehaviorId> = Vec::new();
        for part in self.parts.iter().filter(|part| part.acting().contains(&persona)) {
            if let Argument::Entity(Entity::Behavior(id)) = part.behavior
                && id != BehaviorId::ORDINARY
                && !shown.contains(&id)
            {
                shown.push(id);
            }
        }
        shown
    }
}

impl Part {
    /// Returns the personas that act in the part's rows.
    fn acting(&self) -> Vec<PersonaId> {
        let acting: Vec<PersonaId> = self
            .by
            .iter()
            .filter_map(|(argument, _)| match argument {
                Argument::Entity(Entity::Persona(id)) => Some(*id),
                _ => None,
            })
            .collect();
        if acting.is_empty() { vec![PersonaId::ITSELF] } else { acting }
    }
}

/// An argument with the place where it is named.
pub(crate) type Named = (Argument, Span);

/// `expect independent A B`: a property without which the build fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    pub aspects: (Aspect, Aspect),
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    Percent(Decimal),
    Rows(u64),
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Share::Percent(percent) => write!(f, "{percent}%"),
            Share::Rows(1) => f.write_str("1 row"),
            Share::Rows(rows) => write!(f, "{rows} rows"),
        }
    }
}

/// The dataset again, changed in the stated ways, one after another.
#[derive(Debug)]
pub struct Control {
    pub name: String,
    pub span: Span,
    pub changes: Vec<Change>,
    pub expected: Vec<Expected>,
    pub controls: Vec<Control>,
}

#[derive(Clone, Debug)]
pub enum Change {
    /// `with for replaced`.
    Replace {
        with: BehaviorId,
        replaced: BehaviorId,
        span: Span,
    },
    /// The same rows, each trigger as often, without any relation to what the rows show.
    ShuffleTriggers {
        span: Span,
    },
    /// The words of each last answer, in a drawn order.
    ShuffleWordsOfAnswer {
        span: Span,
    },
    /// The rows by one persona are by the other, and the other way round.
    SwapPersonas {
        span: Span,
    },
    WithoutTriggers {
        span: Span,
    },
    WithoutPersonas {
        span: Span,
    },
    /// Every row again with the answer first, behind this lead-in, in which `reply` has slot 0.
    AlsoReversed {
        lead: Arc<Writing>,
        span: Span,
    },
}

impl Change {
    pub fn span(&self) -> Span {
        match self {
            Change::Replace { span, .. }
            | Change::ShuffleTriggers { span }
            | Change::ShuffleWordsOfAnswer { span }
            | Change::SwapPersonas { span }
            | Change::WithoutTriggers { span }
            | Change::WithoutPersonas { span }
            | Change::AlsoReversed { span, .. } => *span,
        }
    }
}
