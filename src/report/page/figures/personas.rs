//! How an arm's answers about someone else differ from those about itself, run by run.

use std::collections::BTreeMap;

use super::{Datum, Figure, Panel, Row, Table, questions};
use crate::estimates::interval;
use crate::estimates::statistics::means;
use crate::report::page::interval_plot::{Row as PlotRow, axis};
use crate::report::page::numbers::{NONE, decimal, finite, places};
use crate::report::page::questions::arm_name;
use crate::report::page::scale::Scale;
use crate::report::{Cell, Results};

type Training<'a> = (Option<u64>, &'a BTreeMap<String, String>);

/// What one arm says about a persona, less what it says about itself.
struct Difference {
    label: String,
    data: [String; 4],
    runs: Vec<f64>,
    mean: Option<f64>,
    interval: Option<(f64, f64)>,
}

pub(super) fn figure(results: &Results) -> Option<Figure> {
    let (mut panels, mut data) = (Vec::new(), Vec::new());
    for question in questions(results) {
        let cells: Vec<&Cell> = results.cells.iter().filter(|cell| cell.question == question).collect();
        let base = cells.iter().find(|cell| cell.about == "itself").or(cells.first()).map(|cell| cell.about.as_str());
        let Some(base) = base else { continue };
        let mut personas: Vec<&str> = Vec::new();
        for cell in &cells {
            if cell.about != base && !personas.contains(&cell.about.as_str()) {
                personas.push(&cell.about);
            }
        }
        for persona in personas {
            let differences: Vec<Difference> = cells
                .iter()
                .filter(|cell| cell.about == persona)
                .filter_map(|cell| Some(difference(cell, cells.iter().find(|other| is_twin(cell, other, base))?)))
                .collect();
            let reach = differences.iter().flat_map(|found| {
                found.interval.into_iter().flat_map(|(low, high)| [low, high]).chain(found.runs.iter().copied())
            });
            let scale = Scale::covering(reach.chain([0.0]));
            panels.push(Panel {
                title: format!("{question}: about {persona} less about {base}"),
                rows: differences.iter().map(|found| row(found, scale)).collect(),
                axis: Some(axis(scale).markup()),
                ..Panel::default()
            });
            data.extend(differences.into_iter().map(|found| {
                let fine = places(scale.span(), true);
                let runs = found.runs.len() as u64;
                let [arm, under, axes, about] = found.data;
                let numbers = [found.mean, found.interval.map(|ends| ends.0), found.interval.map(|ends| ends.1)];
                let texts = [question.to_owned(), about, arm, under, axes].map(Datum::text);
                let numbers = numbers.map(|number| Datum::number(number, fine));
                texts.into_iter().chain(numbers).chain([Datum::count(runs)]).collect()
            }));
        }
    }
    let headings = ["Question", "About", "Arm", "Under", "Axes", "#Difference", "#Low", "#High", "#Runs"];
    (!data.is_empty()).then(|| Figure {
        id: "personas",
        title: "About someone else",
        caption:
            "How far an arm's mean about a persona lies from its mean about itself: differences within runs, with \
                  their 95% interval over runs (t). Small dots are runs; a single run has no interval."
                .to_owned(),
        panels,
        table: Table::new("personas.csv", &headings, data),
    })
}

fn is_twin(cell: &Cell, other: &Cell, base: &str) -> bool {
    other.about == base
        && (&other.arm, &other.arm_axes, &other.under, &other.axes)
            == (&cell.arm, &cell.arm_axes, &cell.under, &cell.axes)
}

fn difference(cell: &Cell, base: &Cell) -> Difference {
    let mut by_training: BTreeMap<Training<'_>, Vec<f64>> = BTreeMap::new();
    for run in &cell.runs {
        let twin = base.runs.iter().find(|other| other.run == run.run).and_then(|other| finite(other.mean));
        if let (Some(mean), Some(twin)) = (finite(run.mean), twin) {
            by_training.entry((run.run.seed, &run.run.axes)).or_default().push(mean - twin);
        }
    }
    let runs: Vec<f64> = by_training.values().filter_map(|checkpoints| interval::mean(checkpoints)).collect();
    let interval = means::mean(&runs).ok().map(|estimate| estimate.limits(0.95)).map(|ends| (ends.low, ends.high));
    let axes = super::super::arms::axes(&cell.axes);
    let mut words = vec![arm_name(cell)];
    if cell.under != "none" {
        words.push(format!("under {}", cell.under));
    }
    words.extend((!axes.is_empty()).then(|| axes.clone()));
    let data = [arm_name(cell), cell.under.clone(), axes, cell.about.clone()];
    Difference { label: words.join(", "), data, mean: interval::mean(&runs), runs, interval }
}

fn row(found: &Difference, scale: Scale) -> Row {
    let short = places(scale.span(), false);
    let plot = PlotRow { mean: found.mean, interval: found.interval, runs: found.runs.clone() };
    Row {
        label: found.label.clone(),
        drawing: plot.drawing(scale).markup(),
        strong: found.mean.map_or_else(|| NONE.to_owned(), |mean| decimal(mean, short)),
        soft: match found.interval {
            Some((low, high)) => format!("[{}, {}]", decimal(low, short), decimal(high, short)),
            None if found.mean.is_none() => "no run has both".to_owned(),
            None => "one run, no interval".to_owned(),
        },
    }
}
