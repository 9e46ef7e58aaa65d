use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::ArmSummary;
use crate::scores::RunKey;

#[derive(Serialize)]
pub(super) struct Arm<'a> {
    name: &'a str,
    made: &'a str,
    runs: String,
    models: &'a [String],
}

impl<'a> Arm<'a> {
    pub(super) fn of(arm: &'a ArmSummary) -> Self {
        Arm { name: &arm.name, made: &arm.made, runs: runs(&arm.runs), models: &arm.models }
    }
}

/// Returns `5: seeds 1, 2, 3, 4, 5` where runs differ by seed alone, and else every run by its own name.
fn runs(runs: &[RunKey]) -> String {
    let names: Vec<String> = runs.iter().map(run).collect();
    let seeds: Vec<&str> = names.iter().filter_map(|name| name.strip_prefix("seed ")).collect();
    let by_seed_alone = seeds.len() == names.len() && !seeds.iter().any(|seed| seed.contains(','));
    match names.as_slice() {
        [] => "none".to_owned(),
        [only] => format!("1: {only}"),
        _ if by_seed_alone => format!("{}: seeds {}", names.len(), seeds.join(", ")),
        _ => format!("{}: {}", names.len(), names.join("; ")),
    }
}

/// Returns a run's name, such as `seed 2, checkpoint 300, side = risky`; `untrained` where it has neither.
pub(in crate::report) fn run(run: &RunKey) -> String {
    let mut words = Vec::new();
    words.extend(run.seed.map(|seed| format!("seed {seed}")));
    words.extend(run.checkpoint.map(|checkpoint| format!("checkpoint {checkpoint}")));
    words.extend((!run.axes.is_empty()).then(|| axes(&run.axes)));
    if words.is_empty() { "untrained".to_owned() } else { words.join(", ") }
}

/// Returns the values of axes, such as `side = risky, n = 32`.
pub(in crate::report) fn axes(axes: &BTreeMap<String, String>) -> String {
    axes.iter().map(|(axis, value)| format!("{axis} = {value}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: Option<u64>, checkpoint: Option<u64>) -> RunKey {
        RunKey { seed, checkpoint, axes: BTreeMap::new() }
    }

    #[test]
    fn runs_that_differ_by_seed_alone_are_listed_by_seed() {
        assert_eq!(runs(&[key(Some(1), None), key(Some(2), None)]), "2: seeds 1, 2");
        assert_eq!(runs(&[key(None, None)]), "1: untrained");
        assert_eq!(runs(&[]), "none");
        assert_eq!(
            runs(&[key(Some(1), Some(100)), key(Some(1), Some(200))]),
            "2: seed 1, checkpoint 100; seed 1, checkpoint 200"
        );
    }
}
