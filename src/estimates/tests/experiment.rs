use std::collections::BTreeMap;

use crate::estimates::{
    Among, ArmInSetting, ClaimInSetting, Comparison, Condition, Conditions, Equivalence, Mean, Measure, Operator, Over,
    Quantity, QuestionInSetting, Setting, Statement, Term, estimate,
};
use crate::report::{ArmSummary, ClaimResult, Results};
use crate::scores::{Method, Outcome, RunKey, Score};

/// An experiment under test: what is planned, and what was scored.
#[derive(Clone, Debug, Default)]
pub(super) struct Experiment {
    pub(super) setting: Setting,
    pub(super) scores: Vec<Score>,
}

impl Experiment {
    /// Every question is asked about itself and lucy, under none, with scores from 0 to 1.
    pub(super) fn new(arms: &[&str], questions: &[&str]) -> Self {
        let arms = arms.iter().map(|name| ArmInSetting {
            summary: ArmSummary { name: (*name).to_owned(), made: String::new(), runs: Vec::new(), models: Vec::new() },
            without_runs: None,
        });
        let questions = questions.iter().map(|name| QuestionInSetting {
            name: (*name).to_owned(),
            role: String::new(),
            range: Some((0.0, 1.0)),
            conditions: vec![about("itself"), about("lucy")],
        });
        Experiment {
            setting: Setting {
                experiment: "gamblers".to_owned(),
                arms: arms.collect(),
                questions: questions.collect(),
                ..Setting::default()
            },
            scores: Vec::new(),
        }
    }

    /// Adds a score by one run of an arm: item, wording and sample 1, about itself. Its fields can be changed after.
    pub(super) fn score(&mut self, arm: &str, seed: Option<u64>, question: &str, value: f64) -> &mut Score {
        self.scores.push(Score {
            question: question.to_owned(),
            arm: arm.to_owned(),
            run: RunKey { seed, ..RunKey::default() },
            about: "itself".to_owned(),
            under: "none".to_owned(),
            axes: BTreeMap::new(),
            item: 1,
            wording: 1,
            order: String::new(),
            sample: 1,
            method: Method::Samples,
            outcome: Outcome::Value(value),
            read: None,
            outside: None,
            probabilities: Vec::new(),
        });
        self.scores.last_mut().unwrap()
    }

    /// One score for each run, seeds from 1.
    pub(super) fn runs(&mut self, arm: &str, question: &str, values: &[f64]) {
        for (seed, value) in (1..).zip(values) {
            self.score(arm, Some(seed), question, *value);
        }
    }

    /// One score for each item of a single run.
    pub(super) fn items(&mut self, arm: &str, question: &str, values: &[f64]) {
        for (item, value) in (1..).zip(values) {
            self.score(arm, None, question, *value).item = item;
        }
    }

    /// Samples of the one wording of a single run: `ones` of `count` score 1, the others 0.
    pub(super) fn samples(&mut self, arm: &str, question: &str, ones: u32, count: u32) {
        for sample in 0..count {
            let value = if sample < ones { 1.0 } else { 0.0 };
            self.score(arm, None, question, value).sample = sample;
        }
    }

    pub(super) fn estimate(&self) -> Results {
        estimate(&self.scores, &self.setting, Vec::new())
    }

    /// Decides one claim of these comparisons.
    pub(super) fn decide(&self, comparisons: Vec<Comparison>) -> ClaimResult {
        let mut setting = self.setting.clone();
        setting.claims = vec![ClaimInSetting {
            name: "claim".to_owned(),
            text: String::new(),
            expression: String::new(),
            place: String::new(),
            statement: Statement { comparisons },
        }];
        estimate(&self.scores, &setting, Vec::new()).claims.remove(0)
    }
}

pub(super) fn about(name: &str) -> Condition {
    Condition { about: name.to_owned(), under: "none".to_owned(), axes: BTreeMap::new() }
}

/// The mean of a question for some arms, about itself and under none.
pub(super) fn mean(question: &str, arms: &[&str]) -> Mean {
    suite(question, &[question], arms)
}

pub(super) fn suite(name: &str, questions: &[&str], arms: &[&str]) -> Mean {
    let only = |value: &str| Among::Only(vec![value.to_owned()]);
    Mean {
        measure: Measure::Score,
        name: name.to_owned(),
        questions: questions.iter().map(|name| (*name).to_owned()).collect(),
        arms: arms.iter().map(|name| (*name).to_owned()).collect(),
        conditions: Conditions {
            of_questions: [("about".to_owned(), only("itself")), ("under".to_owned(), only("none"))].into(),
            of_arms: BTreeMap::new(),
        },
    }
}

impl Mean {
    pub(super) fn about(mut self, among: Among) -> Self {
        self.conditions.of_questions.insert("about".to_owned(), among);
        self
    }
}

pub(super) fn lucy() -> Among {
    Among::Only(vec!["lucy".to_owned()])
}

pub(super) fn sum(terms: &[(f64, Mean)]) -> Quantity {
    Quantity::Sum(terms.iter().map(|(weight, mean)| Term { weight: *weight, mean: mean.clone() }).collect())
}

pub(super) fn difference(a: Mean, b: Mean) -> Quantity {
    sum(&[(1.0, a), (-1.0, b)])
}

pub(super) fn correlation(x: Mean, y: Mean, over: Over) -> Quantity {
    Quantity::Correlation { x, y, over }
}

pub(super) fn above(quantity: Quantity, bound: f64) -> Comparison {
    Comparison::Order { quantity, operator: Operator::Greater, bound }
}

pub(super) fn below(quantity: Quantity, bound: f64) -> Comparison {
    Comparison::Order { quantity, operator: Operator::Less, bound }
}

pub(super) fn equal(a: Mean, b: Mean, within: f64) -> Comparison {
    Comparison::Equal(Equivalence { a: sum(&[(1.0, a)]), b: sum(&[(1.0, b)]), within })
}
