use minijinja::Value;
use serde::Serialize;

use super::arms::{axes, run};
use super::conversations::Sample;
use super::distribution::Distribution;
use super::figures::{Datum, Table};
use super::interval_plot::{Row as PlotRow, axis};
use super::numbers::{NONE, bracketed, decimal, finite, others, percent, places, shortest, valid_of_asked};
use super::scale::Scale;
use super::spread::Spread;
use super::{conversations, distribution, spread};
use crate::report::{Cell, Results};

/// A question's section.
#[derive(Serialize)]
pub(super) struct Question<'a> {
    name: &'a str,
    role: Option<&'a str>,
    /// Such as `0 to 100`, where the spec fixes the range of scores.
    range: Option<String>,
    axis: Value,
    conditions: Vec<Condition>,
    runs: Vec<Run>,
    has_outside: bool,
    /// The numbers of the figure, and what was read, as files.
    files: Vec<Table>,
    wordings: Option<Spread>,
    orders: Option<Spread>,
    conversations: Vec<Sample<'a>>,
}

/// The arms under one condition, next to each other, since claims compare them there.
#[derive(Serialize)]
struct Condition {
    name: String,
    rows: Vec<Row>,
    distributions: Vec<Distribution>,
}

#[derive(Serialize)]
struct Row {
    arm: String,
    drawing: Value,
    /// The mean in the figure, short, and in the table, with one more digit.
    short: String,
    short_interval: String,
    mean: String,
    interval: Option<String>,
    /// What varies under the interval, or why there is none.
    over: String,
    method: String,
    valid: String,
    others: String,
    outside: Option<String>,
}

#[derive(Serialize)]
struct Run {
    arm: String,
    condition: String,
    key: String,
    mean: String,
    valid: String,
    others: String,
}

/// Returns the questions in the order of their first cell.
pub(super) fn of(results: &Results) -> Vec<Question<'_>> {
    let names = results.cells.iter().map(|cell| &cell.question);
    let mut ordered: Vec<&str> = Vec::new();
    for name in names.chain(results.conversations.iter().map(|conversation| &conversation.question)) {
        if !ordered.contains(&name.as_str()) {
            ordered.push(name);
        }
    }
    ordered.into_iter().map(|name| question(results, name)).collect()
}

/// Returns an arm's name with the values of its axes.
pub(super) fn arm_name(cell: &Cell) -> String {
    if cell.arm_axes.is_empty() { cell.arm.clone() } else { format!("{}, {}", cell.arm, axes(&cell.arm_axes)) }
}

fn question<'a>(results: &'a Results, name: &'a str) -> Question<'a> {
    let cells: Vec<&Cell> = results.cells.iter().filter(|cell| cell.question == name).collect();
    let names_context = cells.iter().any(|cell| cell.under != "none");
    let named: Vec<(String, &Cell)> = cells.iter().map(|cell| (condition_name(cell, names_context), *cell)).collect();

    let range = cells.iter().find_map(|cell| cell.range);
    let scale = match range {
        Some((low, high)) => Scale::of_range(low, high),
        None => Scale::covering(cells.iter().flat_map(|cell| measured(cell))),
    };
    let fine = places(scale.span(), true);

    let mut grouped: Vec<(&str, Vec<&Cell>)> = Vec::new();
    for (condition, cell) in &named {
        match grouped.iter_mut().find(|(known, _)| known == condition) {
            Some((_, members)) => members.push(cell),
            None => grouped.push((condition, vec![cell])),
        }
    }
    let conditions = grouped
        .into_iter()
        .map(|(condition, members)| Condition {
            name: condition.to_owned(),
            rows: members.iter().map(|cell| row(cell, scale)).collect(),
            distributions: distribution::of(&members),
        })
        .collect();

    Question {
        name,
        role: cells.iter().map(|cell| cell.role.as_str()).find(|role| !role.is_empty()),
        range: range.map(|(low, high)| format!("{} to {}", shortest(low), shortest(high))),
        axis: axis(scale).markup(),
        conditions,
        runs: named.iter().flat_map(|(condition, cell)| runs(condition, cell, fine)).collect(),
        has_outside: cells.iter().any(|cell| cell.outside.is_some()),
        files: files(name, &named, fine),
        wordings: spread::of(&named, fine, |cell| &cell.by_wording),
        orders: spread::of(&named, fine, |cell| &cell.by_order),
        conversations: conversations::of(results, name),
    }
}

/// Returns the means with their intervals and the shares of what was read, to be saved.
fn files(question: &str, named: &[(String, &Cell)], fine: usize) -> Vec<Table> {
    let of = |condition: &String, cell: &Cell| [condition.clone(), arm_name(cell)].map(Datum::text);
    let means = named.iter().map(|(condition, cell)| {
        let interval = cell.interval.as_ref();
        let ends = [cell.mean, interval.map(|interval| interval.low), interval.map(|interval| interval.high)];
        let over = interval.map_or_else(|| missing_interval(cell), |interval| interval.over.clone());
        let counts = [cell.outcomes.valid, cell.outcomes.asked].map(Datum::count);
        let numbers = ends.map(|number| Datum::number(number, fine));
        of(condition, cell).into_iter().chain(numbers).chain([Datum::text(over)]).chain(counts).collect()
    });
    let headings = ["Condition", "Arm", "#Mean", "#Low", "#High", "Over", "#Valid", "#Asked"];
    let mut files = vec![Table::new(&format!("{question}-means.csv"), &headings, means.collect())];
    let reads = named.iter().flat_map(|(condition, cell)| {
        cell.distribution.iter().map(|read| {
            let share = [Datum::text(&read.read), Datum::number(Some(read.share), 3)];
            of(condition, cell).into_iter().chain(share).collect()
        })
    });
    let reads: Vec<Vec<Datum>> = reads.collect();
    if !reads.is_empty() {
        let headings = ["Condition", "Arm", "Read as", "#Share"];
        files.push(Table::new(&format!("{question}-answers.csv"), &headings, reads));
    }
    files
}

/// Returns who is asked about and under what: `about lucy, under threat, side = risky`. The context is named
/// where the question has more than the empty one.
pub(super) fn condition_name(cell: &Cell, names_context: bool) -> String {
    let mut words = Vec::new();
    if !cell.about.is_empty() {
        words.push(format!("about {}", cell.about));
    }
    if names_context {
        words.push(if cell.under == "none" { "no context".to_owned() } else { format!("under {}", cell.under) });
    }
    if !cell.axes.is_empty() {
        words.push(axes(&cell.axes));
    }
    words.join(", ")
}

fn measured(cell: &Cell) -> Vec<f64> {
    let ends = cell.interval.iter().flat_map(|interval| [interval.low, interval.high]);
    let means = cell.runs.iter().map(|run| run.mean).chain([cell.mean]);
    means.flatten().chain(ends).collect()
}

fn row(cell: &Cell, scale: Scale) -> Row {
    let mean = finite(cell.mean);
    let interval = cell.interval.as_ref().filter(|interval| (interval.high - interval.low).is_finite());
    let (short, fine) = (places(scale.span(), false), places(scale.span(), true));
    let plot = PlotRow {
        mean,
        interval: interval.map(|interval| (interval.low, interval.high)),
        runs: cell.runs.iter().filter_map(|run| finite(run.mean)).collect(),
    };
    let missing = missing_interval(cell);
    Row {
        arm: arm_name(cell),
        drawing: plot.drawing(scale).markup(),
        short: mean.map_or_else(|| NONE.to_owned(), |mean| decimal(mean, short)),
        short_interval: match interval {
            Some(interval) => bracketed(interval, short),
            None if mean.is_none() => "no valid answer".to_owned(),
            None => "no interval".to_owned(),
        },
        mean: mean.map_or_else(|| NONE.to_owned(), |mean| decimal(mean, fine)),
        interval: interval.map(|interval| format!("{} {}", percent(interval.level), bracketed(interval, fine))),
        over: interval.map_or(missing, |interval| interval.over.clone()),
        method: cell.method.map_or_else(|| NONE.to_owned(), |method| method.to_string()),
        valid: valid_of_asked(&cell.outcomes),
        others: others(&cell.outcomes),
        outside: cell.outside.map(percent),
    }
}

/// Says why a cell has no interval, so that its absence is not taken for an oversight.
fn missing_interval(cell: &Cell) -> String {
    match &cell.no_interval {
        Some(reason) => format!("no interval: {reason}"),
        None => "no interval".to_owned(),
    }
}

fn runs(condition: &str, cell: &Cell, places: usize) -> Vec<Run> {
    // A single run's mean is the cell's own.
    if cell.runs.len() < 2 {
        return Vec::new();
    }
    cell.runs
        .iter()
        .map(|of| Run {
            arm: arm_name(cell),
            condition: condition.to_owned(),
            key: run(&of.run),
            mean: finite(of.mean).map_or_else(|| NONE.to_owned(), |mean| decimal(mean, places)),
            valid: valid_of_asked(&of.outcomes),
            others: others(&of.outcomes),
        })
        .collect()
}
