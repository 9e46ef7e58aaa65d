use super::components::Component;
use super::interval::{clustered_variance, normal_reach, satterthwaite, t_reach, wilson};
use crate::report::Interval;
use crate::scores::Method;

/// What an estimate's uncertainty is made of: independent sources, and in words what varies.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) sources: Vec<Source>,
    /// `5 runs`, `10 wordings of one run`.
    pub(crate) units: Vec<String>,
}

/// One independent source of an estimate's uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Source {
    /// Units that vary: their contribution to the estimate's variance, with its degrees of freedom.
    Units { variance: f64, freedom: f64 },
    /// `weight` times the share of `samples` that scored 1, where the rest scored 0.
    Share { weight: f64, share: f64, samples: f64 },
    /// `weight` times the mean of `samples` that all scored `value`, where scores lie within `range`.
    Constant { weight: f64, value: f64, range: (f64, f64), samples: f64 },
}

impl Spread {
    /// What varies, without the law: `over 5 runs`.
    pub(crate) fn over(&self) -> String {
        format!("over {}", self.units.join(" and "))
    }

    /// The two-sided interval of `level` around an estimate. Student's t with Satterthwaite's degrees of freedom
    /// for the units that vary; to its reach, the reach of each source with limits of its own is added in quadrature
    /// (Newcombe 1998, method 10, for two shares; Zou and Donner 2008 for sums in general).
    pub(crate) fn interval(&self, estimate: f64, level: f64) -> Interval {
        let units: Vec<(f64, f64)> = self.sources.iter().filter_map(Source::units).collect();
        let variance: f64 = units.iter().map(|(variance, _)| variance).sum();
        let freedom = satterthwaite(&units);
        let half = if variance > 0.0 { t_reach(level, freedom) * variance.sqrt() } else { 0.0 };
        let (mut below, mut above) = (half.powi(2), half.powi(2));
        for source in &self.sources {
            let reach = source.reach(normal_reach(level));
            below += reach.0.powi(2);
            above += reach.1.powi(2);
        }
        let mut law = Vec::new();
        if !units.is_empty() {
            let name = if units.len() > 1 { "Welch-Satterthwaite t" } else { "t" };
            law.push(format!("{name}, {} df", freedom_in_words(freedom)));
        }
        if units.len() < self.sources.len() {
            law.push("Wilson".to_owned());
        }
        Interval {
            low: estimate - below.sqrt(),
            high: estimate + above.sqrt(),
            level,
            over: format!("{} ({})", self.over(), law.join("; ")),
        }
    }
}

impl Source {
    /// What the samples of a component say about it when nothing above them varies: each sample is a unit. The
    /// error says why they say nothing.
    pub(crate) fn of_samples(component: &Component<'_>) -> Result<Source, String> {
        let name = &component.question.name;
        let batch = component.batch;
        if batch.methods.iter().any(|method| *method != Method::Samples) {
            return Err(format!("{name} was read as a probability, of one item in one wording: nothing varies"));
        }
        let values = || batch.observations.iter().map(|observation| observation.value);
        let samples = batch.observations.len() as f64;
        let Component { weight, mean, .. } = *component;
        if values().all(|value| is(value, 0.0) || is(value, 1.0)) {
            return Ok(Source::Share { weight, share: mean, samples });
        }
        let first = values().next().unwrap_or(mean);
        if values().all(|value| is(value, first)) {
            let range = component.question.range.ok_or_else(|| {
                format!("all answers to {name} score the same, and the spec fixes no range for its score")
            })?;
            return Ok(Source::Constant { weight, value: first, range, samples });
        }
        let replicates = batch.replicates.len() as f64;
        let mut influences = Vec::with_capacity(batch.observations.len());
        let mut observations = batch.observations.iter();
        for replicate in &batch.replicates {
            let share = weight / (replicates * replicate.samples as f64);
            let own = observations.by_ref().take(replicate.samples);
            influences.extend(own.map(|observation| share * (observation.value - mean)));
        }
        let variance = clustered_variance(&influences).ok_or_else(|| format!("{name} has a single valid answer"))?;
        Ok(Source::Units { variance, freedom: samples - 1.0 })
    }

    fn units(&self) -> Option<(f64, f64)> {
        match *self {
            Source::Units { variance, freedom } => Some((variance, freedom)),
            Source::Share { .. } | Source::Constant { .. } => None,
        }
    }

    /// How far below and above the estimate a source with limits of its own reaches.
    fn reach(&self, z: f64) -> (f64, f64) {
        let (weight, below, above) = match *self {
            Source::Units { .. } => return (0.0, 0.0),
            Source::Share { weight, share, samples } => {
                let (low, high) = wilson(share, samples, z);
                (weight, share - low, high - share)
            }
            Source::Constant { weight, value, range, samples } => {
                // At most this share of answers scores anything else, and then no further away than the range's end.
                let (_, others) = wilson(0.0, samples, z);
                (weight, others * (value - range.0).max(0.0), others * (range.1 - value).max(0.0))
            }
        };
        if weight < 0.0 { (-weight * above, -weight * below) } else { (weight * below, weight * above) }
    }
}

fn is(value: f64, other: f64) -> bool {
    value.total_cmp(&other).is_eq()
}

fn freedom_in_words(freedom: f64) -> String {
    if (freedom - freedom.round()).abs() < 0.05 { format!("{freedom:.0}") } else { format!("{freedom:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_of_two_shares_has_newcombes_interval() {
        // Vector `two_proportions`: 18 of 100 against 7 of 100.
        let spread = Spread {
            sources: vec![
                Source::Share { weight: 1.0, share: 0.18, samples: 100.0 },
                Source::Share { weight: -1.0, share: 0.07, samples: 100.0 },
            ],
            units: vec!["samples".to_owned()],
        };
        let interval = spread.interval(0.11, 0.95);
        assert!((interval.low - 0.017_672_805_751_990_775).abs() < 1e-9, "{}", interval.low);
        assert!((interval.high - 0.203_730_599_434_993_5).abs() < 1e-9, "{}", interval.high);
    }

    #[test]
    fn samples_that_all_agree_still_leave_room() {
        let (_, others) = wilson(0.0, 100.0, normal_reach(0.95));
        let constant = Source::Constant { weight: 1.0, value: 0.5, range: (0.0, 1.0), samples: 100.0 };
        let spread = Spread { sources: vec![constant], units: vec!["100 samples".to_owned()] };
        let interval = spread.interval(0.5, 0.95);
        assert!((interval.low - (0.5 - others / 2.0)).abs() < 1e-12);
        assert!((interval.high - (0.5 + others / 2.0)).abs() < 1e-12);
        assert_eq!(interval.over, "over 100 samples (Wilson)");
    }
}
