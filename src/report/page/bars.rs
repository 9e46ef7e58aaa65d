//! One horizontal bar of a distribution.

use super::svg::{Drawing, Mark};

/// Returns a bar over a share from 0 to 1, on a rail that shows what the whole would be.
pub(super) fn bar(share: f64) -> Drawing {
    let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
    Drawing {
        height: 12,
        marks: vec![
            Mark::Rect { class: "rail", x: 0.0, width: 100.0, y: 2.0, height: 8.0 },
            Mark::Rect { class: "bar", x: 0.0, width: share * 100.0, y: 2.0, height: 8.0 },
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert!(bar(0.25).to_string().contains(r#"<rect class="bar" x="0%" y="2" width="25%" height="8"/>"#));
        assert!(bar(7.0).to_string().contains(r#"<rect class="bar" x="0%" y="2" width="100%""#));
        assert!(bar(f64::NAN).to_string().contains(r#"<rect class="bar" x="0%" y="2" width="0%""#));
    }
}
