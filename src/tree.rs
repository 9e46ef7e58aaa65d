//! The tree: what a source says, word for word, with the place of everything. Names are still just names.

mod arm;
mod data;
mod decimal;
mod declaration;
mod dialogue;
mod lower;
mod measure;
mod outline;
mod parse;
mod recover;

pub use arm::{
    Adjust, Arm, ArmStatement, Claim, ConditionName, Experiment, ExperimentStatement, Setting, Suite, SuiteStatement,
    Values,
};
pub use data::{
    Aspect, Column, ColumnType, Control, ControlStatement, Conversation, Count, Dataset, DatasetStatement, Drop,
    DropRule, Expectation, Part, Reference, RowFrom, Rows, Said, Share, Table, TableSource, TableStatement, Template,
    TemplateStatement,
};
pub use decimal::Decimal;
pub use declaration::{
    Allow, Behavior, BehaviorStatement, Context, ContextStatement, Declaration, KeptValues, Let, Name, Persona,
    PersonaStatement, Set, Spanned, Tree, Trigger, TriggerStatement, Unsaid, UnsaidWords, ValueSource, Word, Words,
    WordsSource,
};
pub use dialogue::{Dialogue, DialogueStatement, Outcome, Speaker, SpeakerStatement};
pub use measure::{
    Answer, AnswerKind, Answers, AnswersStatement, Ask, Field, FieldKind, Judge, JudgeStatement, Key, LabelKind,
    LabelledItems, OptionLine, OrderKind, Play, Question, QuestionStatement, ReadStatement, Score,
};
pub(crate) use outline::outline;
pub use parse::parse;

/// An expression between `{{` and `}}`: its text, and where the text stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    pub text: String,
    /// The text without the braces.
    pub span: crate::text::Span,
}
