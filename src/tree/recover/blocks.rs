//! Which block is not closed: indentation tells, where braces alone cannot.

use super::super::parse::{Grammar, Rule};
use pest::Parser as _;

/// Returns where the brace stands that is not closed: that of the first block which a later line, indented no
/// further than the block's own, goes on after; or the last one that is open at the end.
pub(super) fn unclosed(text: &str) -> Option<usize> {
    let mut open: Vec<(usize, usize)> = Vec::new();
    let (mut indent, mut is_line_start, mut at) = (0, true, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let character = rest.chars().next()?;
        if character == '\n' {
            (indent, is_line_start) = (0, true);
        } else if character.is_whitespace() {
            indent += usize::from(is_line_start);
        } else {
            if is_line_start
                && !"}#".contains(character)
                && let Some((brace, _)) = open.last().filter(|(_, own)| indent <= *own)
            {
                return Some(*brace);
            }
            is_line_start = false;
            match character {
                '{' => open.push((at, indent)),
                '}' => drop(open.pop()),
                _ => {}
            }
        }
        at += skipped(rest).unwrap_or(character.len_utf8());
    }
    open.last().map(|(brace, _)| *brace)
}

/// Returns the length of the string, expression or comment that a text begins with.
fn skipped(text: &str) -> Option<usize> {
    if text.starts_with('#') {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    let whole = [Rule::string, Rule::expression].into_iter().find_map(|rule| Grammar::parse(rule, text).ok()?.next());
    whole.map(|whole| whole.as_str().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_that_its_neighbours_leave_is_the_open_one() {
        let text = "question a {\n  judge b by c {\n    ask \"{\"\n  score {{ answer }}\n}\n";
        assert_eq!(unclosed(text), text.find("{\n    ask"));
        assert_eq!(unclosed("behavior a {\n  does \"b\"\n"), Some(11));
        assert_eq!(unclosed("behavior a {\n}\n"), None);
    }
}
