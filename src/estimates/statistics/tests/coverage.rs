//! How often intervals cover a known truth, by simulation with fixed seeds. The expected shares are those of an
//! independent simulation with scipy, beside which ours may lie by the noise of both.

use super::super::association::spearman;
use super::super::bootstrap::Resamples;
use super::super::clusters::two_way;
use super::super::contrasts;
use super::super::means::{mean, paired, welch};
use super::super::slope::slope;
use crate::estimates::statistics::families::{benjamini_hochberg, holm};
use crate::estimates::statistics::power::Normals;
use crate::rows::stream::Stream;

/// The share of repeats in which something happens, each with numbers of its own.
fn share(repeats: u32, name: &str, happens: impl Fn(&mut Normals<'_>) -> bool) -> f64 {
    let stream = Stream::new(2024, "coverage", name);
    let happened = (0..repeats).filter(|repeat| happens(&mut Normals { numbers: stream.at(u64::from(*repeat)) }));
    let share = happened.count() as f64 / f64::from(repeats);
    println!("{name}: {share}");
    share
}

fn drawn(count: usize, normals: &mut Normals<'_>) -> Vec<f64> {
    (0..count).map(|_| normals.next()).collect()
}

#[test]
fn students_interval_over_runs_covers_its_level() {
    for runs in [3, 4, 5, 6, 8, 10, 20] {
        let covered = share(20_000, &format!("t over {runs} runs"), |normals| {
            mean(&drawn(runs, normals)).unwrap().limits(0.95).include(0.0)
        });
        assert!((covered - 0.95).abs() < 0.006, "{runs} runs: {covered}");
    }
}

#[test]
fn the_percentile_bootstrap_over_few_runs_does_not() {
    for (runs, expected) in [(3, 0.751), (4, 0.8), (5, 0.838)] {
        let (mut percentile, mut accelerated) = (0.0, 0.0);
        for (method, covered) in [("percentile", &mut percentile), ("bca", &mut accelerated)] {
            *covered = share(6000, &format!("{method} over {runs} runs"), |normals| {
                let exact = Resamples::of(&drawn(runs, normals)).unwrap();
                let limits =
                    if method == "bca" { exact.accelerated(0.95).unwrap().limits } else { exact.percentile(0.95) };
                limits.include(0.0)
            });
        }
        assert!((percentile - expected).abs() < 0.015, "{runs} runs: {percentile}");
        assert!((accelerated - expected).abs() < 0.04, "{runs} runs: {accelerated}");
    }
}

/// Differences of two arms and of pairs.
#[test]
fn differences_cover_their_level() {
    for runs in [3, 5, 10] {
        let of_pairs = share(8000, &format!("{runs} pairs"), |normals| {
            let shared = drawn(runs, normals);
            let side = |normals: &mut Normals<'_>| -> Vec<f64> {
                shared.iter().map(|shared| 3.0 * shared + normals.next()).collect()
            };
            let (a, b) = (side(normals), side(normals));
            paired(&a, &b).unwrap().limits(0.95).include(0.0)
        });
        let of_arms = share(8000, &format!("{runs} runs of each arm"), |normals| {
            let wide: Vec<f64> = drawn(runs, normals).iter().map(|value| 2.0 * value).collect();
            welch(&wide, &drawn(runs, normals)).unwrap().limits(0.95).include(0.0)
        });
        for covered in [of_pairs, of_arms] {
            assert!((0.93..=0.97).contains(&covered), "{runs} runs: {covered}");
        }
    }
}

/// 5 runs × 10 wordings × 100 samples, where both vary: the interval over runs covers runs in general under these
/// wordings only; the two-way interval covers both.
#[test]
fn a_crossed_design_is_covered_over_both_of_its_sides() {
    let crossed = |normals: &mut Normals<'_>| {
        let wordings: Vec<f64> = drawn(10, normals).iter().map(|wording| 0.1 * wording).collect();
        let of_wordings = wordings.iter().sum::<f64>() / 10.0;
        let runs: Vec<Vec<f64>> = drawn(5, normals)
            .iter()
            .map(|run| wordings.iter().map(|wording| 0.05 * run + wording + 0.045 * normals.next()).collect())
            .collect();
        (runs, of_wordings)
    };
    let over_runs = |cells: &[Vec<f64>]| {
        let means: Vec<f64> = cells.iter().map(|run| run.iter().sum::<f64>() / 10.0).collect();
        mean(&means).unwrap().limits(0.95)
    };
    let in_general =
        share(4000, "t over runs, wordings in general", |normals| over_runs(&crossed(normals).0).include(0.0));
    let of_these = share(4000, "t over runs, these wordings", |normals| {
        let (cells, of_wordings) = crossed(normals);
        over_runs(&cells).include(of_wordings)
    });
    let both = share(4000, "two-way", |normals| {
        let (runs, wordings): (Vec<usize>, Vec<usize>) = (0..50).map(|cell| (cell / 10, cell % 10)).unzip();
        two_way(&crossed(normals).0.concat(), &runs, &wordings).unwrap().estimate.limits(0.95).include(0.0)
    });
    assert!((in_general - 0.833).abs() < 0.03, "{in_general}");
    assert!((of_these - 0.946).abs() < 0.015, "{of_these}");
    assert!((both - 0.977).abs() < 0.015, "{both}");
}

#[test]
fn slopes_cover_their_level_within_runs_and_between_them() {
    const DOSES: [f64; 5] = [1.0, 2.0, 4.0, 8.0, 16.0];
    for runs in [3, 5, 10] {
        let within = share(4000, &format!("slope within {runs} runs"), |normals| {
            let mut points = Vec::new();
            for _ in 0..runs {
                let (level, own) = (normals.next(), 1.0 + 0.3 * normals.next());
                points.extend(DOSES.map(|dose| (dose, level + own * dose + normals.next())));
            }
            let clusters: Vec<usize> = (0..points.len()).map(|point| point / DOSES.len()).collect();
            slope(&points, &clusters).unwrap().limits(0.95).include(1.0)
        });
        assert!((0.93..=0.97).contains(&within), "{runs} runs: {within}");
    }
    for runs in [5, 10] {
        let between = share(4000, &format!("slope between {runs} runs"), |normals| {
            let points: Vec<(f64, f64)> =
                DOSES.iter().cycle().take(runs).map(|dose| (*dose, dose + normals.next())).collect();
            let clusters: Vec<usize> = (0..runs).collect();
            slope(&points, &clusters).unwrap().limits(0.95).include(1.0)
        });
        assert!((0.93..=0.98).contains(&between), "{runs} runs: {between}");
    }
}

#[test]
fn rank_correlations_that_are_not_there_are_seldom_found() {
    for runs in [5, 10] {
        let excluded = share(6000, &format!("Spearman of {runs} unrelated runs"), |normals| {
            let points: Vec<(f64, f64)> = (0..runs).map(|_| (normals.next(), normals.next())).collect();
            !spearman(&points).unwrap().limits(0.95).unwrap().include(0.0)
        });
        assert!(excluded < 0.06, "{runs} runs: {excluded}");
    }
}

#[test]
fn the_largest_difference_among_wordings_is_seldom_found_where_there_is_none() {
    for (units, levels) in [(5, 4), (10, 10)] {
        let found = share(4000, &format!("the largest of {levels} over {units}"), |normals| {
            let cells: Vec<Vec<f64>> = (0..units).map(|_| drawn(levels, normals)).collect();
            let effect = contrasts::crossed(&cells).unwrap();
            !effect.largest.limits(0.95).include(0.0)
        });
        assert!(found <= 0.05, "{levels} levels: {found}");
        let significant = share(4000, &format!("F of {levels} over {units}"), |normals| {
            let cells: Vec<Vec<f64>> = (0..units).map(|_| drawn(levels, normals)).collect();
            contrasts::crossed(&cells).unwrap().p_value < 0.05
        });
        assert!((significant - 0.05).abs() < 0.012, "{levels} levels: {significant}");
    }
}

#[test]
fn families_of_claims_without_effects_rarely_make_one() {
    for (name, adjust) in [("Holm", holm as fn(&[f64]) -> Vec<f64>), ("Benjamini-Hochberg", benjamini_hochberg)] {
        let any = share(4000, name, |normals| {
            let p: Vec<f64> = (0..10).map(|_| mean(&drawn(5, normals)).unwrap().p_value(0.0)).collect();
            adjust(&p).iter().any(|p| *p <= 0.05)
        });
        assert!((any - 0.05).abs() < 0.012, "{name}: {any}");
    }
}
