//! Lines of styled words that break between words.

use std::fmt::Write as _;

const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Bold,
    Dim,
    Removed,
    Added,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Style::Plain => "",
            Style::Bold => BOLD,
            Style::Dim => DIM,
            Style::Removed => RED,
            Style::Added => GREEN,
        }
    }
}

/// A line before it is broken.
#[derive(Debug)]
pub(super) struct Line {
    indent: usize,
    parts: Vec<(Style, String)>,
}

impl Line {
    /// The name of a dataset or suite.
    pub(super) fn head(text: impl Into<String>) -> Line {
        Line { indent: 0, parts: vec![(Style::Bold, text.into())] }
    }

    /// One fact.
    pub(super) fn fact(text: impl Into<String>) -> Line {
        Line { indent: 2, parts: vec![(Style::Plain, text.into())] }
    }

    /// An example of the fact above it, behind its place.
    pub(super) fn example(lead: impl Into<String>) -> Line {
        Line { indent: 6, parts: vec![(Style::Dim, lead.into())] }
    }

    pub(super) fn push(&mut self, style: Style, text: &str) {
        self.parts.push((style, text.to_owned()));
    }

    /// Breaks the line between words where it is wider than `width`; what follows stands two columns deeper.
    pub(super) fn drawn(&self, width: usize, colour: bool) -> String {
        let mut screen = Screen { width, colour, out: " ".repeat(self.indent), column: self.indent, is_empty: true };
        for word in self.words(width.saturating_sub(self.indent + 2).max(8)) {
            screen.word(&word, self.indent + 2);
        }
        let end = screen.out.trim_end().len();
        screen.out.truncate(end);
        screen.out.push('\n');
        screen.out
    }

    /// Cuts the parts at blanks. A word may consist of pieces of several styles, and begins with the blanks before it;
    /// one that is longer than a line is cut.
    fn words(&self, longest: usize) -> Vec<Vec<(Style, char)>> {
        let letters = self.parts.iter().flat_map(|(style, text)| clean(text).map(move |letter| (*style, letter)));
        let mut words: Vec<Vec<(Style, char)>> = Vec::new();
        let mut before = ' ';
        for (style, letter) in letters {
            let starts = letter == ' ' && before != ' ';
            match words.last_mut() {
                Some(word) if !starts && word.len() < longest => word.push((style, letter)),
                _ => words.push(vec![(style, letter)]),
            }
            before = letter;
        }
        words
    }
}

/// Texts come from specs and data: nothing in them may steer the terminal.
fn clean(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|letter| match letter {
        '\n' => '⏎',
        letter if letter.is_control() => ' ',
        letter => letter,
    })
}

struct Screen {
    width: usize,
    colour: bool,
    out: String,
    column: usize,
    is_empty: bool,
}

impl Screen {
    fn word(&mut self, word: &[(Style, char)], indent: usize) {
        let is_broken = !self.is_empty && self.column + word.len() > self.width;
        if is_broken {
            let end = self.out.trim_end().len();
            self.out.truncate(end);
            self.out.push('\n');
            self.out.push_str(&" ".repeat(indent));
            self.column = indent;
        }
        self.is_empty = false;
        let start = if is_broken { word.iter().take_while(|(_, letter)| *letter == ' ').count() } else { 0 };
        for piece in word.get(start..).unwrap_or_default().chunk_by(|(a, _), (b, _)| a == b) {
            let text: String = piece.iter().map(|(_, letter)| letter).collect();
            let code = piece.first().map_or("", |(style, _)| style.code());
            if self.colour && !code.is_empty() {
                let _ = write!(self.out, "{code}{text}{RESET}");
            } else {
                self.out.push_str(&text);
            }
            self.column += piece.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_between_words_and_is_never_wider() {
        let mut line = Line::example("row 3: ");
        line.push(Style::Plain, "one two three four five six seven eight nine");
        line.push(Style::Removed, "[-ten\u{7}\neleven-]");
        let drawn = line.drawn(40, false);
        assert_eq!(drawn, "      row 3: one two three four five six\n        seven eight nine[-ten ⏎eleven-]\n");
        let long = Line::fact("x".repeat(100)).drawn(40, false);
        assert!(long.lines().all(|line| line.chars().count() <= 40), "{long}");
    }

    #[test]
    fn colours_are_closed_where_they_were_opened() {
        let mut line = Line::fact("answer ");
        line.push(Style::Added, "one two");
        assert_eq!(line.drawn(80, true), "  answer \x1b[32mone\x1b[0m\x1b[32m two\x1b[0m\n");
    }
}
