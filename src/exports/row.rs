use std::fs::File;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::requests::Message;

/// A row as the build wrote it, with its provenance.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) messages: Vec<Message>,
    pub(super) meta: Meta,
}

/// A line of a training file.
#[derive(Debug, Deserialize)]
struct Line {
    messages: Vec<Message>,
}

/// The provenance of a row, as its sidecar has it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Meta {
    /// The line of the dataset's file, from 1.
    pub(super) row: u64,
    pub(super) template: String,
    pub(super) behavior: String,
    pub(super) trigger: Option<String>,
    pub(super) persona: Option<String>,
    pub(super) split: String,
    pub(super) vars: serde_json::Value,
    /// The data file and line that the row was made from.
    #[serde(default)]
    pub(super) from: Option<(String, u64)>,
}

/// Reads the rows of a dataset that was built, one at a time.
#[derive(Debug)]
pub(super) struct Rows {
    lines: Lines<BufReader<File>>,
    meta: Lines<BufReader<File>>,
}

impl Rows {
    /// Opens `NAME.jsonl` and `NAME.meta.jsonl`.
    pub(super) fn open(lines: &Path, meta: &Path) -> std::io::Result<Rows> {
        let open = |path| File::open(path).map(|file| BufReader::with_capacity(1 << 18, file).lines());
        Ok(Rows { lines: open(lines)?, meta: open(meta)? })
    }
}

impl Rows {
    fn read(&mut self) -> std::io::Result<Option<Row>> {
        let (line, meta) = match (self.lines.next(), self.meta.next()) {
            (Some(line), Some(meta)) => (line?, meta?),
            (None, None) => return Ok(None),
            _ => return Err(std::io::Error::other("rows and their provenance differ in number")),
        };
        let line: Line = serde_json::from_str(&line)?;
        Ok(Some(Row { messages: line.messages, meta: serde_json::from_str(&meta)? }))
    }
}

impl Iterator for Rows {
    type Item = std::io::Result<Row>;

    fn next(&mut self) -> Option<std::io::Result<Row>> {
        self.read().transpose()
    }
}
