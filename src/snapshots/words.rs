use serde::Serialize;

/// The most pairs of words that are held against one another; longer texts are shown as replaced in their middle.
const MAX_CELLS: usize = 4_000_000;

/// A part of a text that stayed, went, or came.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    Same(String),
    Removed(String),
    Added(String),
}

/// Two texts, word by word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Difference {
    pub pieces: Vec<Piece>,
}

impl Difference {
    /// Finds the words that two texts have in common, in their order, as many as there are.
    pub fn of(before: &str, after: &str) -> Difference {
        let (old, new) = (words(before), words(after));
        let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let tail = old.iter().skip(head).rev().zip(new.iter().skip(head).rev()).take_while(|(a, b)| a == b).count();
        let middle = |words: &[&str]| -> Vec<String> {
            words.iter().skip(head).take(words.len() - head - tail).map(|word| (*word).to_owned()).collect()
        };
        let mut pieces = Pieces::default();
        pieces.same(&old.iter().take(head).copied().collect::<String>());
        compare(&middle(&old), &middle(&new), &mut pieces);
        pieces.same(&old.iter().skip(old.len() - tail).copied().collect::<String>());
        Difference { pieces: pieces.finished() }
    }

    /// What was replaced by what, from first to last; one of the two may be empty.
    pub fn edits(&self) -> Vec<(String, String)> {
        let mut edits: Vec<(String, String)> = Vec::new();
        let mut is_open = false;
        for piece in &self.pieces {
            if let Piece::Same(_) = piece {
                is_open = false;
                continue;
            }
            if !is_open {
                edits.push((String::new(), String::new()));
                is_open = true;
            }
            match (piece, edits.last_mut()) {
                (Piece::Removed(text), Some((before, _))) => before.push_str(text),
                (Piece::Added(text), Some((_, after))) => after.push_str(text),
                _ => {}
            }
        }
        edits
    }

    /// Leaves out what stayed, but for so many letters beside each change.
    #[must_use]
    pub fn shortened(&self, letters: usize) -> Difference {
        let last = self.pieces.len().saturating_sub(1);
        let short = |at: usize, piece: &Piece| match piece {
            Piece::Same(text) => {
                Piece::Same(middle_out(text, if at == 0 { 0 } else { letters }, if at == last { 0 } else { letters }))
            }
            Piece::Removed(text) => Piece::Removed(middle_out(text, letters * 3, letters * 3)),
            Piece::Added(text) => Piece::Added(middle_out(text, letters * 3, letters * 3)),
        };
        Difference { pieces: self.pieces.iter().enumerate().map(|(at, piece)| short(at, piece)).collect() }
    }
}

/// Keeps so many letters at the beginning and the end of a text, and says `…` for what is between.
fn middle_out(text: &str, first: usize, last: usize) -> String {
    let count = text.chars().count();
    if count <= first + last + 1 {
        return text.to_owned();
    }
    let head: String = text.chars().take(first).collect();
    let tail: String = text.chars().skip(count - last).collect();
    // A cut falls between words where there is a blank near it.
    let head = match head.rfind(' ') {
        Some(at) if first > 0 && at + 12 > head.len() => head.get(..=at).unwrap_or(&head),
        _ => &head,
    };
    let tail = match tail.find(' ') {
        Some(at) if last > 0 && at < 12 => tail.get(at..).unwrap_or(&tail),
        _ => &tail,
    };
    format!("{head}…{tail}")
}

/// Cuts a text into words, runs of blanks, and single other signs.
fn words(text: &str) -> Vec<&str> {
    let kind = |letter: char| {
        if letter.is_alphanumeric() || letter == '_' {
            1
        } else if letter.is_whitespace() {
            2
        } else {
            3
        }
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, letter) in text.char_indices() {
        if before.is_some_and(|before| before != kind(letter) || before == 3) {
            words.extend(text.get(start..at));
            start = at;
        }
        before = Some(kind(letter));
    }
    words.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    words
}

/// Finds a longest common subsequence (Wagner and Fischer 1974), of two texts that share neither their beginning nor
/// their end.
fn compare(old: &[String], new: &[String], pieces: &mut Pieces) {
    let width = new.len() + 1;
    if old.len().saturating_mul(new.len()) > MAX_CELLS {
        pieces.removed(&old.concat());
        pieces.added(&new.concat());
        return;
    }
    // The length of the longest one of what is left, from each place on.
    let mut left = vec![0_u32; (old.len() + 1) * width];
    let at = |left: &[u32], i: usize, j: usize| left.get(i * width + j).copied().unwrap_or(0);
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let best = if a == b { at(&left, i + 1, j + 1) + 1 } else { at(&left, i + 1, j).max(at(&left, i, j + 1)) };
            if let Some(cell) = left.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    loop {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a == b => {
                pieces.same(a);
                i += 1;
                j += 1;
            }
            (Some(a), b) if b.is_none() || at(&left, i + 1, j) >= at(&left, i, j + 1) => {
                pieces.removed(a);
                i += 1;
            }
            (_, Some(b)) => {
                pieces.added(b);
                j += 1;
            }
            _ => return,
        }
    }
}

/// Pieces in the making: neighbours of one kind are one piece, and a blank between two changes is part of them.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    removed: String,
    added: String,
    /// Blanks that follow a change and may precede another.
    blank: String,
}

impl Pieces {
    fn same(&mut self, text: &str) {
        let is_open = !self.removed.is_empty() || !self.added.is_empty();
        if is_open && !text.is_empty() && text.trim().is_empty() && self.blank.is_empty() {
            self.blank.push_str(text);
        } else if !text.is_empty() {
            self.close();
            match self.done.last_mut() {
                Some(Piece::Same(before)) => before.push_str(text),
                _ => self.done.push(Piece::Same(text.to_owned())),
            }
        }
    }

    fn removed(&mut self, text: &str) {
        self.join_blank();
        self.removed.push_str(text);
    }

    fn added(&mut self, text: &str) {
        self.join_blank();
        self.added.push_str(text);
    }

    fn join_blank(&mut self) {
        let blank = std::mem::take(&mut self.blank);
        self.removed.push_str(&blank);
        self.added.push_str(&blank);
    }

    fn close(&mut self) {
        let (removed, added) = (std::mem::take(&mut self.removed), std::mem::take(&mut self.added));
        self.done.extend((!removed.is_empty()).then_some(Piece::Removed(removed)));
        self.done.extend((!added.is_empty()).then_some(Piece::Added(added)));
        let blank = std::mem::take(&mut self.blank);
        self.done.extend((!blank.is_empty()).then_some(Piece::Same(blank)));
    }

    fn finished(mut self) -> Vec<Piece> {
        self.close();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(before: &str, after: &str) -> String {
        let mark = |piece: &Piece| match piece {
            Piece::Same(text) => text.clone(),
            Piece::Removed(text) => format!("[-{text}-]"),
            Piece::Added(text) => format!("{{+{text}+}}"),
        };
        Difference::of(before, after).pieces.iter().map(mark).collect()
    }

    #[test]
    fn words_that_changed_are_marked_and_blanks_between_them_join() {
        assert_eq!(marked("Red or blue?", "Red or green?"), "Red or [-blue-]{+green+}?");
        assert_eq!(marked("Red or blue?", "Red and green?"), "Red [-or blue-]{+and green+}?");
        assert_eq!(marked("Red", "Red, please"), "Red{+, please+}");
        assert_eq!(marked("", "Red"), "{+Red+}");
        assert_eq!(marked("Red", "Red"), "Red");
    }

    #[test]
    fn what_stayed_is_shortened() {
        let difference = Difference::of(
            "a long beginning of many words and one more word at last",
            "a long beginning of many words and two more words at last",
        );
        let edits = [("one".to_owned(), "two".to_owned()), ("word".to_owned(), "words".to_owned())];
        assert_eq!(difference.edits(), edits);
        assert_eq!(difference.shortened(10).pieces.first(), Some(&Piece::Same("… and ".into())));
    }

    proptest! {
        #[test]
        fn either_text_comes_back_from_the_pieces(before in "[ab .\n]{0,30}", after in "[ab .\n]{0,30}") {
            let (mut old, mut new) = (String::new(), String::new());
            for piece in Difference::of(&before, &after).pieces {
                match piece {
                    Piece::Same(text) => { old.push_str(&text); new.push_str(&text); }
                    Piece::Removed(text) => old.push_str(&text),
                    Piece::Added(text) => new.push_str(&text),
                }
            }
            prop_assert_eq!((old, new), (before, after));
        }
    }
}
