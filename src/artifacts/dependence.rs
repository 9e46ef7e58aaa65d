use std::collections::{BTreeMap, BTreeSet};

use super::manifest::{Dependence, JointRow};
use crate::checks::independence::independence;
use crate::plan::DatasetPlan;
use crate::spec::{PersonaId, Spec};

/// Returns how many rows there are of each trigger, behavior and persona.
pub(super) fn joint(spec: &Spec, plan: &DatasetPlan) -> Vec<JointRow> {
    let times = if plan.reversal.is_some() { 2 } else { 1 };
    plan.joint()
        .into_iter()
        .map(|((trigger, behavior, persona), rows)| JointRow {
            trigger: trigger.map(|id| spec[id].name.clone()),
            behavior: spec[behavior].name.clone(),
            persona: (persona != PersonaId::ITSELF).then(|| spec[persona].name.clone()),
            rows: rows * times,
        })
        .collect()
}

/// A way to classify rows, and what it is called.
type Aspect = (&'static str, fn(&JointRow) -> Option<&str>);

const ASPECTS: [Aspect; 3] = [
    ("trigger", |row| row.trigger.as_deref()),
    ("behavior", |row| Some(&row.behavior)),
    ("persona", |row| row.persona.as_deref()),
];

/// Tests every two of trigger, behavior and persona that each take more than one value.
pub(super) fn dependences(joint: &[JointRow]) -> Vec<Dependence> {
    let varies = |aspect: &Aspect| joint.iter().map(aspect.1).collect::<BTreeSet<_>>().len() > 1;
    let varying: Vec<Aspect> = ASPECTS.into_iter().filter(varies).collect();
    let mut found = Vec::new();
    for (at, (first, of_first)) in varying.iter().enumerate() {
        for (second, of_second) in varying.iter().skip(at + 1) {
            let mut cells: BTreeMap<(Option<&str>, Option<&str>), u64> = BTreeMap::new();
            for row in joint {
                *cells.entry((of_first(row), of_second(row))).or_default() += row.rows;
            }
            let firsts: BTreeSet<_> = cells.keys().map(|(first, _)| *first).collect();
            let seconds: BTreeSet<_> = cells.keys().map(|(_, second)| *second).collect();
            let count = |first, second| cells.get(&(first, second)).copied().unwrap_or(0);
            let table: Vec<Vec<u64>> =
                firsts.iter().map(|first| seconds.iter().map(|second| count(*first, *second)).collect()).collect();
            let tested = independence(&table);
            found.push(Dependence {
                of: format!("{first} and {second}"),
                mutual_information_bits: rounded(tested.mutual_information),
                test: tested.words(),
                p: rounded(tested.p),
            });
        }
    }
    found
}

/// Keeps six decimal places: what the last digits of a sum are may differ between machines.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
