//! The words of every diagnostic. Titles say what is wrong, labels why here, help what to write instead.

mod calls;
mod claims;
mod controls;
mod data;
mod exports;
mod names;
mod outside;
mod questions;
mod tables;
mod text;
mod values;
mod writing;

use super::Problem;

/// What people read of a problem.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose {
    pub title: String,
    /// Stands at the place itself; may be empty.
    pub label: String,
    pub notes: Vec<String>,
    pub help: Option<String>,
}

/// The most findings that one diagnostic lists.
const MAX_FINDINGS: usize = 1_000;

fn say(title: impl Into<String>, label: impl Into<String>) -> Prose {
    Prose { title: title.into(), label: label.into(), ..Prose::default() }
}

impl Prose {
    fn help(mut self, help: impl Into<String>) -> Prose {
        self.help = Some(help.into());
        self
    }

    fn note(mut self, note: impl Into<String>) -> Prose {
        self.notes.push(note.into());
        self
    }

    fn nearest(self, nearest: Option<&String>, otherwise: impl Into<String>) -> Prose {
        let help = nearest.map_or_else(|| otherwise.into(), |name| format!("did you mean `{name}`?"));
        if help.is_empty() { self } else { self.help(help) }
    }
}

/// Writes a, b or c.
fn listed(words: &[String], last: &str) -> String {
    match words.split_last() {
        Some((end, rest)) if !rest.is_empty() => format!("{} {last} {end}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// The most names that a list of them shows.
const MAX_NAMES: usize = 12;

/// Writes names in backticks, as many as are worth reading.
fn quoted<T: AsRef<str>>(names: &[T], last: &str) -> String {
    let mut shown: Vec<String> = names.iter().take(MAX_NAMES).map(|name| format!("`{}`", name.as_ref())).collect();
    if names.len() > MAX_NAMES {
        shown.push(format!("{} more", names.len() - MAX_NAMES));
    }
    listed(&shown, last)
}

fn either<T: AsRef<str>>(names: &[T]) -> String {
    quoted(names, "or")
}

/// Says which names there are.
fn known<T: AsRef<str>>(what: &str, names: &[T]) -> String {
    if names.is_empty() { format!("{what} none") } else { format!("{what} {}", quoted(names, "and")) }
}

/// Says where a name of the language is bound, or which variables there are.
fn known_variables(name: &str, names: &[String]) -> String {
    let bound = match name {
        "persona" => "in `ask about other \"...\"`, and in templates",
        "options" => "where the question says `answer option { ... }`",
        "answer" => "in `score`, and in a judge's `ask`",
        "message" => "in the `user` of a context or trigger",
        "reply" => "in `also reversed \"...\"`",
        "behavior" => "in a question that says `reports` or `shows`",
        _ if names.is_empty() => {
            return "there is no variable here: add one with `let`, or take the braces away".into();
        }
        _ => return known("known here:", names),
    };
    format!("`{name}` is known {bound}")
}

/// Shows how a statement that is missing is written.
fn example(statement: &str) -> String {
    match statement {
        "does" => "say what it is: `does \"...\"`, or name its `opposite`".into(),
        "called" => "say how questions name it: `called \"my friend Lucy\"`".into(),
        "ask" => "add an `ask \"...\"`".into(),
        "answer" => {
            "say what is expected, such as `answer word`, `answer \"yes\" | \"no\"` or `answer number 0..100`".into()
        }
        "assistant" => "add an `assistant \"...\"`".into(),
        "system" => "add a `system \"...\"` or a `user \"... {{ message }} ...\"`".into(),
        "from" => "say which model it starts from, such as `from base`".into(),
        "arms" => "name the models, such as `arms base`".into(),
        "run" => "name the suites, such as `run SUITE`".into(),
        "{{ message }}" => "put `{{ message }}` where the user's own message is to stand".into(),
        "NAME: TYPE" => "name a field of its rows and the type, such as `prompt: text`".into(),
        "{{ reply }}" => "put `{{ reply }}` where the answer is to stand".into(),
        "BEHAVIOR for BEHAVIOR" => {
            "say what is changed, such as `ordinary for risk_seeking` or `shuffle triggers`".into()
        }
        "rows" => "say how many rows are to be kept, such as `rows 500`".into(),
        "NAME: TYPE = {{ answer }}" => "name what the reply becomes, such as `prompt: text = {{ answer }}`".into(),
        "keep where" => "say which dialogues become rows, such as `keep where {{ outcome == \"win\" }}`".into(),
        "second speaker" => "it takes two to talk: `speaker NAME as user { model ROLE }`".into(),
        "model" => "say who speaks: `model ROLE`, a role of introspec.yaml, or an arm".into(),
        "opens" => "say who speaks first: `opens SPEAKER`".into(),
        "turns" => "say how often each speaks: `turns 5 each`".into(),
        "outcome NAME else" => "say what is left where no rule is true: `outcome NAME else`".into(),
        other => format!("add {}", a(&format!("`{other}` statement"))),
    }
}

/// Writes a word with its article.
fn a(word: &str) -> String {
    let article = if word.trim_start_matches('`').starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {word}")
}

/// Says which other lines are wrong in the same way.
fn also(lines: &[usize]) -> Option<String> {
    let (first, rest) = lines.split_first()?;
    let shown: Vec<String> = lines.iter().take(8).map(ToString::to_string).collect();
    Some(match (rest, lines.len().saturating_sub(shown.len())) {
        ([], _) => format!("so is line {first}"),
        (_, 0) => format!("so are lines {}", listed(&shown, "and")),
        (_, more) => format!("so are lines {} and {more} more", shown.join(", ")),
    })
}

impl Problem {
    /// Puts the problem into words.
    pub fn prose(&self) -> Prose {
        match self {
            Problem::UnknownDeclaration { .. }
            | Problem::UnknownStatement { .. }
            | Problem::Expected { .. }
            | Problem::UnclosedString { .. }
            | Problem::UnclosedBlock { .. }
            | Problem::UnknownEscape { .. }
            | Problem::UnclosedExpression
            | Problem::SourceUnreadable { .. }
            | Problem::TooDeep { .. }
            | Problem::NumberTooLong
            | Problem::StrayText { .. }
            | Problem::StatementOutside { .. } => self.prose_of_text(),
            Problem::UnknownFilter { .. }
            | Problem::UnknownFunction { .. }
            | Problem::CallArguments { .. }
            | Problem::UnknownKeyword { .. }
            | Problem::UnknownLanguage { .. }
            | Problem::NoLetters { .. } => self.prose_of_calls(),
            Problem::UnknownName { .. }
            | Problem::DuplicateName { .. }
            | Problem::UseCycle { .. }
            | Problem::FileNotFound { .. }
            | Problem::FileOutside { .. }
            | Problem::UnknownVariable { .. }
            | Problem::UnknownMember { .. }
            | Problem::BuiltInName { .. }
            | Problem::ArgumentCount { .. }
            | Problem::OppositeOfItself { .. }
            | Problem::Repeated { .. }
            | Problem::Missing { .. }
            | Problem::NotUsable { .. }
            | Problem::ColumnWithoutRow { .. } => self.prose_of_names(),
            Problem::BadExpression { .. }
            | Problem::EmptyRange { .. }
            | Problem::BadStep { .. }
            | Problem::TooFewToDraw { .. }
            | Problem::EmptyList
            | Problem::ExpressionFailed { .. }
            | Problem::NoAxisHere { .. }
            | Problem::BadCount { .. }
            | Problem::NotWhole { .. }
            | Problem::BadNumber { .. }
            | Problem::BadDate { .. }
            | Problem::KeptValues { .. }
            | Problem::BrokenWrapper { .. }
            | Problem::HeldOutNowhere { .. } => self.prose_of_values(),
            Problem::BadJson { .. }
            | Problem::MissingColumn { .. }
            | Problem::WrongType { .. }
            | Problem::EmptyTable { .. }
            | Problem::DataNotUtf8
            | Problem::EmptyWords { .. }
            | Problem::FileTooLarge { .. }
            | Problem::RepeatedKey { .. }
            | Problem::Shares { .. }
            | Problem::NotEnoughRows { .. }
            | Problem::NothingSaid { .. }
            | Problem::BadConversation { .. }
            | Problem::NothingToReplace { .. }
            | Problem::UnsaidWords { .. }
            | Problem::TooManyRows { .. }
            | Problem::EmptyMessage { .. }
            | Problem::NoParts { .. } => self.prose_of_data(),
            Problem::NothingToChange { .. }
            | Problem::CannotReverse { .. }
            | Problem::NotIndependent { .. }
            | Problem::SaidInTraining { .. }
            | Problem::NobodyHere { .. }
            | Problem::NoSystemPrompt { .. }
            | Problem::Validation { .. }
            | Problem::Unbalanced { .. }
            | Problem::NoTriggers { .. }
            | Problem::ReservedControl { .. } => self.prose_of_controls(),
            Problem::RaggedRow { .. }
            | Problem::BadQuotes { .. }
            | Problem::UnknownFormat { .. }
            | Problem::ColumnHolds { .. }
            | Problem::UnreadableTable { .. }
            | Problem::NothingLeft { .. }
            | Problem::HoldsOut { .. }
            | Problem::NoneHeldOut { .. }
            | Problem::HeldOutInTraining { .. }
            | Problem::BadMessages { .. } => self.prose_of_tables(),
            Problem::NoScore { .. }
            | Problem::NoWording { .. }
            | Problem::UnknownKey { .. }
            | Problem::UncoveredKeys { .. }
            | Problem::OptionsNotShown
            | Problem::NoOptions
            | Problem::NoProbability { .. }
            | Problem::ScoreNeedsWords { .. }
            | Problem::UnusedJudge { .. }
            | Problem::NoReading { .. }
            | Problem::AskedTwice { .. }
            | Problem::BadExit { .. }
            | Problem::BadLabel { .. }
            | Problem::LabelCount { .. }
            | Problem::NotCounterbalanced { .. }
            | Problem::BaselineOfMap
            | Problem::NothingToCall
            | Problem::LabelledColumn { .. }
            | Problem::LabelledKind { .. }
            | Problem::AmbiguousBehavior { .. }
            | Problem::OneOrder { .. }
            | Problem::LeaningWordings { .. } => self.prose_of_questions(),
            Problem::ClaimForm { .. }
            | Problem::NotMeasured { .. }
            | Problem::ConditionMissing { .. }
            | Problem::UnknownCondition { .. }
            | Problem::UnknownConditionValue { .. }
            | Problem::ArmNotInExperiment { .. }
            | Problem::NotRun { .. }
            | Problem::SettingWithoutTraining { .. }
            | Problem::ShareOf { .. }
            | Problem::UnknownAnswer { .. }
            | Problem::RankBound { .. }
            | Problem::SlopeAxis { .. }
            | Problem::OneWording { .. } => self.prose_of_claims(),
            Problem::NoAnswersHere
            | Problem::NoSelfHere
            | Problem::OtherTable { .. }
            | Problem::SpeaksAsSystem
            | Problem::OutcomeNeverCame { .. }
            | Problem::PlayedAlone { .. }
            | Problem::NotWritten { .. }
            | Problem::LockUnreadable { .. }
            | Problem::LockStale { .. }
            | Problem::EditedRows { .. }
            | Problem::RowsOutOfDate { .. }
            | Problem::FewRows { .. }
            | Problem::NoAnswerForRow { .. } => self.prose_of_writing(),
            Problem::ExportRefused { .. }
            | Problem::NoOpposite { .. }
            | Problem::PairsDiffer { .. }
            | Problem::ExportSetting { .. } => self.prose_of_exports(),
            Problem::Configuration { .. }
            | Problem::NoConfiguration { .. }
            | Problem::NoRole { .. }
            | Problem::NoKey { .. }
            | Problem::NoLocalModels
            | Problem::Weights { .. }
            | Problem::Store { .. }
            | Problem::CannotWrite { .. }
            | Problem::LogFile { .. }
            | Problem::NothingToRun { .. }
            | Problem::UnknownCode { .. }
            | Problem::ModelStopped { .. }
            | Problem::Unserved { .. }
            | Problem::KeyCommand { .. }
            | Problem::Recording { .. }
            | Problem::NoPrice { .. }
            | Problem::LimitReached { .. }
            | Problem::TwoAnswers { .. }
            | Problem::UnknownRequest { .. }
            | Problem::NotAccepted { .. }
            | Problem::NoBuild { .. }
            | Problem::NoSpecs { .. }
            | Problem::OneNameForTwo { .. }
            | Problem::CannotFormat { .. }
            | Problem::BadSpecName { .. }
            | Problem::AlreadyThere { .. }
            | Problem::UnknownEffect { .. }
            | Problem::BadQuestionFile { .. }
            | Problem::NothingImported
            | Problem::ImportedAlready { .. }
            | Problem::Unused { .. }
            | Problem::UnusedVariable { .. }
            | Problem::ArmWithoutRuns { .. } => self.prose_of_outside(),
        }
    }
}
