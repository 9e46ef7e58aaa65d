/// A line of a text that formatting changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The number of the line before, from 1.
    pub line: usize,
    /// The line before, with its end.
    pub before: String,
    /// What becomes of it, with its end; none where it is a blank line that goes.
    pub after: Option<String>,
}

/// Returns the lines of `before` that are different in `after`, its formatted text. Formatting neither joins lines nor
/// breaks them, so that lines that are not blank belong together in their order.
pub fn changes(before: &str, after: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut formatted = lines(after).into_iter().peekable();
    for (i, line) in lines(before).into_iter().enumerate() {
        let counterpart = if is_blank(line) {
            formatted.next_if(|next| is_blank(next))
        } else {
            while formatted.next_if(|next| is_blank(next)).is_some() {}
            formatted.next()
        };
        if counterpart != Some(line) {
            changes.push(Change { line: i + 1, before: line.to_owned(), after: counterpart.map(str::to_owned) });
        }
    }
    changes
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// Cuts a text into lines with their ends, which the grammar says are `\n`, `\r\n` and `\r`.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(['\n', '\r']).map_or(rest.len(), |at| {
            let is_pair = rest.get(at..).is_some_and(|end| end.starts_with("\r\n"));
            at + if is_pair { 2 } else { 1 }
        });
        let (line, behind) = rest.split_at(end);
        lines.push(line);
        rest = behind;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_lines_are_told_with_their_ends() {
        let changes = changes("\na\r\n\n\nb  \nc\nd", "a\n\nb\nc\nd\n");
        let told: Vec<_> =
            changes.iter().map(|change| (change.line, change.before.as_str(), change.after.as_deref())).collect();
        let expected = [
            (1, "\n", None),
            (2, "a\r\n", Some("a\n")),
            (4, "\n", None),
            (5, "b  \n", Some("b\n")),
            (7, "d", Some("d\n")),
        ];
        assert_eq!(told, expected);
    }
}
