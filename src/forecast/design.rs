//! From a claim's means and the plan to what will vary in their estimate, by the rules of the estimator: strata of
//! runs that share terms vary by run, single runs by the wordings or items of each question.

use std::collections::{BTreeMap, BTreeSet};

use super::Assumptions;
use super::power::Design;
use crate::answers::Inquiry;
use crate::estimates::{Condition, QuestionInSetting, Setting, Term, asked, takes_run};
use crate::scores::RunKey;
use crate::spec::ReadMethod;

/// An experiment as far as its claims' power goes.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(super) setting: Setting,
    questions: BTreeMap<String, Extent>,
    /// The arms whose runs are trainings, of which there can be more.
    trained: BTreeSet<String>,
    assumptions: Assumptions,
}

/// How much of a question is asked under one condition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Extent {
    pub(crate) items: u64,
    pub(crate) wordings: u64,
    pub(crate) wordings_about_other: u64,
    pub(crate) orders: u64,
    /// Samples of each, or none where probabilities are read.
    pub(crate) samples: Option<u32>,
}

/// How the plan is changed, to see what would help.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Levers {
    /// How many runs each trained arm has; as planned without.
    pub(super) runs: Option<u64>,
    /// How many times as many samples, wordings or items, and orders.
    pub(super) samples: f64,
    pub(super) wordings: f64,
}

impl Levers {
    pub(super) const AS_PLANNED: Levers = Levers { runs: None, samples: 1.0, wordings: 1.0 };
}

/// One question under one condition in one run, with its weight in the estimate times the range of its score.
struct Component<'w> {
    term: usize,
    weight: f64,
    checkpoint: Option<u64>,
    question: &'w QuestionInSetting,
    condition: &'w Condition,
    extent: Extent,
}

/// What is asked of a run at a checkpoint, under one condition of a question.
type Asked<'w> = (Run<'w>, &'w Condition, Option<u64>);

/// An arm's run: its seed and axes.
type Run<'w> = (&'w str, Option<u64>, &'w BTreeMap<String, String>);

impl World {
    /// Describes an experiment with its planned runs.
    pub(crate) fn of(inquiry: &Inquiry<'_>, assumptions: Assumptions) -> World {
        let mut questions = BTreeMap::new();
        for (suite, asked) in inquiry.questions() {
            let question = &inquiry.spec[asked.question];
            questions.entry(question.name.clone()).or_insert(Extent {
                items: asked.items(),
                wordings: question.wordings.len() as u64,
                wordings_about_other: question.wordings_about_other.len() as u64,
                orders: asked.orders,
                samples: match question.read {
                    ReadMethod::Samples => Some(inquiry.spec[suite.suite].samples),
                    ReadMethod::Probability { .. } => None,
                },
            });
        }
        let arms = inquiry.experiment.arms.iter().map(|id| &inquiry.spec[*id]);
        let trained = arms.filter(|arm| arm.trained.is_some()).map(|arm| arm.name.clone()).collect();
        World::new(Setting::of(inquiry, Vec::new()), questions, trained, assumptions)
    }

    pub(crate) fn new(
        setting: Setting,
        questions: BTreeMap<String, Extent>,
        trained: BTreeSet<String>,
        assumptions: Assumptions,
    ) -> World {
        World { setting, questions, trained, assumptions }
    }

    pub(super) fn assumptions(&self) -> &Assumptions {
        &self.assumptions
    }

    /// Whether a term's arms are trained, so that they can have more runs.
    pub(super) fn has_trained(&self, terms: &[Term]) -> bool {
        terms.iter().flat_map(|term| &term.mean.arms).any(|arm| self.trained.contains(arm))
    }

    /// Whether any question of the terms is sampled.
    pub(super) fn is_sampled(&self, terms: &[Term]) -> bool {
        let asked = terms.iter().flat_map(|term| asked(&term.mean, &self.setting));
        asked.filter_map(|(question, _)| self.questions.get(&question.name)).any(|extent| extent.samples.is_some())
    }

    /// How many runs the trained arms of the terms have, the fewest first and the most last.
    pub(super) fn runs(&self, terms: &[Term]) -> Option<(u64, u64)> {
        let arms = terms.iter().flat_map(|term| &term.mean.arms).filter(|arm| self.trained.contains(*arm));
        let counts = arms.filter_map(|arm| {
            let runs = &self.setting.arm(arm)?.summary.runs;
            Some(runs.iter().map(|run| run.seed).collect::<BTreeSet<_>>().len() as u64)
        });
        counts.fold(None, |found, count| match found {
            Some((low, high)) => Some((count.min(low), count.max(high))),
            None => Some((count, count)),
        })
    }

    /// How many runs the terms have in common, over which they could be correlated.
    pub(super) fn points(&self, terms: &[Term]) -> u64 {
        let mut common: Option<BTreeSet<Run<'_>>> = None;
        for term in terms {
            let arms = term.mean.arms.iter().filter_map(|arm| self.setting.arm(arm));
            let runs = arms.flat_map(|arm| arm.summary.runs.iter().map(move |run| (arm.summary.name.as_str(), run)));
            let taken = runs.filter(|(_, run)| takes_run(&term.mean.conditions, run));
            let keys = taken.map(|(arm, run)| (arm, run.seed, &run.axes)).collect::<BTreeSet<_>>();
            common = Some(common.map_or(keys.clone(), |common| common.intersection(&keys).copied().collect()));
        }
        common.map_or(0, |common| common.len() as u64)
    }

    /// The furthest that a weighted sum of means can come on either side.
    pub(super) fn range(&self, terms: &[Term]) -> (f64, f64) {
        let mut range = (0.0, 0.0);
        for term in terms {
            let asked = asked(&term.mean, &self.setting);
            for (question, _) in &asked {
                let weight = term.weight / asked.len() as f64;
                let (low, high) = question.range.unwrap_or((0.0, 1.0));
                range.0 += (weight * low).min(weight * high);
                range.1 += (weight * low).max(weight * high);
            }
        }
        range
    }

    /// What varies in `Σ weight × mean`, or why the claim cannot be decided.
    pub(super) fn design(&self, terms: &[Term], levers: Levers) -> Result<Design, String> {
        let runs = self.runs_of_arms(levers.runs);
        let mut by_run: BTreeMap<Run<'_>, Vec<Component<'_>>> = BTreeMap::new();
        for (number, term) in terms.iter().enumerate() {
            self.gather(number, term, &runs, levers, &mut by_run)?;
        }
        let mut strata: BTreeMap<BTreeSet<usize>, Vec<(Run<'_>, Vec<Component<'_>>)>> = BTreeMap::new();
        for (run, own) in by_run {
            strata.entry(own.iter().map(|component| component.term).collect()).or_default().push((run, own));
        }
        let mut design = Design::default();
        let mut single = Vec::new();
        for (_, mut runs) in strata {
            if runs.len() == 1 {
                single.extend(
                    runs.pop()
                        .into_iter()
                        .flat_map(|(run, own)| own.into_iter().map(move |component| (run, component))),
                );
                continue;
            }
            let variance = runs.iter().map(|((arm, _, _), own)| self.of_run(self.scatters(arm), own)).sum();
            design.units.push((variance, runs.len() as f64 - 1.0));
        }
        self.of_single_runs(&single, &mut design)?;
        Ok(design)
    }

    /// Runs of a trained arm scatter. A model that is what it is does not: the claim is about that one.
    fn scatters(&self, arm: &str) -> bool {
        self.trained.contains(arm)
    }

    fn runs_of_arms(&self, seeds: Option<u64>) -> BTreeMap<&str, Vec<RunKey>> {
        let of = |name: &str, runs: &[RunKey]| match seeds.filter(|_| self.trained.contains(name)) {
            None => runs.to_vec(),
            Some(seeds) => {
                let places: BTreeSet<_> = runs.iter().map(|run| (&run.axes, run.checkpoint)).collect();
                let key = |seed, (axes, checkpoint): &(&BTreeMap<String, String>, Option<u64>)| RunKey {
                    seed: Some(seed),
                    checkpoint: *checkpoint,
                    axes: (*axes).clone(),
                };
                (1..=seeds).flat_map(|seed| places.iter().map(move |place| key(seed, place))).collect()
            }
        };
        self.setting
            .arms
            .iter()
            .map(|arm| (arm.summary.name.as_str(), of(&arm.summary.name, &arm.summary.runs)))
            .collect()
    }

    fn gather<'w>(
        &'w self,
        number: usize,
        term: &Term,
        runs: &'w BTreeMap<&'w str, Vec<RunKey>>,
        levers: Levers,
        by_run: &mut BTreeMap<Run<'w>, Vec<Component<'w>>>,
    ) -> Result<(), String> {
        let mean = &term.mean;
        let asked = asked(mean, &self.setting);
        if asked.is_empty() {
            return Err(format!("no question of {} is asked under the conditions of the claim", mean.name));
        }
        let mut members: BTreeMap<Run<'w>, Vec<Option<u64>>> = BTreeMap::new();
        for arm in &mean.arms {
            let Some((arm, keys)) = runs.get_key_value(arm.as_str()) else { continue };
            let keys: Vec<&RunKey> = keys.iter().filter(|key| takes_run(&mean.conditions, key)).collect();
            if keys.is_empty() {
                return Err(format!("arm {arm} has no run under the conditions of the claim"));
            }
            for key in keys {
                members.entry((*arm, key.seed, &key.axes)).or_default().push(key.checkpoint);
            }
        }
        let count = members.len();
        for (run, checkpoints) in members {
            for checkpoint in &checkpoints {
                for (question, conditions) in &asked {
                    let Some(extent) = self.questions.get(&question.name) else { continue };
                    let (low, high) = question.range.unwrap_or((0.0, 1.0));
                    let share = (asked.len() * conditions.len() * count * checkpoints.len()) as f64;
                    by_run.entry(run).or_default().extend(conditions.iter().map(|condition| Component {
                        term: number,
                        weight: term.weight * (high - low) / share,
                        checkpoint: *checkpoint,
                        question,
                        condition,
                        extent: extent.with(levers),
                    }));
                }
            }
        }
        Ok(())
    }

    /// The variance of what one run contributes: its own deviations, and its answers.
    fn of_run(&self, scatters: bool, components: &[Component<'_>]) -> f64 {
        let mut together: BTreeMap<(&str, &Condition), f64> = BTreeMap::new();
        for component in components {
            *together.entry((group(component.question), component.condition)).or_default() += component.weight;
        }
        let runs: f64 = together.values().map(|weight| (weight * self.assumptions.run_sd).powi(2)).sum();
        let answers: f64 = self.of_answers(components).sum();
        if scatters { runs + answers } else { answers }
    }

    /// The variance of each component's mean. One condition in two terms is asked once, and its answers are shared.
    fn of_answers(&self, components: &[Component<'_>]) -> impl Iterator<Item = f64> {
        let mut shared: BTreeMap<(&str, &Condition, Option<u64>), (f64, f64)> = BTreeMap::new();
        for component in components {
            let key = (component.question.name.as_str(), component.condition, component.checkpoint);
            let (weight, variance) = shared.entry(key).or_default();
            *weight += component.weight;
            *variance = component.extent.variance(component.condition, self.assumptions.wording_sd);
        }
        shared.into_values().map(|(weight, variance)| weight.powi(2) * variance)
    }

    fn of_single_runs(&self, components: &[(Run<'_>, Component<'_>)], design: &mut Design) -> Result<(), String> {
        let mut by_question: BTreeMap<&str, BTreeMap<Asked<'_>, (f64, &Component<'_>)>> = BTreeMap::new();
        for (run, component) in components {
            let asked = by_question.entry(&component.question.name).or_default();
            // One condition in two terms is asked once, and its answers are shared.
            asked.entry((*run, component.condition, component.checkpoint)).or_insert((0.0, component)).0 +=
                component.weight;
        }
        for (name, asked) in by_question {
            let own: Vec<(f64, &Component<'_>)> = asked.into_values().collect();
            let clusters = own.iter().map(|(_, component)| component.extent.clusters(component.condition)).max();
            if let Some(clusters) = clusters.filter(|clusters| *clusters > 1) {
                let variance = own.iter().map(|(weight, component)| {
                    weight.powi(2) * component.extent.variance(component.condition, self.assumptions.wording_sd)
                });
                design.units.push((variance.sum(), clusters as f64 - 1.0));
                continue;
            }
            for (weight, component) in own {
                let samples = component.extent.samples.ok_or_else(|| {
                    format!("{name} is read as a probability, of one item in one wording: nothing varies")
                })?;
                let samples = f64::from(samples) * component.extent.orders as f64;
                let (low, high) = component.question.range.unwrap_or((0.0, 1.0));
                if low == 0.0 && high.total_cmp(&1.0).is_eq() {
                    design.shares.push((weight, samples));
                } else {
                    design.units.push((weight.powi(2) * 0.25 / samples, samples - 1.0));
                }
            }
        }
        Ok(())
    }
}

/// The questions that move together from run to run: those of one role, and those of none each by itself.
pub(crate) fn group(question: &QuestionInSetting) -> &str {
    if question.role.is_empty() { &question.name } else { &question.role }
}

impl Extent {
    fn with(self, levers: Levers) -> Extent {
        // Whole numbers of a plan, far from what a float cannot hold.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let times = |count: u64, factor: f64| (count as f64 * factor).round() as u64;
        let samples =
            self.samples.map(|samples| u32::try_from(times(samples.into(), levers.samples)).unwrap_or(u32::MAX));
        let (items, wordings) = if self.items > self.wordings {
            (times(self.items, levers.wordings), self.wordings)
        } else {
            (self.items, times(self.wordings, levers.wordings))
        };
        let wordings_about_other = if self.items > self.wordings {
            self.wordings_about_other
        } else {
            times(self.wordings_about_other, levers.wordings)
        };
        Extent { items, wordings, wordings_about_other, samples, ..self }
    }

    fn wordings_under(&self, condition: &Condition) -> u64 {
        if condition.about == "itself" { self.wordings } else { self.wordings_about_other }
    }

    fn clusters(&self, condition: &Condition) -> u64 {
        self.items.max(self.wordings_under(condition))
    }

    /// The variance of a mean on a score from 0 to 1: between wordings, items and orders, and of the answers to each,
    /// which is that of a share of one half, the most there can be. One wording of one item is what it is.
    fn variance(&self, condition: &Condition, wording_sd: f64) -> f64 {
        let cells = (self.items * self.wordings_under(condition) * self.orders).max(1) as f64;
        let between = if self.clusters(condition) > 1 { wording_sd.powi(2) } else { 0.0 };
        let within = self.samples.map_or(0.0, |samples| (0.25 - between).max(0.0) / f64::from(samples.max(1)));
        (between + within) / cells
    }
}
