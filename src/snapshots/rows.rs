use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::conversation::Conversation;
use super::lines::Lines;
use super::print::Print;
use super::snapshot::ReadProblem;

/// Of an answer that is counted: the most letters it has, and the most different ones of a template under a behavior.
const MAX_ANSWER: usize = 40;
const MAX_ANSWERS: usize = 12;

/// What a row is made from and shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RowClass {
    pub template: String,
    pub behavior: Option<String>,
    pub trigger: Option<String>,
    pub persona: Option<String>,
    pub split: String,
}

/// A row, by the digests of its parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "RowRecord", into = "RowRecord")]
pub(super) struct RowPrint {
    pub(super) class: usize,
    /// The data file and line that it comes from.
    pub(super) from: Option<(usize, u64)>,
    /// Everything before the last answer.
    pub(super) prompt: Print,
    pub(super) answer: Print,
    /// Keys of the line and its sidecar that are not known here.
    pub(super) rest: Print,
    pub(super) variables: Vec<(usize, Print)>,
}

/// A row as it is kept: a JSON array, since its keys would be most of the file.
type RowRecord = (usize, Option<(usize, u64)>, Print, Print, Print, Vec<(usize, Print)>);

impl From<RowRecord> for RowPrint {
    fn from((class, from, prompt, answer, rest, variables): RowRecord) -> RowPrint {
        RowPrint { class, from, prompt, answer, rest, variables }
    }
}

impl From<RowPrint> for RowRecord {
    fn from(row: RowPrint) -> RowRecord {
        (row.class, row.from, row.prompt, row.answer, row.rest, row.variables)
    }
}

/// What is known of all rows together.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct DatasetHead {
    pub(super) name: String,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) blake3: String,
    pub(super) meta_blake3: String,
    /// The classes, each with how many rows it has.
    pub(super) classes: Vec<(RowClass, u64)>,
    /// How often each answer comes, by template and behavior, where the answers are few and short.
    pub(super) answers: Vec<AnswerCounts>,
    pub(super) files: Vec<String>,
    pub(super) variables: Vec<String>,
}

/// How often each answer comes in the rows of a template under a behavior.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct AnswerCounts {
    pub(super) template: String,
    pub(super) behavior: Option<String>,
    pub(super) answers: BTreeMap<String, u64>,
}

#[derive(Debug)]
pub(super) struct Dataset {
    pub(super) head: DatasetHead,
    pub(super) rows: Vec<RowPrint>,
    /// The lines and their sidecar; nothing where only digests were kept.
    pub(super) whole: Option<(Lines, Option<Lines>)>,
}

/// A line of a sidecar. What is missing or unknown is no error: builds of other versions are compared too.
#[derive(Debug, Default, Deserialize)]
struct Meta {
    #[serde(default)]
    template: Option<String>,
    #[serde(default)]
    behavior: Option<String>,
    #[serde(default)]
    trigger: Option<String>,
    #[serde(default)]
    persona: Option<String>,
    #[serde(default)]
    split: Option<String>,
    #[serde(default)]
    vars: Option<Map<String, Value>>,
    #[serde(default)]
    from: Option<(String, u64)>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Dataset {
    /// Reads a dataset and the sidecar beside it, if it has one.
    pub(super) fn read(name: &str, path: &Path, meta_path: &Path) -> Result<Dataset, ReadProblem> {
        let mut metas: Vec<Option<Meta>> = Vec::new();
        let meta_lines = if meta_path.is_file() {
            Some(Lines::read(meta_path, |number, line| {
                let meta = serde_json::from_str(line).map_err(|error| ReadProblem::line(meta_path, number, &error))?;
                metas.push(Some(meta));
                Ok(())
            })?)
        } else {
            None
        };
        let mut gathered = Gathered::default();
        let lines = Lines::read(path, |number, line| {
            let value: Map<String, Value> =
                serde_json::from_str(line).map_err(|error| ReadProblem::line(path, number, &error))?;
            let meta = metas.get_mut(number - 1).and_then(Option::take).unwrap_or_default();
            gathered.add(value, meta);
            Ok(())
        })?;
        let head = DatasetHead {
            name: name.to_owned(),
            rows: lines.count() as u64,
            bytes: lines.bytes(),
            blake3: lines.blake3.clone(),
            meta_blake3: meta_lines.as_ref().map(|lines| lines.blake3.clone()).unwrap_or_default(),
            classes: gathered.classes.counted(),
            answers: gathered
                .answers
                .into_iter()
                .filter_map(|((template, behavior), answers)| {
                    Some(AnswerCounts { template, behavior, answers: answers? })
                })
                .collect(),
            files: gathered.files.names(),
            variables: gathered.variables.names(),
        };
        Ok(Dataset { head, rows: gathered.rows, whole: Some((lines, meta_lines)) })
    }

    /// Reads a row's messages again, by its index.
    pub(super) fn conversation(&self, index: usize) -> Option<Conversation> {
        let (lines, _) = self.whole.as_ref()?;
        let value: Value = serde_json::from_str(&lines.line(index)?).ok()?;
        Some(Conversation::of(value.get("messages")?))
    }

    /// Reads the value of a row's variable again.
    pub(super) fn value(&self, index: usize, variable: &str) -> Option<Value> {
        let (_, meta) = self.whole.as_ref()?;
        let value: Value = serde_json::from_str(&meta.as_ref()?.line(index)?).ok()?;
        value.get("vars")?.get(variable).cloned()
    }
}

/// Answers with how often they came; nothing once they were too many.
type Counted = Option<BTreeMap<String, u64>>;

#[derive(Default)]
struct Gathered {
    rows: Vec<RowPrint>,
    classes: Interned<RowClass>,
    files: Interned<String>,
    variables: Interned<String>,
    /// By template and behavior; nothing where the answers are too many or too long to be counted.
    answers: BTreeMap<(String, Option<String>), Counted>,
}

impl Gathered {
    fn add(&mut self, mut line: Map<String, Value>, mut meta: Meta) {
        let conversation = Conversation::of(&line.remove("messages").unwrap_or_default());
        meta.rest.remove("row");
        let rest = [line, meta.rest].map(|rest| (!rest.is_empty()).then(|| Print::of_value(&Value::Object(rest)).0));
        let class = RowClass {
            template: meta.template.unwrap_or_default(),
            behavior: meta.behavior,
            trigger: meta.trigger,
            persona: meta.persona,
            split: meta.split.unwrap_or_else(|| "train".into()),
        };
        self.count_answer(&class, conversation.answer());
        let variables = meta.vars.unwrap_or_default();
        self.rows.push(RowPrint {
            class: self.classes.index(class),
            from: meta.from.map(|(file, line)| (self.files.index(file), line)),
            prompt: conversation.prompt_print(),
            answer: conversation.answer_print(),
            rest: if rest == [None, None] {
                Print::default()
            } else {
                Print::of_all(rest.map(Option::unwrap_or_default))
            },
            variables: variables
                .into_iter()
                .map(|(name, value)| (self.variables.index(name), Print::of_value(&value)))
                .collect(),
        });
    }

    fn count_answer(&mut self, class: &RowClass, answer: &str) {
        let key = (class.template.clone(), class.behavior.clone());
        let counted = self.answers.entry(key).or_insert_with(|| Some(BTreeMap::new()));
        let Some(counts) = counted else { return };
        let is_new = !counts.contains_key(answer);
        if answer.chars().count() > MAX_ANSWER || (is_new && counts.len() == MAX_ANSWERS) {
            *counted = None;
        } else {
            *counts.entry(answer.to_owned()).or_default() += 1;
        }
    }
}

/// Things that come again and again, each with its index and how often it came.
#[derive(Debug)]
pub(super) struct Interned<T> {
    indices: BTreeMap<T, usize>,
    found: Vec<(T, u64)>,
}

impl<T> Default for Interned<T> {
    fn default() -> Interned<T> {
        Interned { indices: BTreeMap::new(), found: Vec::new() }
    }
}

impl<T: Ord + Clone> Interned<T> {
    pub(super) fn index(&mut self, thing: T) -> usize {
        if let Some(index) = self.indices.get(&thing).copied() {
            if let Some((_, count)) = self.found.get_mut(index) {
                *count += 1;
            }
            return index;
        }
        self.found.push((thing.clone(), 1));
        self.indices.insert(thing, self.found.len() - 1);
        self.found.len() - 1
    }

    pub(super) fn counted(self) -> Vec<(T, u64)> {
        self.found
    }

    pub(super) fn names(self) -> Vec<T> {
        self.found.into_iter().map(|(thing, _)| thing).collect()
    }
}
