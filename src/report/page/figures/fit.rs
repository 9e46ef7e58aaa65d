//! A straight line through points, by least squares, with a band for the mean at each place.

use crate::estimates::interval::t_reach;

/// The least squares line through points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fit {
    pub(super) slope: f64,
    mean_x: f64,
    mean_y: f64,
    /// The sum of squares of the x around their mean, and the residuals' standard deviation with `n - 2` in the
    /// denominator; none for two points.
    squares: f64,
    residual: Option<f64>,
    n: f64,
}

impl Fit {
    /// Returns the line, or nothing where the x do not vary or are fewer than two.
    pub(super) fn of(points: &[(f64, f64)]) -> Option<Fit> {
        let n = points.len() as f64;
        if points.len() < 2 {
            return None;
        }
        let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / n;
        let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / n;
        let squares: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        // Equal values leave a rounding error behind, which is not variation.
        if squares <= n * (1e-12 * (1.0 + mean_x.abs())).powi(2) {
            return None;
        }
        let slope = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>() / squares;
        let errors: f64 = points.iter().map(|(x, y)| (y - mean_y - slope * (x - mean_x)).powi(2)).sum();
        let residual = (points.len() > 2).then(|| (errors / (n - 2.0)).sqrt());
        Some(Fit { slope, mean_x, mean_y, squares, residual, n })
    }

    pub(super) fn at(&self, x: f64) -> f64 {
        self.mean_y + self.slope * (x - self.mean_x)
    }

    /// How far the 95% interval of the mean at `x` reaches to either side: `t s √(1/n + (x - x̄)²/Sxx)` with `n - 2`
    /// degrees of freedom (Draper and Smith 1998, section 3.1). Nothing for two points.
    pub(super) fn reach(&self, x: f64) -> Option<f64> {
        let error = self.residual? * (1.0 / self.n + (x - self.mean_x).powi(2) / self.squares).sqrt();
        Some(t_reach(0.95, self.n - 2.0) * error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R 4: `x <- c(1,2,3,4,5); y <- c(2.1,3.9,6.2,7.8,10.1); predict(lm(y ~ x), interval = "confidence")`.
    #[test]
    fn the_line_and_its_band_are_those_of_the_textbook() {
        let fit = Fit::of(&[(1.0, 2.1), (2.0, 3.9), (3.0, 6.2), (4.0, 7.8), (5.0, 10.1)]).unwrap();
        assert!((fit.slope - 1.99).abs() < 1e-12);
        assert!((fit.at(3.0) - 6.02).abs() < 1e-12);
        // s² = 0.107 / 3 and t(0.975, 3) = 3.182446.
        assert!((fit.reach(3.0).unwrap() - 3.182_446_305 * (0.107_f64 / 3.0 / 5.0).sqrt()).abs() < 1e-6);
        assert!(fit.reach(5.0) > fit.reach(3.0));
    }

    #[test]
    fn what_makes_no_line_has_none() {
        assert_eq!(Fit::of(&[(1.0, 2.0)]), None);
        assert_eq!(Fit::of(&[(0.1, 2.0), (0.1, 3.0), (0.1, 4.0)]), None);
        assert_eq!(Fit::of(&[(0.0, 0.0), (1.0, 2.0)]).unwrap().reach(0.5), None);
    }
}
