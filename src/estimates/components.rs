use std::collections::{BTreeMap, BTreeSet};

use super::index::{Batch, Index, Place};
use super::spread::Spread;
use super::{Among, Condition, Conditions, Mean, QuestionInSetting, Setting, Term, crossed, sums};
use crate::report::Outcomes;
use crate::scores::{Method, RunKey};

/// One training: an arm's run with all its checkpoints, which are not independent of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Run<'a> {
    pub(crate) arm: &'a str,
    pub(crate) seed: Option<u64>,
    pub(crate) axes: &'a BTreeMap<String, String>,
}

/// One question under one condition, answered by one run at one checkpoint, with its weight in the estimate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Component<'a> {
    /// Which of the quantity's terms it belongs to.
    pub(crate) term: usize,
    pub(crate) weight: f64,
    pub(crate) run: Run<'a>,
    pub(crate) checkpoint: Option<u64>,
    pub(crate) question: &'a QuestionInSetting,
    pub(crate) condition: &'a Condition,
    pub(crate) batch: &'a Batch<'a>,
    pub(crate) mean: f64,
}

/// Everything that weighted means are made of: their estimate is `Σ weight × mean`.
#[derive(Debug, Default)]
pub(crate) struct Gathered<'a> {
    pub(crate) components: Vec<Component<'a>>,
    /// What is missing, one clause each. A run at a checkpoint that lacks a value is left out of `components`.
    pub(crate) gaps: Vec<String>,
    pub(crate) outcomes: Outcomes,
    methods: BTreeMap<&'a str, BTreeSet<Method>>,
    /// Whether the wordings vary too.
    generalizes: bool,
}

impl<'a> Run<'a> {
    fn of(arm: &'a str, key: &'a RunKey) -> Self {
        Run { arm, seed: key.seed, axes: &key.axes }
    }
}

impl<'a> Gathered<'a> {
    /// Gathers the components of a weighted sum of means.
    pub(crate) fn of(terms: impl IntoIterator<Item = &'a Term>, setting: &'a Setting, index: &'a Index<'a>) -> Self {
        let mut gathered = Gathered { generalizes: setting.generalize_wordings, ..Gathered::default() };
        let mut counted = BTreeSet::new();
        for (number, term) in terms.into_iter().enumerate() {
            gathered.add(number, term, setting, index, &mut counted);
        }
        gathered
    }

    pub(crate) fn estimate(&self) -> f64 {
        self.components.iter().map(|component| component.weight * component.mean).sum()
    }

    /// What varies in the sum, or why nothing does.
    pub(crate) fn spread(&self) -> Result<Spread, String> {
        self.spread_of(&self.components)
    }

    /// What varies in the sum of some of the components, weighted in another way.
    pub(crate) fn spread_of(&self, components: &[Component<'a>]) -> Result<Spread, String> {
        if self.generalizes { crossed::spread(components) } else { sums::spread(components) }
    }

    /// How all valid answers were read, if in one way.
    pub(crate) fn method(&self) -> Option<Method> {
        let all: BTreeSet<Method> = self.methods.values().flatten().copied().collect();
        (all.len() == 1).then(|| all.first().copied()).flatten()
    }

    /// Why nothing can be concluded from these components, if so: something is missing, or one question was read
    /// in different ways. Different questions may be read in different ways, as the spec asks for it.
    pub(crate) fn obstacle(&self) -> Option<String> {
        if let Some(first) = self.gaps.first() {
            return Some(match self.gaps.len() - 1 {
                0 => first.clone(),
                more => format!("{first} (and {more} more gaps)"),
            });
        }
        let (question, methods) = self.methods.iter().find(|(_, methods)| methods.len() > 1)?;
        let ways: Vec<String> = methods.iter().map(Method::to_string).collect();
        Some(format!(
            "{question} was read by {}, and numbers read in different ways are not compared",
            ways.join(" and by ")
        ))
    }

    /// Takes in what another part of the same comparison found.
    pub(crate) fn merge_findings(&mut self, other: &Gathered<'a>) {
        for gap in &other.gaps {
            if !self.gaps.contains(gap) {
                self.gaps.push(gap.clone());
            }
        }
        self.outcomes = sum(self.outcomes, other.outcomes);
        for (question, methods) in &other.methods {
            self.methods.entry(question).or_default().extend(methods);
        }
    }

    fn add(
        &mut self,
        number: usize,
        term: &'a Term,
        setting: &'a Setting,
        index: &'a Index<'a>,
        counted: &mut BTreeSet<Place<'a>>,
    ) {
        let mean = &term.mean;
        let asked = asked(mean, setting);
        if asked.is_empty() {
            self.gap(format!("no question of {} is asked under the conditions of the claim", mean.name));
            return;
        }
        let mut members: BTreeMap<Run<'a>, Vec<Vec<Component<'a>>>> = BTreeMap::new();
        for arm in &mean.arms {
            for key in self.runs(arm, mean, setting, index) {
                let mut components = Vec::new();
                let mut complete = true;
                for (question, conditions) in &asked {
                    for condition in conditions {
                        let place = Place::of(question, condition, arm, key);
                        let batch = index.measured(&place, &mean.measure);
                        if let Some(batch) = batch.filter(|_| counted.insert(place)) {
                            self.outcomes = sum(self.outcomes, batch.outcomes);
                            self.methods.entry(&question.name).or_default().extend(&batch.methods);
                        }
                        let Some((batch, value)) = batch.and_then(|batch| Some((batch, batch.mean()?))) else {
                            complete = false;
                            let what = if batch.is_some() { "has no valid answer from" } else { "was not asked of" };
                            self.gap(format!("{} {what} {}", question.name, run_in_words(arm, key)));
                            continue;
                        };
                        components.push(Component {
                            term: number,
                            weight: term.weight / (asked.len() * conditions.len()) as f64,
                            run: Run::of(arm, key),
                            checkpoint: key.checkpoint,
                            question,
                            condition,
                            batch,
                            mean: value,
                        });
                    }
                }
                if complete {
                    members.entry(Run::of(arm, key)).or_default().push(components);
                }
            }
        }
        let runs = members.len();
        for checkpoints in members.into_values() {
            let share = 1.0 / (runs * checkpoints.len()) as f64;
            for mut component in checkpoints.into_iter().flatten() {
                component.weight *= share;
                self.components.push(component);
            }
        }
    }

    /// The runs of an arm that the mean takes, each at each of its checkpoints.
    fn runs(&mut self, arm: &'a str, mean: &Mean, setting: &Setting, index: &Index<'a>) -> Vec<&'a RunKey> {
        if !index.has_scores(arm) {
            let stated = setting.arm(arm).and_then(|arm| arm.without_runs.clone());
            self.gap(stated.unwrap_or_else(|| format!("arm {arm} has no answers")));
            return Vec::new();
        }
        let runs: Vec<&RunKey> =
            index.runs(arm).iter().copied().filter(|run| takes_run(&mean.conditions, run)).collect();
        if runs.is_empty() {
            self.gap(format!("arm {arm} has no run under the conditions of the claim"));
        }
        runs
    }

    fn gap(&mut self, gap: String) {
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }
}

/// The questions of a mean with the conditions it takes. A question that is never asked under such conditions
/// has no part in the mean: a suite may ask one question about many personas and another only about itself.
pub(crate) fn asked<'a>(mean: &Mean, setting: &'a Setting) -> Vec<(&'a QuestionInSetting, Vec<&'a Condition>)> {
    mean.questions
        .iter()
        .filter_map(|name| setting.question(name))
        .map(|question| {
            let taken = question.conditions.iter().filter(|condition| takes(&mean.conditions, condition));
            (question, taken.collect::<Vec<_>>())
        })
        .filter(|(_, conditions)| !conditions.is_empty())
        .collect()
}

/// Adds outcomes up.
pub(crate) fn sum(a: Outcomes, b: Outcomes) -> Outcomes {
    Outcomes {
        asked: a.asked + b.asked,
        valid: a.valid + b.valid,
        refusal: a.refusal + b.refusal,
        truncated: a.truncated + b.truncated,
        error: a.error + b.error,
        unparsed: a.unparsed + b.unparsed,
    }
}

fn takes(conditions: &Conditions, condition: &Condition) -> bool {
    conditions.of_questions.iter().all(|(axis, among)| match axis.as_str() {
        "about" => among.takes(&condition.about),
        "under" => among.takes(&condition.under),
        // Of a suite's questions, some may lack an axis that others have.
        axis => condition.axes.get(axis).is_none_or(|value| among.takes(value)),
    })
}

/// Whether a mean's conditions on its arms take a run.
pub(crate) fn takes_run(conditions: &Conditions, run: &RunKey) -> bool {
    conditions.of_arms.iter().all(|(axis, among)| {
        let number = match axis.as_str() {
            "seed" => run.seed,
            "checkpoint" => run.checkpoint,
            _ => None,
        };
        let value = run.axes.get(axis).cloned().or_else(|| Some(number?.to_string()));
        value.is_none_or(|value| among.takes(&value))
    })
}

impl Among {
    fn takes(&self, value: &str) -> bool {
        match self {
            Among::All => true,
            Among::Only(values) => values.iter().any(|taken| taken == value),
            Among::Except(values) => values.iter().all(|left_out| left_out != value),
        }
    }
}

fn run_in_words(arm: &str, run: &RunKey) -> String {
    let axes = run.axes.iter().map(|(axis, value)| format!("{axis} {value}"));
    let seed = run.seed.map(|seed| format!("seed {seed}"));
    let checkpoint = run.checkpoint.map(|checkpoint| format!("checkpoint {checkpoint}"));
    let parts: Vec<String> = axes.chain(seed).chain(checkpoint).collect();
    if parts.is_empty() { arm.to_owned() } else { format!("{arm} ({})", parts.join(", ")) }
}
