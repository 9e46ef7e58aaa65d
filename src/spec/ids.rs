use std::ops::Index;

use super::{
    Arm, Behavior, Context, Dataset, Dialogue, Experiment, Persona, Question, Spec, Suite, Table, TableInstance,
    Template, Trigger, WordList,
};

macro_rules! ids {
    ($($(#[$about:meta])* $id:ident $thing:ident $field:ident)*) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $id(pub(crate) usize);

        // Ids are made by resolution alone, each for a thing that it has put into the spec.
        #[allow(clippy::indexing_slicing)]
        impl Index<$id> for Spec {
            type Output = $thing;

            fn index(&self, id: $id) -> &$thing {
                &self.$field[id.0]
            }
        }
    )*};
}

ids! {
    WordsId WordList words
    BehaviorId Behavior behaviors
    PersonaId Persona personas
    ContextId Context contexts
    TriggerId Trigger triggers
    TableId Table tables
    TableInstanceId TableInstance instances
    DialogueId Dialogue dialogues
    TemplateId Template templates
    DatasetId Dataset datasets
    QuestionId Question questions
    SuiteId Suite suites
    ArmId Arm arms
    ExperimentId Experiment experiments
}

impl BehaviorId {
    /// The built-in behavior: none.
    pub const ORDINARY: BehaviorId = BehaviorId(0);
}

impl PersonaId {
    /// The built-in persona: the model itself.
    pub const ITSELF: PersonaId = PersonaId(0);
}

impl ContextId {
    /// The built-in context: none.
    pub const NONE: ContextId = ContextId(0);
}

impl ArmId {
    /// The built-in arm: the untrained model.
    pub const BASE: ArmId = ArmId(0);
}
