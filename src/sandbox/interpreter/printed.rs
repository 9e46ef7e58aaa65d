use std::borrow::Cow;

use monty_types::{ExcType, MontyException, PrintWriterCallback};

/// Counts what a program prints, keeps none of it, and ends a program that prints too much.
#[derive(Debug)]
pub(super) struct Printed {
    bytes: usize,
    limit: usize,
}

impl Printed {
    pub(super) fn up_to(limit: usize) -> Printed {
        Printed { bytes: 0, limit }
    }

    pub(super) fn is_too_long(&self) -> bool {
        self.bytes > self.limit
    }

    fn count(&mut self, bytes: usize) -> Result<(), MontyException> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.is_too_long() {
            return Err(MontyException::new(ExcType::MemoryError, Some("too much was printed".into())));
        }
        Ok(())
    }
}

impl PrintWriterCallback for Printed {
    fn stdout_write(&mut self, output: Cow<'_, str>) -> Result<(), MontyException> {
        self.count(output.len())
    }

    fn stdout_push(&mut self, end: char) -> Result<(), MontyException> {
        self.count(end.len_utf8())
    }
}
