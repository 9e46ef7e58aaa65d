//! Text: the sources of a spec, and places in them.

mod literal;
mod source;

pub use literal::{Literal, unescape};
pub use source::{Source, SourceId, Sources, Span};
