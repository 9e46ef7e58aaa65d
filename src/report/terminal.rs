//! The report in the terminal: claims first, then a table for each question.

mod table;

use std::fmt::Write;

use super::{Cell, ClaimResult, Interval, Outcomes, Part, Results, Verdict};
use crate::scores::Method;
use table::{Align, Table};

const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const YELLOW: &str = "\x1b[33m";
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// How far text under a claim's verdict is indented: `✓ holds`, `? undecided` and two spaces.
const INDENT: usize = 13;

/// Renders the claims and the tables in at most `width` columns, where words allow it. With `colour`, by ANSI
/// sequences; no meaning rests on colour alone.
pub fn terminal(results: &Results, width: usize, colour: bool) -> String {
    let screen = Screen { width: width.max(40), colour };
    let mut out = String::new();
    let title = format!("{} ({})", results.experiment, results.spec);
    screen.line(&mut out, &screen.painted(BOLD, &clean(&title)));
    for claim in &results.claims {
        out.push('\n');
        screen.claim(&mut out, claim);
    }
    for cells in results.cells.chunk_by(|a, b| a.question == b.question) {
        out.push('\n');
        screen.question(&mut out, cells);
    }
    if !results.notes.is_empty() {
        out.push('\n');
        for note in &results.notes {
            screen.wrapped(&mut out, "note: ", 6, note, "");
        }
    }
    out
}

struct Screen {
    width: usize,
    colour: bool,
}

impl Screen {
    fn claim(&self, out: &mut String, claim: &ClaimResult) {
        let (symbol, word, colour) = match claim.verdict {
            Verdict::Holds => ("✓", "holds", GREEN),
            Verdict::Refuted => ("✗", "refuted", RED),
            Verdict::Undecided => ("?", "undecided", YELLOW),
        };
        let verdict = self.painted(colour, &format!("{:<w$}", format!("{symbol} {word}"), w = INDENT));
        self.line(out, &format!("{verdict}{}", self.painted(BOLD, &clean(&claim.name))));
        self.under(out, &claim.text, "");
        for part in &claim.parts {
            self.under(out, &part.estimand, DIM);
            self.under(out, &compared(part), "");
            self.under(out, &part.reason, DIM);
        }
        if let Some((raw, adjusted)) = claim.p.zip(claim.adjusted_p) {
            let (raw, adjusted) = (p_value(raw), p_value(adjusted));
            self.under(out, &format!("p {raw}; adjusted for all claims of the experiment (Holm) {adjusted}"), "");
        }
        let is_said = claim.parts.iter().any(|part| claim.reason.starts_with(&part.reason));
        if !is_said {
            self.under(out, &claim.reason, DIM);
        }
    }

    fn question(&self, out: &mut String, cells: &[Cell]) {
        let Some(first) = cells.first() else { return };
        let mut heading = first.question.clone();
        if !first.role.is_empty() {
            let _ = write!(heading, ": {}", first.role);
        }
        self.line(out, &self.painted(BOLD, &clean(&heading)));
        let level = cells.iter().find_map(|cell| cell.interval.as_ref()).map_or(0.95, |interval| interval.level);
        let interval = format!("{:.0}% interval", level * 100.0);
        let has_axes = cells.iter().any(|cell| !cell.axes.is_empty());
        let mut head = vec![("arm", Align::Left), ("about", Align::Left), ("under", Align::Left)];
        if has_axes {
            head.push(("conditions", Align::Left));
        }
        head.extend([
            ("mean", Align::Right),
            (interval.as_str(), Align::Right),
            ("valid/asked", Align::Right),
            ("read by", Align::Left),
        ]);
        let mut table = Table::new(&head);
        for cell in cells {
            let mut row = vec![arm(cell), clean(&cell.about), clean(&cell.under)];
            if has_axes {
                row.push(axes(&cell.axes));
            }
            row.extend([
                cell.mean.map_or_else(|| "-".to_owned(), number),
                cell.interval.as_ref().map_or_else(|| "-".to_owned(), brackets),
                share(&cell.outcomes),
                cell.method.map_or("-", short).to_owned(),
            ]);
            table.row(row);
        }
        for (at, line) in table.lines(self.width).iter().enumerate() {
            self.line(out, &if at == 0 { self.painted(DIM, line) } else { line.clone() });
        }
    }

    fn under(&self, out: &mut String, text: &str, style: &str) {
        self.wrapped(out, &" ".repeat(INDENT), INDENT, text, style);
    }

    /// Breaks text between words; the first line starts with `lead`, the others with as many blanks.
    fn wrapped(&self, out: &mut String, lead: &str, indent: usize, text: &str, style: &str) {
        let mut line = String::new();
        let mut lead = lead.to_owned();
        let mut lines = Vec::new();
        for word in clean(text).split(' ').filter(|word| !word.is_empty()) {
            if !line.is_empty() && indent + table::columns(&line) + 1 + table::columns(word) > self.width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
        for line in lines {
            self.line(out, &format!("{lead}{}", self.painted(style, &line)));
            lead = " ".repeat(indent);
        }
    }

    fn line(&self, out: &mut String, line: &str) {
        out.push_str(if self.colour { line } else { line.trim_end() });
        out.push('\n');
    }

    fn painted(&self, style: &str, text: &str) -> String {
        if self.colour && !style.is_empty() { format!("{style}{text}{RESET}") } else { text.to_owned() }
    }
}

/// `0.420 [0.310, 0.530] > 0.1, 2996 of 3000 answers valid, by samples`.
fn compared(part: &Part) -> String {
    let estimate = part.estimate.map_or_else(|| "no estimate".to_owned(), number);
    let interval = part.interval.as_ref().map(|interval| format!(" {}", brackets(interval))).unwrap_or_default();
    let method = part.method.map(|method| format!(", read by {method}")).unwrap_or_default();
    format!("{estimate}{interval}, claimed {}; {} of {} answers valid{method}", part.bound, part.valid, part.asked)
}

fn arm(cell: &Cell) -> String {
    let name = clean(&cell.arm);
    if cell.arm_axes.is_empty() { name } else { format!("{name} {}", axes(&cell.arm_axes)) }
}

fn axes(axes: &std::collections::BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = axes.iter().map(|(axis, value)| format!("{axis}={value}")).collect();
    clean(&pairs.join(" "))
}

fn brackets(interval: &Interval) -> String {
    format!("[{}, {}]", number(interval.low), number(interval.high))
}

fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    if text == "-0.000" { "0.000".to_owned() } else { text }
}

fn share(outcomes: &Outcomes) -> String {
    format!("{}/{}", outcomes.valid, outcomes.asked)
}

fn short(method: Method) -> &'static str {
    match method {
        Method::Exact => "exact",
        Method::Top => "top-k",
        Method::Samples => "samples",
    }
}

fn p_value(p: f64) -> String {
    if p < 0.001 { "below 0.001".to_owned() } else { format!("{p:.3}") }
}

/// Names and texts come from specs and data: nothing in them may steer the terminal.
fn clean(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests;
