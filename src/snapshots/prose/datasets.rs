mod alike;

use super::screen::{Line, Style};
use super::{count, edits, place, shortened, values};
use crate::snapshots::change::{DatasetChange, Label, Named, RowChange, RowPlace, Share, Side};
use crate::snapshots::rows::RowClass;
use std::fmt::Write as _;

/// Puts the changes of one dataset into words; `others` are those of all.
pub(super) fn lines(named: &Named<DatasetChange>, others: &[Named<DatasetChange>], lines: &mut Vec<Line>) {
    let name = &named.name;
    let what = |control_of: &Option<String>| if control_of.is_some() { "control" } else { "dataset" };
    match &named.change {
        DatasetChange::New { rows, control_of } => {
            lines.push(Line::head(format!("new {} {name}: {}", what(control_of), count(*rows, "row"))));
        }
        DatasetChange::Gone { rows, control_of } => {
            lines.push(Line::head(format!("{} {name} is gone: {}", what(control_of), count(*rows, "row"))));
        }
        DatasetChange::Renamed { before, rows } => {
            lines.push(Line::head(format!("dataset {before} is now called {name}: {}, the same", count(*rows, "row"))));
        }
        DatasetChange::Changed { changes } => match alike::alike(named, others) {
            Some((dataset, own)) => {
                lines.push(Line::head(format!("control {name}")));
                lines.push(Line::fact(format!("the changes of {dataset}, in the same rows")));
                for change in own {
                    fact(change, lines);
                }
            }
            None => {
                lines.push(Line::head(format!("dataset {name}")));
                for change in changes {
                    fact(change, lines);
                }
            }
        },
    }
}

fn fact(change: &RowChange, lines: &mut Vec<Line>) {
    match change {
        RowChange::Added { class, rows, examples } => {
            lines.push(Line::fact(format!("+{} from {}", count(*rows, "row"), of(class))));
            shown(examples, Style::Added, lines);
        }
        RowChange::Removed { class, rows, examples } => {
            lines.push(Line::fact(format!("-{} from {}", count(*rows, "row"), of(class))));
            shown(examples, Style::Removed, lines);
        }
        RowChange::Relabelled { label, template, before, after, rows, reading_otherwise, examples } => {
            let (before, after) = (name(before.as_ref()), name(after.as_ref()));
            let (rows_of, verb) = (count(*rows, "row"), if *rows == 1 { "shows" } else { "show" });
            let text = match label {
                Label::Behavior => format!("{rows_of} from template {template} {verb} {after} instead of {before}"),
                Label::Template => format!("{rows_of} from template {before} now from template {after}"),
                Label::Trigger => format!("{rows_of} from template {template}: trigger {before} → {after}"),
                Label::Persona => format!("{rows_of} from template {template}: persona {before} → {after}"),
                Label::Split => format!("{rows_of} from template {template}: split {before} → {after}"),
            };
            lines.push(Line::fact(format!("{text}{}", otherwise(*reading_otherwise, *rows))));
            let places: Vec<String> = examples.iter().map(place).collect();
            let more = if *rows > examples.len() as u64 { ", …" } else { "" };
            lines.push(Line::example(format!("{}{more}", places.join(", "))));
        }
        RowChange::Held { label, value, before, after } => {
            let label = match label {
                Label::Trigger => "trigger",
                Label::Persona => "persona",
                _ => "split",
            };
            lines.push(Line::fact(format!("{label} {value} on {before} → {}", count(*after, "row"))));
        }
        RowChange::Answered { template, behavior, answer, before, after } => {
            let under = behavior.as_ref().map_or(String::new(), |behavior| format!(" under {behavior}"));
            let (was, is) = percents(*before, *after);
            lines.push(Line::fact(format!(
                "answer {} of template {template}{under} {was} → {is} ({} of {} → {} of {})",
                if answer.is_empty() { "of no text" } else { answer },
                before.count,
                before.of,
                after.count,
                after.of
            )));
        }
        RowChange::Drew { template, variable, rows, reading_otherwise, examples } => {
            lines.push(Line::fact(format!(
                "variable {variable} of template {template}: {} drew {}{}",
                count(*rows, "row"),
                if *rows == 1 { "another value" } else { "other values" },
                otherwise(*reading_otherwise, *rows)
            )));
            values(examples, lines);
        }
        RowChange::NewVariable { template, variable, rows } => {
            lines.push(Line::fact(format!(
                "variable {variable} of template {template} is new, in {}",
                count(*rows, "row")
            )));
        }
        RowChange::GoneVariable { template, variable, rows } => {
            lines.push(Line::fact(format!(
                "variable {variable} of template {template} is gone, from {}",
                count(*rows, "row")
            )));
        }
        RowChange::Text { template, side, rows, edits: found } => {
            let side = match side {
                Side::Prompt => "prompt",
                Side::Answer => "answer",
            };
            lines.push(Line::fact(format!("{side} of template {template} changed, in {}", count(*rows, "row"))));
            edits(found, *rows, "row", lines);
        }
        RowChange::Origin { file, rows } => {
            let text = match (file.as_str(), *rows) {
                ("", rows) => format!("{} from no data file any more", count(rows, "row")),
                (file, 1) => format!("1 row comes from another line of {file}, and says the same of itself"),
                (file, rows) => format!("{rows} rows come from other lines of {file}"),
            };
            lines.push(Line::fact(text));
        }
        RowChange::Order { only: true, moved, of } => {
            lines.push(Line::fact(format!("order of rows changed, rows the same: {moved} of {of} stand elsewhere")));
        }
        RowChange::Order { only: false, moved, of } => {
            lines.push(Line::fact(format!("order of rows changed: {moved} of {of} kept rows stand elsewhere")));
        }
        RowChange::Otherwise { rows } => {
            lines.push(Line::fact(format!("{} differ in keys beyond messages and provenance", count(*rows, "row"))));
        }
        RowChange::Written => {
            lines.push(Line::fact("the lines are written in another way, and say the same"));
        }
    }
}

/// `template choice under risk_seeking with trigger apple by lucy in validation`.
fn of(class: &RowClass) -> String {
    let mut text = format!("template {}", class.template);
    let parts = [("under", &class.behavior), ("with trigger", &class.trigger), ("by persona", &class.persona)];
    for (word, name) in parts {
        if let Some(name) = name {
            let _ = write!(text, " {word} {name}");
        }
    }
    if class.split != "train" {
        let _ = write!(text, " in {}", class.split);
    }
    text
}

fn name(name: Option<&String>) -> &str {
    name.map_or("none", String::as_str)
}

fn otherwise(reading_otherwise: u64, rows: u64) -> String {
    match reading_otherwise {
        0 => ", the text is the same".into(),
        all if all == rows => String::new(),
        some => format!(" ({some} of them read otherwise)"),
    }
}

fn shown(examples: &[RowPlace], style: Style, lines: &mut Vec<Line>) {
    for RowPlace { row, prompt, answer } in examples {
        let mut line = Line::example(format!("row {row}: "));
        line.push(style, &shortened(prompt));
        line.push(Style::Dim, " ⇒ ");
        line.push(style, &shortened(answer));
        lines.push(line);
    }
}

/// Writes two shares with as many decimals as tell them apart, three at most.
fn percents(before: Share, after: Share) -> (String, String) {
    let (mut was, mut is) = (String::new(), String::new());
    for decimals in 0..=3 {
        let percent = |share: Share| format!("{:.decimals$}%", share.fraction() * 100.0);
        (was, is) = (percent(before), percent(after));
        if was != is {
            break;
        }
    }
    (was, is)
}
