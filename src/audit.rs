//! The audit: what a scientist and a trainer would find wrong with training data that was made elsewhere.
//!
//! Files are read as streams, by several threads, twice at most: first each row by itself, then, where the answers turn
//! out to be labels, once more for what predicts them. What is remembered of a row is a few dozen bytes and, up to a
//! limit, its text, so that a million rows fit in memory. No order of threads or of hashes shows in the result.

mod characters;
mod code;
mod cues;
mod dependence;
mod expectations;
mod finding;
mod json;
mod labels;
mod lines;
mod manners;
mod nearness;
mod notes;
mod page;
mod pairs;
mod repeats;
mod row;
mod sidecar;
mod sketch;
mod structure;
mod survey;
mod tally;
mod terminal;
mod tokens;
mod whole;
mod words;
mod work;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead};

use serde::Serialize;

pub use code::{Code, Severity};
pub use expectations::Expectations;
pub use finding::{Example, Finding};
pub use page::page;
pub use terminal::terminal;
pub use tokens::Tokenizer;

use cues::Cues;
use labels::Labels;
use lines::Blocks;
use nearness::Texts;
use notes::Notes;
use pairs::Side;
use sidecar::Sidecar;
use survey::{Fact, Surveyor};
use tally::Tally;

/// Opens a file from its beginning.
pub type Opener<'a> = Box<dyn Fn() -> io::Result<Box<dyn BufRead + Send>> + Sync + 'a>;

/// A file to audit.
pub struct Input<'a> {
    /// As reports name it.
    pub name: String,
    pub file: Opener<'a>,
    /// What is known of each of its lines, one JSON object a line, as `introspec build` writes it.
    pub sidecar: Option<Opener<'a>>,
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What the audit looks for beside form.
#[derive(Debug, Default)]
pub struct Options {
    pub expectations: Expectations,
    pub tokenizer: Option<Tokenizer>,
    /// The most tokens of a row, or without a tokenizer the most characters.
    pub limit: Option<u64>,
    /// How many examples a finding shows.
    pub examples: usize,
    /// The sidecar's column that is the label; without it, the assistant's last message.
    pub label_from: Option<String>,
    /// Pairs of the sidecar's columns that have to be independent.
    pub independent: Vec<(String, String)>,
    /// Codes that are not reported.
    pub allowed: Vec<Code>,
}

/// What an audit found.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    pub version: &'static str,
    pub files: Vec<Audited>,
    /// The worst first; of one severity, by code and file.
    pub findings: Vec<Finding>,
}

/// A file that was audited.
#[derive(Clone, Debug, Serialize)]
pub struct Audited {
    pub name: String,
    pub bytes: u64,
    pub lines: u64,
    /// Lines that could be read as conversations.
    pub rows: u64,
}

impl Audit {
    /// Counts the findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// Audits files, each by itself and all together.
pub fn audit(inputs: &[Input<'_>], options: &Options) -> Audit {
    let mut findings = Vec::new();
    let mut files = Vec::new();
    let mut shared = Remembered::default();
    for (at, input) in inputs.iter().enumerate() {
        let sidecar = sidecar_of(input, &mut findings);
        let survey = survey(at, input, options, sidecar.as_ref(), &mut shared, &mut findings);
        if let Some(sidecar) = &sidecar {
            if sidecar.lines != survey.lines {
                let says = format!(
                    "{} beside {} of the file.",
                    finding::counted(sidecar.lines, "line"),
                    finding::number(survey.lines)
                );
                findings.push(Finding::new(Code::SidecarDiffers, &[&input.name], says));
            }
            findings.extend(dependence::findings(&input.name, sidecar, &options.independent));
        }
        files.push(Audited { name: input.name.clone(), bytes: survey.bytes, lines: survey.lines, rows: survey.rows });
        shared.tallies.push(survey);
        let facts = shared.facts.get(at).map(Vec::as_slice).unwrap_or_default();
        let labels = Labels::of(facts, &shared.shorts);
        let notes = std::mem::take(&mut shared.notes);
        let tally = shared.tallies.last().cloned().unwrap_or_default();
        findings.extend(whole::findings(&input.name, notes, &tally, labels.is_some(), options));
        findings.extend(repeats::findings(&input.name, facts, labels.as_ref(), options.examples));
        if let Some(labels) = &labels {
            findings.extend(labels.findings(&input.name, facts, &shared.shorts, options.examples));
        }
        findings.extend(cues(input, facts, labels.as_ref(), sidecar.as_ref(), options));
        shared.labels.push(labels);
    }
    findings.extend(compared(inputs, &shared, options));
    let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    let rows: Vec<u64> = files.iter().map(|file| file.rows).collect();
    findings.extend(shared.texts.findings(&names, &rows, options.examples));
    findings.retain(|finding| !options.allowed.contains(&finding.code));
    findings.sort_by_key(|finding| (finding.severity, finding.code));
    Audit { version: env!("CARGO_PKG_VERSION"), files, findings }
}

/// What is remembered of all files.
#[derive(Default)]
struct Remembered {
    /// By file, in the order of lines.
    facts: Vec<Vec<Fact>>,
    labels: Vec<Option<Labels>>,
    tallies: Vec<Tally>,
    /// Of the file that was surveyed last.
    notes: Notes,
    /// Every short answer, by its number.
    shorts: Vec<String>,
    numbers: BTreeMap<String, u32>,
    texts: Texts,
}

/// The most short answers that are told apart: labels are few.
const MOST_SHORTS: usize = 20_000;

impl Remembered {
    fn number(&mut self, short: &str) -> u32 {
        if let Some(number) = self.numbers.get(short) {
            return *number;
        }
        if self.shorts.len() >= MOST_SHORTS {
            return Fact::LONG;
        }
        let number = u32::try_from(self.shorts.len()).unwrap_or(Fact::LONG);
        self.shorts.push(short.to_owned());
        self.numbers.insert(short.to_owned(), number);
        number
    }
}

fn sidecar_of(input: &Input<'_>, findings: &mut Vec<Finding>) -> Option<Sidecar> {
    let opened = input.sidecar.as_ref()?;
    match opened().and_then(Sidecar::read) {
        Ok(sidecar) => Some(sidecar),
        Err(error) => {
            findings.push(Finding::new(Code::Unreadable, &[&input.name], format!("Its sidecar: {error}.")));
            None
        }
    }
}

/// Reads a file for the first time.
fn survey(
    at: usize,
    input: &Input<'_>,
    options: &Options,
    sidecar: Option<&Sidecar>,
    shared: &mut Remembered,
    findings: &mut Vec<Finding>,
) -> Tally {
    let (mut notes, mut tally) = (Notes::keeping(options.examples), Tally::default());
    let mut facts = Vec::new();
    let file = u32::try_from(at).unwrap_or(u32::MAX);
    let opened = (input.file)().and_then(|mut reader| {
        let form = whole::form(reader.fill_buf()?);
        Ok((reader, form))
    });
    match opened {
        Err(error) => findings.push(Finding::new(Code::Unreadable, &[&input.name], format!("{error}."))),
        Ok((_, whole::Form::Other(what))) => {
            findings.push(Finding::new(Code::NotLines, &[&input.name], format!("The file is {what}.")));
            tally.unread = true;
        }
        Ok((reader, form)) => {
            if form == whole::Form::Marked {
                findings.push(Finding::new(
                    Code::ByteOrderMark,
                    &[&input.name],
                    "The file begins with the bytes EF BB BF.",
                ));
            }
            let surveyor = Surveyor {
                expectations: &options.expectations,
                tokenizer: options.tokenizer.as_ref(),
                limit: options.limit,
                sidecar,
                examples: options.examples,
            };
            let mut failure = None;
            work::in_order(
                Blocks::new(reader),
                |block| surveyor.survey(block),
                |survey| {
                    notes.append(survey.notes);
                    tally.append(survey.tally);
                    failure = failure.take().or(survey.failure);
                    for row in survey.rows {
                        let mut fact = row.fact;
                        if let Some(short) = &row.short {
                            fact.short = shared.number(short);
                        }
                        shared.texts.add(fact.question, file, fact.line, &row.text);
                        facts.push(fact);
                    }
                },
            );
            if let Some(error) = failure {
                findings.push(Finding::new(Code::Unreadable, &[&input.name], format!("Reading stopped: {error}.")));
            }
        }
    }
    shared.facts.push(facts);
    shared.notes = notes;
    tally
}

/// Reads a file again for what predicts its labels.
fn cues(
    input: &Input<'_>,
    facts: &[Fact],
    labels: Option<&Labels>,
    sidecar: Option<&Sidecar>,
    options: &Options,
) -> Vec<Finding> {
    let column = options.label_from.as_ref().and_then(|name| sidecar?.column(name));
    let names: &[String] = match (&options.label_from, column, labels) {
        (Some(_), Some(column), _) => &column.values,
        (None, _, Some(labels)) => &labels.names,
        _ => return Vec::new(),
    };
    if !(2..=MOST_CLASSES).contains(&names.len()) {
        return Vec::new();
    }
    let class = |fact: &Fact| match column {
        Some(column) => column.at(u64::from(fact.line)),
        None => labels.and_then(|labels| labels.class(fact)),
    };
    // A file that was read once and cannot be read again was told of, or is about to be gone.
    let Ok(reader) = (input.file)() else { return Vec::new() };
    let mut cues = Cues::default();
    work::in_order(
        Blocks::new(reader),
        |block| {
            let mut cues = Cues::default();
            for (number, line, bytes) in block.lines().filter(|(_, line, _)| !line.is_too_long()) {
                debug_assert!(line.length >= bytes.len() as u64, "a line is not shorter than what is held of it");
                let found = facts.binary_search_by_key(&number, |fact| u64::from(fact.line)).ok();
                let label = found.and_then(|at| facts.get(at)).and_then(class);
                let row = label.and_then(|_| survey::read(number, bytes, &mut Notes::default()));
                if let Some((row, label)) = row.zip(label) {
                    cues.add(&row, label, names);
                }
            }
            cues
        },
        |later| cues.append(later),
    );
    let labelled: Vec<(Fact, usize)> = facts.iter().filter_map(|fact| Some((*fact, class(fact)?))).collect();
    cues.findings(&input.name, names, &labelled)
}

/// The most labels for which words are counted.
const MOST_CLASSES: usize = 24;

/// Compares each file with each.
fn compared(inputs: &[Input<'_>], shared: &Remembered, options: &Options) -> Vec<Finding> {
    let sides: Vec<Side<'_>> = inputs
        .iter()
        .zip(&shared.facts)
        .zip(&shared.labels)
        .map(|((input, facts), labels)| Side { name: &input.name, facts, labels: labels.as_ref() })
        .collect();
    let mut found = Vec::new();
    for (at, a) in sides.iter().enumerate() {
        for b in sides.iter().skip(at + 1) {
            found.extend(pairs::findings(*a, *b, options.examples));
        }
    }
    found
}
