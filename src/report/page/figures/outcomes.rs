//! What became of the answers: one bar for each question and arm, in parts.

use minijinja::Value;

use super::{Datum, Entry, Figure, Panel, Row, Table, questions};
use crate::estimates::sum;
use crate::report::page::numbers::{others, valid_of_asked};
use crate::report::page::questions::arm_name;
use crate::report::page::svg::{Drawing, Mark};
use crate::report::{Outcomes, Results};

const PARTS: [(&str, &str); 9] = [
    ("outcome-value", "value"),
    ("outcome-refusal", "refusal"),
    ("outcome-truncated", "truncated"),
    ("outcome-error", "error"),
    ("outcome-unparsed", "unparsed"),
    ("outcome-exit", "exit"),
    ("outcome-excluded", "not counted"),
    ("outcome-range", "out of range"),
    ("outcome-failed", "failed"),
];

pub(super) fn figure(results: &Results) -> Option<Figure> {
    let mut panels = Vec::new();
    let mut data = Vec::new();
    for question in questions(results) {
        let mut arms: Vec<(String, Outcomes)> = Vec::new();
        for cell in results.cells.iter().filter(|cell| cell.question == question) {
            let name = arm_name(cell);
            match arms.iter_mut().find(|(known, _)| *known == name) {
                Some((_, total)) => *total = sum(*total, cell.outcomes),
                None => arms.push((name, cell.outcomes)),
            }
        }
        let rows = arms.iter().map(|(arm, outcomes)| Row {
            label: arm.clone(),
            drawing: bar(outcomes).markup(),
            strong: valid_of_asked(outcomes),
            soft: others(outcomes),
        });
        panels.push(Panel { title: question.to_owned(), rows: rows.collect(), ..Panel::default() });
        data.extend(arms.iter().map(|(arm, outcomes)| {
            let counts = [Datum::text(question), Datum::text(arm), Datum::count(outcomes.asked)].into_iter();
            counts.chain(parts(outcomes).map(Datum::count)).collect()
        }));
    }
    if let Some(first) = panels.first_mut() {
        first.legend = PARTS.iter().map(|(class, name)| Entry { mark: swatch(class), name: (*name).into() }).collect();
    }
    let headings = [
        "Question",
        "Arm",
        "#Asked",
        "#Value",
        "#Refusal",
        "#Truncated",
        "#Error",
        "#Unparsed",
        "#Exit",
        "#Not counted",
        "#Out of range",
        "#Failed",
    ];
    (!data.is_empty()).then(|| Figure {
        id: "outcomes",
        title: "What became of the answers",
        caption: "Answers of each question and arm, over all conditions and runs. Only values take part in means; the \
                  rest leaves the denominator."
            .to_owned(),
        panels,
        table: Table::new("outcomes.csv", &headings, data),
    })
}

fn parts(outcomes: &Outcomes) -> [u64; 9] {
    let Outcomes { valid, refusal, truncated, error, unparsed, exit, excluded, out_of_range, failed, .. } = *outcomes;
    [valid, refusal, truncated, error, unparsed, exit, excluded, out_of_range, failed]
}

fn bar(outcomes: &Outcomes) -> Drawing {
    let asked = outcomes.asked.max(1) as f64;
    let mut marks = vec![Mark::Rect { class: "rail", x: 0.0, width: 100.0, y: 4.0, height: 12.0 }];
    let mut x = 0.0;
    for ((class, _), part) in PARTS.into_iter().zip(parts(outcomes)) {
        let width = part as f64 / asked * 100.0;
        if part > 0 {
            marks.push(Mark::Rect { class, x, width, y: 4.0, height: 12.0 });
        }
        x += width;
    }
    Drawing { height: 20, marks }
}

fn swatch(class: &str) -> Value {
    Value::from_safe_string(format!(
        r#"<svg class="key" width="12" height="12" aria-hidden="true" focusable="false"><rect class="{class}" width="12" height="12"/></svg>"#
    ))
}
