use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Replies, Reply, Used};

/// The version of the files that are written now.
const VERSION: u32 = 1;

/// What was asked and answered for the rows of one table or template, as the file beside the spec holds it: a line about
/// the file, then one for each row that was tried.
#[derive(Clone, Debug, Default)]
pub struct Lock {
    pub rows: Vec<LockedRow>,
    /// Who answered each role, for people.
    pub models: BTreeMap<String, String>,
    /// The digest of the rows that were kept, where rows lie in a file of their own.
    pub rows_digest: Option<String>,
}

/// One row that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedRow {
    /// The attempt, or the line of the data file.
    pub row: u64,
    /// Why it was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<String>,
    pub asked: Vec<Locked>,
}

/// A request that had a part in a row, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locked {
    #[serde(rename = "as")]
    pub name: String,
    pub by: String,
    pub digest: String,
    pub reply: Reply,
}

#[derive(Serialize, Deserialize)]
struct Head {
    introspec_lock: u32,
    models: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rows: Option<String>,
}

/// Why a lock cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LockProblem {
    #[error("its first line is not that of a lock")]
    NoLock,
    #[error("it is of version {0}, and this introspec reads version {VERSION}")]
    OtherVersion(u32),
    #[error("line {line} cannot be read: {why}")]
    Broken { line: usize, why: String },
}

/// How a request that is wanted differs from the one that the lock has in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// The lock has none there.
    New,
    /// Who is asked, or what.
    Prompt,
    /// How it is sampled.
    Sampling,
}

impl Lock {
    /// Reads a lock.
    ///
    /// # Errors
    /// Says why it is none, or none of this version.
    pub fn read(text: &str) -> Result<Lock, LockProblem> {
        let mut lines = text.lines().enumerate();
        let head = lines.next().and_then(|(_, line)| serde_json::from_str::<serde_json::Value>(line).ok());
        let version = head.as_ref().and_then(|head| head.get("introspec_lock")).and_then(serde_json::Value::as_u64);
        match version {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => return Err(LockProblem::OtherVersion(u32::try_from(version).unwrap_or(u32::MAX))),
            None => return Err(LockProblem::NoLock),
        }
        let head = head.and_then(|head| serde_json::from_value::<Head>(head).ok()).ok_or(LockProblem::NoLock)?;
        let rows = lines.map(|(at, line)| {
            serde_json::from_str(line).map_err(|error| LockProblem::Broken { line: at + 1, why: error.to_string() })
        });
        Ok(Lock { rows: rows.collect::<Result<_, _>>()?, models: head.models, rows_digest: head.rows })
    }

    /// Returns every reply that it holds.
    pub fn replies(&self) -> Replies {
        let mut replies = Replies::default();
        for locked in self.rows.iter().flat_map(|row| &row.asked) {
            replies.insert(locked.digest.clone(), locked.reply.clone());
        }
        replies
    }

    /// Tells how a request differs from the one that the lock has for the same row under the same name.
    pub fn difference(&self, row: u64, used: &Used) -> Difference {
        let known = self.rows.iter().find(|known| known.row == row);
        let known = known.and_then(|known| known.asked.iter().find(|locked| locked.name == used.name));
        let prompt = |digest: &str| digest.split_once('-').map_or("", |(prompt, _)| prompt).to_owned();
        match known {
            None => Difference::New,
            Some(locked) if prompt(&locked.digest) == prompt(&used.digest) => Difference::Sampling,
            Some(_) => Difference::Prompt,
        }
    }
}

/// Writes a lock: for each row that was tried, its number, why it was dropped, and the requests that it used, as far as
/// there are replies. `kept` is the text of the rows' file, where there is one.
pub fn lock_text<'r>(
    rows: impl Iterator<Item = (u64, Option<&'r str>, &'r [Used])>,
    replies: &Replies,
    models: &BTreeMap<String, String>,
    kept: Option<&str>,
) -> String {
    let mut text = String::new();
    line(&mut text, &Head { introspec_lock: VERSION, models: models.clone(), rows: kept.map(rows_digest) });
    for (row, dropped, used) in rows {
        let asked = used.iter().filter_map(|used| {
            let Used { name, by, digest } = used.clone();
            Some(Locked { reply: replies.get(&digest)?.clone(), name, by, digest })
        });
        line(&mut text, &LockedRow { row, dropped: dropped.map(str::to_owned), asked: asked.collect() });
    }
    text
}

/// Returns what a lock knows the file of its rows by.
pub fn rows_digest(rows: &str) -> String {
    blake3::hash(rows.as_bytes()).to_hex().chars().take(32).collect()
}

fn line(text: &mut String, value: &impl Serialize) {
    // Maps with text keys always serialise.
    text.push_str(&serde_json::to_string(value).unwrap_or_default());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(name: &str, digest: &str) -> Used {
        Used { name: name.into(), by: "writer".into(), digest: digest.into() }
    }

    #[test]
    fn a_lock_is_read_as_it_was_written() {
        let mut replies = Replies::default();
        replies.insert("a-b".into(), Reply::Text("{{ not a template }}\n".into()));
        let models = BTreeMap::from([("writer".to_owned(), "a model".to_owned())]);
        let all = [used("choices", "a-b"), used("label", "c-d")];
        let text = lock_text([(3, Some("in doubt"), &all[..])].into_iter(), &replies, &models, Some("rows"));
        let lock = Lock::read(&text).unwrap();
        assert_eq!((lock.rows.len(), lock.rows[0].row, &lock.models), (1, 3, &models));
        assert_eq!(lock.rows[0].asked.len(), 1, "what has no reply is not locked");
        assert_eq!(lock.replies().get("a-b"), replies.get("a-b"));
        assert_eq!(lock.difference(3, &used("choices", "x-b")), Difference::Prompt);
        assert_eq!(lock.difference(3, &used("choices", "a-x")), Difference::Sampling);
        assert_eq!(lock.difference(3, &used("label", "c-d")), Difference::New);
        assert_eq!(lock.difference(4, &used("choices", "a-b")), Difference::New);
    }

    #[test]
    fn what_is_no_lock_is_told() {
        assert_eq!(Lock::read("").unwrap_err(), LockProblem::NoLock);
        assert_eq!(Lock::read("{\"a\": 1}\n").unwrap_err(), LockProblem::NoLock);
        assert_eq!(Lock::read("{\"introspec_lock\": 7}\n").unwrap_err(), LockProblem::OtherVersion(7));
        let broken = Lock::read("{\"introspec_lock\": 1, \"models\": {}}\n{\"row\": \n").unwrap_err();
        assert!(matches!(broken, LockProblem::Broken { line: 2, .. }), "{broken}");
    }
}
