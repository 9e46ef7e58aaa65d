//! A question's means with their intervals: one row for each arm under each condition, over one axis.

use super::numbers::shortest;
use super::scale::Scale;
use super::svg::{Anchor, Drawing, Mark};

const HEIGHT: u32 = 32;
/// The interval is drawn above the middle and the runs below it, so that neither hides the other.
const INTERVAL: f64 = 13.0;
const RUNS: f64 = 24.0;
const END: f64 = 4.0;

/// What a row shows. A mean without an interval is drawn hollow; without a mean the row is an empty line.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub mean: Option<f64>,
    pub interval: Option<(f64, f64)>,
    pub runs: Vec<f64>,
}

impl Row {
    pub(super) fn drawing(&self, scale: Scale) -> Drawing {
        let mut marks: Vec<Mark> =
            scale.ticks().into_iter().map(|tick| Mark::Grid { x: scale.percent(tick) }).collect();
        if let Some((low, high)) = self.interval {
            let (low, high) = (scale.percent(low), scale.percent(high));
            marks.push(Mark::Line { class: "interval", from: (low, INTERVAL), to: (high, INTERVAL) });
            marks.extend([low, high].map(|x| Mark::Line {
                class: "interval",
                from: (x, INTERVAL - END),
                to: (x, INTERVAL + END),
            }));
        }
        // A single run stands where the mean does.
        if self.runs.len() > 1 {
            marks.extend(self.runs.iter().map(|run| Mark::Circle {
                class: "run",
                at: (scale.percent(*run), RUNS),
                radius: 2.5,
            }));
        }
        match self.mean {
            Some(mean) => {
                let class = if self.interval.is_some() { "mean" } else { "mean alone" };
                marks.push(Mark::Circle { class, at: (scale.percent(mean), INTERVAL), radius: 4.5 });
            }
            None => marks.push(Mark::Line { class: "empty", from: (0.0, INTERVAL), to: (100.0, INTERVAL) }),
        }
        Drawing { height: HEIGHT, marks }
    }
}

/// Returns the axis that stands under (or over) the rows.
pub(super) fn axis(scale: Scale) -> Drawing {
    let ticks = scale.ticks();
    let marks = ticks.iter().map(|tick| Mark::Text {
        class: "tick",
        at: (scale.percent(*tick), 13.0),
        anchor: Anchor::Middle,
        text: shortest(*tick),
    });
    Drawing { height: 20, marks: marks.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markup(row: &Row) -> String {
        row.drawing(Scale::of_range(0.0, 1.0)).to_string()
    }

    #[test]
    fn a_row_shows_its_interval_its_mean_and_its_runs() {
        let markup = markup(&Row { mean: Some(0.6), interval: Some((0.5, 0.7)), runs: vec![0.55, 0.65] });
        assert!(markup.contains(r#"<line class="interval" x1="50%" y1="13" x2="70%" y2="13"/>"#));
        assert!(markup.contains(r#"<circle class="mean" cx="60%" cy="13" r="4.5"/>"#));
        assert!(markup.contains(r#"<circle class="run" cx="55%" cy="24" r="2.5"/>"#));
        assert!(markup.contains(r#"<circle class="run" cx="65%" cy="24" r="2.5"/>"#));
    }

    #[test]
    fn a_mean_without_an_interval_is_hollow_and_its_single_run_is_not_drawn_twice() {
        let markup = markup(&Row { mean: Some(0.5), interval: None, runs: vec![0.5] });
        assert!(markup.contains(r#"class="mean alone""#));
        assert!(!markup.contains("interval") && !markup.contains("run"));
    }

    #[test]
    fn a_row_without_a_mean_is_an_empty_line() {
        let markup = markup(&Row::default());
        assert!(markup.contains(r#"class="empty""#) && !markup.contains("circle"));
    }

    #[test]
    fn the_axis_is_labelled_with_the_range() {
        let axis = axis(Scale::of_range(0.0, 100.0)).to_string();
        assert!(axis.contains(r#"x="0%" y="13" text-anchor="middle">0<"#));
        assert!(axis.contains(r#"x="100%" y="13" text-anchor="middle">100<"#));
    }
}
