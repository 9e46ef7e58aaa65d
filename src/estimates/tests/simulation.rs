//! How often intervals cover and claims err, on simulated experiments with a known truth.

use super::experiment::{Experiment, above, difference, mean};
use crate::report::Verdict;

/// `SplitMix64` (Steele, Lea and Flood 2014): the simulation is the same on every machine.
struct Stream(u64);

impl Stream {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// Runs whose own means scatter by 0.05 around `centre`, each asked two wordings whose answers scatter by 0.1.
fn add_runs(experiment: &mut Experiment, arm: &str, runs: u64, centre: f64, stream: &mut Stream) {
    for seed in 1..=runs {
        let of_run = centre + 0.05 * stream.normal();
        for wording in 1..=2 {
            let value = of_run + 0.1 * stream.normal();
            experiment.score(arm, Some(seed), "prefers", value).wording = wording;
        }
    }
}

#[test]
fn intervals_over_runs_cover_the_truth() {
    const REPEATS: u32 = 4000;
    for runs in [3, 5, 10] {
        let mut stream = Stream(runs);
        let covered = (0..REPEATS)
            .filter(|_| {
                let mut experiment = Experiment::new(&["gambler"], &["prefers"]);
                add_runs(&mut experiment, "gambler", runs, 0.6, &mut stream);
                let interval = experiment.estimate().cells[0].interval.clone().unwrap();
                interval.low <= 0.6 && 0.6 <= interval.high
            })
            .count();
        let share = covered as f64 / f64::from(REPEATS);
        assert!((0.93..=0.97).contains(&share), "{runs} runs: {share}");
    }
}

/// How many of 2,000 experiments without an effect find one above 0.
fn false_claims(mut plan: impl FnMut(&mut Experiment)) -> usize {
    let repeat = |_: &u32| {
        let mut experiment = Experiment::new(&["gambler", "saver"], &["prefers"]);
        plan(&mut experiment);
        let quantity = difference(mean("prefers", &["gambler"]), mean("prefers", &["saver"]));
        experiment.decide(vec![above(quantity, 0.0)]).verdict == Verdict::Holds
    };
    (0..2000).filter(repeat).count()
}

#[test]
fn a_claim_without_an_effect_rarely_holds() {
    let mut stream = Stream(2024);
    let among_runs = false_claims(|experiment| {
        add_runs(experiment, "gambler", 5, 0.5, &mut stream);
        add_runs(experiment, "saver", 5, 0.5, &mut stream);
    });
    let among_items = false_claims(|experiment| {
        for arm in ["gambler", "saver"] {
            let values: Vec<f64> = (0..10).map(|_| stream.normal()).collect();
            experiment.items(arm, "prefers", &values);
        }
    });
    let among_samples = false_claims(|experiment| {
        for arm in ["gambler", "saver"] {
            let ones = (0..20).filter(|_| stream.uniform() < 0.1).count();
            experiment.samples(arm, "prefers", u32::try_from(ones).unwrap(), 20);
        }
    });
    // Runs of four coarse answers often agree to the last digit, which must not pass for certainty.
    let among_coarse_runs = false_claims(|experiment| {
        for arm in ["gambler", "saver"] {
            for seed in 1..=2 {
                for sample in 1..=4 {
                    let value = if stream.uniform() < 0.5 { 1.0 } else { 0.0 };
                    experiment.score(arm, Some(seed), "prefers", value).sample = sample;
                }
            }
        }
    });
    let found = [among_runs, among_items, among_samples, among_coarse_runs];
    println!("false claims among 2,000: {found:?}");
    assert!(found.iter().all(|count| *count <= 100), "{found:?}");
}
