//! From text to tokens. The grammar says which texts are specs; this says only what must stay together, so that it
//! reads statements that it has never heard of.

use super::token::{Token, TokenKind, quoted};

/// Where tokens cannot be told apart: the byte, and what is wrong there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) at: usize,
    pub(super) why: &'static str,
}

/// Cuts a text into tokens. Braces, brackets and parentheses have to balance.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Unreadable> {
    let mut tokens = Vec::new();
    let mut open: Vec<Token<'_>> = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with([' ', '\t']) {
            at += 1;
            continue;
        }
        let (kind, length) = next(rest).map_err(|why| Unreadable { at, why })?;
        let token = Token { kind, text: rest.get(..length).unwrap_or(rest), at };
        match kind {
            TokenKind::Open => open.push(token),
            TokenKind::Close => match open.pop() {
                Some(opened) if closes(opened.text, token.text) => {}
                _ => return Err(Unreadable { at, why: "this closes nothing" }),
            },
            _ => {}
        }
        at = token.end();
        tokens.push(token);
    }
    match open.last() {
        Some(token) => Err(Unreadable { at: token.at, why: "this is never closed" }),
        None => Ok(tokens),
    }
}

fn closes(open: &str, close: &str) -> bool {
    matches!((open, close), ("{", "}") | ("[", "]") | ("(", ")"))
}

/// Returns the kind and the length of the token that `rest` begins with.
fn next(rest: &str) -> Result<(TokenKind, usize), &'static str> {
    let sign = rest.chars().next().unwrap_or(' ');
    Ok(match sign {
        '\r' if rest.starts_with("\r\n") => (TokenKind::LineEnd, 2),
        '\n' | '\r' => (TokenKind::LineEnd, 1),
        '#' => (TokenKind::Comment, rest.find(['\n', '\r']).unwrap_or(rest.len())),
        '"' if rest.starts_with("\"\"\"") => {
            (TokenKind::LongString, long_string(rest).ok_or("this string is never closed")?)
        }
        '"' | '\'' => (TokenKind::String, string(rest).ok_or("this string is not closed on its line")?),
        '{' if rest.starts_with("{{") => {
            (TokenKind::Expression, expression(rest).ok_or("this expression is never closed")?)
        }
        '{' | '[' | '(' => (TokenKind::Open, 1),
        '}' | ']' | ')' => (TokenKind::Close, 1),
        ',' => (TokenKind::Comma, 1),
        ';' => (TokenKind::Semicolon, 1),
        ':' => (TokenKind::Colon, 1),
        '=' | '|' => (TokenKind::Operator, 1),
        _ => (TokenKind::Word, rest.find(ends_word).unwrap_or(rest.len())),
    })
}

fn ends_word(sign: char) -> bool {
    matches!(
        sign,
        ' ' | '\t' | '\n' | '\r' | '#' | '"' | '\'' | '{' | '}' | '[' | ']' | '(' | ')' | ',' | ';' | ':' | '=' | '|'
    )
}

fn string(rest: &str) -> Option<usize> {
    let length = quoted(rest)?;
    rest.get(..length).filter(|text| !text.contains(['\n', '\r'])).map(str::len)
}

fn long_string(rest: &str) -> Option<usize> {
    let mut at = 3;
    while let Some(inner) = rest.get(at..).filter(|inner| !inner.is_empty()) {
        if inner.starts_with("\"\"\"") {
            return Some(at + 3);
        }
        let mut signs = inner.chars();
        let sign = signs.next()?;
        at += sign.len_utf8();
        if sign == '\\' {
            at += signs.next().map_or(0, char::len_utf8);
        }
    }
    None
}

/// Returns the length of an expression: to the `}}` that stands neither in a text nor in inner braces.
fn expression(rest: &str) -> Option<usize> {
    let (mut at, mut depth) = (2, 0_usize);
    while let Some(inner) = rest.get(at..).filter(|inner| !inner.is_empty()) {
        if depth == 0 && inner.starts_with("}}") {
            return Some(at + 2);
        }
        match inner.chars().next()? {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += quoted(inner).or_else(|| inner.chars().next().map(char::len_utf8))?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        tokens(text).unwrap().into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn what_belongs_together_stays_together() {
        assert_eq!(texts("10% a.b as c#d\r\nx"), ["10%", "a.b", "as", "c", "#d", "\r\n", "x"]);
        assert_eq!(texts("score{{ {'}}': 1}['{'] }}}"[..25].trim()), ["score", "{{ {'}}': 1}['{'] }}"]);
        assert_eq!(texts(r#"'it\'s' "\"" """a"b\""" """;"#), [r"'it\'s'", r#""\"""#, r#""""a"b\""" """"#, ";"]);
        assert_eq!(texts("a:number 0..1=b|c"), ["a", ":", "number", "0..1", "=", "b", "|", "c"]);
    }

    #[test]
    fn what_does_not_balance_is_told() {
        let place = |text: &str| tokens(text).unwrap_err().at;
        assert_eq!(place("a { b"), 2);
        assert_eq!(place("a [ b }"), 6);
        assert_eq!(place("a }"), 2);
        assert_eq!(place("a 'b\n'"), 2);
        assert_eq!(place("a {{ b }"), 2);
        assert_eq!(place("\"\"\" b"), 0);
    }
}
