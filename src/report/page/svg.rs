use std::fmt;

use minijinja::{HtmlEscape, Value};

/// A drawing whose horizontal places are per cent of its width and whose vertical ones are pixels: it takes
/// any width without its marks or its letters changing shape.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drawing {
    pub height: u32,
    pub marks: Vec<Mark>,
}

/// One mark of a drawing. Colours come from the class, so that they follow the page's theme.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    Line {
        class: &'static str,
        from: (f64, f64),
        to: (f64, f64),
    },
    /// A line down the whole drawing, however tall its row makes it.
    Grid {
        x: f64,
    },
    /// `x` and `width` in per cent, `y` and `height` in pixels.
    Rect {
        class: &'static str,
        x: f64,
        width: f64,
        y: f64,
        height: f64,
    },
    /// The radius is in pixels.
    Circle {
        class: &'static str,
        at: (f64, f64),
        radius: f64,
    },
    Text {
        class: &'static str,
        at: (f64, f64),
        anchor: Anchor,
        text: String,
    },
}

/// Which end of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    /// Returns the anchor that keeps a text inside the drawing: near an end, the text runs inwards.
    pub(super) fn inside(x: f64) -> Self {
        match x {
            x if x < 12.0 => Anchor::Start,
            x if x > 88.0 => Anchor::End,
            _ => Anchor::Middle,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

impl Drawing {
    /// Returns the drawing as markup that a template does not escape again.
    pub(super) fn markup(&self) -> Value {
        Value::from_safe_string(self.to_string())
    }
}

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"<svg width="100%" height="{}" aria-hidden="true" focusable="false">"#, self.height)?;
        for mark in &self.marks {
            mark.fmt(f)?;
        }
        f.write_str("</svg>")
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mark::Line { class, from, to } => write!(
                f,
                r#"<line class="{class}" x1="{}%" y1="{}" x2="{}%" y2="{}"/>"#,
                Place(from.0),
                Place(from.1),
                Place(to.0),
                Place(to.1)
            ),
            Mark::Grid { x } => {
                write!(f, r#"<line class="grid" x1="{0}%" y1="0" x2="{0}%" y2="100%"/>"#, Place(*x))
            }
            Mark::Rect { class, x, width, y, height } => write!(
                f,
                r#"<rect class="{class}" x="{}%" y="{}" width="{}%" height="{}"/>"#,
                Place(*x),
                Place(*y),
                Place(*width),
                Place(*height)
            ),
            Mark::Circle { class, at, radius } => write!(
                f,
                r#"<circle class="{class}" cx="{}%" cy="{}" r="{}"/>"#,
                Place(at.0),
                Place(at.1),
                Place(*radius)
            ),
            Mark::Text { class, at, anchor, text } => write!(
                f,
                r#"<text class="{class}" x="{}%" y="{}" text-anchor="{}">{}</text>"#,
                Place(at.0),
                Place(at.1),
                anchor.word(),
                HtmlEscape(text)
            ),
        }
    }
}

/// A coordinate to a hundredth, without trailing zeros.
struct Place(f64);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (self.0 * 100.0).round() / 100.0;
        // Adding zero turns a negative zero into a plain one.
        write!(f, "{}", if hundredths.is_finite() { hundredths + 0.0 } else { 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_hidden_from_screen_readers_and_places_marks_in_per_cent() {
        let marks = vec![
            Mark::Line { class: "interval", from: (0.0, 0.0), to: (33.333, 30.0) },
            Mark::Grid { x: 50.0 },
            Mark::Circle { class: "mean", at: (50.0, 12.5), radius: 4.0 },
            Mark::Rect { class: "bar", x: 0.0, width: 12.0, y: 2.0, height: 8.0 },
        ];
        assert_eq!(
            Drawing { height: 30, marks }.to_string(),
            concat!(
                r#"<svg width="100%" height="30" aria-hidden="true" focusable="false">"#,
                r#"<line class="interval" x1="0%" y1="0" x2="33.33%" y2="30"/>"#,
                r#"<line class="grid" x1="50%" y1="0" x2="50%" y2="100%"/>"#,
                r#"<circle class="mean" cx="50%" cy="12.5" r="4"/>"#,
                r#"<rect class="bar" x="0%" y="2" width="12%" height="8"/></svg>"#
            )
        );
    }

    #[test]
    fn text_is_escaped_and_no_coordinate_is_not_a_number() {
        let mark = Mark::Text { class: "label", at: (f64::NAN, -0.001), anchor: Anchor::End, text: "> <b>".into() };
        assert_eq!(mark.to_string(), r#"<text class="label" x="0%" y="0" text-anchor="end">&gt; &lt;b&gt;</text>"#);
    }
}
