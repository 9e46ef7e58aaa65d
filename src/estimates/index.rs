use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Condition, Measure, QuestionInSetting, Setting, Share};
use crate::report::Outcomes;
use crate::scores::{Method, Outcome, RunKey, Score};

/// Every score, grouped once. Each lookup after that is by key.
#[derive(Debug)]
pub(crate) struct Index<'a> {
    batches: BTreeMap<Place<'a>, Batch<'a>>,
    /// The shares that claims are about, each with the batches of its question.
    shares: Vec<(&'a Share, BTreeMap<Place<'a>, Batch<'a>>)>,
    answered: BTreeSet<&'a str>,
    runs: BTreeMap<&'a str, Vec<&'a RunKey>>,
}

/// Where a batch of scores stands: one question under one condition, answered by one run at one checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place<'a> {
    pub(crate) question: &'a str,
    pub(crate) arm: &'a str,
    pub(crate) about: &'a str,
    pub(crate) under: &'a str,
    pub(crate) axes: &'a BTreeMap<String, String>,
    pub(crate) run: &'a RunKey,
}

/// The scores of one place.
#[derive(Debug, Default)]
pub(crate) struct Batch<'a> {
    /// The valid ones, by item, wording, order and sample.
    pub(crate) observations: Vec<Observation<'a>>,
    /// The mean of each item × wording × order that has a valid score, in the same order.
    pub(crate) replicates: Vec<Replicate<'a>>,
    pub(crate) outcomes: Outcomes,
    /// How the valid scores were read.
    pub(crate) methods: BTreeSet<Method>,
    /// Each probability outside what was asked about.
    pub(crate) outside: Vec<f64>,
}

/// One valid score.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Observation<'a> {
    pub(crate) item: u32,
    pub(crate) wording: u32,
    pub(crate) order: &'a str,
    sample: u32,
    pub(crate) value: f64,
    pub(crate) read: Option<&'a str>,
    pub(crate) probabilities: &'a [(String, f64)],
    pub(crate) outside: Option<f64>,
}

/// The mean of the samples of one item, wording and order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Replicate<'a> {
    pub(crate) item: u32,
    pub(crate) wording: u32,
    pub(crate) order: &'a str,
    pub(crate) mean: f64,
    pub(crate) samples: usize,
}

impl<'a> Place<'a> {
    /// The place of a question's condition in one run of an arm.
    pub(crate) fn of(question: &'a QuestionInSetting, condition: &'a Condition, arm: &'a str, run: &'a RunKey) -> Self {
        Place {
            question: &question.name,
            arm,
            about: &condition.about,
            under: &condition.under,
            axes: &condition.axes,
            run,
        }
    }
}

impl<'a> Index<'a> {
    /// Groups the scores by place, in time linear in their number but for sorting within a place.
    pub(crate) fn of(scores: &'a [Score], setting: &'a Setting) -> Self {
        let mut found: HashMap<Place<'a>, usize> = HashMap::new();
        let mut grouped: Vec<(Place<'a>, Batch<'a>)> = Vec::new();
        for score in scores {
            let place = Place {
                question: &score.question,
                arm: &score.arm,
                about: &score.about,
                under: &score.under,
                axes: &score.axes,
                run: &score.run,
            };
            let at = *found.entry(place).or_insert_with(|| {
                grouped.push((place, Batch::default()));
                grouped.len() - 1
            });
            if let Some((_, batch)) = grouped.get_mut(at) {
                batch.add(score);
            }
        }
        let mut batches = BTreeMap::new();
        let mut answered: BTreeMap<&str, BTreeSet<&RunKey>> = BTreeMap::new();
        for (place, mut batch) in grouped {
            batch.close();
            answered.entry(place.arm).or_default().insert(place.run);
            batches.insert(place, batch);
        }
        let shares = shares(&batches, setting);
        Index { batches, shares, answered: answered.keys().copied().collect(), runs: runs(setting, answered) }
    }

    pub(crate) fn batch(&self, place: &Place<'a>) -> Option<&Batch<'a>> {
        self.batches.get(place)
    }

    /// The batch of a place with the numbers of a measure.
    pub(crate) fn measured(&self, place: &Place<'a>, measure: &Measure) -> Option<&Batch<'a>> {
        match measure {
            Measure::Score => self.batch(place),
            Measure::Share(share) => self.shares.iter().find(|(known, _)| *known == share)?.1.get(place),
        }
    }

    /// An arm's runs at their checkpoints: the setting's in its order, then any others that have scores.
    pub(crate) fn runs(&self, arm: &str) -> &[&'a RunKey] {
        self.runs.get(arm).map_or(&[], Vec::as_slice)
    }

    /// Whether anything was asked of the arm.
    pub(crate) fn has_scores(&self, arm: &str) -> bool {
        self.answered.contains(arm)
    }
}

/// Counts the answers of each share that a claim is about.
fn shares<'a>(
    batches: &BTreeMap<Place<'a>, Batch<'a>>,
    setting: &'a Setting,
) -> Vec<(&'a Share, BTreeMap<Place<'a>, Batch<'a>>)> {
    let mut shares: Vec<(&Share, BTreeMap<Place<'_>, Batch<'_>>)> = Vec::new();
    let comparisons = setting.claims.iter().flat_map(|claim| &claim.statement.comparisons);
    for mean in comparisons.flat_map(|comparison| comparison.quantities()).flat_map(|quantity| quantity.means()) {
        let Measure::Share(share) = &mean.measure else { continue };
        if !shares.iter().any(|(known, _)| *known == share) {
            shares.push((share, BTreeMap::new()));
        }
        let Some((_, counted)) = shares.iter_mut().find(|(known, _)| *known == share) else { continue };
        for (place, batch) in
            batches.iter().filter(|(place, _)| mean.questions.iter().any(|name| name == place.question))
        {
            counted.entry(*place).or_insert_with(|| batch.counting(share));
        }
    }
    shares
}

fn runs<'a>(
    setting: &'a Setting,
    mut answered: BTreeMap<&'a str, BTreeSet<&'a RunKey>>,
) -> BTreeMap<&'a str, Vec<&'a RunKey>> {
    let mut runs: BTreeMap<&str, Vec<&RunKey>> = BTreeMap::new();
    for arm in &setting.arms {
        let mut others = answered.remove(arm.summary.name.as_str()).unwrap_or_default();
        let listed = runs.entry(&arm.summary.name).or_default();
        for run in &arm.summary.runs {
            others.remove(run);
            listed.push(run);
        }
        listed.extend(others);
    }
    runs
}

impl<'a> Batch<'a> {
    fn add(&mut self, score: &'a Score) {
        self.outcomes.asked += 1;
        self.outside.extend(score.outside);
        match score.outcome {
            Outcome::Value(value) if value.is_finite() => {
                self.outcomes.valid += 1;
                self.methods.insert(score.method);
                self.observations.push(Observation {
                    item: score.item,
                    wording: score.wording,
                    order: &score.order,
                    sample: score.sample,
                    value,
                    read: score.read.as_deref(),
                    probabilities: &score.probabilities,
                    outside: score.outside,
                });
            }
            Outcome::Value(_) | Outcome::Unparsed => self.outcomes.unparsed += 1,
            Outcome::Refusal => self.outcomes.refusal += 1,
            Outcome::Truncated => self.outcomes.truncated += 1,
            Outcome::Error => self.outcomes.error += 1,
        }
    }

    /// Sorts, so that no sum depends on the order in which scores came, and averages the samples.
    fn close(&mut self) {
        self.observations.sort_unstable_by(Observation::order);
        self.outside.sort_unstable_by(f64::total_cmp);
        let same =
            |a: &Observation<'_>, b: &Observation<'_>| (a.item, a.wording, a.order) == (b.item, b.wording, b.order);
        for samples in self.observations.chunk_by(same) {
            if let Some(first) = samples.first() {
                let sum: f64 = samples.iter().map(|observation| observation.value).sum();
                self.replicates.push(Replicate {
                    item: first.item,
                    wording: first.wording,
                    order: first.order,
                    mean: sum / samples.len() as f64,
                    samples: samples.len(),
                });
            }
        }
    }

    /// The same answers with the numbers of a share. A score without anything that was read takes no part.
    fn counting(&self, share: &Share) -> Batch<'a> {
        let counted =
            |observation: &Observation<'a>| Some(Observation { value: share.of(observation)?, ..*observation });
        let mut batch = Batch {
            observations: self.observations.iter().filter_map(counted).collect(),
            replicates: Vec::new(),
            outcomes: self.outcomes,
            methods: self.methods.clone(),
            outside: self.outside.clone(),
        };
        batch.close();
        batch
    }

    /// The mean over items, wordings and orders, each counting the same however many of its samples are valid.
    pub(crate) fn mean(&self) -> Option<f64> {
        mean_of(&self.replicates)
    }
}

/// The mean of replicates, weighted equally.
pub(crate) fn mean_of(replicates: &[Replicate<'_>]) -> Option<f64> {
    let sum: f64 = replicates.iter().map(|replicate| replicate.mean).sum();
    (!replicates.is_empty()).then(|| sum / replicates.len() as f64)
}

impl Observation<'_> {
    fn order(&self, other: &Self) -> Ordering {
        (self.item, self.wording, self.order, self.sample)
            .cmp(&(other.item, other.wording, other.order, other.sample))
            .then_with(|| self.value.total_cmp(&other.value))
    }
}
