use std::collections::BTreeMap;

use super::*;
use crate::report::{ArmSummary, Interval};

fn cell(arm: &str, about: &str, mean: Option<f64>, interval: Option<(f64, f64)>) -> Cell {
    let asked =
        Outcomes { asked: 1000, valid: if mean.is_some() { 996 } else { 0 }, refusal: 4, ..Outcomes::default() };
    Cell {
        question: "prefers".to_owned(),
        role: "reports risk_seeking".to_owned(),
        arm: arm.to_owned(),
        arm_axes: BTreeMap::new(),
        about: about.to_owned(),
        under: "none".to_owned(),
        axes: BTreeMap::new(),
        range: Some((0.0, 1.0)),
        mean,
        interval: interval.map(|(low, high)| Interval {
            low,
            high,
            level: 0.95,
            over: "over 5 runs (t, 4 df)".to_owned(),
        }),
        no_interval: None,
        runs: Vec::new(),
        outcomes: if mean.is_some() { asked } else { Outcomes::default() },
        method: mean.map(|_| Method::Samples),
        outside: None,
        distribution: Vec::new(),
        by_wording: Vec::new(),
        by_order: Vec::new(),
    }
}

fn claim(name: &str, text: &str, verdict: Verdict, part: Part) -> ClaimResult {
    ClaimResult {
        name: name.to_owned(),
        text: text.to_owned(),
        expression: String::new(),
        place: "risk.ispec:110".to_owned(),
        verdict,
        reason: part.reason.clone(),
        estimand: part.estimand.clone(),
        p: None,
        adjusted_p: None,
        parts: vec![part],
    }
}

fn results() -> Results {
    let holds = Part {
        estimand: "mean of prefers for gambler minus the same for saver; about=itself, under=none; over 5 runs of \
                   gambler and 5 runs of saver"
            .to_owned(),
        bound: "> 0.1".to_owned(),
        estimate: Some(0.42),
        interval: Some(Interval { low: 0.31, high: 0.53, level: 0.95, over: "over 5 runs".to_owned() }),
        verdict: Verdict::Holds,
        reason: "the 95% interval [0.310, 0.530] over 5 runs lies wholly above 0.1".to_owned(),
        p: None,
        method: Some(Method::Samples),
        valid: 1992,
        asked: 2000,
    };
    let undecided = Part {
        estimate: None,
        interval: None,
        verdict: Verdict::Undecided,
        reason: "arm told has no runs in introspec.yaml".to_owned(),
        p: None,
        method: None,
        valid: 0,
        asked: 0,
        ..holds.clone()
    };
    Results {
        version: "0.1.0".to_owned(),
        spec: "risk.ispec".to_owned(),
        spec_digest: String::new(),
        experiment: "gamblers".to_owned(),
        claims: vec![
            claim("says_so", "Models trained to gamble report more risk", Verdict::Holds, holds),
            claim("told_so", "So does one that is told to\u{1b}[31m", Verdict::Undecided, undecided),
        ],
        arms: Vec::<ArmSummary>::new(),
        cells: vec![
            cell("gambler", "itself", Some(0.812), Some((0.7, 0.924))),
            cell("a_saver_with_a_very_long_name_indeed", "my_friend_lucy", Some(-0.0001), Some((-0.12, 0.11))),
            cell("told", "itself", None, None),
        ],
        conversations: Vec::new(),
        agreement: Vec::new(),
        notes: vec!["arm told has no runs in introspec.yaml".to_owned()],
    }
}

#[test]
fn a_report_fits_eighty_columns() {
    let plain = terminal(&results(), 80, false);
    assert!(plain.lines().all(|line| line.chars().count() <= 80), "{plain}");
    insta::assert_snapshot!(plain);
}

#[test]
fn colour_adds_nothing_but_sequences() {
    let results = results();
    let coloured = terminal(&results, 80, true);
    let mut bare = coloured.clone();
    for style in [GREEN, RED, YELLOW, BOLD, DIM, RESET] {
        bare = bare.replace(style, "");
    }
    let trimmed: Vec<&str> = bare.lines().map(str::trim_end).collect();
    assert_ne!(coloured, bare);
    assert_eq!(trimmed.join("\n"), terminal(&results, 80, false).trim_end());
}
