//! An estimate with its interval, drawn against the side that was claimed.

use super::bound::Bound;
use super::numbers::shortest;
use super::scale::Scale;
use super::svg::{Anchor, Drawing, Mark};

const HEIGHT: u32 = 68;
const TOP: f64 = 18.0;
const BOTTOM: f64 = 48.0;
const MIDDLE: f64 = 33.0;
const END: f64 = 6.0;
/// How much of either side of a bound is shown at least, as a share of what else is shown.
const BEYOND: f64 = 0.1;

/// Returns the drawing, or nothing where there is neither an estimate nor an interval to draw.
pub(super) fn drawing(estimate: Option<f64>, interval: Option<(f64, f64)>, bound: Option<Bound>) -> Option<Drawing> {
    let ends = bound.map(Bound::ends).unwrap_or_default();
    let measured: Vec<f64> = estimate.into_iter().chain(interval.into_iter().flat_map(|(l, h)| [l, h])).collect();
    if measured.is_empty() {
        return None;
    }
    // Zero, no difference at all, is always in sight, and so is some of either side of a bound.
    let shown: Vec<f64> = measured.into_iter().chain(ends.iter().copied()).chain([0.0]).collect();
    let low = shown.iter().copied().fold(f64::INFINITY, f64::min);
    let high = shown.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let margin = (high - low) * BEYOND;
    let around = ends.iter().flat_map(|end| [end - margin, end + margin]);
    let scale = Scale::covering(shown.iter().copied().chain(around));

    let mut marks = Vec::new();
    if let Some(bound) = bound {
        let (from, to) = match bound {
            Bound::Above(low) => (scale.percent(low), 100.0),
            Bound::Below(high) => (0.0, scale.percent(high)),
            Bound::Within(margin) => (scale.percent(-margin), scale.percent(margin)),
        };
        marks.push(Mark::Rect { class: "claimed", x: from, width: to - from, y: TOP, height: BOTTOM - TOP });
        marks.push(label(bound, from, to));
    }
    marks.extend(scale.ticks().into_iter().map(|tick| {
        let x = scale.percent(tick);
        Mark::Line { class: "grid", from: (x, TOP), to: (x, BOTTOM) }
    }));
    marks.extend(ends.iter().map(|end| {
        let x = scale.percent(*end);
        Mark::Line { class: "bound", from: (x, TOP - 4.0), to: (x, BOTTOM + 4.0) }
    }));
    if let Some((low, high)) = interval {
        let (low, high) = (scale.percent(low), scale.percent(high));
        marks.push(Mark::Line { class: "interval", from: (low, MIDDLE), to: (high, MIDDLE) });
        marks.extend([low, high].map(|x| Mark::Line {
            class: "interval",
            from: (x, MIDDLE - END),
            to: (x, MIDDLE + END),
        }));
    }
    if let Some(estimate) = estimate {
        let class = if interval.is_some() { "mean" } else { "mean alone" };
        marks.push(Mark::Circle { class, at: (scale.percent(estimate), MIDDLE), radius: 5.0 });
    }
    marks.extend(scale.ticks().into_iter().map(|tick| Mark::Text {
        class: "tick",
        at: (scale.percent(tick), 64.0),
        anchor: Anchor::Middle,
        text: shortest(tick),
    }));
    Some(Drawing { height: HEIGHT, marks })
}

/// Names the claimed side over its bound; the name runs into the claimed side.
fn label(bound: Bound, from: f64, to: f64) -> Mark {
    let (x, anchor, words) = match bound {
        Bound::Above(low) => (from, Anchor::Start, format!("claimed: above {}", shortest(low))),
        Bound::Below(high) => (to, Anchor::End, format!("claimed: below {}", shortest(high))),
        Bound::Within(margin) => {
            let middle = f64::midpoint(from, to);
            (middle, Anchor::inside(middle), format!("claimed: within ±{}", shortest(margin)))
        }
    };
    // Where the claimed side is too narrow for its name, the name runs the other way.
    let anchor = match anchor {
        Anchor::Start if x > 60.0 => Anchor::End,
        Anchor::End if x < 40.0 => Anchor::Start,
        anchor => anchor,
    };
    Mark::Text { class: "label", at: (x, 11.0), anchor, text: words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claimed_side_lies_beyond_the_bound() {
        let markup = drawing(Some(0.3), Some((0.2, 0.4)), Some(Bound::Above(0.1))).unwrap().to_string();
        assert!(markup.contains(r#"<rect class="claimed" x="25%" y="18" width="75%" height="30"/>"#));
        assert!(markup.contains(r#"<line class="bound" x1="25%" y1="14" x2="25%" y2="52"/>"#));
        assert!(markup.contains(r#"<line class="interval" x1="50%" y1="33" x2="100%" y2="33"/>"#));
        assert!(markup.contains(">claimed: above 0.1</text>"));
    }

    #[test]
    fn the_claimed_side_is_in_sight_where_the_interval_lies_on_the_other() {
        let markup = drawing(Some(-0.11), Some((-0.16, -0.06)), Some(Bound::Above(0.0))).unwrap().to_string();
        assert!(markup.contains(r#"<rect class="claimed" x="80%" y="18" width="20%" height="30"/>"#), "{markup}");
    }

    #[test]
    fn an_equivalence_is_claimed_between_two_bounds() {
        let markup = drawing(Some(0.0), Some((-0.1, 0.1)), Some(Bound::Within(0.05))).unwrap().to_string();
        assert_eq!(markup.matches(r#"class="bound""#).count(), 2);
        assert!(markup.contains(r#"<rect class="claimed" x="25%" y="18" width="50%" height="30"/>"#), "{markup}");
    }

    #[test]
    fn an_estimate_alone_is_hollow_and_nothing_at_all_is_not_drawn() {
        let markup = drawing(Some(0.3), None, None).unwrap().to_string();
        assert!(markup.contains(r#"class="mean alone""#));
        assert_eq!(drawing(None, None, Some(Bound::Above(0.1))), None);
    }
}
