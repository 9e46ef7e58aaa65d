/// A bound as a part of a claim prints it, read back for drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bound {
    Above(f64),
    Below(f64),
    /// Within this far of 0 on either side.
    Within(f64),
}

impl Bound {
    /// Reads `> 0.1`, `< 0` or `within ±0.05`. Returns nothing for any other text, which is then shown as it is.
    pub(super) fn read(text: &str) -> Option<Self> {
        let number = |text: &str| {
            let number: f64 = text.trim_start_matches('=').trim().replace('\u{2212}', "-").parse().ok()?;
            number.is_finite().then_some(number)
        };
        let text = text.trim();
        if let Some(rest) = text.strip_prefix('>') {
            number(rest).map(Bound::Above)
        } else if let Some(rest) = text.strip_prefix('<') {
            number(rest).map(Bound::Below)
        } else {
            let rest = text.strip_prefix("within")?.trim().trim_start_matches('±');
            number(rest).map(|margin| Bound::Within(margin.abs()))
        }
    }

    /// Returns the places where the claimed side ends.
    pub(super) fn ends(self) -> Vec<f64> {
        match self {
            Bound::Above(bound) | Bound::Below(bound) => vec![bound],
            Bound::Within(margin) => vec![-margin, margin],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_back_from_their_words() {
        assert_eq!(Bound::read("> 0.1"), Some(Bound::Above(0.1)));
        assert_eq!(Bound::read("< \u{2212}2"), Some(Bound::Below(-2.0)));
        assert_eq!(Bound::read(">= 0"), Some(Bound::Above(0.0)));
        assert_eq!(Bound::read("within ±0.05"), Some(Bound::Within(0.05)));
        assert_eq!(Bound::read("about 3"), None);
        assert_eq!(Bound::read("> NaN"), None);
    }
}
