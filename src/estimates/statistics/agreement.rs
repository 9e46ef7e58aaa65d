//! Agreement of a judge with labels.

use std::collections::BTreeMap;

use super::shares::Share;
use super::{Estimate, Limits, Unestimable};

/// How far a judge and the labels agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Items on which both say the same.
    pub agreed: Share,
    /// Cohen's kappa, with its large-sample error under the normal law.
    pub kappa: Estimate,
    /// The share of items on which both would agree by chance, given how often each says what.
    pub chance: f64,
}

/// Cohen's kappa (1960), `(p_o - p_e) / (1 - p_e)`, of verdicts beside labels, with the standard error of Fleiss, Cohen
/// and Everitt (1969). Items that the judge left without a verdict are the caller's to count; they cannot stand here.
pub fn kappa<L: Ord>(pairs: &[(L, L)]) -> Result<Agreement, Unestimable> {
    let n = pairs.len() as f64;
    let mut table: BTreeMap<(&L, &L), f64> = BTreeMap::new();
    let mut shares: BTreeMap<&L, (f64, f64)> = BTreeMap::new();
    for (verdict, label) in pairs {
        *table.entry((verdict, label)).or_default() += 1.0 / n;
        shares.entry(verdict).or_default().0 += 1.0 / n;
        shares.entry(label).or_default().1 += 1.0 / n;
    }
    let same = pairs.iter().filter(|(verdict, label)| verdict == label).count();
    let agreed = Share::new(same as u64, pairs.len() as u64)?;
    if shares.len() < 2 {
        return Err(Unestimable::Constant("what verdicts and labels say"));
    }
    let chance: f64 = shares.values().map(|(of_verdicts, of_labels)| of_verdicts * of_labels).sum();
    let beyond = 1.0 - chance;
    let value = (agreed.value() - chance) / beyond;
    let of = |says: &L| shares.get(says).copied().unwrap_or_default();
    let mut variance = -(value - chance * (1.0 - value)).powi(2);
    for ((verdict, label), share) in &table {
        variance += if verdict == label {
            let (of_verdicts, of_labels) = of(verdict);
            share * (1.0 - (of_verdicts + of_labels) * (1.0 - value)).powi(2)
        } else {
            share * ((1.0 - value) * (of(verdict).1 + of(label).0)).powi(2)
        };
    }
    let error = (variance.max(0.0) / n).sqrt() / beyond;
    Ok(Agreement { agreed, kappa: Estimate { value, error, freedom: f64::INFINITY }, chance })
}

impl Agreement {
    /// The interval of kappa. Where all items agree its error is zero, and the lower limit is that of the agreed
    /// share by Wilson, at the chance agreement that was found: 20 of 20 is not certainty.
    pub fn limits(&self, level: f64) -> Limits {
        let limits = self.kappa.limits(level).within(-1.0, 1.0);
        let low = (self.agreed.wilson(level).low - self.chance) / (1.0 - self.chance);
        if self.agreed.value() >= 1.0 { Limits { low, high: 1.0 } } else { limits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(table: &[&[usize]]) -> Vec<(usize, usize)> {
        let cells =
            table.iter().enumerate().flat_map(|(row, counts)| counts.iter().enumerate().map(move |cell| (row, cell)));
        cells.flat_map(|(row, (column, count))| std::iter::repeat_n((row, column), *count)).collect()
    }

    #[test]
    fn kappa_agrees_with_statsmodels() {
        // statsmodels.stats.inter_rater.cohens_kappa: kappa and std_kappa
        let tables: [(&[&[usize]], f64, f64); 2] = [
            (&[&[20, 5], &[10, 15]], 0.4, 0.126_996_062_931_100_33),
            (&[&[22, 3, 1], &[4, 17, 5], &[0, 6, 12]], 0.587_468_982_630_272_9, 0.080_437_417_306_697_84),
        ];
        for (table, value, error) in tables {
            let found = kappa(&pairs(table)).unwrap();
            assert!((found.kappa.value - value).abs() < 1e-12, "{found:?}");
            assert!((found.kappa.error - error).abs() < 1e-12, "{found:?}");
            let limits = found.limits(0.95);
            assert!((limits.half_width() - 1.959_963_984_540_054 * error).abs() < 1e-9);
        }
    }

    #[test]
    fn full_agreement_is_not_certainty() {
        let found = kappa(&pairs(&[&[10, 0], &[0, 10]])).unwrap();
        assert!((found.kappa.value - 1.0).abs() < 1e-12);
        let limits = found.limits(0.95);
        assert!((limits.high - 1.0).abs() < 1e-15);
        // 20 of 20 reach down to 83.9% by Wilson, which is a kappa of 0.678 where chance agrees on half.
        assert!((limits.low - 0.677_9).abs() < 1e-3, "{limits:?}");
    }

    #[test]
    fn one_answer_throughout_has_no_kappa() {
        assert_eq!(kappa(&[(1, 1), (1, 1)]), Err(Unestimable::Constant("what verdicts and labels say")));
        assert_eq!(kappa::<u8>(&[]), Err(Unestimable::TooFew { what: "samples", needed: 1, found: 0 }));
    }
}
