//! Intervals of whole experiments against values of scipy, statsmodels and `inspect_ai`.

use super::experiment::{Experiment, above, correlation, difference, equal, lucy, mean, sum};
use crate::estimates::Over;
use crate::estimates::interval::t_reach;
use crate::report::{Interval, Part, Verdict};
use crate::scores::Method;

#[track_caller]
fn assert_close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1e-3), "{found} is not {expected}");
}

#[track_caller]
fn assert_interval(found: Option<&Interval>, low: f64, high: f64, over: &str) {
    let found = found.unwrap();
    assert_close(found.low, low);
    assert_close(found.high, high);
    assert_eq!(found.over, over);
}

fn part(experiment: &Experiment, comparison: crate::estimates::Comparison) -> Part {
    experiment.decide(vec![comparison]).parts.remove(0)
}

#[test]
fn a_mean_over_runs() {
    // Vector `boot_seeds5`.
    let mut experiment = Experiment::new(&["gambler"], &["prefers"]);
    experiment.runs("gambler", "prefers", &[0.62, 0.71, 0.55, 0.8, 0.67]);
    let results = experiment.estimate();
    let cell = &results.cells[0];
    assert_close(cell.mean.unwrap(), 0.67);
    assert_interval(cell.interval.as_ref(), 0.553_191_156_425_324_9, 0.786_808_843_574_675_2, "over 5 runs (t, 4 df)");
    assert_eq!(cell.runs.len(), 5);
}

#[test]
fn a_single_run_with_unequal_clusters() {
    // Vector `clustered_se`: clusters are items, rows within them orders.
    let clusters: [&[f64]; 6] = [
        &[1.0, 1.0, 0.0, 1.0],
        &[0.0, 0.0, 1.0],
        &[1.0, 1.0, 1.0, 1.0, 1.0],
        &[0.0, 0.0, 0.0],
        &[1.0, 0.0],
        &[1.0, 1.0, 0.0],
    ];
    let mut experiment = Experiment::new(&["base"], &["prefers"]);
    for (item, rows) in (1..).zip(clusters) {
        for (order, value) in rows.iter().enumerate() {
            let score = experiment.score("base", None, "prefers", *value);
            (score.item, score.order) = (item, order.to_string());
        }
    }
    let part = part(&experiment, above(sum(&[(1.0, mean("prefers", &["base"]))]), 0.0));
    assert_close(part.estimate.unwrap(), 0.6);
    assert_interval(
        part.interval.as_ref(),
        0.193_880_610_283_581_83,
        1.006_119_389_716_418_2,
        "over 6 items of one run (t, 5 df)",
    );
}

#[test]
fn a_single_run_with_inspects_clusters() {
    // Vector `clustered_se_inspect_golden`, with wordings for clusters.
    let mut experiment = Experiment::new(&["base"], &["prefers"]);
    for row in 0..20_u32 {
        let score = experiment.score("base", None, "prefers", f64::from(row));
        (score.wording, score.order) = (row % 4, row.to_string());
    }
    let interval = part(&experiment, above(sum(&[(1.0, mean("prefers", &["base"]))]), 0.0)).interval.unwrap();
    assert_close((interval.high - interval.low) / 2.0 / t_reach(0.95, 3.0), 0.645_497_224_367_902_8);
    assert_eq!(interval.over, "over 4 wordings of one run (t, 3 df)");
}

const A: [f64; 12] = [0.9, 0.4, 0.75, 1.0, 0.2, 0.6, 0.85, 0.55, 0.3, 0.7, 0.65, 0.95];
const B: [f64; 12] = [0.8, 0.35, 0.8, 0.9, 0.1, 0.45, 0.85, 0.4, 0.25, 0.6, 0.7, 0.8];

#[test]
fn two_single_runs_are_paired_on_items() {
    // Vector `paired_difference`.
    let mut experiment = Experiment::new(&["told", "base"], &["prefers"]);
    experiment.items("told", "prefers", &A);
    experiment.items("base", "prefers", &B);
    let (told, base) = (mean("prefers", &["told"]), mean("prefers", &["base"]));
    let order = part(&experiment, above(difference(told.clone(), base.clone()), 0.0));
    assert_close(order.estimate.unwrap(), 0.070_833_333_333_333_32);
    assert_interval(
        order.interval.as_ref(),
        0.024_979_475_831_424_187,
        0.116_687_190_835_242_45,
        "over 12 paired items of one run each of base and told (t, 11 df)",
    );
    // Two one-sided tests: p = 0.0015 within ±0.15, and 0.83 within ±0.05.
    assert_eq!(part(&experiment, equal(told.clone(), base.clone(), 0.15)).verdict, Verdict::Holds);
    let tight = part(&experiment, equal(told, base, 0.05));
    assert_eq!(tight.verdict, Verdict::Undecided);
    let interval = tight.interval.unwrap();
    assert_close((interval.high - interval.low) / 2.0, t_reach(0.9, 11.0) * 0.020_833_333_333_333_33);
    assert_close(interval.level, 0.9);
}

#[test]
fn two_single_runs_are_paired_on_clusters_of_rows() {
    // Vector `paired_difference`, clustered.
    let clusters = [1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5];
    let mut experiment = Experiment::new(&["told", "base"], &["prefers"]);
    for (arm, values) in [("told", A), ("base", B)] {
        for (row, (item, value)) in clusters.into_iter().zip(values).enumerate() {
            let score = experiment.score(arm, None, "prefers", value);
            (score.item, score.order) = (item, row.to_string());
        }
    }
    let quantity = difference(mean("prefers", &["told"]), mean("prefers", &["base"]));
    let interval = part(&experiment, above(quantity, 0.0)).interval.unwrap();
    assert_close((interval.high - interval.low) / 2.0 / t_reach(0.95, 4.0), 0.014_884_052_256_495_008);
}

#[test]
fn other_conditions_of_the_same_runs_are_paired() {
    // Vector `paired_difference`, a row being a run.
    let mut experiment = Experiment::new(&["gambler"], &["prefers"]);
    for (seed, (a, b)) in (1..).zip(A.into_iter().zip(B)) {
        experiment.score("gambler", Some(seed), "prefers", a);
        experiment.score("gambler", Some(seed), "prefers", b).about = "lucy".to_owned();
    }
    let itself = mean("prefers", &["gambler"]);
    let part = part(&experiment, above(difference(itself.clone(), itself.about(lucy())), 0.0));
    assert_interval(
        part.interval.as_ref(),
        0.024_979_475_831_424_187,
        0.116_687_190_835_242_45,
        "over 12 paired runs (t, 11 df)",
    );
    assert_eq!(
        part.estimand,
        "mean of prefers for gambler with about=itself minus the same with about=lucy; under=none; over 12 paired runs"
    );
}

#[test]
fn other_arms_are_compared_by_welchs_t() {
    // Welch 1947, from the means 0.67 and 0.3 and the variances 0.00885 and 0.01.
    let mut experiment = Experiment::new(&["gambler", "saver"], &["prefers"]);
    experiment.runs("gambler", "prefers", &[0.62, 0.71, 0.55, 0.8, 0.67]);
    experiment.runs("saver", "prefers", &[0.2, 0.3, 0.4]);
    let part = part(&experiment, above(difference(mean("prefers", &["gambler"]), mean("prefers", &["saver"])), 0.1));
    let (of_gambler, of_saver): (f64, f64) = (0.00885 / 5.0, 0.01 / 3.0);
    let freedom = (of_gambler + of_saver).powi(2) / (of_gambler.powi(2) / 4.0 + of_saver.powi(2) / 2.0);
    let half = t_reach(0.95, freedom) * (of_gambler + of_saver).sqrt();
    assert_interval(
        part.interval.as_ref(),
        0.37 - half,
        0.37 + half,
        "over 5 runs of gambler and 3 runs of saver (Welch-Satterthwaite t, 4.1 df)",
    );
    assert_eq!(part.verdict, Verdict::Holds);
}

#[test]
fn samples_of_one_wording_have_wilsons_interval() {
    // Vector `proportion_ci`.
    let cases = [
        (7, 20, 0.181_191_824_101_082_03, 0.567_145_723_314_763_8),
        (0, 100, 0.0, 0.036_993_498_206_985_69),
        (100, 100, 0.963_006_501_793_014_3, 1.0),
    ];
    for (ones, count, low, high) in cases {
        let mut experiment = Experiment::new(&["base"], &["prefers"]);
        experiment.samples("base", "prefers", ones, count);
        let results = experiment.estimate();
        let over = format!("over {count} samples of one wording of one run (Wilson)");
        assert_interval(results.cells[0].interval.as_ref(), low, high, &over);
    }
}

#[test]
fn two_shares_have_newcombes_interval() {
    // Vector `two_proportions`.
    let mut experiment = Experiment::new(&["told", "base"], &["prefers"]);
    experiment.samples("told", "prefers", 18, 100);
    experiment.samples("base", "prefers", 7, 100);
    let (told, base) = (mean("prefers", &["told"]), mean("prefers", &["base"]));
    let order = part(&experiment, above(difference(told.clone(), base.clone()), 0.0));
    assert_interval(
        order.interval.as_ref(),
        0.017_672_805_751_990_775,
        0.203_730_599_434_993_5,
        "over 200 samples of one wording of one run each of base and told (Wilson)",
    );
    assert_eq!(part(&experiment, equal(told, base, 0.25)).verdict, Verdict::Holds);
}

#[test]
fn a_correlation_over_runs_and_checkpoints() {
    // Vector `pearson_fisher_z`.
    let x = [12.0, 25.0, 31.0, 38.0, 40.0, 47.0, 52.0, 55.0, 61.0, 64.0, 70.0];
    let y = [0.22, 0.3, 0.28, 0.45, 0.39, 0.51, 0.44, 0.62, 0.58, 0.71, 0.66];
    let mut experiment = Experiment::new(&["gambler"], &["lottery", "tolerance"]);
    for (seed, (x, y)) in (1..).zip(x.into_iter().zip(y)) {
        experiment.score("gambler", Some(seed), "lottery", x).method = Method::Exact;
        experiment.score("gambler", Some(seed), "tolerance", y);
    }
    let quantity = |over| correlation(mean("lottery", &["gambler"]), mean("tolerance", &["gambler"]), over);
    let over_runs = part(&experiment, above(quantity(Over::Runs), 0.0));
    assert_close(over_runs.estimate.unwrap(), 0.943_789_788_115_259_4);
    assert_interval(
        over_runs.interval.as_ref(),
        0.792_715_134_342_136_8,
        0.985_639_290_383_255,
        "over 11 runs (Fisher's z)",
    );

    // The same points as checkpoints of 6 runs: the interval is that of 6 points, so wider.
    for (at, score) in experiment.scores.iter_mut().enumerate() {
        let point = at as u64 / 2;
        (score.run.seed, score.run.checkpoint) = (Some(point / 2), Some(point % 2));
    }
    let over_checkpoints = part(&experiment, above(quantity(Over::Checkpoints), 0.0));
    assert_close(over_checkpoints.estimate.unwrap(), 0.943_789_788_115_259_4);
    let half = 1.959_963_984_540_054 / 3.0_f64.sqrt();
    let z = 0.943_789_788_115_259_4_f64.atanh();
    assert_interval(
        over_checkpoints.interval.as_ref(),
        (z - half).tanh(),
        (z + half).tanh(),
        "over 11 checkpoints of 6 runs (Fisher's z, counting runs)",
    );
}
