//! How far means hang on the wording or on the order of the options: one dot for each.

use super::{Datum, Figure, Panel, Row, Table, questions};
use crate::report::page::interval_plot::axis;
use crate::report::page::numbers::{decimal, finite, places};
use crate::report::page::questions::{arm_name, condition_name};
use crate::report::page::scale::Scale;
use crate::report::page::svg::{Drawing, Mark};
use crate::report::{Cell, Count, Results};

struct Effect {
    id: &'static str,
    title: &'static str,
    caption: &'static str,
    file: &'static str,
    headings: [&'static str; 6],
}

pub(super) fn wordings(results: &Results) -> Option<Figure> {
    let effect = Effect {
        id: "wordings",
        title: "Wordings",
        caption: "Means by wording, one dot for each. The largest of many differences is large by chance alone: it says \
                  how far a single wording could have led, not that two wordings differ.",
        file: "wordings.csv",
        headings: ["Question", "Condition", "Arm", "Wording", "#Mean", "#Valid"],
    };
    figure(results, &effect, |cell| &cell.by_wording)
}

pub(super) fn orders(results: &Results) -> Option<Figure> {
    let effect = Effect {
        id: "orders",
        title: "Order of the options",
        caption: "Means by the order in which options were shown, one dot for each.",
        file: "orders.csv",
        headings: ["Question", "Condition", "Arm", "Order", "#Mean", "#Valid"],
    };
    figure(results, &effect, |cell| &cell.by_order)
}

fn figure(results: &Results, effect: &Effect, by: impl Fn(&Cell) -> &[Count]) -> Option<Figure> {
    let (mut panels, mut data) = (Vec::new(), Vec::new());
    for question in questions(results) {
        let cells = results.cells.iter().filter(|cell| cell.question == question && by(cell).len() > 1);
        let cells: Vec<&Cell> = cells.collect();
        let means = cells.iter().flat_map(|cell| by(cell)).filter_map(|count| finite(count.mean));
        let scale = match cells.iter().find_map(|cell| cell.range) {
            Some((low, high)) => Scale::of_range(low, high),
            None => Scale::covering(means),
        };
        let mut rows = Vec::new();
        for cell in cells {
            let condition = condition_name(cell, cell.under != "none");
            let mut label = arm_name(cell);
            if !condition.is_empty() {
                label = format!("{label}, {condition}");
            }
            rows.push(row(label, by(cell), scale));
            let fine = places(scale.span(), true);
            data.extend(by(cell).iter().map(|count| {
                let texts = [question.to_owned(), condition.clone(), arm_name(cell), count.name.clone()];
                let numbers = [Datum::number(count.mean, fine), Datum::count(count.valid)];
                texts.into_iter().map(Datum::text).chain(numbers).collect()
            }));
        }
        if !rows.is_empty() {
            let axis = Some(axis(scale).markup());
            panels.push(Panel { title: question.to_owned(), rows, axis, ..Panel::default() });
        }
    }
    (!data.is_empty()).then(|| Figure {
        id: effect.id,
        title: effect.title,
        caption: effect.caption.to_owned(),
        panels,
        table: Table::new(effect.file, &effect.headings, data),
    })
}

fn row(label: String, counts: &[Count], scale: Scale) -> Row {
    let mut marks: Vec<Mark> = scale.ticks().into_iter().map(|tick| Mark::Grid { x: scale.percent(tick) }).collect();
    let mut means: Vec<(f64, &str)> =
        counts.iter().filter_map(|count| Some((finite(count.mean)?, count.name.as_str()))).collect();
    means.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    marks.extend(means.iter().map(|(mean, _)| Mark::Circle {
        class: "run",
        at: (scale.percent(*mean), 16.0),
        radius: 3.5,
    }));
    let (strong, soft) = match (means.first(), means.last()) {
        (Some((low, least)), Some((high, most))) if means.len() > 1 => {
            let short = places(scale.span(), false);
            (decimal(high - low, short), format!("most in {most}, least in {least}"))
        }
        _ => (super::super::numbers::NONE.to_owned(), "no two means".to_owned()),
    };
    Row { label, drawing: Drawing { height: 32, marks }.markup(), strong, soft }
}
