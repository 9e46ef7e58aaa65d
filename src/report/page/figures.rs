//! Figures that look across questions, arms and conditions. Each has its table, and its table as a CSV file.

mod agreement;
mod effects;
mod fit;
mod heat;
mod outcomes;
mod personas;
mod scatter;
mod table;

use minijinja::Value;
use serde::Serialize;

pub(super) use table::{Datum, Table};

use crate::report::Results;

/// A figure's section.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    id: &'static str,
    title: &'static str,
    caption: String,
    panels: Vec<Panel>,
    table: Table,
}

/// A part of a figure: rows that share an axis, one drawing, or a table with coloured cells.
#[derive(Debug, Default, Serialize)]
struct Panel {
    title: String,
    rows: Vec<Row>,
    axis: Option<Value>,
    drawing: Option<Value>,
    heat: Option<heat::Heat>,
    legend: Vec<Entry>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    label: String,
    drawing: Value,
    strong: String,
    soft: String,
}

/// What a mark stands for.
#[derive(Debug, Serialize)]
struct Entry {
    mark: Value,
    name: String,
}

/// Returns the figures that there is something for.
pub(super) fn of(results: &Results) -> Vec<Figure> {
    let figures = [
        scatter::figure(results),
        personas::figure(results),
        heat::figure(results),
        effects::wordings(results),
        effects::orders(results),
        outcomes::figure(results),
        agreement::figure(results),
    ];
    figures.into_iter().flatten().collect()
}

/// The questions of all cells, in their order.
fn questions(results: &Results) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for cell in &results.cells {
        if !names.contains(&cell.question.as_str()) {
            names.push(&cell.question);
        }
    }
    names
}
