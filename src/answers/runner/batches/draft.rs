use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::BuildHasher;
use std::io::{BufWriter, Write};
use std::sync::Arc;

use super::local;
use super::open::{Open, Waiting};
use crate::answers::Failure;
use crate::answers::batch::Room;

/// A batch that is being filled. Its lines stand in a file without a name, so that they are nowhere once the process
/// has ended, and never all in memory.
pub(super) struct Draft {
    pub(super) mark: Arc<str>,
    pub(super) items: BTreeMap<u32, Waiting>,
    lines: BufWriter<File>,
    bytes: u64,
    room: Room,
    separator: &'static str,
}

impl Draft {
    pub(super) fn new(room: Room, separator: &'static str) -> Result<Self, Failure> {
        let file = tempfile::tempfile().map_err(|error| unwritten(&error))?;
        // The standard library's hash keys are random: no two batches of an account have one mark.
        let mark = format!("isp{:016x}", RandomState::new().hash_one(0_u8)).into();
        Ok(Self { mark, items: BTreeMap::new(), lines: BufWriter::new(file), bytes: 0, room, separator })
    }

    pub(super) fn next_number(&self) -> u32 {
        self.items.last_key_value().map_or(0, |(last, _)| last + 1)
    }

    pub(super) fn next_id(&self) -> String {
        format!("{}-{}", self.mark, self.next_number())
    }

    /// Whether one more line fits. The first always does: a service that thinks otherwise says so.
    pub(super) fn has_room_for(&self, line: &str) -> bool {
        let bytes = self.bytes + (self.separator.len() + line.len()) as u64;
        self.items.is_empty() || (self.items.len() < self.room.requests && bytes <= self.room.bytes)
    }

    pub(super) fn write(&mut self, line: &str) -> Result<(), Failure> {
        let separator = if self.items.is_empty() { "" } else { self.separator };
        for part in [separator, line] {
            self.lines.write_all(part.as_bytes()).map_err(|error| unwritten(&error))?;
            self.bytes += part.len() as u64;
        }
        Ok(())
    }

    /// Ends it: it can be submitted at once.
    pub(super) fn finish(self, now_ms: i64) -> Result<Open, Failure> {
        let lines = self.lines.into_inner().map_err(|error| unwritten(error.error()))?;
        Ok(Open::finished(self.mark, (lines, self.bytes), self.items, now_ms))
    }
}

fn unwritten(error: &std::io::Error) -> Failure {
    local(format!("the requests of a batch cannot be written to a temporary file: {error}"))
}
