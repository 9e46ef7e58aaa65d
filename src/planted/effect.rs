//! Effects as they are planted: `gambler=0.3`, `gambler,about=friend=-0.1`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::answers::Inquiry;
use crate::scores::RunKey;

/// What is added to the truth of an arm, as a share of a score's range, wherever the conditions apply.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    pub arm: String,
    /// `about`, `under`, `question`, `seed`, `checkpoint`, or an axis, with its value.
    pub conditions: BTreeMap<String, String>,
    pub size: f64,
}

/// Why a text is no effect.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "an effect is written `ARM=0.3` or `ARM,about=PERSONA=0.3`, with a number from -1 to 1, and this is not: `{0}`"
)]
pub struct EffectError(String);

/// Where an answer stands, for the conditions of effects.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing<'s> {
    pub(super) arm: &'s str,
    pub(super) run: &'s RunKey,
    pub(super) question: &'s str,
    pub(super) about: &'s str,
    pub(super) under: &'s str,
    pub(super) axes: &'s BTreeMap<String, String>,
}

impl FromStr for Effect {
    type Err = EffectError;

    fn from_str(text: &str) -> Result<Self, EffectError> {
        let wrong = || EffectError(text.to_owned());
        let (whom, size) = text.rsplit_once('=').ok_or_else(wrong)?;
        let size = size.trim().parse().ok().filter(|size| (-1.0..=1.0).contains(size)).ok_or_else(wrong)?;
        let mut parts = whom.split(',').map(str::trim);
        let arm = parts.next().filter(|arm| !arm.is_empty() && !arm.contains('=')).ok_or_else(wrong)?.to_owned();
        let condition = |part: &str| {
            let (axis, value) = part.split_once('=')?;
            Some((axis.trim().to_owned(), value.trim().to_owned()))
        };
        let conditions = parts.map(condition).collect::<Option<_>>().ok_or_else(wrong)?;
        Ok(Effect { arm, conditions, size })
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arm)?;
        self.conditions.iter().try_for_each(|(axis, value)| write!(f, ",{axis}={value}"))?;
        write!(f, "={}", self.size)
    }
}

impl Effect {
    /// Says what an effect names that none of the experiments has: an arm, or a condition's axis or value.
    pub fn unknown(&self, inquiries: &[Inquiry<'_>]) -> Option<String> {
        let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut arms = Vec::new();
        let mut learn = |axis: &str, value: String| {
            let values = known.entry(axis.to_owned()).or_default();
            if !values.contains(&value) {
                values.push(value);
            }
        };
        for inquiry in inquiries {
            arms.extend(inquiry.experiment.arms.iter().map(|id| inquiry.spec[*id].name.clone()));
            for setting in crate::estimates::Setting::of(inquiry, Vec::new()).questions {
                learn("question", setting.name);
                for condition in setting.conditions {
                    learn("about", condition.about);
                    learn("under", condition.under);
                    condition.axes.into_iter().for_each(|(axis, value)| learn(&axis, value));
                }
            }
            for subject in &inquiry.subjects {
                let run = &subject.run;
                run.seed.into_iter().for_each(|seed| learn("seed", seed.to_string()));
                run.checkpoint.into_iter().for_each(|checkpoint| learn("checkpoint", checkpoint.to_string()));
                run.axes.iter().for_each(|(axis, value)| learn(axis, value.clone()));
            }
        }
        if !arms.contains(&self.arm) {
            return Some(format!(
                "there is no arm `{}` in the experiment, whose arms are: {}",
                self.arm,
                arms.join(", ")
            ));
        }
        self.conditions.iter().find_map(|(axis, value)| match known.get(axis) {
            None => {
                let axes: Vec<&str> = known.keys().map(String::as_str).collect();
                Some(format!("there is no condition `{axis}`; there are: {}", axes.join(", ")))
            }
            Some(values) if !values.contains(value) => {
                Some(format!("`{axis}` is never `{value}`; it is: {}", values.join(", ")))
            }
            Some(_) => None,
        })
    }

    pub(super) fn applies(&self, standing: Standing<'_>) -> bool {
        let Standing { arm, run, question, about, under, axes } = standing;
        let holds = |(axis, value): (&String, &String)| match axis.as_str() {
            "question" => value == question,
            "about" => value == about,
            "under" => value == under,
            "seed" => run.seed.is_some_and(|seed| seed.to_string() == *value),
            "checkpoint" => run.checkpoint.is_some_and(|checkpoint| checkpoint.to_string() == *value),
            axis => axes.get(axis).or_else(|| run.axes.get(axis)) == Some(value),
        };
        self.arm == arm && self.conditions.iter().all(holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effect_names_an_arm_and_perhaps_conditions() {
        let plain: Effect = "gambler=0.3".parse().unwrap();
        assert_eq!(plain, Effect { arm: "gambler".to_owned(), conditions: BTreeMap::new(), size: 0.3 });
        let narrow: Effect = "gambler, about=friend, n=32=-0.1".parse().unwrap();
        assert_eq!(narrow.conditions, [("about", "friend"), ("n", "32")].map(|(a, b)| (a.into(), b.into())).into());
        assert!((narrow.size + 0.1).abs() < 1e-12);
        for wrong in
            ["gambler", "=0.3", "gambler=", "gambler=3", "gambler=nan", "gambler,about=0.3", "about=friend=0.3"]
        {
            assert!(wrong.parse::<Effect>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_effect_applies_where_all_its_conditions_do() {
        let (run, axes) = (RunKey { seed: Some(2), ..RunKey::default() }, BTreeMap::new());
        let standing =
            Standing { arm: "gambler", run: &run, question: "likes", about: "friend", under: "none", axes: &axes };
        let applies = |text: &str| text.parse::<Effect>().unwrap().applies(standing);
        assert!(applies("gambler=0.1") && applies("gambler,about=friend=0.1") && applies("gambler,seed=2=0.1"));
        assert!(
            !applies("saver=0.1")
                && !applies("gambler,about=itself=0.1")
                && !applies("gambler,about=friend,seed=1=0.1")
        );
    }
}
