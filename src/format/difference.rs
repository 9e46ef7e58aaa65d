/// A line of a text that formatting changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The number of the line before, from 1.
    pub line: usize,
    /// The line before, without its end.
    pub before: String,
    /// What becomes of it; none where it is a blank line that goes.
    pub after: Option<String>,
}

/// Returns the lines of `before` that are different in `after`, its formatted text. Formatting neither joins lines nor
/// breaks them, so that lines that are not blank belong together in their order.
pub fn changes(before: &str, after: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut formatted = lines(after).into_iter().peekable();
    for (i, line) in lines(before).into_iter().enumerate() {
        let counterpart = if line.text.trim().is_empty() {
            formatted.next_if(|next| next.text.trim().is_empty())
        } else {
            while formatted.next_if(|next| next.text.trim().is_empty()).is_some() {}
            formatted.next()
        };
        if counterpart.as_ref() != Some(&line) {
            let after = counterpart.map(|line| line.text.to_owned());
            changes.push(Change { line: i + 1, before: format!("{}{}", line.text, line.end), after });
        }
    }
    changes
}

#[derive(Debug, PartialEq, Eq)]
struct TextLine<'t> {
    text: &'t str,
    /// How it ends, where it does not end as the formatter ends lines.
    end: &'t str,
}

/// Cuts a text into lines, which end as the grammar says: `\n`, `\r\n` or `\r`.
fn lines(text: &str) -> Vec<TextLine<'_>> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let (text, behind) = rest.split_at(length);
        let end = if behind.starts_with("\r\n") { "\r\n" } else { behind.get(..1).unwrap_or("") };
        rest = behind.get(end.len()..).unwrap_or("");
        lines.push(TextLine { text, end: if end == "\n" { "" } else { end } });
    }
    lines
}
