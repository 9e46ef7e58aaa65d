//! What is planned against what happens.

use super::super::Unestimable;
use super::super::laws::noncentral_t_above;
use super::super::power::{Against, Design, Deviations};
use crate::rows::stream::Stream;

const DEVIATIONS: Deviations = Deviations { run: 0.05, wording: 0.1, interaction: 0.03, sample: 0.45 };

fn design(runs: u32, wordings: u32, against: Against, generalize: bool) -> Design {
    Design { runs, wordings, samples: 20, deviations: DEVIATIONS, against, generalize }
}

#[test]
fn the_noncentral_t_agrees_with_scipy() {
    // scipy.stats.nct.sf(t, df, shift)
    for (t, freedom, shift, expected) in [
        (2.0, 1.0, 1.5, 0.508_980_098_482_276_3),
        (4.3, 2.0, 3.0, 0.387_725_450_158_547_3),
        (2.776, 4.0, 2.0, 0.335_909_508_696_924_04),
        (1.96, 1000.0, 2.8, 0.799_457_258_705_768_3),
        (2.1, 18.5, -1.0, 0.001_789_663_621_886_332_7),
    ] {
        let found = noncentral_t_above(t, freedom, shift);
        assert!((found - expected).abs() < 1e-8, "{t}, {freedom}, {shift}: {found} is not {expected}");
    }
}

#[test]
fn power_over_runs_agrees_with_statsmodels() {
    // statsmodels.stats.power.TTestPower().power(effect, runs, 0.025, alternative="larger")
    let only = |run: f64| Deviations { run, wording: 0.0, interaction: 0.0, sample: 0.0 };
    for (effect, runs, expected) in [
        (0.5, 20, 0.564_482_896_678_621_3),
        (1.2, 5, 0.530_207_563_133_309_1),
        (3.0, 3, 0.745_268_006_662_301_2),
        (0.2, 400, 0.978_841_551_214_341_4),
        (2.0, 2, 0.175_664_003_713_637_1),
        (0.0, 5, 0.025),
    ] {
        let design = Design { deviations: only(1.0), ..design(runs, 1, Against::Bound, false) };
        let found = design.power(effect, 0.95).unwrap();
        assert!((found - expected).abs() < 1e-7, "{effect} over {runs}: {found} is not {expected}");
    }
}

/// Plans an effect for each power and compares it with what simulated experiments find.
fn compare(design: Design) {
    let stream = Stream::new(7, "design", "power");
    for power in [0.3, 0.8, 0.95] {
        let effect = design.detectable(power, 0.95).unwrap();
        let planned = design.power(effect, 0.95).unwrap();
        assert!((planned - power).abs() < 1e-6, "{planned} is not {power}");
        let found = design.simulated_power(effect, 0.95, 4000, &stream).unwrap();
        let Design { runs, wordings, against, generalize, .. } = design;
        println!("{against:?}, {runs} × {wordings}, general {generalize}: planned {power}, found {found}");
        assert!((found - power).abs() < 0.03, "{design:?} at {effect}: {found} is not {power}");
    }
}

#[test]
fn planned_power_is_what_simulated_experiments_find() {
    for against in [Against::Bound, Against::Arm] {
        for (runs, wordings) in [(2, 10), (3, 10), (5, 10), (10, 4), (1, 10)] {
            compare(design(runs, wordings, against, false));
        }
        compare(Design { samples: 60, ..design(1, 1, against, false) });
    }
}

#[test]
fn planned_power_over_runs_and_wordings_is_what_simulated_experiments_find() {
    for against in [Against::Bound, Against::Arm] {
        for (runs, wordings) in [(3, 4), (5, 5), (5, 10), (10, 10)] {
            compare(design(runs, wordings, against, true));
        }
        // Runs that differ more than wordings do, and the reverse.
        for (run, wording) in [(0.1, 0.02), (0.02, 0.2)] {
            let deviations = Deviations { run, wording, ..DEVIATIONS };
            compare(Design { deviations, ..design(5, 10, against, true) });
        }
    }
}

#[test]
fn without_an_effect_claims_hold_in_one_of_forty_at_most() {
    let stream = Stream::new(7, "design", "nothing");
    for against in [Against::Bound, Against::Arm] {
        for (runs, wordings, generalize) in [(3, 10, false), (5, 10, true), (3, 4, true), (1, 10, false)] {
            let design = design(runs, wordings, against, generalize);
            let found = design.simulated_power(0.0, 0.95, 4000, &stream).unwrap();
            println!("{against:?}, {runs} runs × {wordings} wordings, general: {generalize}: {found}");
            assert!(found < 0.032, "{design:?}: {found}");
        }
    }
}

#[test]
fn samples_do_not_replace_runs() {
    let three = design(3, 10, Against::Arm, false);
    let (planned, endless) =
        (three.detectable(0.8, 0.95).unwrap(), three.with_endless_samples().detectable(0.8, 0.95).unwrap());
    assert!(endless < planned);
    // Even endless samples of three runs cannot find what a few more runs can.
    let effect = 0.9 * endless;
    assert!(three.with_endless_samples().power(effect, 0.95).unwrap() < 0.8);
    let needed = three.runs_needed(effect, 0.8, 0.95).unwrap().unwrap();
    assert!(needed > 3 && needed < 10, "{needed}");
    assert!(Design { runs: needed, ..three }.power(effect, 0.95).unwrap() >= 0.8);
    assert!(Design { runs: needed - 1, ..three }.power(effect, 0.95).unwrap() < 0.8);
}

#[test]
fn runs_do_not_replace_wordings() {
    let few = design(5, 3, Against::Bound, true);
    assert_eq!(few.runs_needed(0.1, 0.8, 0.95), Ok(None));
    assert!(design(5, 3, Against::Bound, false).runs_needed(0.1, 0.8, 0.95).unwrap().is_some());
    // A large effect needs no more than the two runs that an interval needs.
    assert_eq!(design(5, 3, Against::Bound, false).runs_needed(5.0, 0.8, 0.95), Ok(Some(2)));
}

#[test]
fn a_design_that_says_nothing_is_refused() {
    let one = Design { samples: 1, ..design(1, 1, Against::Bound, false) };
    assert_eq!(one.power(0.1, 0.95), Err(Unestimable::TooFew { what: "samples", needed: 2, found: 1 }));
    let general = design(5, 1, Against::Bound, true);
    assert_eq!(general.power(0.1, 0.95), Err(Unestimable::TooFew { what: "wordings", needed: 2, found: 1 }));
    for refused in [
        Design { runs: 0, ..design(1, 1, Against::Bound, false) },
        Design { deviations: Deviations { run: f64::NAN, ..DEVIATIONS }, ..design(3, 1, Against::Bound, false) },
    ] {
        assert!(matches!(refused.power(0.1, 0.95), Err(Unestimable::Argument(_))), "{refused:?}");
    }
    assert!(matches!(design(3, 1, Against::Bound, false).detectable(1.0, 0.95), Err(Unestimable::Argument(_))));
}
