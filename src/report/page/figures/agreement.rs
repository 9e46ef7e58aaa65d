//! How far judges agree with the labels of their items.

use super::{Datum, Figure, Panel, Row, Table};
use crate::report::page::interval_plot::{Row as PlotRow, axis};
use crate::report::page::numbers::{NONE, count, decimal, finite};
use crate::report::page::scale::Scale;
use crate::report::{Agreement, Results};

pub(super) fn figure(results: &Results) -> Option<Figure> {
    let judges = &results.agreement;
    let kappas = judges.iter().flat_map(|judge| {
        [finite(judge.kappa), ends(judge).map(|ends| ends.0), ends(judge).map(|ends| ends.1)].into_iter().flatten()
    });
    let scale = Scale::covering(kappas.chain([0.0, 1.0]));
    let data = judges.iter().map(|judge| {
        let texts = [&judge.question, &judge.judge].map(Datum::text);
        let counts = [judge.items, judge.agreed].map(Datum::count);
        let numbers = [judge.kappa, ends(judge).map(|ends| ends.0), ends(judge).map(|ends| ends.1)];
        texts.into_iter().chain(counts).chain(numbers.map(|number| Datum::number(number, 3))).collect()
    });
    let headings = ["Question", "Judge", "#Labelled items", "#Agreed", "#Kappa", "#Low", "#High"];
    (!judges.is_empty()).then(|| Figure {
        id: "agreement",
        title: "Judges against labels",
        caption:
            "Cohen's kappa between a judge and the labels of its items, with its 95% interval: 1 is full agreement, \
                  0 what chance alone gives."
                .to_owned(),
        panels: vec![Panel {
            title: "Kappa by judge".to_owned(),
            rows: judges.iter().map(|judge| row(judge, scale)).collect(),
            axis: Some(axis(scale).markup()),
            ..Panel::default()
        }],
        table: Table::new("agreement.csv", &headings, data.collect()),
    })
}

fn ends(judge: &Agreement) -> Option<(f64, f64)> {
    judge.interval.filter(|(low, high)| low.is_finite() && high.is_finite())
}

fn row(judge: &Agreement, scale: Scale) -> Row {
    let plot = PlotRow { mean: finite(judge.kappa), interval: ends(judge), runs: Vec::new() };
    let agreed = format!("{} of {} items", count(judge.agreed), count(judge.items));
    Row {
        label: format!("{}, {}", judge.question, judge.judge),
        drawing: plot.drawing(scale).markup(),
        strong: finite(judge.kappa).map_or_else(|| NONE.to_owned(), |kappa| decimal(kappa, 2)),
        soft: match ends(judge) {
            Some((low, high)) => format!("[{}, {}], {agreed}", decimal(low, 2), decimal(high, 2)),
            None => agreed,
        },
    }
}
