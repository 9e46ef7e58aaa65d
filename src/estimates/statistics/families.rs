//! Several claims at once: p values adjusted so that each can be held against the level of the whole family. All
//! functions keep the order of the input, cap at 1, and give equal p values equal results. A p value that is not a
//! probability counts as 1: a claim that could not be tested is a member that failed.

/// `m p` (Bonferroni): the chance of any false claim is bounded, whatever depends on what.
pub fn bonferroni(p: &[f64]) -> Vec<f64> {
    adjusted(p, |sorted| sorted.iter().map(|p| p * sorted.len() as f64).collect())
}

/// Holm (1979), for declared families: the chance of any false claim is bounded, whatever depends on what, and no
/// claim fares worse than under Bonferroni. The i-th smallest becomes `max_{j <= i} (m - j + 1) p_j`.
pub fn holm(p: &[f64]) -> Vec<f64> {
    adjusted(p, |sorted| {
        let left = (1..=sorted.len()).rev();
        let mut largest = 0.0_f64;
        let step = |(p, left): (&f64, usize)| {
            largest = largest.max(p * left as f64);
            largest
        };
        sorted.iter().zip(left).map(step).collect()
    })
}

/// Hommel (1988), by Wright's (1992) algorithm: sharper than Holm, for claims that are independent or positively
/// dependent.
pub fn hommel(p: &[f64]) -> Vec<f64> {
    adjusted(p, |sorted| {
        let n = sorted.len();
        let all = sorted.iter().zip(1_usize..).map(|(p, rank)| n as f64 * p / rank as f64);
        let mut found = vec![all.fold(f64::INFINITY, f64::min); n];
        for size in (2..n).rev() {
            let (first, last) = sorted.split_at(n - size + 1);
            let simes = last.iter().zip(2_usize..).map(|(p, rank)| size as f64 * p / rank as f64);
            let simes = simes.fold(f64::INFINITY, f64::min);
            let of_first: Vec<f64> = first.iter().map(|p| (size as f64 * p).min(simes)).collect();
            let of_last = of_first.last().copied().unwrap_or(simes);
            let step = of_first.into_iter().chain(std::iter::repeat(of_last));
            for (found, step) in found.iter_mut().zip(step) {
                *found = found.max(step);
            }
        }
        found.iter().zip(sorted).map(|(found, p)| found.max(*p)).collect()
    })
}

/// Benjamini and Hochberg (1995), for exploration: bounds the expected share of false claims among those made. The
/// i-th smallest becomes `min_{j >= i} m p_j / j`. Holds for independent or positively dependent claims.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    step_up(p, 1.0)
}

/// Benjamini and Yekutieli (2001): as [`benjamini_hochberg`], whatever depends on what, at the price of the factor
/// `Σ 1 / i`.
pub fn benjamini_yekutieli(p: &[f64]) -> Vec<f64> {
    step_up(p, (1..=p.len()).map(|rank| 1.0 / rank as f64).sum())
}

fn step_up(p: &[f64], factor: f64) -> Vec<f64> {
    adjusted(p, |sorted| {
        let n = sorted.len();
        let mut smallest = f64::INFINITY;
        let step = |(p, rank): (&f64, usize)| {
            smallest = smallest.min(factor * n as f64 * p / rank as f64);
            smallest
        };
        let mut found: Vec<f64> = sorted.iter().rev().zip((1..=n).rev()).map(step).collect();
        found.reverse();
        found
    })
}

/// Adjusts the p values in ascending order and returns them in their own.
fn adjusted(p: &[f64], adjust: impl FnOnce(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let read = |p: f64| if (0.0..=1.0).contains(&p) { p } else { 1.0 };
    let mut order: Vec<(usize, f64)> = p.iter().map(|p| read(*p)).enumerate().collect();
    order.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let sorted: Vec<f64> = order.iter().map(|(_, p)| *p).collect();
    let mut found: Vec<(usize, f64)> =
        order.iter().zip(adjust(&sorted)).map(|((place, _), found)| (*place, found.min(1.0))).collect();
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, found)| found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_of_one_is_the_claim_itself() {
        for method in [bonferroni, holm, hommel, benjamini_hochberg, benjamini_yekutieli] {
            assert_eq!(method(&[]), Vec::<f64>::new());
            assert_eq!(method(&[0.03]), [0.03]);
        }
    }

    #[test]
    fn what_could_not_be_tested_is_a_member_that_failed() {
        for method in [bonferroni, holm, hommel, benjamini_hochberg, benjamini_yekutieli] {
            assert_eq!(method(&[0.01, f64::NAN]), method(&[0.01, 1.0]));
            assert_eq!(method(&[0.01, -0.5]), method(&[0.01, 1.0]));
        }
    }
}
