//! Means by wording or by option order: how far an answer hangs on the way it is asked for.

use serde::Serialize;

use super::numbers::{count, decimal, finite};
use crate::report::{Cell, Count};

#[derive(Serialize)]
pub(super) struct Spread {
    columns: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    arm: String,
    condition: String,
    /// One for each column.
    means: Vec<Option<Mean>>,
}

#[derive(Serialize)]
struct Mean {
    mean: Option<String>,
    valid: String,
}

/// Returns the table of what `by` takes from each cell, or nothing where no cell has more than one.
pub(super) fn of(cells: &[(String, &Cell)], places: usize, by: impl Fn(&Cell) -> &[Count]) -> Option<Spread> {
    let several: Vec<(&str, &Cell, &[Count])> = cells
        .iter()
        .map(|(condition, cell)| (condition.as_str(), *cell, by(cell)))
        .filter(|(_, _, counts)| counts.len() > 1)
        .collect();
    let mut columns: Vec<String> = Vec::new();
    for count in several.iter().flat_map(|(_, _, counts)| counts.iter()) {
        if !columns.contains(&count.name) {
            columns.push(count.name.clone());
        }
    }
    let rows: Vec<Row> = several
        .into_iter()
        .map(|(condition, cell, counts)| Row {
            arm: super::questions::arm_name(cell),
            condition: condition.to_owned(),
            means: columns
                .iter()
                .map(|column| counts.iter().find(|count| count.name == *column).map(|found| mean(found, places)))
                .collect(),
        })
        .collect();
    (!rows.is_empty()).then_some(Spread { columns, rows })
}

fn mean(found: &Count, places: usize) -> Mean {
    Mean { mean: finite(found.mean).map(|mean| decimal(mean, places)), valid: count(found.valid) }
}
