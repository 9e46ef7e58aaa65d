use proptest::prelude::*;

use super::experiment::{Experiment, above, difference, lucy, mean};
use crate::estimates::{ClaimInSetting, Statement};
use crate::scores::{Outcome, Score};

fn scores() -> impl Strategy<Value = Vec<Score>> {
    let one = (0..2_usize, 1..4_u64, 1..3_u32, 1..3_u32, 0..4_u32, any::<bool>(), 0..5_u8, 0.0..1.0_f64);
    proptest::collection::vec(one, 1..60).prop_map(|drawn| {
        let mut experiment = Experiment::default();
        for (arm, seed, item, wording, sample, is_about_lucy, outcome, value) in drawn {
            let score = experiment.score(["gambler", "saver"][arm], Some(seed), "prefers", value);
            (score.item, score.wording, score.sample) = (item, wording, sample);
            score.order = if sample % 2 == 0 { "a,b" } else { "b,a" }.to_owned();
            score.read = Some(format!("{value:.1}"));
            if is_about_lucy {
                score.about = "lucy".to_owned();
            }
            if outcome == 0 {
                score.outcome = Outcome::Unparsed;
            }
        }
        experiment.scores
    })
}

proptest! {
    #[test]
    fn the_order_of_scores_does_not_matter(
        (sorted, shuffled) in scores().prop_flat_map(|scores| (Just(scores.clone()), Just(scores).prop_shuffle()))
    ) {
        let mut experiment = Experiment::new(&["gambler", "saver"], &["prefers"]);
        let gambler = mean("prefers", &["gambler"]);
        experiment.setting.claims = vec![ClaimInSetting {
            name: "claim".to_owned(),
            text: String::new(),
            expression: String::new(),
            place: String::new(),
            statement: Statement {
                comparisons: vec![
                    above(difference(gambler.clone(), mean("prefers", &["saver"])), 0.0),
                    above(difference(gambler.clone(), gambler.about(lucy())), 0.0),
                ],
            },
        }];
        experiment.scores = sorted;
        let expected = experiment.estimate();
        experiment.scores = shuffled;
        prop_assert_eq!(experiment.estimate(), expected);
    }
}
