use std::fmt::Write;

use super::finding::{counted, number};
use super::{Audit, Finding, Severity};

const RED: &str = "\x1b[31m";
const YELLOW: &str = "\x1b[33m";
const BLUE: &str = "\x1b[34m";
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// Renders what an audit found, the worst first: of each finding its numbers, a few places, and what to do. With
/// `colour`, by ANSI sequences; no meaning rests on colour alone.
pub fn terminal(audit: &Audit, width: usize, colour: bool) -> String {
    let screen = Screen { width: width.max(40), colour };
    let mut out = String::new();
    for file in &audit.files {
        let line = format!(
            "{}: {} on {}, {} bytes",
            clean(&file.name),
            counted(file.rows, "row"),
            counted(file.lines, "line"),
            number(file.bytes)
        );
        screen.wrapped(&mut out, "", &line, DIM);
    }
    for finding in &audit.findings {
        out.push('\n');
        screen.finding(&mut out, finding, audit.files.len() > 1);
    }
    out.push('\n');
    let of = |severity: Severity| counted(audit.count(severity) as u64, severity.word());
    let summary = format!("{}, {}, {}", of(Severity::Error), of(Severity::Warning), of(Severity::Note));
    screen.wrapped(&mut out, "", &summary, BOLD);
    out
}

struct Screen {
    width: usize,
    colour: bool,
}

impl Screen {
    fn finding(&self, out: &mut String, finding: &Finding, names_files: bool) {
        let colour = match finding.severity {
            Severity::Error => RED,
            Severity::Warning => YELLOW,
            Severity::Note => BLUE,
        };
        let code = format!("{}[{}]", finding.severity.word(), finding.code.id());
        let files = if names_files { format!(" · {}", clean(&finding.files.join(", "))) } else { String::new() };
        let _ = writeln!(
            out,
            "{} {}{}",
            self.painted(colour, &code),
            self.painted(BOLD, finding.title),
            self.painted(DIM, &files)
        );
        self.wrapped(out, "  ", &finding.says, "");
        for example in &finding.examples {
            let place = example.line.map_or(String::new(), |line| format!("line {line}: "));
            self.wrapped(out, "    ", &format!("{place}{}", example.text), DIM);
        }
        self.wrapped(out, "  → ", finding.advice, "");
    }

    /// Breaks a text between words; the first line begins with `lead`, the others with as many blanks.
    fn wrapped(&self, out: &mut String, lead: &str, text: &str, style: &str) {
        let indent = lead.chars().count();
        let mut line = String::new();
        let mut lead = lead.to_owned();
        let flush = |out: &mut String, lead: &mut String, line: &mut String| {
            let _ = writeln!(out, "{lead}{}", self.painted(style, line));
            *lead = " ".repeat(indent);
            line.clear();
        };
        for word in clean(text).split(' ') {
            if !line.is_empty() && indent + line.chars().count() + 1 + word.chars().count() > self.width {
                flush(out, &mut lead, &mut line);
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        flush(out, &mut lead, &mut line);
    }

    fn painted(&self, style: &str, text: &str) -> String {
        if self.colour && !style.is_empty() && !text.is_empty() {
            format!("{style}{text}{RESET}")
        } else {
            text.to_owned()
        }
    }
}

/// Takes away what would steer a terminal: data is not trusted.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
