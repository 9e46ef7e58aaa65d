//! How a mean rises along a numeric axis of the arms.

use super::components::Gathered;
use super::correlation::points;
use super::index::Index;
use super::statistics::Estimate;
use super::{Over, Setting, Term, statistics};

/// The least-squares slope of the runs' means, or why there is none, with what was gathered for it. Each run is a
/// point, and a cluster of its own, of which the axis has one value; checkpoints of a run are averaged. Its interval
/// is by the jackknife over runs, with Student's t.
pub(crate) fn slope<'a>(
    term: &'a [Term],
    axis: &str,
    setting: &'a Setting,
    index: &'a Index<'a>,
) -> (Gathered<'a>, Result<(Estimate, usize), String>) {
    let gathered = Gathered::of(term, setting, index);
    let means = points(&gathered.components, Over::Runs);
    let mut along = Vec::with_capacity(means.len());
    for ((run, _), mean) in means {
        let value = run.axes.get(axis).and_then(|value| value.parse::<f64>().ok());
        match value {
            Some(value) => along.push((value, mean)),
            None => {
                let reason = format!("a run of {} has no number for {axis}", run.arm);
                return (gathered, Err(reason));
            }
        }
    }
    let runs = along.len();
    if runs < 3 {
        return (gathered, Err(format!("a slope needs at least 3 runs, and there are {runs}")));
    }
    let each: Vec<usize> = (0..runs).collect();
    let found = statistics::slope::slope(&along, &each).map_err(|error| format!("a slope over {axis}: {error}"));
    (gathered, found.map(|estimate| (estimate, runs)))
}
