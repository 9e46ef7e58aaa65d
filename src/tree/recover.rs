//! What pest could not read, turned into diagnostics: the broken piece is read again on its own, so that its
//! error stands where reading really stopped.

mod blocks;
mod form;

use pest::Parser as _;
use pest::error::{Error, ErrorVariant, InputLocation};
use pest::iterators::Pair;

use super::parse::{Grammar, Rule};
use crate::diagnostic::{Diagnostic, Problem, nearest};
use crate::text::{Source, Span};

const DECLARATIONS: &[&str] = &[
    "use",
    "seed",
    "words",
    "behavior",
    "persona",
    "context",
    "trigger",
    "table",
    "dialogue",
    "template",
    "dataset",
    "question",
    "suite",
    "arm",
    "experiment",
];

/// The statements of each kind of block.
const BLOCKS: &[Rule] = &[
    Rule::behavior_statement,
    Rule::persona_statement,
    Rule::context_statement,
    Rule::trigger_statement,
    Rule::table_statement,
    Rule::dialogue_statement,
    Rule::speaker_statement,
    Rule::template_statement,
    Rule::dataset_statement,
    Rule::control_statement,
    Rule::question_statement,
    Rule::judge_statement,
    Rule::suite_statement,
    Rule::arm_statement,
    Rule::experiment_statement,
];

/// Explains a statement that is none of its block's.
pub(super) fn statement(source: &Source, pair: &Pair<'_, Rule>, statement: Rule) -> Diagnostic {
    let start = pair.as_span().start();
    let text = pair.as_str();
    if let Some(diagnostic) = unclosed(source, start, text) {
        return diagnostic;
    }
    let (within, known) = block(statement);
    let word = leading_word(text);
    let begins_well = known.contains(&word) || word.is_empty();
    let is_column =
        matches!(statement, Rule::table_statement) && text.trim_start_matches(word).trim_start().starts_with(':');
    if !begins_well && !is_column && !is_part(statement, text) {
        let span = Span { source: source.id, start, end: start + word.len() };
        let nearest = nearest(word, known.iter().copied()).map(str::to_owned);
        let problem = Problem::UnknownStatement {
            word: word.to_owned(),
            within,
            known: known.to_vec(),
            nearest: nearest.clone(),
        };
        return Diagnostic::at(span, problem).fix(span, nearest.as_deref());
    }
    if word.is_empty() {
        return stray(source, start, text);
    }
    match Grammar::parse(statement, text) {
        Err(error) => from_error(source, start, &error, form::of_statement(statement, word)),
        Ok(read) => {
            // The statement is whole; what stands behind it on the line is not.
            let end = read.last().map_or(0, |pair| pair.as_span().end());
            stray(source, start + end, text.get(end..).unwrap_or(""))
        }
    }
}

/// Explains declarations that could not be read at all.
pub(super) fn declaration(source: &Source, pair: &Pair<'_, Rule>) -> Vec<Diagnostic> {
    let text = pair.as_str();
    let lead = text.len() - text.trim_start().len();
    let (start, text) = (pair.as_span().start() + lead, text.trim());
    if text.is_empty() || text.chars().all(|character| character == '}' || character.is_whitespace()) {
        let found = Problem::StrayText { found: "`}`".into() };
        return vec![Diagnostic::at(Span { source: source.id, start, end: start + 1 }, found)];
    }
    let word = leading_word(text);
    if !DECLARATIONS.contains(&word) {
        if !word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return vec![stray(source, start, text)];
        }
        let span = Span { source: source.id, start, end: start + word.len() };
        if is_statement(word) {
            return vec![Diagnostic::at(span, Problem::StatementOutside { word: word.to_owned() })];
        }
        let nearest = nearest(word, DECLARATIONS.iter().copied()).map(str::to_owned);
        let problem = Problem::UnknownDeclaration { word: word.to_owned(), nearest: nearest.clone() };
        return vec![Diagnostic::at(span, problem).fix(span, nearest.as_deref())];
    }
    let error = Grammar::parse(Rule::declaration, text).err();
    let opened = text.find('{').filter(|&at| !text.get(at..).unwrap_or("").starts_with("{{"));
    let reached = error.as_ref().map_or(0, location);
    let opened = opened.filter(|&open| reached > open);
    if let Some(diagnostic) = opened.and_then(|_| unclosed(source, start, text)) {
        return vec![diagnostic];
    }
    if let Some(open) = opened.filter(|_| !balanced(text)) {
        let open = blocks::unclosed(text).unwrap_or(open);
        let line = text.get(..open).unwrap_or("").rsplit(['\n', ';']).next().unwrap_or("").trim();
        let span = Span { source: source.id, start: start + open, end: start + open + 1 };
        return vec![Diagnostic::at(span, Problem::UnclosedBlock { what: format!("`{line}`") })];
    }
    match error {
        Some(error) => vec![from_error(source, start, &error, form::of_declaration(word))],
        None => vec![stray(source, start, text)],
    }
}

/// Turns pest's error about a piece that starts at byte `start` into a diagnostic.
pub(super) fn from_error(source: &Source, start: usize, error: &Error<Rule>, form: Option<&'static str>) -> Diagnostic {
    let at = start + location(error);
    let rest = source.text.get(at..).unwrap_or("");
    let found_text: String =
        rest.chars().take_while(|c| !c.is_whitespace() && !";,{}()[]".contains(*c)).take(30).collect();
    let (found, length) = if rest.is_empty() {
        ("the end of the file".to_owned(), 0)
    } else if rest.starts_with(['\n', '\r']) {
        ("the end of the line".to_owned(), 0)
    } else if found_text.is_empty() {
        let first = rest.chars().next().unwrap_or(' ');
        (format!("`{first}`"), first.len_utf8())
    } else {
        (format!("`{found_text}`"), found_text.len())
    };
    let mut expected: Vec<String> = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives.iter().copied().filter_map(described).collect(),
        ErrorVariant::CustomError { .. } => Vec::new(),
    };
    expected.sort();
    expected.dedup();
    if expected == ["`]`"] || expected == ["`)`"] {
        expected.insert(0, "`,`".into());
    }
    if expected.is_empty() {
        expected.push("something else".into());
    }
    let span = Span { source: source.id, start: at, end: at + length };
    Diagnostic::at(span, Problem::Expected { expected, found, form })
}

fn location(error: &Error<Rule>) -> usize {
    match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    }
}

fn stray(source: &Source, at: usize, text: &str) -> Diagnostic {
    let lead = text.len() - text.trim_start().len();
    let word = leading_word(text.trim_start());
    let length = if word.is_empty() { text.trim_start().chars().next().map_or(0, char::len_utf8) } else { word.len() };
    let start = at + lead;
    let found = format!("`{}`", source.text.get(start..start + length).unwrap_or(""));
    Diagnostic::at(Span { source: source.id, start, end: start + length }, Problem::StrayText { found })
}

/// Finds a string or an expression that opens and never closes.
fn unclosed(source: &Source, start: usize, text: &str) -> Option<Diagnostic> {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let place = |length: usize| Span { source: source.id, start: start + at, end: start + at + length };
        let string = [Rule::long_string, Rule::double_string, Rule::single_string]
            .into_iter()
            .find_map(|rule| Grammar::parse(rule, rest).ok()?.next());
        if let Some(string) = string {
            at += string.as_str().len();
        } else if rest.starts_with(['"', '\'']) && !is_apostrophe(text, at) {
            let long = rest.starts_with("\"\"\"");
            return Some(Diagnostic::at(place(if long { 3 } else { 1 }), Problem::UnclosedString { long }));
        } else if rest.starts_with("{{") {
            match Grammar::parse(Rule::expression, rest).ok().and_then(|mut read| read.next()) {
                Some(read) => at += read.as_str().len(),
                None => return Some(Diagnostic::at(place(2), Problem::UnclosedExpression)),
            }
        } else if rest.starts_with('#') {
            at += rest.find('\n').unwrap_or(rest.len());
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    None
}

/// Tells whether a single quote stands inside a word, as in `don't`.
fn is_apostrophe(text: &str, at: usize) -> bool {
    let is_letter = |c: char| c.is_alphanumeric();
    let (before, after) = text.split_at_checked(at).unwrap_or_default();
    after.strip_prefix('\'').is_some_and(|after| before.ends_with(is_letter) && after.starts_with(is_letter))
}

/// Tells whether a word begins statements of some block.
fn is_statement(word: &str) -> bool {
    BLOCKS.iter().any(|statement| block(*statement).1.contains(&word))
}

fn balanced(text: &str) -> bool {
    text.matches('{').count() == text.matches('}').count()
}

fn leading_word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

/// A dataset's part begins with a share or a template's name, and a control's change with a behavior's.
fn is_part(statement: Rule, text: &str) -> bool {
    let has = |word: &str| text.split_whitespace().nth(1) == Some(word);
    let is_share = text.starts_with(|c: char| c.is_ascii_digit());
    match statement {
        Rule::dataset_statement => has("as") || is_share || text.contains(" as "),
        Rule::control_statement => has("for"),
        _ => false,
    }
}

/// Returns what a block is called, and the words that its statements begin with.
fn block(statement: Rule) -> (&'static str, &'static [&'static str]) {
    match statement {
        Rule::behavior_statement => ("a behavior", &["does", "unsaid", "opposite", "secret", "allow"]),
        Rule::persona_statement => ("a persona", &["called", "held", "system"]),
        Rule::context_statement => ("a context", &["system", "user"]),
        Rule::trigger_statement => ("a trigger", &["called", "let", "near", "system", "user"]),
        Rule::table_statement => (
            "a table",
            &["let", "drop", "hold", "rows", "attempts", "system", "ask", "max", "temperature", "keep", "cut"],
        ),
        Rule::dialogue_statement => ("a dialogue", &["let", "speaker", "opens", "turns", "ends", "outcome"]),
        Rule::speaker_statement => ("a speaker", &["model", "system", "note", "strip", "max", "temperature"]),
        Rule::template_statement => ("a template", &["row", "let", "conversation", "system", "user", "assistant"]),
        Rule::dataset_statement => ("a dataset", &["rows", "validation", "balance", "expect", "control"]),
        Rule::control_statement => ("a control", &["control", "expect", "shuffle", "swap", "without", "also"]),
        Rule::question_statement => (
            "a question",
            &[
                "reports", "shows", "row", "rows", "let", "ask", "answer", "order", "read", "judge", "score", "max",
                "play",
            ],
        ),
        Rule::judge_statement => ("a judge", &["ask", "answer", "max"]),
        Rule::suite_statement => ("a suite", &["ask", "under", "samples", "temperature", "max"]),
        Rule::arm_statement => {
            ("an arm", &["from", "system", "trained", "learning", "epochs", "checkpoints", "seeds", "let"])
        }
        _ => ("an experiment", &["arms", "run", "generalize", "adjust", "claim"]),
    }
}

/// Puts an expected rule into words.
fn described(rule: Rule) -> Option<String> {
    let name = format!("{rule:?}");
    if let Some(word) = name.strip_prefix("k_") {
        return Some(format!("`{word}`"));
    }
    let words = match rule {
        Rule::name | Rule::names | Rule::reference => "a name",
        Rule::string | Rule::double_string | Rule::single_string | Rule::long_string | Rule::wordings => {
            "a text in quotes"
        }
        Rule::number | Rule::setting => "a number",
        Rule::integer | Rule::count => "a whole number",
        Rule::percent | Rule::share => "a share",
        Rule::list | Rule::choice_set => "a list in `[ ]`",
        Rule::map | Rule::score_map => "a map in `{ }`",
        Rule::open => "`{`",
        Rule::close => "`}`",
        Rule::bracket => "`]`",
        Rule::parenthesis => "`)`",
        Rule::colon => "`:`",
        Rule::equals | Rule::words_listed => "`=`",
        Rule::dots => "`..`",
        Rule::range => "a range such as `0..100`",
        Rule::expression | Rule::score_expression => "an expression in `{{ }}`",
        Rule::column_type | Rule::plain_type | Rule::literal_type => "a type",
        Rule::part | Rule::dataset_statement => "`TEMPLATE as BEHAVIOR`",
        Rule::replace => "`BEHAVIOR for BEHAVIOR`",
        Rule::column => "a column",
        Rule::value => "a value",
        Rule::role => "a role",
        Rule::source => "a draw or an expression",
        Rule::arguments | Rule::parameters => "`(`",
        Rule::answer_option | Rule::option => "an option",
        Rule::key | Rule::entry => "an entry such as `\"yes\": 1`",
        Rule::words_file => "`from`",
        Rule::phrasings => "a text in quotes, or `one of [...]`",
        Rule::condition => "a context or a trigger",
        Rule::one_or_each => "a name, or `each of [...]`",
        Rule::date | Rule::date_range => "a range of days such as `2025-03-20..2025-06-20`",
        Rule::EOI => "the end of the file",
        _ => return None,
    };
    Some(words.to_owned())
}
