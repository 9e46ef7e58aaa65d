use super::{SourceId, Span};

/// A string of the spec after its escapes, which still knows where each of its bytes came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    pub text: String,
    /// The whole literal, quotes included.
    pub span: Span,
    /// For each byte of `text`, the byte of the source it came from; one more for the end.
    places: Vec<u32>,
    /// For each byte of `text`, whether an escape put it there, so that `\{{` is no expression.
    escaped: Vec<bool>,
}

impl Literal {
    /// Returns the place in the source of bytes `start..end` of the text.
    pub fn place(&self, start: usize, end: usize) -> Span {
        let at = |i: usize| self.places.get(i).map_or(self.span.end, |&place| place as usize);
        let start = at(start);
        Span { source: self.span.source, start, end: at(end).max(start) }
    }

    /// Tells whether the byte at `at` was written as an escape.
    pub(crate) fn is_escaped(&self, at: usize) -> bool {
        self.escaped.get(at).copied().unwrap_or(false)
    }
}

/// Resolves the escapes of `raw`, which starts at byte `start` of its source. A long string loses the line end
/// after its opening quotes, the indentation that its lines share, and the blank end before its closing quotes.
///
/// Returns the literal and the places of escapes that mean nothing.
pub fn unescape(raw: &str, source: SourceId, start: usize, span: Span, long: bool) -> (Literal, Vec<Span>) {
    let kept = if long { dedent(raw) } else { vec![(0, raw.len())] };
    let mut literal = Literal { text: String::new(), span, places: Vec::new(), escaped: Vec::new() };
    let mut unknown = Vec::new();
    for (from, to) in kept {
        let piece = raw.get(from..to).unwrap_or("");
        let mut characters = piece.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let place = start + from + at;
            let mut push = |text: char, escaped: bool| {
                literal.text.push(text);
                for i in 0..text.len_utf8() {
                    literal.places.push(u32::try_from(place + if escaped { 0 } else { i }).unwrap_or(u32::MAX));
                    literal.escaped.push(escaped);
                }
            };
            if character != '\\' {
                push(character, false);
                continue;
            }
            match characters.next() {
                Some((_, 'n')) => push('\n', true),
                Some((_, 't')) => push('\t', true),
                Some((_, escaped @ ('"' | '\'' | '\\' | '{' | '}'))) => push(escaped, true),
                Some((_, '\n')) if long => {}
                Some((next, other)) => {
                    push('\\', false);
                    push(other, false);
                    unknown.push(Span { source, start: place, end: start + from + next + other.len_utf8() });
                }
                None => push('\\', false),
            }
        }
    }
    literal.places.push(u32::try_from(start + raw.len()).unwrap_or(u32::MAX));
    (literal, unknown)
}

/// Returns the parts of a long string that are kept.
fn dedent(raw: &str) -> Vec<(usize, usize)> {
    let lines: Vec<(usize, &str)> = raw
        .split_inclusive('\n')
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        })
        .collect();
    let is_blank = |line: &str| line.trim().is_empty();
    let opens_on_own_line = lines.first().is_some_and(|(_, line)| is_blank(line)) && lines.len() > 1;
    let skipped = usize::from(opens_on_own_line);
    // The first line is not indented by the author where it stands beside the quotes.
    let indent = lines
        .iter()
        .skip(1)
        .filter(|(_, line)| !is_blank(line))
        .map(|(_, line)| line.len() - line.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0);
    let mut kept: Vec<(usize, usize)> = Vec::new();
    let last = lines.len().saturating_sub(1);
    for (i, (start, line)) in lines.iter().enumerate().skip(skipped) {
        let closes_on_own_line = i == last && i > 0 && is_blank(line) && !line.ends_with('\n');
        if closes_on_own_line {
            continue;
        }
        let own_indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let cut = if i == 0 { 0 } else { indent.min(own_indent) };
        kept.push((start + cut, start + line.len()));
    }
    // Quotes that close on a line of their own, however far it is indented, take the line end before them along.
    let closing = raw.rsplit('\n').next().filter(|closing| raw.len() > closing.len() && is_blank(closing));
    if let Some(previous) = kept.last_mut().filter(|_| closing.is_some()) {
        let ended = raw.get(previous.0..previous.1).unwrap_or("");
        previous.1 -= ended.len() - ended.trim_end_matches(['\n', '\r']).len();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(raw: &str, long: bool) -> Literal {
        let source = SourceId(0);
        unescape(raw, source, 10, Span { source, start: 7, end: 10 + raw.len() + 3 }, long).0
    }

    #[test]
    fn escapes_are_resolved_and_places_kept() {
        let literal = literal(r#"a\n\"b\{{"#, false);
        assert_eq!(literal.text, "a\n\"b{{");
        assert_eq!(literal.place(3, 4).start, 15);
        assert!(literal.is_escaped(4) && !literal.is_escaped(5));
    }

    #[test]
    fn a_long_string_loses_its_frame_and_shared_indentation() {
        assert_eq!(literal("\n    one\n      two\n\n    three\n    ", true).text, "one\n  two\n\nthree");
        assert_eq!(literal("one\n    two", true).text, "one\ntwo");
        assert_eq!(literal("one", true).text, "one");
        assert_eq!(literal("\n  one\n", true).text, "one");
    }
}
