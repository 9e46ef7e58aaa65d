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
    /// An area between points, in a drawing of this height.
    Band {
        class: &'static str,
        points: Vec<(f64, f64)>,
        height: u32,
    },
    Point {
        shape: Shape,
        at: (f64, f64),
    },
}

/// How a mark of a group looks: shape and colour together, so that either is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    class: &'static str,
    path: &'static str,
}

const SHAPES: [Shape; 6] = [
    Shape { class: "p0", path: "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z" },
    Shape { class: "p1", path: "M-4 -4H4V4H-4Z" },
    Shape { class: "p2", path: "M0 -5.5L5 4H-5Z" },
    Shape { class: "p3", path: "M0 -5.5L5.5 0L0 5.5L-5.5 0Z" },
    Shape { class: "p4", path: "M-1.5 -5H1.5V-1.5H5V1.5H1.5V5H-1.5V1.5H-5V-1.5H-1.5Z" },
    Shape { class: "p5", path: "M0 5.5L5 -4H-5Z" },
];

impl Shape {
    /// Shapes come again where there are more than six groups.
    pub(super) fn of(group: usize) -> Shape {
        let [first, ..] = SHAPES;
        SHAPES.get(group % SHAPES.len()).copied().unwrap_or(first)
    }

    /// Returns the shape by itself, for a legend.
    pub(super) fn key(self) -> Value {
        Value::from_safe_string(format!(
            r#"<svg class="key" width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true" focusable="false"><path class="point {}" d="{}"/></svg>"#,
            self.class, self.path
        ))
    }
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

    /// Returns the drawing as an image with a name and a description.
    pub(super) fn described(&self, title: &str, description: &str) -> Value {
        let hidden = r#"aria-hidden="true" focusable="false">"#;
        let shown = format!(
            r#"role="img" focusable="false"><title>{}</title><desc>{}</desc>"#,
            HtmlEscape(title),
            HtmlEscape(description)
        );
        Value::from_safe_string(self.to_string().replacen(hidden, &shown, 1))
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
            // Paths know no per cent: a drawing of its own, 100 wide and stretched, does.
            Mark::Band { class, points, height } => {
                write!(
                    f,
                    r#"<svg width="100%" height="{height}" viewBox="0 0 100 {height}" preserveAspectRatio="none"><path class="{class}" d=""#
                )?;
                for (index, (x, y)) in points.iter().enumerate() {
                    write!(f, "{}{} {}", if index == 0 { 'M' } else { 'L' }, Place(*x), Place(*y))?;
                }
                f.write_str(r#"Z"/></svg>"#)
            }
            Mark::Point { shape, at } => write!(
                f,
                r#"<svg x="{}%" y="{}"><path class="point {}" d="{}"/></svg>"#,
                Place(at.0),
                Place(at.1),
                shape.class,
                shape.path
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
