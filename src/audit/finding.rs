use serde::Serialize;

use super::code::{Code, Severity};
use super::notes::Noted;

/// Something that the audit found in a file, or in several together.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    pub code: Code,
    pub severity: Severity,
    pub title: &'static str,
    /// The files concerned, as they were named.
    pub files: Vec<String>,
    /// How many rows it concerns, where it concerns rows.
    pub rows: Option<u64>,
    /// The numbers, in one paragraph.
    pub says: String,
    pub examples: Vec<Example>,
    pub advice: &'static str,
}

/// A place with what stands there. Without a line, a part of a finding's numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Example {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    pub text: String,
}

impl Example {
    pub(super) fn at(line: u64, text: impl Into<String>) -> Example {
        Example { line: Some(line), text: text.into() }
    }

    pub(super) fn part(text: impl Into<String>) -> Example {
        Example { line: None, text: text.into() }
    }
}

impl Finding {
    pub(super) fn new(code: Code, files: &[&str], says: impl Into<String>) -> Finding {
        Finding {
            code,
            severity: code.severity(),
            title: code.title(),
            files: files.iter().map(|file| (*file).to_owned()).collect(),
            rows: None,
            says: says.into(),
            examples: Vec::new(),
            advice: code.advice(),
        }
    }

    #[must_use]
    pub(super) fn rows(mut self, rows: u64) -> Finding {
        self.rows = Some(rows);
        self
    }

    #[must_use]
    pub(super) fn examples(mut self, examples: Vec<Example>) -> Finding {
        self.examples = examples;
        self
    }

    /// What rows of one file show, of all that were looked at.
    pub(super) fn noted(code: Code, file: &str, noted: Noted, of: u64) -> Finding {
        let mut kinds: Vec<(String, u64)> = noted.kinds.into_iter().collect();
        kinds.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let shown: Vec<String> =
            kinds.iter().take(MOST_KINDS).map(|(kind, times)| format!("{kind} {times}×")).collect();
        let more = kinds.len().saturating_sub(MOST_KINDS);
        let more = if more > 0 { format!(" and {more} more kinds") } else { String::new() };
        let kinds = if shown.is_empty() { String::new() } else { format!(": {}{more}", shown.join(", ")) };
        let says = format!("{} of {}{kinds}.", share(noted.rows, of), counted(of, "line"));
        let examples = noted.examples.into_iter().map(|(line, text)| Example::at(line, text)).collect();
        Finding::new(code, &[file], says).rows(noted.rows).examples(examples)
    }
}

/// The most kinds that a finding lists.
const MOST_KINDS: usize = 12;

/// Writes a count with blanks between thousands' groups as commas: `1,000,000`.
pub(super) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut written = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// Writes a count with its noun: `1 row`, `1,000 rows`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// Writes a count and what share of the whole it is: `51 (5.1%)`.
pub(super) fn share(count: u64, of: u64) -> String {
    if of == 0 { number(count) } else { format!("{} ({})", number(count), percent(count, of)) }
}

/// Writes a share in per cent.
pub(super) fn percent(count: u64, of: u64) -> String {
    let share = count as f64 / of.max(1) as f64 * 100.0;
    if count > 0 && share < 0.1 { "under 0.1%".to_owned() } else { format!("{share:.1}%").replace(".0%", "%") }
}
