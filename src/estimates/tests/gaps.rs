//! What is missing decides nothing, and is named.

use super::experiment::{Experiment, above, correlation, difference, equal, mean, sum};
use crate::estimates::{Comparison, Equivalence, Over};
use crate::report::Verdict;
use crate::scores::{Method, Outcome, RunKey};

#[track_caller]
fn assert_undecided(experiment: &Experiment, comparison: Comparison, reason: &str) {
    let claim = experiment.decide(vec![comparison]);
    assert_eq!((claim.verdict, claim.reason.as_str()), (Verdict::Undecided, reason));
}

fn only(question: &str, arm: &str) -> Comparison {
    above(sum(&[(1.0, mean(question, &[arm]))]), 0.0)
}

#[test]
fn an_arm_without_runs() {
    let mut experiment = Experiment::new(&["gambler", "saver", "told"], &["prefers"]);
    experiment.setting.arms[1].without_runs = Some("arm saver has no runs in introspec.yaml".to_owned());
    experiment.runs("gambler", "prefers", &[0.8, 0.9]);
    let against = |arm: &str| above(difference(mean("prefers", &["gambler"]), mean("prefers", &[arm])), 0.0);
    assert_undecided(&experiment, against("saver"), "arm saver has no runs in introspec.yaml");
    assert_undecided(&experiment, against("told"), "arm told has no answers");
    assert_eq!(experiment.estimate().cells[1].no_interval.as_deref(), Some("arm saver has no runs in introspec.yaml"));
}

#[test]
fn a_run_without_a_valid_answer_or_without_answers() {
    let mut experiment = Experiment::new(&["gambler"], &["prefers"]);
    experiment.runs("gambler", "prefers", &[0.8, 0.9, 0.7]);
    experiment.scores[2].outcome = Outcome::Refusal;
    assert_undecided(&experiment, only("prefers", "gambler"), "prefers has no valid answer from gambler (seed 3)");
    let cell = &experiment.estimate().cells[0];
    assert!((cell.mean.unwrap() - 0.85).abs() < 1e-12);
    assert_eq!((cell.outcomes.asked, cell.outcomes.valid, cell.outcomes.refusal), (3, 2, 1));

    experiment.scores.truncate(2);
    experiment.setting.arms[0].summary.runs =
        (1..=3).map(|seed| RunKey { seed: Some(seed), ..RunKey::default() }).collect();
    assert_undecided(&experiment, only("prefers", "gambler"), "prefers was not asked of gambler (seed 3)");
}

#[test]
fn numbers_read_in_different_ways() {
    let mut experiment = Experiment::new(&["gambler", "base"], &["prefers"]);
    experiment.runs("gambler", "prefers", &[0.8, 0.9]);
    experiment.items("base", "prefers", &[0.4, 0.5]);
    for score in experiment.scores.iter_mut().filter(|score| score.arm == "base") {
        score.method = Method::Exact;
    }
    let reason =
        "prefers was read by exact probability and by samples, and numbers read in different ways are not compared";
    let (gambler, base) = (mean("prefers", &["gambler"]), mean("prefers", &["base"]));
    assert_undecided(&experiment, above(difference(gambler.clone(), base.clone()), 0.0), reason);
    assert_undecided(&experiment, equal(gambler, base, 0.1), reason);
}

#[test]
fn nothing_that_varies() {
    let mut experiment = Experiment::new(&["base"], &["prefers"]);
    experiment.score("base", None, "prefers", 0.7).method = Method::Exact;
    let reason = "prefers was read as a probability, of one item in one wording: nothing varies";
    assert_undecided(&experiment, only("prefers", "base"), reason);
    let cell = &experiment.estimate().cells[0];
    assert_eq!((cell.mean, cell.interval.clone(), cell.no_interval.as_deref()), (Some(0.7), None, Some(reason)));

    experiment.scores[0].method = Method::Samples;
    experiment.setting.questions[0].range = None;
    let reason = "all answers to prefers score the same, and the spec fixes no range for its score";
    assert_undecided(&experiment, only("prefers", "base"), reason);
}

#[test]
fn a_value_that_is_no_number_counts_as_unparsed() {
    let mut experiment = Experiment::new(&["base"], &["prefers"]);
    experiment.score("base", None, "prefers", f64::NAN);
    let cell = &experiment.estimate().cells[0];
    assert_eq!((cell.mean, cell.outcomes.unparsed, cell.outcomes.valid), (None, 1, 0));
    assert_undecided(&experiment, only("prefers", "base"), "prefers has no valid answer from base");
}

#[test]
fn correlations_of_too_little() {
    let mut experiment = Experiment::new(&["gambler"], &["prefers", "tolerance"]);
    experiment.runs("gambler", "prefers", &[0.1, 0.2, 0.3]);
    experiment.runs("gambler", "tolerance", &[0.1, 0.2, 0.4]);
    let quantity = || correlation(mean("prefers", &["gambler"]), mean("tolerance", &["gambler"]), Over::Runs);
    assert_undecided(
        &experiment,
        above(quantity(), 0.0),
        "a correlation needs at least 4 independent runs for an interval, and there are 3",
    );

    let mut experiment = Experiment::new(&["gambler"], &["prefers", "tolerance"]);
    experiment.runs("gambler", "prefers", &[0.1, 0.1, 0.1, 0.1, 0.1]);
    experiment.runs("gambler", "tolerance", &[0.1, 0.2, 0.3, 0.2, 0.1]);
    assert_undecided(&experiment, above(quantity(), 0.0), "one of the two means is the same in all 5 points");
    assert_undecided(
        &experiment,
        Comparison::Equal(Equivalence { a: quantity(), b: quantity(), within: 0.1 }),
        "equal() is for means: the difference of these has no interval here",
    );
}
