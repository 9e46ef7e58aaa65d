use minijinja::Value;

use super::Units;
use crate::spec::{BehaviorId, PersonaId, TemplateId, TriggerId};
use crate::text::Span;

/// Rows of one template, alike in what they show: so many, under one behavior and one trigger, by and about one
/// persona each. A part of the spec that says `each of` is several of these.
#[derive(Clone, Debug)]
pub struct PartPlan {
    /// The part of the spec, by its place in the dataset.
    pub declared: usize,
    pub template: TemplateId,
    /// The values of the template's parameters, in their order.
    pub arguments: Vec<Value>,
    pub behavior: BehaviorId,
    pub trigger: Option<TriggerId>,
    /// Who acts.
    pub by: PersonaId,
    /// Who is spoken about, where the part says so.
    pub about: Option<PersonaId>,
    /// The messages said under that behavior, by their place in the template.
    pub messages: Vec<usize>,
    /// The part's rows are `first..first + count` of the dataset before it is mixed.
    pub first: u64,
    pub count: u64,
    /// Parts of the same template take its units one after another: this part's begin here.
    pub first_unit: u64,
    pub units: Units,
    pub span: Span,
}

impl PartPlan {
    /// Returns the persona that a row's `persona` is: who is spoken about, or else who acts.
    pub fn persona(&self) -> PersonaId {
        self.about.unwrap_or(self.by)
    }
}
