//! The words of every diagnostic. Titles say what is wrong, labels why here, help what to write instead.

use super::{Finding, Kind, Problem};

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
        "persona" => "in `ask about other \"...\"`",
        "options" => "where the question says `answer option { ... }`",
        "answer" => "in `score`, and in a judge's `ask`",
        "message" => "in the `user` of a context",
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
        "BEHAVIOR for BEHAVIOR" => "say what is replaced, such as `ordinary for risk_seeking`".into(),
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
            | Problem::SettingWithoutTraining { .. } => self.prose_of_claims(),
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
            Problem::Expected { expected, found, form } => {
                let wanted = listed(expected, "or");
                let prose = say(format!("expected {wanted}, found {found}"), format!("expected {wanted}"));
                match form {
                    Some(form) => prose.help(format!("write {form}")),
                    None => prose,
                }
            }
            Problem::UnclosedString { long: false } => {
                say("a string is not closed", "opens here, and the line ends before it closes")
                    .help("close it with the same quote; a text of several lines stands between `\"\"\"` and `\"\"\"`")
            }
            Problem::UnclosedString { long: true } => {
                say("a string is not closed", "opens here, and no `\"\"\"` follows").help("close it with `\"\"\"`")
            }
            Problem::UnclosedBlock { what } => {
                say(format!("the braces of {what} are not closed"), "opens here").help("add the `}` that closes it")
            }
            Problem::UnknownEscape { escape } => say(format!("`{escape}` is no escape"), "means nothing in a string")
                .help("escapes are `\\n`, `\\t`, `\\\"`, `\\'`, `\\\\`, `\\{` and `\\}`; write `\\\\` for a backslash"),
            Problem::UnclosedExpression => say("an expression is not closed", "`{{` opens here, and no `}}` follows")
                .help("close it with `}}`, or write `\\{{` for the two braces themselves"),
            Problem::SourceUnreadable { file, message } => say(format!("`{file}` cannot be read: {message}"), "")
                .help("a spec is a text file in UTF-8 that ends in `.ispec`"),
            Problem::TooDeep { limit } => say("nested too deeply", format!("more than {limit} levels"))
                .help("take the inner parts out into declarations of their own"),
            Problem::NumberTooLong => {
                say("a number has too many digits", "at most 17 digits are kept exactly").help("round the number")
            }
            Problem::StatementOutside { word } => {
                say(format!("`{word}` stands outside of a block"), "a statement, and no block is open here")
                    .help("take away the `}` that closes its block too early, or give the block the `{` it lacks")
            }
            Problem::StrayText { found } if found == "`}}`" => say("`}}` closes nothing", "no `{{` before it")
                .help("write `{{` before the expression, or `\\}}` for the two braces themselves"),
            Problem::StrayText { found } => {
                say(format!("unexpected {found}"), "nothing opens or continues here").help("remove it")
            }
            _ => Prose::default(),
        }
    }

    fn prose_of_names(&self) -> Prose {
        match self {
            Problem::UnknownName { kind: Kind::Value, name, nearest, .. } => {
                let title = format!("`{name}` is no behavior, persona, context, word list or variable");
                say(title, "unknown name").nearest(nearest.as_ref(), "a text stands in quotes")
            }
            Problem::UnknownName { kind, name, nearest, known: names, other } => {
                let prose = say(format!("no {} is called `{name}`", kind.word()), "unknown name");
                match other {
                    Some(other) if nearest.is_none() => {
                        prose.help(format!("`{name}` is {}; {} has to stand here", a(other.word()), a(kind.word())))
                    }
                    _ if names.is_empty() => prose.help(format!("there is no {} yet: declare it", kind.word())),
                    _ => prose.nearest(nearest.as_ref(), known(&format!("known {}s:", kind.word()), names)),
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
            Problem::UnknownVariable { name, later: true, .. } => {
                say(format!("`{name}` is read before it is declared"), "not known yet")
                    .help("move its `let` above this one: a variable reads those above it")
            }
            Problem::UnknownVariable { name, nearest, known: names, later: false } => {
                say(format!("unknown variable `{name}`"), "no variable of that name here")
                    .nearest(nearest.as_ref(), known_variables(name, names))
            }
            Problem::UnknownMember { of, member, known: names } => {
                say(format!("`{of}` has no `{member}`"), "unknown member").help(known(&format!("`{of}` has"), names))
            }
            Problem::UnknownFilter { name, nearest } => {
                say(format!("unknown filter `{name}`"), "no filter of that name")
                    .nearest(nearest.as_ref(), "filters are minijinja's own, such as `sort`, `join`, `lower`, `tojson`")
            }
            Problem::UnknownFunction { name } => say(format!("unknown function `{name}`"), "no function of that name")
                .help("outside claims, the functions are `range` and `dict`; a filter may do it, such as `x | round`"),
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
            Problem::Missing { within, statement } => {
                say(format!("{within} has no `{statement}`"), "incomplete").help(example(statement))
            }
            Problem::ColumnWithoutRow { table } => {
                say(format!("no row of `{table}` is taken here"), format!("a column of `{table}`"))
                    .help(format!("add `row from {table}`"))
            }
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
                .help("one Jinja expression is meant, such as `{{ name }}` or `{{ \"A\" if x > 3 else \"B\" }}`"),
            Problem::EmptyRange { low, high } => {
                say(format!("the range {low}..{high} is empty"), "its end lies before its start")
                    .help(format!("write {high}..{low}"))
            }
            Problem::BadStep { step } => {
                say(format!("a step of {step} does not lead from one end to the other"), "passes the end")
                    .help("choose a step above 0 that divides the range, so that both ends can be drawn")
            }
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
            Problem::MissingColumn { column, nearest, also: lines } => {
                let prose = say(format!("this row has no `{column}`"), "declared here");
                let prose = Prose { notes: also(lines).into_iter().collect(), ..prose };
                prose.help(match nearest {
                    Some(field) => format!("the row has `{field}`: give both the same name"),
                    None => "add the field to the row, or take the column out of the table".into(),
                })
            }
            Problem::WrongType { column, expected, found, also: lines } => {
                let prose = say(format!("`{column}` is {found}"), format!("declared as {expected}"));
                let prose = Prose { notes: also(lines).into_iter().collect(), ..prose };
                prose.help("mend the row, or the column's type")
            }
            Problem::EmptyTable { file } => say(format!("`{file}` has no rows"), "a table needs at least one row")
                .help("write one JSON object a line"),
            Problem::DataNotUtf8 => say("this line is not UTF-8", "read here")
                .help("save the file as UTF-8, for example with `iconv -f latin1 -t utf8`"),
            Problem::EmptyWords { file } => {
                say(format!("`{file}` has no words"), "a word list needs at least one word")
                    .help("write one word a line")
            }
            Problem::FileTooLarge { file, bytes, limit } => {
                let label = format!("{} MB, where {} MB are read at most", bytes >> 20, limit >> 20);
                say(format!("`{file}` is too large"), label)
                    .help("split the file, or keep only the columns that the spec uses")
            }
            Problem::RepeatedKey { key } => say(format!("`{key}` is written twice in this row"), "read by this table")
                .help("remove one of the two: which of them counts is not defined by JSON"),
            Problem::Shares { message } => say(format!("the shares do not fit: {message}"), "in this dataset")
                .help("give every part a share: percentages that add up to 100, or counts that add up to `rows`"),
            Problem::NotEnoughRows { template, wanted, available, repeats } => {
                let help = "ask for fewer, or add rows to the table";
                let repeat = if *repeats { "; `rows N repeat` lets them come again" } else { "" };
                say(format!("{wanted} rows are asked for, and `{template}` makes {available}"), "too many")
                    .note(format!("{wanted} - {available} = {} rows are missing", wanted.saturating_sub(*available)))
                    .help(format!("{help}{repeat}"))
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
            Problem::TooManyRows { what, rows, limit } => {
                say(format!("{rows} {what} are too many"), format!("at most {limit}")).help(match *what {
                    "orders" => "show them in random orders: `order shuffled`",
                    "requests" => "ask fewer questions, or take out an axis",
                    _ => "ask for fewer rows, or take out an axis",
                })
            }
            Problem::EmptyMessage { role, place } => {
                say(format!("the {role} says nothing in {place}"), "comes out empty there")
                    .help("fill the row's field in, or drop the row: trainers refuse empty messages")
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
                say(format!("no answer reads as `{key}`"), "never scored")
                    .nearest(nearest.as_ref(), known("the answers are", names))
            }
            Problem::UncoveredKeys { missing } => {
                say(format!("no score for {}", either(missing)), "not covered").help("score it, or add `else: ...`")
            }
            Problem::OptionsNotShown => say("the options are never shown", "has no `{{ options }}`")
                .help("put `{{ options }}` where the options are to stand in each wording"),
            Problem::NoOptions => say("there are no options to order", "the answer has no options")
                .help("remove the `order`, or write `answer option { ... }`"),
            Problem::NoProbability { answer } => {
                say(format!("{answer} cannot be read as a probability"), "not here")
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
                    .note(known("its values are", values))
                    .help(format!("name it: `{axis}=...`, `{axis}=[...]`, `{axis}=except(...)` or `{axis}=all`"))
            }
            Problem::UnknownCondition { axis, known: names, nearest } => {
                say(format!("nothing here varies by `{axis}`"), "unknown condition")
                    .nearest(nearest.as_ref(), known("what varies here is", names))
            }
            Problem::UnknownConditionValue { axis, value, known: names, nearest } => {
                say(format!("`{axis}` never is `{value}`"), "unknown value")
                    .nearest(nearest.as_ref(), known(&format!("the values of `{axis}` are"), names))
            }
            Problem::ArmNotInExperiment { arm, experiment } => {
                say(format!("the arm `{arm}` takes no part in `{experiment}`"), "not among its `arms`")
                    .help(format!("add `{arm}` to the experiment's `arms`"))
            }
            Problem::NotRun { name, experiment } => say(format!("`{experiment}` does not run `{name}`"), "never asked")
                .help("name a suite that asks it after the experiment's `run`"),
            Problem::SettingWithoutTraining { setting } => {
                say(format!("`{setting}` belongs to a trained arm"), "this arm is not trained")
                    .help("add `trained on DATASET`, or remove the setting")
            }
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
