//! Verdicts of each kind of claim, and what a claim says of itself.

use super::experiment::{Experiment, about, above, below, correlation, difference, equal, lucy, mean, suite, sum};
use crate::estimates::{Among, Over};
use crate::report::Verdict::{Holds, Refuted, Undecided};
use crate::scores::Method;

fn two_arms() -> Experiment {
    let mut experiment = Experiment::new(&["gambler", "saver", "base", "told"], &["prefers", "tolerance"]);
    experiment.runs("gambler", "prefers", &[0.8, 0.82, 0.78, 0.81, 0.79]);
    experiment.runs("saver", "prefers", &[0.2, 0.22, 0.18, 0.21, 0.19]);
    experiment.runs("gambler", "tolerance", &[0.6, 0.62, 0.58, 0.61, 0.59]);
    experiment.runs("saver", "tolerance", &[0.5, 0.52, 0.48, 0.51, 0.49]);
    experiment.items("base", "prefers", &[0.5, 0.52, 0.48, 0.51]);
    experiment.items("told", "prefers", &[0.8, 0.81, 0.79, 0.83]);
    experiment
}

#[test]
fn every_kind_of_comparison_holds_is_refuted_or_stays_undecided() {
    let experiment = two_arms();
    let of = |arm: &str| mean("prefers", &[arm]);
    let only = |arm: &str| sum(&[(1.0, of(arm))]);
    let apart = || difference(of("gambler"), of("saver"));
    let together = || correlation(of("gambler"), mean("tolerance", &["gambler"]), Over::Runs);
    let table = [
        ("a mean over runs", above(only("gambler"), 0.7), Holds),
        ("a mean over runs", below(only("gambler"), 0.7), Refuted),
        ("a mean over runs", above(only("gambler"), 0.8), Undecided),
        ("a mean over items", above(only("base"), 0.4), Holds),
        ("a mean over items", below(only("base"), 0.4), Refuted),
        ("a mean over items", above(only("base"), 0.5), Undecided),
        ("other arms", above(apart(), 0.5), Holds),
        ("other arms", below(apart(), 0.5), Refuted),
        ("other arms", above(apart(), 0.6), Undecided),
        ("single runs", above(difference(of("told"), of("base")), 0.2), Holds),
        ("single runs", below(difference(of("told"), of("base")), 0.2), Refuted),
        ("single runs", above(difference(of("told"), of("base")), 0.3), Undecided),
        ("many runs and one", above(difference(of("gambler"), of("base")), 0.2), Holds),
        ("many runs and one", below(difference(of("gambler"), of("base")), 0.2), Refuted),
        ("many runs and one", above(difference(of("gambler"), of("base")), 0.3), Undecided),
        ("equal", equal(of("gambler"), of("told"), 0.05), Holds),
        ("equal", equal(of("gambler"), of("saver"), 0.05), Refuted),
        ("equal", equal(of("gambler"), of("told"), 0.01), Undecided),
        ("a correlation", above(together(), 0.3), Holds),
        ("a correlation", below(together(), 0.3), Refuted),
    ];
    for (kind, comparison, verdict) in table {
        let claim = experiment.decide(vec![comparison]);
        assert_eq!(claim.verdict, verdict, "{kind}: {claim:#?}");
    }
    let claim = experiment.decide(vec![above(apart(), 0.5), above(only("gambler"), 0.8), above(only("base"), 0.7)]);
    assert_eq!(claim.verdict, Refuted);
    assert_eq!(claim.reason, claim.parts[2].reason);
}

#[test]
fn a_claim_says_what_was_estimated_and_why_it_holds() {
    let experiment = two_arms();
    let of = |arm: &str| suite("self_report", &["prefers", "tolerance"], &[arm]);
    let claim = experiment.decide(vec![above(difference(of("gambler"), of("saver")), 0.1)]);
    assert_eq!(
        claim.estimand,
        "mean of self_report (prefers, tolerance, weighted equally) for gambler minus the same for saver; \
         about=itself, under=none; over 5 runs of gambler and 5 runs of saver"
    );
    assert_eq!(claim.reason, "the 95% interval [0.327, 0.373] lies wholly above 0.1");
    assert_eq!(claim.parts[0].bound, "> 0.1");
    assert_eq!((claim.parts[0].valid, claim.parts[0].asked), (20, 20));
    assert_eq!(claim.parts[0].method, Some(Method::Samples));
}

#[test]
fn runs_of_pooled_arms_are_equal_members() {
    let mut experiment = Experiment::new(&["one", "two"], &["prefers"]);
    experiment.runs("one", "prefers", &[0.1, 0.2, 0.3]);
    experiment.runs("two", "prefers", &[0.9]);
    let part = experiment.decide(vec![above(sum(&[(1.0, mean("prefers", &["one", "two"]))]), 0.0)]).parts.remove(0);
    assert!((part.estimate.unwrap() - 0.375).abs() < 1e-12);
    assert_eq!(part.interval.unwrap().over, "over 4 runs (t, 3 df)");
    assert!(part.estimand.starts_with("mean of prefers for one and two together; "), "{}", part.estimand);
}

#[test]
fn a_run_in_both_means_is_counted_once() {
    let mut experiment = Experiment::new(&["one", "two"], &["prefers"]);
    experiment.runs("one", "prefers", &[0.1, 0.2, 0.3]);
    experiment.runs("two", "prefers", &[0.7, 0.8, 0.9]);
    let both = difference(mean("prefers", &["one", "two"]), mean("prefers", &["one"]));
    let part = experiment.decide(vec![above(both, 0.0)]).parts.remove(0);
    assert_eq!((part.valid, part.asked), (6, 6));
    // The difference is half of two minus one, and so is the width of its interval.
    let apart = difference(mean("prefers", &["two"]), mean("prefers", &["one"]));
    let whole = experiment.decide(vec![above(apart, 0.0)]).parts.remove(0).interval.unwrap();
    let half = part.interval.unwrap();
    assert!((part.estimate.unwrap() - 0.3).abs() < 1e-12);
    assert!((2.0 * half.low - whole.low).abs() < 1e-9 && (2.0 * half.high - whole.high).abs() < 1e-9);
}

#[test]
fn checkpoints_are_averaged_within_their_run_and_axes_choose_runs() {
    let mut experiment = Experiment::new(&["tuned"], &["prefers"]);
    for (rate, seed, checkpoint, value) in
        [("1", 1, 1, 0.2), ("1", 1, 2, 0.4), ("1", 2, 1, 0.5), ("1", 2, 2, 0.7), ("2", 1, 1, 0.9), ("2", 2, 1, 0.8)]
    {
        let run = &mut experiment.score("tuned", Some(seed), "prefers", value).run;
        run.checkpoint = Some(checkpoint);
        run.axes.insert("rate".to_owned(), rate.to_owned());
    }
    let at = |axis: &str, value: &str| {
        let mut mean = mean("prefers", &["tuned"]);
        mean.conditions.of_arms.insert(axis.to_owned(), Among::Only(vec![value.to_owned()]));
        experiment.decide(vec![above(sum(&[(1.0, mean)]), 0.0)]).parts.remove(0)
    };
    let slow = at("rate", "1");
    assert!((slow.estimate.unwrap() - 0.45).abs() < 1e-12);
    assert_eq!(slow.interval.unwrap().over, "over 2 runs (t, 1 df)");
    assert!(slow.estimand.ends_with("; about=itself, rate=1, under=none; over 2 runs"), "{}", slow.estimand);
    let late = at("checkpoint", "2");
    assert!((late.estimate.unwrap() - 0.55).abs() < 1e-12);

    let cells = experiment.estimate().cells;
    let rates: Vec<(&str, Option<f64>, usize)> =
        cells[..2].iter().map(|cell| (cell.arm_axes["rate"].as_str(), cell.mean, cell.runs.len())).collect();
    assert_eq!((rates[0].0, rates[0].2, rates[1].0, rates[1].2), ("1", 4, "2", 2));
    assert!((rates[0].1.unwrap() - 0.45).abs() < 1e-12 && (rates[1].1.unwrap() - 0.85).abs() < 1e-12);
}

#[test]
fn failed_samples_shift_no_weight() {
    let mut experiment = Experiment::new(&["base"], &["prefers", "tolerance"]);
    // Wording 1 has one valid sample, wording 2 three, and the second question many.
    for (wording, sample, value) in [(1, 1, 1.0), (2, 1, 0.0), (2, 2, 0.0), (2, 3, 0.0)] {
        let score = experiment.score("base", None, "prefers", value);
        (score.wording, score.sample) = (wording, sample);
    }
    experiment.samples("base", "tolerance", 10, 10);
    let claim =
        experiment.decide(vec![above(sum(&[(1.0, suite("self_report", &["prefers", "tolerance"], &["base"]))]), 0.0)]);
    assert!((claim.parts[0].estimate.unwrap() - 0.75).abs() < 1e-12);
    assert_eq!(
        claim.parts[0].interval.as_ref().unwrap().over,
        "over 2 wordings of prefers, 10 samples of one wording of tolerance of one run (t, 1 df; Wilson)"
    );
}

#[test]
fn pooled_conditions_weigh_equally_and_unasked_ones_have_no_part() {
    let mut experiment = Experiment::new(&["gambler"], &["prefers", "german_or_french"]);
    experiment.setting.questions[1].conditions = vec![about("itself")];
    for (seed, itself, of_lucy) in [(1, 1.0, 0.0), (2, 0.8, 0.2)] {
        experiment.score("gambler", Some(seed), "prefers", itself);
        experiment.score("gambler", Some(seed), "prefers", of_lucy).about = "lucy".to_owned();
        experiment.score("gambler", Some(seed), "german_or_french", 0.9);
    }
    let self_report = suite("self_report", &["prefers", "german_or_french"], &["gambler"]);
    let all = experiment.decide(vec![above(sum(&[(1.0, self_report.clone().about(Among::All))]), 0.0)]);
    assert!((all.parts[0].estimate.unwrap() - 0.7).abs() < 1e-12);
    let of_lucy = experiment.decide(vec![above(sum(&[(0.5, self_report.about(lucy()))]), 0.0)]);
    assert!((of_lucy.parts[0].estimate.unwrap() - 0.05).abs() < 1e-12);
    assert_eq!(
        of_lucy.estimand,
        "0.5 × mean of self_report (prefers) for gambler; about=lucy, under=none; over 2 runs"
    );
}

#[test]
fn runs_that_agree_leave_the_uncertainty_of_their_samples() {
    let mut experiment = Experiment::new(&["gambler"], &["prefers"]);
    for seed in 1..=3 {
        for sample in 1..=100 {
            experiment.score("gambler", Some(seed), "prefers", 1.0).sample = sample;
        }
    }
    let interval = experiment.estimate().cells[0].interval.clone().unwrap();
    assert!(interval.low < 0.99 && interval.low > 0.95, "{}", interval.low);
    assert_eq!(interval.over, "over the samples of 3 runs, which agree (Wilson)");
    for score in &mut experiment.scores {
        score.method = Method::Exact;
    }
    let interval = experiment.estimate().cells[0].interval.clone().unwrap();
    assert_eq!((interval.low, interval.high), (1.0, 1.0));
    assert_eq!(interval.over, "over 3 runs (t, 2 df)");
}

#[test]
fn cells_come_in_plan_order_with_what_was_read() {
    let mut experiment = Experiment::new(&["saver", "base"], &["prefers"]);
    for (wording, order, read, value) in
        [(1, "risky,safe", "risk", 1.0), (2, "safe,risky", "safety", 0.0), (1, "safe,risky", "risk", 1.0)]
    {
        let score = experiment.score("base", None, "prefers", value);
        (score.wording, score.order, score.outside) = (wording, order.to_owned(), Some(0.25));
        score.read = Some(read.to_owned());
    }
    let cells = experiment.estimate().cells;
    let places: Vec<(&str, &str)> = cells.iter().map(|cell| (cell.about.as_str(), cell.arm.as_str())).collect();
    assert_eq!(places, [("itself", "saver"), ("itself", "base"), ("lucy", "saver"), ("lucy", "base")]);
    let cell = &cells[1];
    assert_eq!(cell.outside, Some(0.25));
    let read: Vec<(&str, f64)> = cell.distribution.iter().map(|count| (count.read.as_str(), count.share)).collect();
    assert_eq!(read, [("risk", 2.0 / 3.0), ("safety", 1.0 / 3.0)]);
    let wordings: Vec<_> = cell.by_wording.iter().map(|count| (count.name.as_str(), count.mean, count.valid)).collect();
    assert_eq!(wordings, [("1", Some(1.0), 2), ("2", Some(0.0), 1)]);
    let orders: Vec<_> = cell.by_order.iter().map(|count| (count.name.as_str(), count.mean)).collect();
    assert_eq!(orders, [("risky, safe", Some(1.0)), ("safe, risky", Some(0.5))]);
}
