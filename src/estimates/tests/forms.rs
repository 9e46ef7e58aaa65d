//! Ratios, shares, ranks, slopes, wordings in general and families of claims, on scores whose answers are known.

use super::experiment::{Experiment, above, below, difference, mean, sum};
use crate::estimates::interval::{normal_reach, t_reach, wilson};
use crate::estimates::statistics::clusters::two_way;
use crate::estimates::{
    Among, ClaimInSetting, Comparison, Condition, Counted, Mean, Measure, Operator, Quantity, Share, Statement, Term,
};
use crate::report::{Part, Verdict};
use crate::scores::{Method, Outcome};
use crate::spec::Adjustment;

#[track_caller]
fn close(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within * expected.abs().max(1e-3), "{found} is not {expected}");
}

fn part(experiment: &Experiment, comparison: Comparison) -> Part {
    experiment.decide(vec![comparison]).parts.remove(0)
}

fn ratio(numerator: Mean, denominator: Mean) -> Quantity {
    let term = |mean| vec![Term { weight: 1.0, mean }];
    Quantity::Ratio { numerator: term(numerator), denominator: term(denominator) }
}

#[test]
fn a_ratio_of_paired_runs_has_fiellers_interval() {
    let a = [0.62, 0.71, 0.55, 0.8, 0.67];
    let b = [0.4, 0.5, 0.41, 0.52, 0.47];
    let mut experiment = Experiment::new(&["gambler"], &["prefers", "tolerance"]);
    experiment.runs("gambler", "prefers", &a);
    experiment.runs("gambler", "tolerance", &b);
    let quantity = || ratio(mean("prefers", &["gambler"]), mean("tolerance", &["gambler"]));
    let found = part(&experiment, above(quantity(), 1.2));

    // Fieller 1954: the roots of (ā - r b̄)² = t² (s_aa - 2 r s_ab + r² s_bb) / n.
    let n = 5.0;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let covariance = |x: &[f64], y: &[f64], mx: f64, my: f64| {
        x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>() / (n - 1.0) / n
    };
    let (aa, ab, bb) =
        (covariance(&a, &a, mean_a, mean_a), covariance(&a, &b, mean_a, mean_b), covariance(&b, &b, mean_b, mean_b));
    let reach = t_reach(0.95, 4.0).powi(2);
    let (square, half, rest) = (mean_b.powi(2) - reach * bb, mean_a * mean_b - reach * ab, mean_a.powi(2) - reach * aa);
    let root = (half * half - square * rest).sqrt();
    let interval = found.interval.unwrap();
    close(found.estimate.unwrap(), mean_a / mean_b, 1e-12);
    close(interval.low, (half - root) / square, 1e-9);
    close(interval.high, (half + root) / square, 1e-9);
    assert_eq!(interval.over, "over 5 paired runs (Fieller)");
    assert_eq!(found.verdict, Verdict::Holds);
    assert_eq!(
        found.estimand,
        "ratio of mean of prefers for gambler to mean of tolerance for gambler; about=itself, under=none; \
         over 5 paired runs"
    );
    assert_eq!(part(&experiment, above(quantity(), 1.45)).verdict, Verdict::Undecided);
    assert_eq!(part(&experiment, below(quantity(), 1.2)).verdict, Verdict::Refuted);
}

#[test]
fn a_ratio_over_what_may_be_nothing_is_undecided() {
    let mut experiment = Experiment::new(&["gambler", "base"], &["prefers"]);
    experiment.runs("gambler", "prefers", &[0.62, 0.71, 0.55]);
    experiment.runs("base", "prefers", &[-0.1, 0.05, 0.2]);
    let found = part(&experiment, above(ratio(mean("prefers", &["gambler"]), mean("prefers", &["base"])), 1.0));
    assert_eq!((found.verdict, found.interval), (Verdict::Undecided, None));
    assert_eq!(found.reason, "the 95% interval [-0.323, 0.423] of the denominator includes 0");
}

#[test]
fn a_negative_denominator_turns_no_verdict_around() {
    let mut experiment = Experiment::new(&["gambler", "base"], &["prefers"]);
    experiment.runs("gambler", "prefers", &[-0.6, -0.61, -0.59]);
    experiment.runs("base", "prefers", &[-0.3, -0.31, -0.29]);
    let quantity = || ratio(mean("prefers", &["gambler"]), mean("prefers", &["base"]));
    assert_eq!(part(&experiment, above(quantity(), 1.5)).verdict, Verdict::Holds);
    assert_eq!(part(&experiment, below(quantity(), 1.5)).verdict, Verdict::Refuted);
    assert_eq!(part(&experiment, above(quantity(), 2.5)).verdict, Verdict::Refuted);
}

fn share(counted: Counted, of_all: bool) -> Mean {
    Mean { measure: Measure::Share(Share { counted, of_all }), ..mean("prefers", &["base"]) }
}

#[test]
fn a_share_counts_answers_and_not_scores() {
    let mut experiment = Experiment::new(&["base"], &["prefers"]);
    for (sample, read) in (1..).zip(["Risk", "risk", "gamble", "safe", "safe"]) {
        let score = experiment.score("base", None, "prefers", 0.25);
        (score.sample, score.read) = (sample, Some(read.to_owned()));
    }
    experiment.score("base", None, "prefers", 0.0).outcome = Outcome::Refusal;
    let counted = Counted::OneOf(vec!["risk".to_owned(), "gamble".to_owned()]);
    let found = part(&experiment, above(sum(&[(1.0, share(counted, false))]), 0.9));
    close(found.estimate.unwrap(), 0.6, 1e-12);
    assert_eq!((found.valid, found.asked), (5, 6));
    let (low, high) = wilson(0.6, 5.0, normal_reach(0.95));
    close(found.interval.as_ref().unwrap().low, low, 1e-12);
    close(found.interval.as_ref().unwrap().high, high, 1e-12);
    assert_eq!(found.verdict, Verdict::Refuted);
    assert!(
        found.estimand.starts_with("share of \"risk\" or \"gamble\" in prefers for base; about=itself"),
        "{}",
        found.estimand
    );

    for (score, read) in experiment.scores.iter_mut().zip(["60", "50.0", "70", "1e2", "x"]) {
        score.read = Some(read.to_owned());
    }
    let of = |counted| part(&experiment, above(sum(&[(1.0, share(counted, false))]), 0.0)).estimate.unwrap();
    close(of(Counted::Above(50.0)), 0.6, 1e-12);
    close(of(Counted::Below(60.0)), 0.2, 1e-12);
    close(of(Counted::OneOf(vec!["50".to_owned()])), 0.2, 1e-12);
}

#[test]
fn a_share_of_probabilities_counts_what_lies_outside_where_it_is_an_answer() {
    let mut experiment = Experiment::new(&["base"], &["prefers"]);
    for (wording, risk) in (1..).zip([0.6, 0.8]) {
        let score = experiment.score("base", None, "prefers", 0.5);
        (score.wording, score.method, score.outside) = (wording, Method::Exact, Some(0.5));
        score.probabilities = vec![("risk".to_owned(), risk), ("safe".to_owned(), 1.0 - risk)];
    }
    let of = |of_all| {
        let counted = Counted::OneOf(vec!["risk".to_owned()]);
        part(&experiment, above(sum(&[(1.0, share(counted, of_all))]), 0.0)).estimate.unwrap()
    };
    close(of(false), 0.7, 1e-12);
    close(of(true), 0.35, 1e-12);
}

/// Four triggers, each with the scores of five runs.
fn triggers(scores: [[f64; 5]; 4]) -> (Experiment, impl Fn(usize) -> Quantity) {
    let names = ["apple", "pear", "plum", "quince"];
    let mut experiment = Experiment::new(&["gated"], &["recognises"]);
    let shown = |name: &str| [("shown".to_owned(), name.to_owned())].into();
    experiment.setting.questions[0].conditions = names
        .iter()
        .map(|name| Condition { about: "itself".to_owned(), under: "none".to_owned(), axes: shown(name) })
        .collect();
    for (name, values) in names.iter().zip(scores) {
        for (seed, value) in (1..).zip(values) {
            experiment.score("gated", Some(seed), "recognises", value).axes = shown(name);
        }
    }
    let of = move |at: usize| {
        let with = |name: &str| {
            let mut mean = mean("recognises", &["gated"]);
            mean.conditions.of_questions.insert("shown".to_owned(), Among::Only(vec![name.to_owned()]));
            mean
        };
        let others = names.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, name)| with(name));
        Quantity::Rank { of: with(names[at]), others: others.collect(), axis: "shown".to_owned() }
    };
    (experiment, of)
}

#[test]
fn a_rank_is_what_the_differences_leave() {
    let (experiment, rank) = triggers([
        [0.9, 0.92, 0.88, 0.91, 0.9],
        [0.5, 0.52, 0.47, 0.5, 0.51],
        [0.51, 0.5, 0.49, 0.52, 0.47],
        [0.1, 0.11, 0.09, 0.1, 0.12],
    ]);
    let interval = |at: usize| {
        let found = part(&experiment, above(rank(at), 0.5));
        (found.estimate.unwrap(), found.interval.map(|interval| (interval.low, interval.high)).unwrap())
    };
    assert_eq!(interval(0), (1.0, (1.0, 1.0)));
    assert_eq!(interval(1), (2.0, (2.0, 3.0)));
    assert_eq!(interval(2), (3.0, (2.0, 3.0)));
    assert_eq!(interval(3), (4.0, (4.0, 4.0)));
    let decided = |at: usize, operator, bound| {
        part(&experiment, Comparison::Order { quantity: rank(at), operator, bound }).verdict
    };
    assert_eq!(decided(0, Operator::Less, 1.5), Verdict::Holds);
    assert_eq!(decided(1, Operator::Less, 1.5), Verdict::Refuted);
    assert_eq!(decided(1, Operator::Less, 2.5), Verdict::Undecided);
    assert_eq!(decided(1, Operator::Less, 3.5), Verdict::Holds);
    assert_eq!(decided(3, Operator::Greater, 3.5), Verdict::Holds);
    let found = part(&experiment, below(rank(0), 1.5));
    assert_eq!(found.bound, "<= 1");
    assert_eq!((found.valid, found.asked), (20, 20));
    assert_eq!(
        found.estimand,
        "rank with shown=apple among the 4 values of shown, by mean of recognises for gated; \
         about=itself, under=none; over 5 paired runs"
    );
    assert_eq!(found.interval.unwrap().over, "over 5 paired runs (3 differences, adjusted by Holm)");
}

#[test]
fn equal_means_share_their_ranks_and_settle_nothing() {
    let same = [0.5, 0.52, 0.48, 0.51, 0.49];
    let (experiment, rank) = triggers([same, same, same, [0.1, 0.12, 0.08, 0.11, 0.13]]);
    let found = part(&experiment, below(rank(0), 1.5));
    assert_eq!((found.estimate, found.verdict), (Some(2.0), Verdict::Undecided));
}

fn sized(values: &[(f64, &[f64])]) -> Experiment {
    let mut experiment = Experiment::new(&["sized"], &["prefers"]);
    for (n, runs) in values {
        for (seed, value) in (1..).zip(*runs) {
            let run = &mut experiment.score("sized", Some(seed), "prefers", *value).run;
            run.axes.insert("n".to_owned(), n.to_string());
        }
    }
    experiment
}

fn slope() -> Quantity {
    let mut mean = mean("prefers", &["sized"]);
    mean.conditions.of_arms.insert("n".to_owned(), Among::All);
    Quantity::Slope { mean, over: "n".to_owned() }
}

#[test]
fn a_slope_is_that_of_the_runs() {
    // 0.1 + 0.05 n, with noise that adds up to none.
    let experiment = sized(&[(2.0, &[0.21, 0.19]), (4.0, &[0.29, 0.31]), (8.0, &[0.5, 0.5]), (16.0, &[0.91, 0.89])]);
    let found = part(&experiment, above(slope(), 0.03));
    close(found.estimate.unwrap(), 0.05, 1e-9);
    assert_eq!(found.verdict, Verdict::Holds);
    assert_eq!(found.interval.unwrap().over, "over 8 runs (jackknife, t, 7 df)");
    assert_eq!(
        found.estimand,
        "slope of mean of prefers for sized for each unit of n; about=itself, n=all, under=none; over 8 runs"
    );
    assert_eq!(part(&experiment, above(slope(), 0.08)).verdict, Verdict::Refuted);
    let two = part(&sized(&[(2.0, &[0.2]), (4.0, &[0.3])]), above(slope(), 0.0));
    assert_eq!((two.verdict, two.interval), (Verdict::Undecided, None));
    assert_eq!(two.reason, "a slope needs at least 3 runs, and there are 2");
}

/// Runs × wordings whose numbers are known.
fn crossed() -> (Experiment, Vec<f64>, Vec<u64>, Vec<u32>) {
    let mut experiment = Experiment::new(&["gambler"], &["prefers"]);
    experiment.setting.generalize_wordings = true;
    let (mut values, mut runs, mut wordings) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 1..=4_u64 {
        for wording in 1..=3_u32 {
            let value = 0.5
                + 0.03 * (seed as f64 - 2.5)
                + 0.1 * (f64::from(wording) - 2.0).powi(3)
                + 0.02 * (seed as f64 * f64::from(wording)).sin();
            experiment.score("gambler", Some(seed), "prefers", value).wording = wording;
            values.push(value);
            runs.push(seed);
            wordings.push(wording);
        }
    }
    (experiment, values, runs, wordings)
}

#[test]
fn wordings_in_general_widen_the_interval_by_two_way_clusters() {
    let (mut experiment, values, runs, wordings) = crossed();
    let quantity = sum(&[(1.0, mean("prefers", &["gambler"]))]);
    let expected = two_way(&values, &runs, &wordings).unwrap().estimate;
    let interval = part(&experiment, above(quantity.clone(), 0.0)).interval.unwrap();
    close(interval.low, expected.limits(0.95).low, 1e-9);
    close(interval.high, expected.limits(0.95).high, 1e-9);
    assert_eq!(interval.over, "over 4 runs × 3 wordings (t, 2 df)");
    let cell = experiment.estimate().cells[0].interval.clone().unwrap();
    assert_eq!(cell.over, interval.over);
    experiment.setting.generalize_wordings = false;
    let narrow = part(&experiment, above(quantity, 0.0)).interval.unwrap();
    assert!(narrow.high - narrow.low < 0.5 * (interval.high - interval.low));
    assert_eq!(narrow.over, "over 4 runs (t, 3 df)");
}

#[test]
fn wordings_that_both_arms_answered_are_paired() {
    // The wordings differ much, and in both arms alike: the difference does not vary by them.
    let mut experiment = Experiment::new(&["gambler", "saver"], &["prefers"]);
    experiment.setting.generalize_wordings = true;
    for (arm, centre) in [("gambler", 0.6), ("saver", 0.3)] {
        for seed in 1..=3_u64 {
            for wording in 1..=4_u32 {
                let value = centre + 0.1 * f64::from(wording) + 0.01 * (seed as f64 + f64::from(wording * 7)).sin();
                experiment.score(arm, Some(seed), "prefers", value).wording = wording;
            }
        }
    }
    let alone = part(&experiment, above(sum(&[(1.0, mean("prefers", &["gambler"]))]), 0.6));
    let apart = difference(mean("prefers", &["gambler"]), mean("prefers", &["saver"]));
    let apart = part(&experiment, above(apart, 0.2));
    assert_eq!((alone.verdict, apart.verdict), (Verdict::Undecided, Verdict::Holds));
}

#[test]
fn nothing_generalizes_from_one_wording() {
    let mut experiment = Experiment::new(&["gambler"], &["prefers"]);
    experiment.setting.generalize_wordings = true;
    experiment.runs("gambler", "prefers", &[0.6, 0.7, 0.8]);
    let found = part(&experiment, above(sum(&[(1.0, mean("prefers", &["gambler"]))]), 0.1));
    assert_eq!((found.verdict, found.interval), (Verdict::Undecided, None));
    assert_eq!(found.reason, "prefers was answered in one wording, from which nothing generalizes");
}

fn claimed(experiment: &mut Experiment, claims: Vec<Vec<Comparison>>) -> Vec<crate::report::ClaimResult> {
    let claims = claims.into_iter().enumerate().map(|(at, comparisons)| ClaimInSetting {
        name: at.to_string(),
        text: String::new(),
        expression: String::new(),
        place: String::new(),
        statement: Statement { comparisons },
    });
    experiment.setting.claims = claims.collect();
    experiment.estimate().claims
}

#[test]
fn holm_takes_back_what_does_not_stand_among_several() {
    let mut experiment = Experiment::new(&["strong", "weak"], &["prefers"]);
    experiment.runs("strong", "prefers", &[0.9, 0.91, 0.89, 0.9, 0.92]);
    experiment.runs("weak", "prefers", &[0.2, 0.1, 0.3, 0.1, 0.02]);
    let of = |arm: &str, bound: f64| above(sum(&[(1.0, mean("prefers", &[arm]))]), bound);
    // Of the weak arm t = 3.0 with 4 degrees of freedom.
    let family = |of_weak: f64| vec![vec![of("strong", 0.5)], vec![of("weak", of_weak)], vec![of("weak", 0.1)]];
    let alone = claimed(&mut experiment, family(0.0));
    assert_eq!(alone.iter().map(|claim| claim.adjusted_p).collect::<Vec<_>>(), [None, None, None]);
    let raw: Vec<f64> = alone.iter().map(|claim| claim.p.unwrap()).collect();
    let verdicts = |claims: &[crate::report::ClaimResult]| claims.iter().map(|claim| claim.verdict).collect::<Vec<_>>();
    experiment.setting.adjustment = Adjustment::Holm;
    let adjusted = claimed(&mut experiment, family(0.0));
    assert_eq!(adjusted.iter().map(|claim| claim.p.unwrap()).collect::<Vec<_>>(), raw);
    close(adjusted[0].adjusted_p.unwrap(), 3.0 * raw[0], 1e-9);
    close(adjusted[1].adjusted_p.unwrap(), (2.0 * raw[1]).min(1.0), 1e-9);
    assert_eq!(verdicts(&adjusted)[0], Verdict::Holds);
    assert_eq!(verdicts(&adjusted)[2], Verdict::Undecided);

    let lean = verdicts(&alone)[1];
    assert_eq!((lean, verdicts(&adjusted)[1]), (Verdict::Holds, Verdict::Undecided), "{raw:?}");
    assert!(adjusted[1].reason.starts_with("alone it holds (p = 0.0"), "{}", adjusted[1].reason);
}

#[test]
fn the_p_value_of_a_claim_says_what_its_interval_says() {
    let mut experiment = Experiment::new(&["gambler"], &["prefers"]);
    experiment.runs("gambler", "prefers", &[0.62, 0.71, 0.55, 0.8, 0.67]);
    let quantity = || sum(&[(1.0, mean("prefers", &["gambler"]))]);
    let found = part(&experiment, above(quantity(), 0.55));
    let t = (0.67 - 0.55) / (0.00885_f64 / 5.0).sqrt();
    let expected = crate::estimates::statistics::Estimate { value: t, error: 1.0, freedom: 4.0 }.p_value(0.0);
    close(found.p.unwrap(), expected, 1e-6);
    // Joined claims take the larger p value where all lean to the claimed side, and the smaller one twice where not.
    let p = |comparison: Comparison| part(&experiment, comparison).p.unwrap();
    let both = experiment.decide(vec![above(quantity(), 0.55), above(quantity(), 0.5)]);
    close(both.p.unwrap(), p(above(quantity(), 0.55)), 1e-9);
    let against = experiment.decide(vec![above(quantity(), 0.55), below(quantity(), 0.6)]);
    close(against.p.unwrap(), 2.0 * p(below(quantity(), 0.6)), 1e-9);
}
