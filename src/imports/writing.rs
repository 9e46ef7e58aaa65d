use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::asked::{Asked, Expected, Judge, Variable, name};
use super::note::{Note, NoteKind, grouped};
use super::prompt::Prompt;
use super::{Supplied, literal};
use crate::format::format;
use crate::text::Sources;

/// The width at which comments are broken.
const WIDTH: usize = 118;
/// The list of words that `{word_list}` is drawn from.
const WORDS: &str = "word_list_words";

/// Writes the spec of imported questions.
pub(super) fn spec(questions: &[Asked], files: &[&str], found: usize, notes: &[Note], supplied: &Supplied) -> String {
    let mut out = String::new();
    let files: Vec<&str> = files.iter().map(|file| base(file)).collect();
    let from = format!("Questions imported from {}: {} of {found}.", files.join(", "), questions.len());
    comment(&mut out, &from, "");
    for kind in NoteKind::ALL {
        let groups = grouped(notes, kind);
        if !groups.is_empty() {
            let _ = write!(out, "#\n# {}:\n", capitalised(kind.heading()));
        }
        for (what, members) in groups {
            let names: Vec<&str> = members.iter().map(|note| note.question.as_str()).collect();
            comment(&mut out, &format!("- {what} [{}]", names.join(", ")), "  ");
        }
    }
    if questions
        .iter()
        .flat_map(|question| &question.variables)
        .any(|variable| matches!(variable, Variable::Words { .. }))
    {
        words(&mut out, supplied);
    }
    let mut file = "";
    for question in questions {
        if question.note.file != file {
            file = &question.note.file;
            let _ = write!(out, "\n# --- {} ---\n", base(file));
        }
        out.push('\n');
        self::question(&mut out, question, supplied);
    }
    suites(&mut out, questions);
    let mut sources = Sources::default();
    let id = sources.add("import", out.as_str());
    sources.get(id).and_then(|source| format(source).ok()).unwrap_or(out)
}

fn words(out: &mut String, supplied: &Supplied) {
    let rest = supplied.words.iter().filter(|word| !supplied.among.contains(word));
    let _ = write!(out, "\nwords {WORDS} = [\n");
    let mut line = String::new();
    for word in rest {
        let word = literal::plain(word);
        if !line.is_empty() && line.len() + word.len() > WIDTH - 6 {
            let _ = writeln!(out, "  {line},");
            line.clear();
        }
        let _ = write!(line, "{}{word}", if line.is_empty() { "" } else { ", " });
    }
    let _ = write!(out, "  {line}\n]\n");
}

fn question(out: &mut String, question: &Asked, supplied: &Supplied) {
    if let Some(title) = &question.title {
        comment(out, title, "");
    }
    let _ = writeln!(out, "question {} {{", question.name);
    if question.variables.iter().any(Variable::is_drawn) {
        let _ = writeln!(out, "  rows {}", supplied.rows);
    }
    for variable in &question.variables {
        self::variable(out, variable, supplied);
    }
    ask(out, &question.wordings, 2);
    answer(out, &question.answer, 2);
    match &question.answer {
        Expected::Options { every_order: true, .. } => out.push_str("  order all\n  read probability\n"),
        Expected::Options { every_order: false, .. } => out.push_str("  order shuffled\n  read probability\n"),
        _ => {}
    }
    if let Some(tokens) = question.max_tokens {
        let _ = writeln!(out, "  max tokens {tokens}");
    }
    if let Some(judge) = &question.judge {
        self::judge(out, judge);
    }
    let score = match (&question.judge, &question.answer) {
        (Some(Judge { name, answer: Expected::Number { .. }, .. }), _) => format!("{{{{ {name} }}}}"),
        (Some(Judge { name, .. }), _) => format!("{{{{ 1 if {name} else 0 }}}}"),
        (None, Expected::Options { .. }) => "{ option_1: 1, else: 0 }".into(),
        (None, Expected::Number { .. }) => "{{ answer }}".into(),
        (None, Expected::Text | Expected::Word) => "{{ 1 }}".into(),
    };
    let _ = write!(out, "  score {score}\n}}\n");
}

fn variable(out: &mut String, variable: &Variable, supplied: &Supplied) {
    match variable {
        Variable::Digits { name, pattern } => {
            let _ = writeln!(out, "  let {name} = digits {}", literal::plain(pattern));
        }
        Variable::Each { name, values } => {
            let _ = writeln!(out, "  let {name} = each of [");
            for value in values {
                let _ = writeln!(out, "    {}", literal::plain(value));
            }
            out.push_str("  ]\n");
        }
        Variable::Words { name, count } => {
            let among: Vec<String> = supplied.among.iter().map(|word| literal::plain(word)).collect();
            if among.is_empty() {
                let _ = writeln!(out, "  let {name} = {count} of {WORDS}");
                return;
            }
            let (drawn, last) = (count.saturating_sub(among.len()), count.saturating_sub(1));
            let _ = writeln!(out, "  let {name}_drawn  = {drawn} of {WORDS}");
            let _ = writeln!(out, "  let {name}_places = {count} distinct integers 0..{last}");
            let sorted = format!(
                "({name}_drawn + [{}]) | zip({name}_places) | sort(attribute=\"1\") | map(attribute=\"0\") | list",
                among.join(", ")
            );
            let _ = writeln!(out, "  let {name} = {{{{ {sorted} }}}}");
        }
    }
}

fn ask(out: &mut String, wordings: &[Prompt], indent: usize) {
    let margin = " ".repeat(indent);
    if let [only] = wordings {
        let _ = writeln!(out, "{margin}ask {}", literal::written(only, indent + 2));
        return;
    }
    let _ = writeln!(out, "{margin}ask [");
    for wording in wordings {
        let _ = writeln!(out, "{margin}  {}", literal::written(wording, indent + 2));
    }
    let _ = writeln!(out, "{margin}]");
}

fn answer(out: &mut String, answer: &Expected, indent: usize) {
    let margin = " ".repeat(indent);
    match answer {
        Expected::Text => {
            let _ = writeln!(out, "{margin}answer text");
        }
        Expected::Word => {
            let _ = writeln!(out, "{margin}answer word");
        }
        Expected::Number { low, high } => {
            let _ = writeln!(out, "{margin}answer number {low}..{high}");
        }
        Expected::Options { texts, .. } => {
            let _ = writeln!(out, "{margin}answer option {{");
            for (at, text) in texts.iter().enumerate() {
                let _ = writeln!(out, "{margin}  option_{}: {}", at + 1, literal::short(text));
            }
            let _ = writeln!(out, "{margin}}}");
        }
    }
}

fn judge(out: &mut String, judge: &Judge) {
    let _ = writeln!(out, "  judge {} by reviewer {{", judge.name);
    ask(out, std::slice::from_ref(&judge.wording), 4);
    answer(out, &judge.answer, 4);
    if let Some(tokens) = judge.max_tokens {
        let _ = writeln!(out, "    max tokens {tokens}");
    }
    out.push_str("  }\n");
}

/// How the questions of a suite are asked alike.
#[derive(PartialEq)]
struct Manner<'q> {
    file: &'q str,
    system: Option<&'q str>,
    samples: Option<u64>,
    temperature: Option<f64>,
}

/// Writes a suite for the questions of each file that are asked in one manner, and a context for each system prompt.
fn suites(out: &mut String, questions: &[Asked]) {
    let mut suites: Vec<(Manner<'_>, Vec<&str>)> = Vec::new();
    for question in questions {
        let manner = Manner {
            file: &question.note.file,
            system: question.system.as_deref(),
            samples: question.samples,
            temperature: question.temperature,
        };
        match suites.iter_mut().find(|(known, _)| *known == manner) {
            Some((_, names)) => names.push(&question.name),
            None => suites.push((manner, vec![&question.name])),
        }
    }
    let mut contexts: Vec<&str> = Vec::new();
    for system in suites.iter().filter_map(|(manner, _)| manner.system) {
        if !contexts.contains(&system) {
            contexts.push(system);
            let prompt = literal::written(&Prompt::plain(system), 2);
            let _ = write!(out, "\ncontext system_{} {{ system {prompt} }}\n", contexts.len());
        }
    }
    // No suite has the name of a question, so that claims can name either.
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (manner, names) in &suites {
        let stem = base(manner.file);
        let stem = name(stem.split('.').next().unwrap_or(stem));
        let count = counts.entry(stem.clone()).or_insert(0);
        let suite = loop {
            *count += 1;
            let suite = if *count == 1 { format!("{stem}_suite") } else { format!("{stem}_suite_{count}") };
            if !questions.iter().any(|question| question.name == suite) {
                break suite;
            }
        };
        let _ = write!(out, "\nsuite {suite} {{\n  ask {}\n", names.join(", "));
        if let Some(at) = manner.system.and_then(|system| contexts.iter().position(|known| *known == system)) {
            let _ = writeln!(out, "  under system_{}", at + 1);
        }
        if let Some(samples) = manner.samples {
            let _ = writeln!(out, "  samples {samples}");
        }
        if let Some(temperature) = manner.temperature {
            let _ = writeln!(out, "  temperature {temperature}");
        }
        out.push_str("}\n");
    }
}

/// Returns a file's name without its folder: a spec that is published tells nothing of where it was made.
fn base(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

/// Writes a comment, broken at blanks; its further lines are indented.
fn comment(out: &mut String, text: &str, further: &str) {
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.len() + 1 + word.len() > WIDTH && line.len() > 1 {
            let _ = writeln!(out, "{line}");
            line = format!("#{}", further.trim_end_matches(' ')) + further;
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(out, "{line}");
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
