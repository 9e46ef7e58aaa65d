//! Means under every combination of two conditions, such as the trigger asked about and the trigger shown.

use serde::Serialize;

use super::{Datum, Figure, Panel, Table, questions};
use crate::report::page::numbers::{NONE, decimal, finite, places};
use crate::report::page::questions::arm_name;
use crate::report::page::scale::Scale;
use crate::report::{Cell, Results};

/// How many maps are drawn; every mean stands in the table.
const DRAWN: usize = 24;
/// How many shades there are above the lightest.
const SHADES: f64 = 10.0;

/// A table whose cells are shaded by their number.
#[derive(Debug, Serialize)]
pub(super) struct Heat {
    corner: String,
    columns: Vec<String>,
    rows: Vec<(String, Vec<Shaded>)>,
}

#[derive(Debug, Serialize)]
struct Shaded {
    /// The shade's class, `h0` to `h10`.
    class: String,
    shown: String,
}

/// A condition that a question has several values of.
#[derive(Clone, Debug, PartialEq)]
struct Dimension {
    name: String,
    values: Vec<String>,
}

pub(super) fn figure(results: &Results) -> Option<Figure> {
    let (mut panels, mut data, mut left_out) = (Vec::new(), Vec::new(), 0);
    for question in questions(results) {
        let cells: Vec<&Cell> = results.cells.iter().filter(|cell| cell.question == question).collect();
        let dimensions = dimensions(&cells);
        // Personas alone have a figure of their own.
        let Some(first) = dimensions.first().filter(|first| first.name != "about") else { continue };
        let scale = match cells.iter().find_map(|cell| cell.range) {
            Some((low, high)) => Scale::of_range(low, high),
            None => Scale::covering(cells.iter().filter_map(|cell| finite(cell.mean))),
        };
        let second = dimensions.get(1);
        for (title, members) in maps(&cells, first, second) {
            if panels.len() < DRAWN {
                let title = if title.is_empty() { question.to_owned() } else { format!("{question}: {title}") };
                let heat = Some(map(&members, first, second, scale));
                panels.push(Panel { title, heat, ..Panel::default() });
            } else {
                left_out += 1;
            }
        }
        let fine = places(scale.span(), true);
        data.extend(cells.iter().map(|cell| {
            let texts = [question.to_owned(), arm_name(cell), cell.about.clone(), cell.under.clone()];
            let axes = super::super::arms::axes(&cell.axes);
            let numbers = [Datum::number(cell.mean, fine), Datum::count(cell.outcomes.valid)];
            texts.into_iter().chain([axes]).map(Datum::text).chain(numbers).collect()
        }));
    }
    let more = if left_out > 0 { format!(" {left_out} more maps stand in the table alone.") } else { String::new() };
    let headings = ["Question", "Arm", "About", "Under", "Axes", "#Mean", "#Valid"];
    (!data.is_empty()).then(|| Figure {
        id: "conditions",
        title: "Triggers and other conditions",
        caption: format!("Mean scores under every combination of conditions; the fuller the colour, the higher.{more}"),
        panels,
        table: Table::new("conditions.csv", &headings, data),
    })
}

/// The conditions with several values: the question's axes, its contexts, whom it is about.
fn dimensions(cells: &[&Cell]) -> Vec<Dimension> {
    let mut names: Vec<String> = Vec::new();
    for axis in cells.iter().flat_map(|cell| cell.axes.keys()) {
        if !names.contains(axis) {
            names.push(axis.clone());
        }
    }
    names.extend(["under", "about"].map(str::to_owned));
    let dimensions = names.into_iter().map(|name| {
        let mut values: Vec<String> = Vec::new();
        for cell in cells {
            let value = value(cell, &name);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        Dimension { name, values }
    });
    dimensions.filter(|dimension| dimension.values.len() > 1).collect()
}

fn value(cell: &Cell, dimension: &str) -> String {
    match dimension {
        "under" => cell.under.clone(),
        "about" => cell.about.clone(),
        axis => cell.axes.get(axis).cloned().unwrap_or_default(),
    }
}

/// The cells of each map: those of one arm, and of one value of every condition that is neither rows nor columns.
fn maps<'a>(cells: &[&'a Cell], first: &Dimension, second: Option<&Dimension>) -> Vec<(String, Vec<&'a Cell>)> {
    let Some(second) = second else { return vec![(String::new(), cells.to_vec())] };
    let mut maps: Vec<(String, Vec<&Cell>)> = Vec::new();
    let others: Vec<Dimension> =
        dimensions(cells).into_iter().filter(|other| other != first && other != second).collect();
    for cell in cells {
        let others = others.iter().map(|other| format!("{} = {}", other.name, value(cell, &other.name)));
        let title = [arm_name(cell)].into_iter().chain(others).collect::<Vec<_>>().join(", ");
        match maps.iter_mut().find(|(known, _)| *known == title) {
            Some((_, members)) => members.push(cell),
            None => maps.push((title, vec![cell])),
        }
    }
    maps
}

/// Rows are the first condition; columns the second, or the arms where there is no second.
fn map(cells: &[&Cell], first: &Dimension, second: Option<&Dimension>, scale: Scale) -> Heat {
    let column = |cell: &Cell| second.map_or_else(|| arm_name(cell), |second| value(cell, &second.name));
    let mut columns: Vec<String> = Vec::new();
    for cell in cells {
        if !columns.contains(&column(cell)) {
            columns.push(column(cell));
        }
    }
    let shaded = |row: &String, name: &String| {
        let found = cells.iter().find(|cell| value(cell, &first.name) == *row && column(cell) == *name);
        match found.and_then(|cell| finite(cell.mean)) {
            Some(mean) => Shaded {
                class: format!("h{:.0}", (scale.percent(mean) / 100.0 * SHADES).round()),
                shown: decimal(mean, places(scale.span(), false)),
            },
            None => Shaded { class: "h0".to_owned(), shown: NONE.to_owned() },
        }
    };
    let rows = first.values.iter().map(|row| (row.clone(), columns.iter().map(|name| shaded(row, name)).collect()));
    let rows = rows.collect();
    let corner = second.map_or_else(|| first.name.clone(), |second| format!("{} \\ {}", first.name, second.name));
    Heat { corner, columns, rows }
}
