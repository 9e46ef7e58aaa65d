//! What a file shows as a whole: its bytes, its formats, its sizes.

use std::collections::BTreeMap;

use super::Options;
use super::code::Code;
use super::finding::{Example, Finding, counted, number, percent, share};
use super::notes::Notes;
use super::tally::{Seen, Tally};

/// What the first bytes of a file show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Lines,
    /// Lines after a byte-order mark.
    Marked,
    /// Something else, in words.
    Other(&'static str),
}

/// The beginnings of files that are no text.
const OTHERS: &[(&[u8], &str)] = &[
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"\x1f\x8b", "compressed by gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
];

/// Tells what a file is from its first bytes.
pub(super) fn form(bytes: &[u8]) -> Form {
    if let Some((_, what)) = OTHERS.iter().find(|(beginning, _)| bytes.starts_with(beginning)) {
        return Form::Other(what);
    }
    let (form, text) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(text) => (Form::Marked, text),
        None => (Form::Lines, bytes),
    };
    let mut text = text.trim_ascii_start().iter().copied();
    let (first, after) = (text.next(), text.by_ref().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')));
    let second = if after == Some(b'\n') { text.find(|byte| !byte.is_ascii_whitespace()) } else { None };
    match (first, after, second) {
        (Some(b'['), Some(b'{'), _) | (Some(b'['), Some(b'\n'), Some(_)) => {
            Form::Other("one JSON list over the whole file")
        }
        (Some(b'{'), Some(b'\n'), Some(b'"')) => Form::Other("JSON in which one object goes over several lines"),
        _ => form,
    }
}

/// The fewest rows that `OpenAI` trains on.
const FEWEST_ROWS: u64 = 10;
/// The largest file that `OpenAI` and Mistral take.
const LARGEST: u64 = 512 << 20;
/// The share of long answers that may break off before it is the file's style.
const UNFINISHED: f64 = 0.2;
/// The share of rows that have to have one system prompt for the others to be exceptions.
const USUAL_SYSTEM: f64 = 0.9;

/// Makes findings of what was noted and counted.
pub(super) fn findings(
    file: &str,
    mut notes: Notes,
    tally: &Tally,
    has_labels: bool,
    options: &Options,
) -> Vec<Finding> {
    if has_labels {
        notes.take(Code::NearlyEmpty);
    }
    if tally.endings.unfinished as f64 > UNFINISHED * tally.endings.long as f64 {
        notes.take(Code::Unfinished);
    }
    let mut found = Vec::new();
    if tally.lines == 0 && !tally.unread || tally.lines > 0 && notes.rows(Code::BlankLines) == tally.lines {
        found.push(Finding::new(Code::NoRows, &[file], format!("{}.", counted(tally.bytes, "byte"))));
    }
    for (code, noted) in notes.into_codes() {
        found.push(Finding::noted(code, file, noted, tally.lines));
    }
    if tally.rows > 0 && tally.rows < FEWEST_ROWS {
        found
            .push(Finding::new(Code::TooFewRows, &[file], format!("{}.", counted(tally.rows, "row"))).rows(tally.rows));
    }
    if tally.newlines > 0 && tally.carriage_returns > 0 {
        let says = format!(
            "{} end with a line feed, {} with a carriage return before it.",
            counted(tally.newlines, "line"),
            number(tally.carriage_returns)
        );
        found.push(Finding::new(Code::MixedLineEnds, &[file], says));
    }
    if tally.unended && tally.lines > 0 {
        found.push(Finding::new(
            Code::NoFinalNewline,
            &[file],
            format!("Line {} ends with the file.", number(tally.lines)),
        ));
    }
    if tally.bytes > LARGEST {
        found.push(Finding::new(Code::FileTooLarge, &[file], format!("{} bytes.", number(tally.bytes))));
    }
    found.extend(formats(file, tally));
    found.extend(system(file, tally, options));
    if tally.rows > 0 {
        found.push(rows(file, tally));
        found.extend(sizes(file, tally, options));
    }
    found
}

fn formats(file: &str, tally: &Tally) -> Option<Finding> {
    if tally.formats.len() < 2 {
        return None;
    }
    let mut formats: Vec<(&str, Seen)> = tally.formats.iter().map(|(format, seen)| (format.words(), *seen)).collect();
    formats.sort_by_key(|(_, seen)| std::cmp::Reverse(seen.times));
    let listed: Vec<String> = formats.iter().map(|(words, seen)| format!("{} {words}", number(seen.times))).collect();
    let shown = formats.iter().map(|(words, seen)| Example::at(seen.first, format!("the first of {words}"))).collect();
    Some(Finding::new(Code::MixedFormats, &[file], format!("{}.", listed.join(", "))).examples(shown))
}

fn system(file: &str, tally: &Tally, options: &Options) -> Option<Finding> {
    let usual = tally.systems.values().max_by_key(|(seen, _)| seen.times)?;
    let others = tally.rows - usual.0.times;
    if others == 0 || (usual.0.times as f64) < USUAL_SYSTEM * tally.rows as f64 {
        return None;
    }
    let mut rare: Vec<&(Seen, String)> =
        tally.systems.values().filter(|other| other.0.first != usual.0.first).collect();
    rare.sort_by_key(|(seen, _)| seen.first);
    let says =
        format!("{} of {} have another than {}.", share(others, tally.rows), counted(tally.rows, "row"), usual.1);
    let shown = rare.iter().take(options.examples).map(|(seen, words)| {
        Example::at(
            seen.first,
            format!("{words}{}", if seen.times > 1 { format!(", {}×", seen.times) } else { String::new() }),
        )
    });
    Some(Finding::new(Code::SystemVaries, &[file], says).rows(others).examples(shown.collect()))
}

fn rows(file: &str, tally: &Tally) -> Finding {
    let mut by_count: BTreeMap<usize, u64> = tally.messages.clone();
    let longest = by_count.keys().next_back().copied().unwrap_or(0);
    let shown: Vec<String> =
        by_count.iter().take(12).map(|(messages, rows)| format!("{messages} in {}", number(*rows))).collect();
    by_count = by_count.split_off(&0);
    let more = if by_count.len() > 12 { format!(", up to {longest}") } else { String::new() };
    let prompts = tally.systems.values().filter(|(_, words)| words != "no system prompt").count();
    let prompts = match prompts {
        0 => "no system prompt".to_owned(),
        1 => "one system prompt".to_owned(),
        more => format!("{} system prompts", number(more as u64)),
    };
    let says = format!(
        "{} of {}; messages: {}{more} rows; {prompts}.",
        counted(tally.rows, "row"),
        counted(tally.lines, "line"),
        shown.join(", ")
    );
    Finding::new(Code::Form, &[file], says)
}

fn sizes(file: &str, tally: &Tally, options: &Options) -> Option<Finding> {
    let tokenizer = options.tokenizer.as_ref()?;
    let (size, (largest, line)) = (tally.size, tally.size.largest);
    let says = format!(
        "{} of content by {}, {} ({}) of them the assistant's; the longest row has {}, on line {}.",
        counted(size.all, "token"),
        tokenizer.name(),
        number(size.assistant),
        percent(size.assistant, size.all),
        number(largest),
        number(line)
    );
    Some(Finding::new(Code::Tokens, &[file], says))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_beginning() {
        assert_eq!(form(b"{\"messages\": []}\n"), Form::Lines);
        assert_eq!(form(b"\xef\xbb\xbf{\"messages\": []}\n"), Form::Marked);
        assert_eq!(form(b"[[[[[[[["), Form::Lines);
        assert!(matches!(form(b"[\n  {\"messages\": []}"), Form::Other(_)));
        assert!(matches!(form(b"[{\"messages\": []}]"), Form::Other(_)));
        assert!(matches!(form(b"{\r\n  \"messages\": []}"), Form::Other(_)));
        assert!(matches!(form(b"\x1f\x8b\x08"), Form::Other(_)));
        assert_eq!(form(b""), Form::Lines);
    }
}
