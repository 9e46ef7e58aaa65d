use super::fields::{Fields, checked, reason};
use super::lines;
use super::reading::Reading;
use crate::diagnostic::{Diagnostic, Problem};

/// Reads a list of objects; a file that holds no list is read as JSON Lines, which some call `.json` too. A row's line
/// is the one that its object begins on.
pub(super) fn read(text: &str, reading: &mut Reading<'_>) {
    let Some(mut rest) = text.trim_start().strip_prefix('[') else { return lines::read(text, reading) };
    let (mut line, mut counted) = (1, text);
    let mut first = true;
    loop {
        rest = rest.trim_start();
        let between = counted.len() - rest.len();
        line += counted.get(..between).unwrap_or("").matches('\n').count();
        counted = rest;
        let problem = |message: &str, reading: &Reading<'_>| {
            Diagnostic::at(reading.place, Problem::BadJson { message: message.to_owned() })
        };
        if let Some(after) = rest.strip_prefix(']') {
            let behind = after.trim_start();
            if !behind.is_empty() {
                line += after.get(..after.len() - behind.len()).unwrap_or("").matches('\n').count();
                reading.broken(line, problem("something stands behind the list", reading));
            }
            return;
        }
        if !first {
            let Some(after) = rest.strip_prefix(',') else {
                let message = if rest.is_empty() { "the list does not end" } else { "a comma is missing before it" };
                reading.broken(line, problem(message, reading));
                return;
            };
            rest = after.trim_start();
            line += counted.get(..counted.len() - rest.len()).unwrap_or("").matches('\n').count();
            counted = rest;
        }
        first = false;
        let mut items = serde_json::Deserializer::from_str(rest).into_iter::<Fields>();
        match items.next() {
            Some(Ok(fields)) => match checked(fields) {
                Ok(fields) => reading.object(line, &fields),
                Err(problem) => reading.broken(line, Diagnostic::at(reading.place, problem)),
            },
            Some(Err(error)) => {
                let at = line + error.line().saturating_sub(1);
                reading.broken(at, Diagnostic::at(reading.place, reason(&error)));
                return;
            }
            None => {
                reading.broken(line, problem("the list does not end", reading));
                return;
            }
        }
        rest = rest.get(items.byte_offset()..).unwrap_or("");
    }
}
