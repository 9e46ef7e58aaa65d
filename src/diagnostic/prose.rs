//! The words of every diagnostic. Titles say what is wrong, labels why here, help what to write instead.

use super::{Finding, Problem};

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

/// Writes `a`, `b` or `c`, with at most twelve of them.
fn either<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<String> = names.iter().take(12).map(|name| format!("`{}`", name.as_ref())).collect();
    let more = if names.len() > 12 { ", ..." } else { "" };
    match shown.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) if more.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => format!("{}{more}", shown.join(", ")),
    }
}

fn known<T: AsRef<str>>(what: &str, names: &[T]) -> String {
    if names.is_empty() { format!("{what}: none") } else { format!("{what}: {}", either(names)) }
}

impl Problem {
    /// Puts the problem into words.
    pub fn prose(&self) -> Prose {
        match self {
            Problem::UnknownDeclaration { .. }
            | Problem::UnknownStatement { .. }
            | Problem::Expected { .. }
            | Problem::UnclosedString
            | Problem::UnclosedBlock { .. }
            | Problem::UnknownEscape { .. }
            | Problem::UnclosedExpression
            | Problem::SourceUnreadable { .. }
            | Problem::TooDeep { .. }
            | Problem::NumberTooLong
            | Problem::StrayText { .. } => self.prose_of_text(),
            Problem::UnknownName { .. }
            | Problem::DuplicateName { .. }
            | Problem::UseCycle { .. }
            | Problem::FileNotFound { .. }
            | Problem::FileOutside { .. }
            | Problem::UnknownVariable { .. }
            | Problem::UnknownMember { .. }
            | Problem::UnknownFilter { .. }
            | Problem::UnknownFunction { .. }
            | Problem::BuiltInName { .. }
            | Problem::ArgumentCount { .. }
            | Problem::OppositeOfItself { .. }
            | Problem::Repeated { .. }
            | Problem::Missing { .. }
            | Problem::NotUsable { .. } => self.prose_of_names(),
            Problem::BadExpression { .. }
            | Problem::EmptyRange { .. }
            | Problem::BadStep { .. }
            | Problem::TooFewToDraw { .. }
            | Problem::EmptyList
            | Problem::ExpressionFailed { .. }
            | Problem::NoAxisHere { .. }
            | Problem::BadCount { .. }
            | Problem::NotWhole { .. }
            | Problem::BadNumber { .. } => self.prose_of_values(),
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
            | Problem::AskedTwice { .. } => self.prose_of_questions(),
            Problem::ClaimForm { .. }
            | Problem::NotMeasured { .. }
            | Problem::ConditionMissing { .. }
            | Problem::UnknownCondition { .. }
            | Problem::UnknownConditionValue { .. }
            | Problem::ArmNotInExperiment { .. }
            | Problem::NotRun { .. }
            | Problem::SettingWithoutTraining { .. }
            | Problem::NoBound => self.prose_of_claims(),
            Problem::Configuration { .. }
            | Problem::NoConfiguration { .. }
            | Problem::NoRole { .. }
            | Problem::NoKey { .. }
            | Problem::NoLocalModels
            | Problem::Weights { .. }
            | Problem::Store { .. }
            | Problem::CannotWrite { .. }
            | Problem::NothingToRun { .. }
            | Problem::UnknownCode { .. }
            | Problem::ModelStopped { .. }
            | Problem::Unused { .. }
            | Problem::UnusedVariable { .. }
            | Problem::ArmWithoutRuns { .. } => self.prose_of_outside(),
        }
    }

    fn prose_of_text(&self) -> Prose {
        match self {
            Problem::UnknownDeclaration { word, nearest } => {
                say(format!("`{word}` does not begin a declaration"), "unknown here").nearest(
                    nearest.as_ref(),
                    "a spec is made of `use`, `seed`, `words`, `behavior`, `persona`, `context`, `table`, `template`, \
                     `dataset`, `question`, `suite`, `arm` and `experiment`",
                )
            }
            Problem::UnknownStatement { word, within, known, nearest } => {
                say(format!("`{word}` is no statement of {within}"), "unknown here")
                    .nearest(nearest.as_ref(), format!("{within} takes {}", either(known)))
            }
            Problem::Expected { expected, found } => {
                let wanted = expected.join(", ");
                let wanted = match wanted.rsplit_once(", ") {
                    Some((rest, last)) => format!("{rest} or {last}"),
                    None => wanted,
                };
                say(format!("expected {wanted}, found {found}"), format!("expected {wanted}"))
            }
            Problem::UnclosedString => say("a string is not closed", "opens here, and the line ends before it closes")
                .help("close it with the same quote; a text of several lines stands between `\"\"\"` and `\"\"\"`"),
            Problem::UnclosedBlock { what } => say(format!("the braces of {what} are not closed"), "opens here")
                .help("close it with `}` before the next declaration"),
            Problem::UnknownEscape { escape } => say(format!("`{escape}` is no escape"), "means nothing in a string")
                .help("escapes are `\\n`, `\\t`, `\\\"`, `\\'`, `\\\\`, `\\{` and `\\}`; write `\\\\` for a backslash"),
            Problem::UnclosedExpression => say("an expression is not closed", "`{{` opens here, and no `}}` follows")
                .help("close it with `}}`, or write `\\{{` for the two braces themselves"),
            Problem::SourceUnreadable { file, message } => say(format!("`{file}` cannot be read: {message}"), "")
                .help("give the path of a spec, a UTF-8 text file that ends in `.ispec`"),
            Problem::TooDeep { limit } => say("nested too deeply", format!("more than {limit} levels"))
                .help("take the inner parts out into declarations of their own"),
            Problem::NumberTooLong => {
                say("a number has too many digits", "at most 17 digits are kept exactly").help("round the number")
            }
            Problem::StrayText { found } => {
                say(format!("unexpected {found}"), "nothing opens or continues here").help("remove it")
            }
            _ => Prose::default(),
        }
    }

    fn prose_of_names(&self) -> Prose {
        match self {
            Problem::UnknownName { kind, name, nearest, other } => {
                let prose = say(format!("no {} is called `{name}`", kind.word()), "unknown name");
                match other {
                    Some(other) => {
                        prose.help(format!("`{name}` is a {}; a {} has to stand here", other.word(), kind.word()))
                    }
                    None => prose.nearest(nearest.as_ref(), format!("declare the {} first", kind.word())),
                }
            }
            Problem::DuplicateName { kind, name } => {
                say(format!("two {}s are called `{name}`", kind.word()), "the second one")
                    .help("give one of them another name")
            }
            Problem::UseCycle { chain } => say("specs use each other in a circle", "closes the circle")
                .note(chain.join(" uses "))
                .help("move what both need into a third spec, and use that"),
            Problem::FileNotFound { file } => say(format!("there is no file `{file}`"), "not found")
                .help("a path counts from the spec's folder; `--include DIR` adds a folder to look in"),
            Problem::FileOutside { file } => say(format!("`{file}` lies outside the spec's folder"), "not read")
                .help("a spec reads files below its own folder only; allow another with `--include DIR`"),
            Problem::UnknownVariable { name, nearest, known: names } => {
                say(format!("unknown variable `{name}`"), "no variable of that name here")
                    .nearest(nearest.as_ref(), known("known here", names))
            }
            Problem::UnknownMember { of, member, known: names } => {
                say(format!("`{of}` has no `{member}`"), "unknown member").help(known(&format!("`{of}` has"), names))
            }
            Problem::UnknownFilter { name, nearest } => {
                say(format!("unknown filter `{name}`"), "no filter of that name")
                    .nearest(nearest.as_ref(), "filters are minijinja's own, such as `sort`, `join`, `lower`, `tojson`")
            }
            Problem::UnknownFunction { name } => say(format!("unknown function `{name}`"), "no function of that name")
                .help("outside claims, expressions may call `range` and `dict`"),
            Problem::BuiltInName { kind, name } => {
                say(format!("`{name}` is a built-in {}", kind.word()), "already means something")
                    .help("choose another name")
            }
            Problem::ArgumentCount { name, expected, found } => {
                let count = |n: &usize| if *n == 1 { "1 argument".into() } else { format!("{n} arguments") };
                say(format!("`{name}` takes {}, not {found}", count(expected)), "wrong number of arguments")
                    .help("give one value for each parameter of the declaration")
            }
            Problem::OppositeOfItself { name } => {
                say(format!("`{name}` is its own opposite"), "leads back to itself").help("name the other behavior")
            }
            Problem::Repeated { statement } => {
                say(format!("`{statement}` is said twice"), "the second one").help("keep one of the two")
            }
            Problem::Missing { within, statement } => say(format!("{within} has no `{statement}`"), "incomplete")
                .help(format!("add a `{statement}` statement")),
            Problem::NotUsable { name, expected, found } => {
                say(format!("`{name}` is {found}"), format!("{expected} has to stand here"))
                    .help(format!("give {expected}"))
            }
            _ => Prose::default(),
        }
    }

    fn prose_of_values(&self) -> Prose {
        match self {
            Problem::BadExpression { message } => say(format!("this expression cannot be read: {message}"), "here")
                .help("between `{{` and `}}` stands one Jinja expression"),
            Problem::EmptyRange { low, high } => {
                say(format!("the range {low}..{high} is empty"), "its end lies before its start")
                    .help(format!("write {high}..{low}"))
            }
            Problem::BadStep { step } => say(format!("a step of {step} does not lead from one end to the other"), "")
                .help("choose a step above 0 that divides the range, so that both ends can be drawn"),
            Problem::TooFewToDraw { wanted, available } => {
                say(format!("{wanted} different values are drawn from {available}"), "too few to choose from")
                    .help("draw fewer, or add values")
            }
            Problem::EmptyList => say("this list is empty", "nothing to choose from").help("add a value"),
            Problem::ExpressionFailed { message, place } => {
                say(format!("this expression fails: {message}"), format!("for {place}"))
                    .help("mend the expression, or the data it is given")
            }
            Problem::NoAxisHere { within } => {
                say(format!("`each of` cannot multiply {within}"), "an axis here has nothing to multiply")
                    .help("draw with `one of`, or move the axis to a template, a question or an arm")
            }
            Problem::BadCount { value } => {
                say(format!("{value} is no number of rows"), "a whole number from 1 is needed")
                    .help("give a whole number")
            }
            Problem::NotWhole { value } => {
                say(format!("{value} is not a whole number"), "whole numbers only").help("round it, or draw a `number`")
            }
            Problem::BadNumber { what, value, allowed } => {
                say(format!("{value} is no {what}"), format!("{allowed} is needed")).help(format!("give {allowed}"))
            }
            _ => Prose::default(),
        }
    }

    fn prose_of_data(&self) -> Prose {
        match self {
            Problem::BadJson { message } => {
                say(format!("this line is no JSON object: {message}"), "read by this table")
                    .help("every line of a JSON Lines file is one whole object, such as {\"prompt\": \"...\"}")
            }
            Problem::MissingColumn { column, nearest } => say(format!("this row has no `{column}`"), "declared here")
                .nearest(nearest.as_ref(), "add the field to the row, or take the column out of the table"),
            Problem::WrongType { column, expected, found } => {
                say(format!("`{column}` is {found}"), format!("declared as {expected}"))
                    .help("mend the row, or the column's type")
            }
            Problem::EmptyTable { file } => say(format!("`{file}` has no rows"), "a table needs at least one row")
                .help("write one JSON object a line"),
            Problem::DataNotUtf8 => say("this line is not UTF-8", "read here")
                .help("save the file as UTF-8, for example with `iconv -f latin1 -t utf8`"),
            Problem::EmptyWords { file } => {
                say(format!("`{file}` has no words"), "a word list needs at least one word")
                    .help("write one word a line")
            }
            Problem::FileTooLarge { file, bytes, limit } => say(
                format!("`{file}` is too large"),
                format!("{} MB, and {} MB are read at most", bytes >> 20, limit >> 20),
            )
            .help("split the file, or keep only the columns that the spec uses"),
            Problem::RepeatedKey { key } => say(format!("`{key}` is written twice in this row"), "read by this table")
                .help("remove one of the two: which of them counts is not defined by JSON"),
            Problem::Shares { message } => say(format!("the shares do not fit: {message}"), "")
                .help("percentages add up to 100, and counts to the number of rows"),
            Problem::NotEnoughRows { template, wanted, available } => {
                say(format!("{wanted} rows are asked for, and `{template}` makes {available}"), "too many")
                    .note(format!("{wanted} - {available} = {} rows are missing", wanted.saturating_sub(*available)))
                    .help("ask for fewer, add rows to the table, or let them come again with `rows N repeat`")
            }
            Problem::NothingSaid { template, behavior } => {
                say(format!("`{template}` has no answer under `{behavior}`"), "shown here under that behavior")
                    .help(format!("give the template an `assistant \"...\" as {behavior}`"))
            }
            Problem::BadConversation { template, behavior, message } => {
                say(format!("under `{behavior}`, `{template}` is no conversation: {message}"), "shown here")
                    .help("messages alternate: an optional system, then user and assistant in turn, assistant last")
            }
            Problem::NothingToReplace { behavior, dataset } => {
                say(format!("`{dataset}` shows no `{behavior}`"), "nothing to replace")
                    .help("name a behavior that a part of the dataset shows")
            }
            Problem::UnsaidWords { dataset, behavior, rows, of, findings } => {
                let mut prose = say(
                    format!("{rows} of {of} rows of `{dataset}` say what they must not"),
                    format!("shows `{behavior}` or its opposite"),
                );
                for finding in findings.iter().take(MAX_FINDINGS) {
                    let Finding { place, role, word, entry } = finding;
                    prose = prose.note(format!("{place}: the {role} says \"{word}\" (unsaid: {entry})"));
                }
                if findings.len() > MAX_FINDINGS {
                    prose = prose.note(format!("and {} more", findings.len() - MAX_FINDINGS));
                }
                prose.help("rewrite or drop these rows, or allow a word: `allow \"WORD\" in user because \"REASON\"`")
            }
            Problem::TooManyRows { rows, limit } => {
                say(format!("{rows} are too many"), format!("at most {limit} are expanded"))
                    .help("take out an axis, or ask for fewer rows")
            }
            Problem::EmptyMessage { role, row } => {
                say(format!("the {role} says nothing in row {row}"), "comes out empty there")
                    .help("mend the row of the table; trainers refuse empty messages")
            }
            Problem::NoParts { dataset } => say(format!("`{dataset}` has no rows to make"), "incomplete")
                .help("add a part, such as `TEMPLATE as BEHAVIOR`"),
            _ => Prose::default(),
        }
    }

    fn prose_of_questions(&self) -> Prose {
        match self {
            Problem::NoScore { question } => say(format!("`{question}` scores nothing"), "has no `score`").help(
                "add a `score`: a map such as `score { \"yes\": 1, \"no\": 0 }`, or an expression such as \
                 `score {{ answer / 100 }}`",
            ),
            Problem::NoWording { question, persona } => {
                say(format!("`{question}` has no wording about `{persona}`"), "asked about here").help(
                    "give the question an `ask about other \"... {{ persona.called }} ...\"`, or an `ask` for the model itself",
                )
            }
            Problem::UnknownKey { key, known: names, nearest } => {
                say(format!("`{key}` is nothing that can be read"), "never scored")
                    .nearest(nearest.as_ref(), known("what can be read", names))
            }
            Problem::UncoveredKeys { missing } => {
                say(format!("no score for {}", either(missing)), "not covered").help("score it, or add `else: ...`")
            }
            Problem::OptionsNotShown => say("the options are never shown", "has no `{{ options }}`")
                .help("put `{{ options }}` where the options are to stand in each wording"),
            Problem::NoOptions => say("there are no options to order", "the answer has no options")
                .help("remove the `order`, or write `answer option { ... }`"),
            Problem::NoProbability { answer } => {
                say(format!("{answer} cannot be read as a probability"), "")
                    .help("read probabilities of options, of given texts, or of the words of a `score` map")
            }
            Problem::ScoreNeedsWords { answer } => {
                say(format!("{answer} cannot be scored by a map"), "a map scores words, options and verdicts")
                    .help("score by an expression, or name a judge: `score JUDGE { ... }`")
            }
            Problem::UnusedJudge { judge } => say(format!("the judge `{judge}` decides nothing"), "not used by the score")
                .help("use it in `score`, or remove it"),
            Problem::NoReading { question } => {
                say(format!("nothing reads the answers of `{question}`"), "a text is scored by a judge")
                    .help("add `judge NAME by ROLE { ask ... answer ... }` and `score NAME { ... }`")
            }
            Problem::AskedTwice { question } => {
                say(format!("`{question}` is asked twice about the same"), "asked before").help("remove one of the two")
            }
            _ => Prose::default(),
        }
    }

    fn prose_of_claims(&self) -> Prose {
        match self {
            Problem::ClaimForm { found, expected } => {
                say(format!("{found} has no place in a claim"), format!("expected {expected}")).help(
                    "a claim compares: `mean(SUITE, ARM) - mean(SUITE, OTHER) > 0.1`, `equal(A, B, within=0.05)`, \
                     `correlation(X, Y, ARMS, over=runs) > 0`, joined by `and`",
                )
            }
            Problem::NotMeasured { name, nearest } => {
                say(format!("`{name}` is neither a suite nor a question"), "unknown name")
                    .nearest(nearest.as_ref(), "name a suite of this experiment, or a question that one of them asks")
            }
            Problem::ConditionMissing { axis, values } => {
                say(format!("the claim does not say which `{axis}`"), "left open, and it has no built-in value")
                    .note(known("values", values))
                    .help(format!("name it: `{axis}=...`, `{axis}=[...]`, `{axis}=except(...)` or `{axis}=all`"))
            }
            Problem::UnknownCondition { axis, known: names, nearest } => {
                say(format!("nothing here varies by `{axis}`"), "unknown condition")
                    .nearest(nearest.as_ref(), known("conditions here", names))
            }
            Problem::UnknownConditionValue { axis, value, known: names, nearest } => {
                say(format!("`{axis}` never is `{value}`"), "unknown value")
                    .nearest(nearest.as_ref(), known(&format!("values of `{axis}`"), names))
            }
            Problem::ArmNotInExperiment { arm, experiment } => {
                say(format!("the arm `{arm}` takes no part in `{experiment}`"), "not among its `arms`")
                    .help(format!("add `{arm}` to the experiment's `arms`"))
            }
            Problem::NotRun { name, experiment } => say(format!("`{experiment}` does not run `{name}`"), "never asked")
                .help("add its suite to the experiment's `run`"),
            Problem::SettingWithoutTraining { setting } => {
                say(format!("`{setting}` belongs to a trained arm"), "this arm is not trained")
                    .help("add `trained on DATASET`, or remove the setting")
            }
            Problem::NoBound => say("the claim compares nothing with a number", "no number on either side")
                .help("compare a difference with a number: `mean(A) - mean(B) > 0`"),
            _ => Prose::default(),
        }
    }

    fn prose_of_outside(&self) -> Prose {
        match self {
            Problem::Configuration { message, help } => {
                let prose = say(message.clone(), "");
                match help {
                    Some(help) => prose.help(help.clone()),
                    None => prose,
                }
            }
            Problem::NoConfiguration { file } => say(format!("there is no `{file}` beside the spec"), "").help(
                "write one that names the models: `models: { small: { provider: local, model: smollm2 } }` and \
                       `roles: { base: small }`",
            ),
            Problem::NoRole { role, known: names, nearest } => {
                say(format!("introspec.yaml gives no model for the role `{role}`"), "needed here")
                    .nearest(nearest.as_ref(), format!("add it under `roles:`; {}", known("there are", names)))
            }
            Problem::NoKey { variable, model } => {
                say(format!("the key of `{model}` is missing: the environment has no `{variable}`"), "")
                    .help(format!("set it for this command: `{variable}=... introspec run ...`"))
            }
            Problem::NoLocalModels => say("this build has no models of its own", "")
                .help("install introspec with its default features, or name a server: `provider: openai`"),
            Problem::Weights { message, help } | Problem::Store { message, help } => {
                say(message.clone(), "").help(help.clone())
            }
            Problem::CannotWrite { path, message, full } => say(format!("`{path}` cannot be written: {message}"), "")
                .help(if *full {
                    "make room on the disk and run the same command again: what was built before is untouched"
                } else {
                    "choose another folder with `--out`: what was built before is untouched"
                }),
            Problem::NothingToRun { file } => say(format!("`{file}` has no experiment of its own"), "")
                .help("add an `experiment` that names `arms` and the suites to `run`"),
            Problem::UnknownCode { code, nearest } => say(format!("there is no diagnostic `{code}`"), "")
                .nearest(nearest.as_ref(), "codes look like E0206 or W0001"),
            Problem::ModelStopped { model, message } => say(format!("the model `{model}` was stopped: {message}"), "")
                .help("mend the cause and run the same command again: what was answered is kept"),
            Problem::Unused { kind, name } => {
                say(format!("the {} `{name}` is never used", kind.word()), "unused").help("use it, or remove it")
            }
            Problem::UnusedVariable { name } => {
                say(format!("the variable `{name}` is never used"), "drawn for nothing").help("use it, or remove it")
            }
            Problem::ArmWithoutRuns { arm } => {
                say(format!("the arm `{arm}` has no trained runs"), "its claims stay undecided")
                    .help(format!("train it, and name the runs in introspec.yaml under `runs: {arm}:`"))
            }
            _ => Prose::default(),
        }
    }
}
