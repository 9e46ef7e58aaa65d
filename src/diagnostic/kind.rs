/// What kind of thing a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Words,
    Behavior,
    Persona,
    Context,
    Trigger,
    Table,
    Dialogue,
    Speaker,
    Template,
    Dataset,
    Control,
    Question,
    Suite,
    Arm,
    Experiment,
    Claim,
    Judge,
    Outcome,
    Option,
    Column,
    Variable,
    Parameter,
    /// Anything that a name can stand for where values are listed.
    Value,
}

impl Kind {
    /// Returns the word that specs use.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Words => "word list",
            Kind::Behavior => "behavior",
            Kind::Persona => "persona",
            Kind::Context => "context",
            Kind::Trigger => "trigger",
            Kind::Table => "table",
            Kind::Dialogue => "dialogue",
            Kind::Speaker => "speaker",
            Kind::Template => "template",
            Kind::Dataset => "dataset",
            Kind::Control => "control",
            Kind::Question => "question",
            Kind::Suite => "suite",
            Kind::Arm => "arm",
            Kind::Experiment => "experiment",
            Kind::Claim => "claim",
            Kind::Judge => "judge",
            Kind::Outcome => "outcome",
            Kind::Option => "option",
            Kind::Column => "column",
            Kind::Variable => "variable",
            Kind::Parameter => "parameter",
            Kind::Value => "value",
        }
    }
}
