//! Self-report against behavior: one point for each run, for every question that reports a behavior and every one
//! that shows it.

use std::collections::{BTreeMap, BTreeSet};

use super::fit::Fit;
use super::{Datum, Entry, Figure, Panel, Table, questions};
use crate::estimates::statistics::association::pearson_by;
use crate::report::page::arms::run;
use crate::report::page::numbers::{decimal, finite, shortest};
use crate::report::page::scale::Scale;
use crate::report::page::svg::{Anchor, Drawing, Mark, Shape};
use crate::report::{Cell, Results};
use crate::scores::RunKey;

/// How many pairs of questions are drawn; all of them stand in the table.
const DRAWN: usize = 12;
const HEIGHT: u32 = 300;
const STEPS: u32 = 24;

/// A run's mean in the questions that report and in those that show, with its arm.
struct Point<'a> {
    arm: &'a str,
    run: &'a RunKey,
    shown: f64,
    reported: f64,
}

pub(super) fn figure(results: &Results) -> Option<Figure> {
    let (mut panels, mut data, mut left_out) = (Vec::new(), Vec::new(), 0);
    for (reports, shows, behavior) in pairs(results) {
        let (reported, shown) = (means(results, reports), means(results, shows));
        let points: Vec<Point<'_>> = reported
            .iter()
            .filter_map(|((arm, run), mean)| {
                Some(Point { arm, run, shown: *shown.get(&(*arm, *run))?, reported: *mean })
            })
            .collect();
        if points.is_empty() {
            continue;
        }
        data.extend(points.iter().map(|point| {
            vec![
                Datum::text(behavior),
                Datum::text(shows),
                Datum::text(reports),
                Datum::text(point.arm),
                Datum::text(run(point.run)),
                Datum::number(Some(point.shown), 3),
                Datum::number(Some(point.reported), 3),
            ]
        }));
        if panels.len() < DRAWN {
            panels.push(panel(results, reports, shows, behavior, &points));
        } else {
            left_out += 1;
        }
    }
    let more = if left_out > 0 { format!(" {left_out} more pairs stand in the table alone.") } else { String::new() };
    let headings = ["Behavior", "Question that shows", "Question that reports", "Arm", "Run", "#Shown", "#Reported"];
    (!data.is_empty()).then(|| Figure {
        id: "self-report",
        title: "Self-report against behavior",
        caption: format!(
            "What runs say about themselves against what they do, one mark for each run, without context where a \
             question is asked without one, and over its other conditions equally.{more}"
        ),
        panels,
        table: Table::new("self-report.csv", &headings, data),
    })
}

/// Every pair of a question that reports a behavior and one that shows it, with the behavior's name.
fn pairs(results: &Results) -> Vec<(&str, &str, &str)> {
    let role = |question: &str| {
        results.cells.iter().find(|cell| cell.question == question).map_or("", |cell| cell.role.as_str())
    };
    let names = questions(results);
    let mut pairs = Vec::new();
    for reports in &names {
        let Some(behavior) = role(reports).strip_prefix("reports ") else { continue };
        let shows = names.iter().filter(|name| role(name).strip_prefix("shows ") == Some(behavior));
        pairs.extend(shows.map(|shows| (*reports, *shows, behavior)));
    }
    pairs
}

/// The mean of each run in a question about itself. A run that lacks one of the conditions has none.
fn means<'a>(results: &'a Results, question: &str) -> BTreeMap<(&'a str, &'a RunKey), f64> {
    let own = results.cells.iter().filter(|cell| cell.question == question);
    let cells: Vec<&Cell> = own.collect();
    let without_context = cells.iter().any(|cell| cell.under == "none");
    let about_itself = cells.iter().any(|cell| cell.about == "itself");
    let taken = cells
        .into_iter()
        .filter(|cell| (!without_context || cell.under == "none") && (!about_itself || cell.about == "itself"));
    let mut found: BTreeMap<(&str, &RunKey), Vec<Option<f64>>> = BTreeMap::new();
    for cell in taken {
        for run in &cell.runs {
            found.entry((&cell.arm, &run.run)).or_default().push(finite(run.mean));
        }
    }
    let mean = |values: Vec<Option<f64>>| {
        let values: Vec<f64> = values.into_iter().collect::<Option<_>>()?;
        Some(values.iter().sum::<f64>() / values.len() as f64)
    };
    found.into_iter().filter_map(|(place, values)| Some((place, mean(values)?))).collect()
}

fn panel(results: &Results, reports: &str, shows: &str, behavior: &str, points: &[Point<'_>]) -> Panel {
    let (x, y) =
        (scale(results, shows, points, |point| point.shown), scale(results, reports, points, |point| point.reported));
    let pairs: Vec<(f64, f64)> = points.iter().map(|point| (point.shown, point.reported)).collect();
    let trainings: Vec<_> = points.iter().map(|point| (point.arm, point.run.seed, &point.run.axes)).collect();
    let independent = trainings.iter().collect::<BTreeSet<_>>().len() == points.len();
    let fit = Fit::of(&pairs);

    let mut notes = Vec::new();
    notes.push(match pearson_by(&pairs, &trainings) {
        Ok(found) => {
            let r = decimal(found.value, 2);
            match found.limits(0.95) {
                Ok(limits) => format!(
                    "Pearson's r = {r}, 95% interval [{}, {}] over {} runs (Fisher's z).",
                    decimal(limits.low, 2),
                    decimal(limits.high, 2),
                    found.independent
                ),
                Err(_) => format!("Pearson's r = {r}; an interval needs at least 4 runs."),
            }
        }
        Err(why) => format!("No correlation: {why}."),
    });
    let mut arms: Vec<&str> = Vec::new();
    for point in points {
        if !arms.contains(&point.arm) {
            arms.push(point.arm);
        }
    }
    if fit.is_some() && arms.len() > 1 {
        notes.push(
            "The line goes through the runs of all arms; arms that differ in both make it steep by themselves.".into(),
        );
    }
    if !independent {
        notes.push("Checkpoints of one training are not independent of each other: the line has no band.".to_owned());
    }
    let band = fit.as_ref().filter(|fit| independent && fit.reach(0.0).is_some());
    if band.is_some() {
        notes.push("The band is the 95% interval of the mean at each place (least squares, t).".to_owned());
    }

    let drawing = Drawing { height: HEIGHT, marks: marks(x, y, points, &arms, fit.as_ref(), band) };
    let title = format!("{reports} against {shows}, by run");
    let description = format!("{} {}", arms.join(", "), notes.join(" "));
    Panel {
        title: format!("{behavior}: mean of {reports} (upwards) against mean of {shows} (to the right)"),
        drawing: Some(drawing.described(&title, &description)),
        legend: arms
            .iter()
            .enumerate()
            .map(|(index, arm)| Entry { mark: Shape::of(index).key(), name: (*arm).to_owned() })
            .collect(),
        notes,
        ..Panel::default()
    }
}

fn scale(results: &Results, question: &str, points: &[Point<'_>], value: impl Fn(&Point<'_>) -> f64) -> Scale {
    match results.cells.iter().filter(|cell| cell.question == question).find_map(|cell| cell.range) {
        Some((low, high)) => Scale::of_range(low, high),
        None => Scale::covering(points.iter().map(value)),
    }
}

fn marks(x: Scale, y: Scale, points: &[Point<'_>], arms: &[&str], fit: Option<&Fit>, band: Option<&Fit>) -> Vec<Mark> {
    let height = f64::from(HEIGHT);
    let up = |value: f64| height - y.percent(value) / 100.0 * height;
    let mut marks: Vec<Mark> = Vec::new();
    for tick in y.ticks() {
        marks.push(Mark::Line { class: "grid", from: (0.0, up(tick)), to: (100.0, up(tick)) });
        let text = format!("{}\u{a0}\u{a0}", shortest(tick));
        marks.push(Mark::Text { class: "tick", at: (0.0, up(tick) + 4.0), anchor: Anchor::End, text });
    }
    for tick in x.ticks() {
        marks.push(Mark::Line { class: "grid", from: (x.percent(tick), 0.0), to: (x.percent(tick), height) });
        let at = (x.percent(tick), height + 16.0);
        marks.push(Mark::Text { class: "tick", at, anchor: Anchor::Middle, text: shortest(tick) });
    }
    let ends = points
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| (low.min(point.shown), high.max(point.shown)));
    if let Some(fit) = band {
        let places: Vec<f64> =
            (0..=STEPS).map(|step| ends.0 + (ends.1 - ends.0) * f64::from(step) / f64::from(STEPS)).collect();
        let edge = |side: f64| {
            move |place: &f64| (x.percent(*place), up(fit.at(*place) + side * fit.reach(*place).unwrap_or(0.0)))
        };
        let above = places.iter().map(edge(1.0));
        let below = places.iter().rev().map(edge(-1.0));
        marks.push(Mark::Band { class: "band", points: above.chain(below).collect(), height: HEIGHT });
    }
    if let Some(fit) = fit {
        let end = |place: f64| (x.percent(place), up(fit.at(place)));
        marks.push(Mark::Line { class: "fit", from: end(ends.0), to: end(ends.1) });
    }
    marks.extend(points.iter().map(|point| Mark::Point {
        shape: Shape::of(arms.iter().position(|arm| *arm == point.arm).unwrap_or(0)),
        at: (x.percent(point.shown), up(point.reported)),
    }));
    marks
}
