use std::collections::{BTreeMap, BTreeSet};

use super::components::{Component, Gathered, Run};
use super::index::Index;
use super::statistics::association::{Association, pearson_by};
use super::{Mean, Over, Setting, Term};
use crate::report::Interval;

/// A correlation of two means over runs or checkpoints.
#[derive(Debug)]
pub(crate) struct Correlated<'a> {
    pub(crate) findings: Gathered<'a>,
    pub(crate) estimate: Option<f64>,
    pub(crate) over: String,
    pub(crate) association: Option<Association>,
    /// The interval, or why there is none.
    pub(crate) interval: Result<Interval, String>,
}

/// The two means of a correlation as terms of their own.
pub(crate) fn terms(x: &Mean, y: &Mean) -> [Vec<Term>; 2] {
    [x, y].map(|mean| vec![Term { weight: 1.0, mean: mean.clone() }])
}

/// Correlates the means over their points and takes Fisher's interval. Checkpoints of one run are one
/// cluster: the interval counts the runs, which is the pessimistic end of what the points are worth.
pub(crate) fn correlate<'a>(
    [x, y]: &'a [Vec<Term>; 2],
    over: Over,
    level: f64,
    setting: &'a Setting,
    index: &'a Index<'a>,
) -> Correlated<'a> {
    let mut findings = Gathered::of(x, setting, index);
    let of_y = Gathered::of(y, setting, index);
    findings.merge_findings(&of_y);
    let (x, y) = (points(&findings.components, over), points(&of_y.components, over));
    let shared = x.iter().filter_map(|((run, checkpoint), value)| Some((run, (*value, *y.get(&(*run, *checkpoint))?))));
    let (of_runs, pairs): (Vec<&Run<'_>>, Vec<(f64, f64)>) = shared.unzip();
    let runs = of_runs.iter().collect::<BTreeSet<_>>().len();
    let (words, law) = match over {
        Over::Checkpoints if runs < pairs.len() => {
            (format!("over {} checkpoints of {runs} runs", pairs.len()), "Fisher's z, counting runs")
        }
        Over::Checkpoints | Over::Runs => (format!("over {runs} runs"), "Fisher's z"),
    };
    let association = pearson_by(&pairs, &of_runs).ok();
    let estimate = association.map(|association| association.value);
    let interval = if x.keys().ne(y.keys()) {
        Err("the two means are not of the same runs".to_owned())
    } else if let Some(limits) = association.and_then(|association| association.limits(level).ok()) {
        Ok(Interval { low: limits.low, high: limits.high, level, over: format!("{words} ({law})") })
    } else if runs < 4 {
        Err(format!("a correlation needs at least 4 independent runs for an interval, and there are {runs}"))
    } else {
        Err(format!("one of the two means is the same in all {} points", pairs.len()))
    };
    Correlated { findings, estimate, over: words, association, interval }
}

type Point<'a> = (Run<'a>, Option<u64>);

/// The mean of each run, or of each run at each of its checkpoints.
pub(crate) fn points<'a>(components: &[Component<'a>], over: Over) -> BTreeMap<Point<'a>, f64> {
    let mut sums: BTreeMap<Point<'a>, (f64, f64)> = BTreeMap::new();
    for component in components {
        let checkpoint = match over {
            Over::Runs => None,
            Over::Checkpoints => component.checkpoint,
        };
        let (sum, weight) = sums.entry((component.run, checkpoint)).or_default();
        *sum += component.weight * component.mean;
        *weight += component.weight;
    }
    sums.into_iter().map(|(point, (sum, weight))| (point, sum / weight)).collect()
}
