use std::fmt;

use super::{Argument, BehaviorId, Formula, Slot, TemplateId};
use crate::text::Span;
use crate::tree::Decimal;

/// Which templates, under which behavior, in which exact shares.
#[derive(Debug)]
pub struct Dataset {
    pub name: String,
    pub span: Span,
    /// Whether the file that was given declares it; others are only built where an arm needs them.
    pub own: bool,
    pub parameters: Vec<(String, Slot)>,
    pub rows: Option<Rows>,
    pub parts: Vec<Part>,
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
    pub controls: Vec<Control>,
}

#[derive(Clone, Debug)]
pub enum Change {
    /// `with for replaced`.
    Replace { with: BehaviorId, replaced: BehaviorId, span: Span },
}
