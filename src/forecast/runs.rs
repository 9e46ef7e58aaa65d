//! The runs that trained arms will have, where the configuration does not name them yet.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::answers::runner::Limits;
use crate::configuration::{Can, Configuration, Model, Provider, Run, SamplingDefaults, Service, ServiceKind};
use crate::scores::RunKey;
use crate::spec::{Argument, Arm, Origin, Scope, Setting, Spec};

/// Returns the keys of the runs that an arm is to have: each value of its axes, `seeds` times (once where it does
/// not say), at each of its `checkpoints`. `seeds` stands in for the arm's own number.
pub fn planned_keys(spec: &Spec, arm: &Arm, seeds: Option<u64>) -> Vec<RunKey> {
    let mut combinations: Vec<(BTreeMap<String, String>, Scope)> = vec![(BTreeMap::new(), Scope::with_size(arm.size))];
    for (name, slot, values) in arm.axes() {
        let with = |(axes, scope): &(BTreeMap<String, String>, Scope), value: &Argument| {
            let (mut axes, mut scope) = (axes.clone(), scope.clone());
            axes.insert(name.to_owned(), value.name(spec));
            scope.set(slot, value.value(spec));
            (axes, scope)
        };
        combinations = combinations.iter().flat_map(|known| values.iter().map(|value| with(known, value))).collect();
    }
    let mut keys = Vec::new();
    for (axes, scope) in combinations {
        let seeds = seeds.or_else(|| whole(arm.settings.seeds.as_ref()?, &scope)).unwrap_or(1);
        let checkpoints = arm.settings.checkpoints.as_ref().and_then(|setting| whole(setting, &scope));
        for seed in 1..=seeds {
            let at = |checkpoint| RunKey { seed: Some(seed), checkpoint, axes: axes.clone() };
            match checkpoints {
                Some(count) => keys.extend((1..=count).map(|checkpoint| at(Some(checkpoint)))),
                None => keys.push(at(None)),
            }
        }
    }
    keys
}

/// More runs than this of one arm are a slip of the pen.
const MOST: u64 = 10_000;

fn whole(setting: &Setting, scope: &Scope) -> Option<u64> {
    let number = match setting {
        Setting::Number(number) => *number,
        Setting::Formula(formula) => f64::try_from(formula.evaluate(scope).ok()?).ok()?,
    };
    // In range, so that nothing is cut off.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    (number.fract() == 0.0 && (1.0..=MOST as f64).contains(&number)).then_some(number as u64)
}

/// Gives every trained arm without runs those that the spec plans, and every arm `seeds` of them where that is given.
/// The model of its role, or one known by the role's name
/// alone, stands in for a run that is not trained yet. Returns the arms that were given some.
pub fn with_planned_runs(configuration: &mut Configuration, spec: &Spec, seeds: Option<u64>) -> Vec<String> {
    let mut planned = Vec::new();
    for arm in spec.arms.iter().filter(|arm| arm.trained.is_some()) {
        if seeds.is_none() && !configuration.runs_of(&arm.name).is_empty() {
            continue;
        }
        let first = configuration.runs_of(&arm.name).first().map(|run| run.model.clone());
        let role = role(spec, arm);
        let model = first.or_else(|| configuration.model_of(role).cloned()).unwrap_or_else(|| stand_in(role));
        let runs = planned_keys(spec, arm, seeds).into_iter().map(|key| {
            let name = format!("{} ({})", arm.name, in_words(&key));
            // A trained model is none of those that are there, so no answer of theirs is its own.
            let identity = Some(format!("{name} not trained yet"));
            Run { key, model: Model { name, identity, ..model.clone() } }
        });
        let runs = runs.collect();
        configuration.set_runs(&arm.name, runs);
        planned.push(arm.name.clone());
    }
    planned
}

/// Returns a model that stands in for a role which has none: it is known by its name alone.
pub fn stand_in(role: &str) -> Model {
    Model {
        name: role.to_owned(),
        provider: Provider::Service(Service { kind: ServiceKind::Chat, base_url: String::new(), key: None }),
        model: role.to_owned(),
        identity: None,
        price: None,
        batch: None,
        sampling: SamplingDefaults::default(),
        thinking: None,
        can: Can::default(),
        concurrency: None,
        limits: Limits::default(),
        timeout: Duration::from_mins(10),
    }
}

/// The role behind an arm.
fn role<'s>(spec: &'s Spec, arm: &'s Arm) -> &'s str {
    match &arm.from {
        Origin::Role(role) => role,
        Origin::Arm(id) => role(spec, &spec[*id]),
    }
}

/// `seed 1, checkpoint 3, n 32`.
pub(crate) fn in_words(key: &RunKey) -> String {
    let seed = key.seed.map(|seed| format!("seed {seed}"));
    let checkpoint = key.checkpoint.map(|checkpoint| format!("checkpoint {checkpoint}"));
    let axes = key.axes.iter().map(|(axis, value)| format!("{axis} {value}"));
    seed.into_iter().chain(checkpoint).chain(axes).collect::<Vec<_>>().join(", ")
}
