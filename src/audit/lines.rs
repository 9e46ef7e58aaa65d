use std::io::{self, BufRead, Read};
use std::ops::Range;

/// The longest line that is looked at, in bytes. The longest conversation that a trainer takes, of 131,072 tokens,
/// has under a megabyte.
pub(super) const LONGEST: usize = 16 << 20;

/// How many bytes of lines make a block of work.
const BLOCK: usize = 256 << 10;

/// Some lines of a file, one after another.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// The number of the first line, from 1.
    pub(super) first: u64,
    bytes: Vec<u8>,
    lines: Vec<Line>,
    /// Why reading stopped, if it failed.
    pub(super) failure: Option<io::Error>,
}

/// Where a line stands in its block, without its end.
#[derive(Clone, Debug)]
pub(super) struct Line {
    place: Range<usize>,
    pub(super) end: End,
    /// How many bytes the line has; more than its place where it is too long.
    pub(super) length: u64,
}

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Newline,
    CarriageReturn,
    /// The file ends instead.
    None,
}

impl Line {
    pub(super) fn is_too_long(&self) -> bool {
        self.length > LONGEST as u64
    }
}

impl Block {
    /// Returns each line with its number and bytes.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, &Line, &[u8])> {
        let numbered = (self.first..).zip(&self.lines);
        numbered.map(|(number, line)| (number, line, self.bytes.get(line.place.clone()).unwrap_or(&[])))
    }
}

/// Cuts a file into blocks of lines. However long a line is, no more than [`LONGEST`] bytes of it are held.
pub(super) struct Blocks<R> {
    reader: R,
    next: u64,
    ended: bool,
}

impl<R: BufRead> Blocks<R> {
    pub(super) fn new(reader: R) -> Blocks<R> {
        Blocks { reader, next: 1, ended: false }
    }

    fn line(&mut self, block: &mut Block) -> io::Result<bool> {
        let start = block.bytes.len();
        let limit = LONGEST as u64 + 1;
        let mut length = self.reader.by_ref().take(limit).read_until(b'\n', &mut block.bytes)? as u64;
        if length == 0 {
            return Ok(false);
        }
        let mut end = if block.bytes.last() == Some(&b'\n') { End::Newline } else { End::None };
        if length == limit && end == End::None {
            block.bytes.truncate(start);
            end = self.skip(&mut length)?;
        } else if end == End::Newline {
            block.bytes.pop();
            length -= 1;
            if block.bytes.len() > start && block.bytes.last() == Some(&b'\r') {
                block.bytes.pop();
                (length, end) = (length - 1, End::CarriageReturn);
            }
        }
        block.lines.push(Line { place: start..block.bytes.len(), end, length });
        Ok(true)
    }

    /// Passes over the rest of a line that is too long, and counts it.
    fn skip(&mut self, length: &mut u64) -> io::Result<End> {
        loop {
            let bytes = self.reader.fill_buf()?;
            if bytes.is_empty() {
                return Ok(End::None);
            }
            let newline = bytes.iter().position(|byte| *byte == b'\n');
            let passed = newline.unwrap_or(bytes.len());
            *length += passed as u64;
            self.reader.consume(passed + usize::from(newline.is_some()));
            if newline.is_some() {
                return Ok(End::Newline);
            }
        }
    }
}

impl<R: BufRead> Iterator for Blocks<R> {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let mut block = Block { first: self.next, ..Block::default() };
        while !self.ended && block.bytes.len() < BLOCK {
            match self.line(&mut block) {
                Ok(more) => self.ended = !more,
                Err(error) => {
                    self.ended = true;
                    block.failure = Some(error);
                }
            }
        }
        self.next += block.lines.len() as u64;
        (!block.lines.is_empty() || block.failure.is_some()).then_some(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers_and_ends_and_a_long_one_is_not_held() {
        let mut text = b"one\r\ntwo\n\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', LONGEST + 9));
        text.extend(b"\nlast");
        let blocks: Vec<Block> = Blocks::new(io::BufReader::with_capacity(1000, text.as_slice())).collect();
        let lines: Vec<(u64, u64, End, usize)> = blocks
            .iter()
            .flat_map(Block::lines)
            .map(|(number, line, bytes)| (number, line.length, line.end, bytes.len()))
            .collect();
        let long = LONGEST as u64 + 9;
        assert_eq!(
            lines,
            [
                (1, 3, End::CarriageReturn, 3),
                (2, 3, End::Newline, 3),
                (3, 0, End::Newline, 0),
                (4, long, End::Newline, 0),
                (5, 4, End::None, 4)
            ]
        );
    }
}
