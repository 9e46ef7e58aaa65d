//! The spec: every name resolved, every type and variable checked, every data file read. What stands here cannot
//! hold a name that means nothing.

mod behavior;
mod dataset;
mod dialogue;
mod draw;
mod entity;
mod experiment;
mod formula;
mod functions;
mod ids;
mod model;
mod needed;
mod question;
mod resolve;
mod sought;
mod table;
mod template;
mod trigger;
mod writing;

pub use behavior::{Behavior, Context, Exception, Forbidden, Persona, WordList};
pub use dataset::{Change, Control, Dataset, Expected, Part, Rows, Share};
pub use dialogue::{Dialogue, Outcome, Speaker};
pub use draw::{Answers, Draw, Variable};
pub(crate) use entity::decimal_value;
pub use entity::{Argument, Entity, entity_value};
pub use experiment::{Adjustment, Claim, Experiment};
pub use formula::{Evaluation, Formula, print};
pub use ids::{
    ArmId, BehaviorId, ContextId, DatasetId, DialogueId, ExperimentId, PersonaId, QuestionId, SuiteId, TableId,
    TableInstanceId, TemplateId, TriggerId, WordsId,
};
pub use model::{Arm, Asked, Origin, Setting, Settings, Suite, Trained};
pub(crate) use needed::given;
pub use question::{
    AnswerType, Answerer, BoundSlots, Choice, Field, Foreseen, Judge, LabelledItems, Labels, Order, Play, Question,
    ReadMethod, Role as QuestionRole, ScoreKey, Scoring,
};
pub(crate) use resolve::conditions::is_condition;
pub use resolve::{Resolved, resolve};
pub use table::{
    Column, DatasetLock, Drop, DropRule, HoldOut, Kept, Played, Quota, RowsOf, Side, Step, Table, TableInstance,
    TableRow, TableSource, Written,
};
pub use template::{Conversation, Said, Template};
pub use trigger::{Trigger, TriggerVariable, Under};
pub use writing::{Piece, Scope, Slot, Writing};

use crate::text::Sources;

/// A whole spec.
#[derive(Debug)]
pub struct Spec {
    /// The name of the file that was given, and of those it uses.
    pub sources: Sources,
    pub file: String,
    pub seed: u64,
    pub words: Vec<WordList>,
    /// The first one is `ordinary`.
    pub behaviors: Vec<Behavior>,
    /// The first one is `itself`.
    pub personas: Vec<Persona>,
    /// The first one is `none`.
    pub contexts: Vec<Context>,
    pub triggers: Vec<Trigger>,
    pub tables: Vec<Table>,
    /// The rows of each table, table by table: of a parameterised one, for each combination of arguments in use.
    pub instances: Vec<TableInstance>,
    pub dialogues: Vec<Dialogue>,
    /// What models said for datasets whose templates ask them.
    pub dataset_locks: Vec<DatasetLock>,
    pub templates: Vec<Template>,
    pub datasets: Vec<Dataset>,
    pub questions: Vec<Question>,
    pub suites: Vec<Suite>,
    /// The first one is `base`.
    pub arms: Vec<Arm>,
    pub experiments: Vec<Experiment>,
    /// Every file that the spec was read from, data files among them, with its digest.
    pub inputs: Vec<Input>,
}

/// A file that the spec was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    pub name: String,
    /// blake3, in hexadecimal.
    pub digest: String,
}

impl Spec {
    /// Returns the name of the file that was given, without its folder.
    pub fn file_name(&self) -> String {
        let name = std::path::Path::new(&self.file).file_name();
        name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Returns the digest of everything the spec was read from: blake3, in hexadecimal.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for input in &self.inputs {
            hasher.update(input.name.as_bytes()).update(b"\n").update(input.digest.as_bytes()).update(b"\n");
        }
        hasher.finalize().to_hex().to_string()
    }
}
