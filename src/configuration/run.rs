use std::collections::BTreeMap;

use serde_yaml::Value;

use super::Model;
use super::place::Path;
use super::reader::{Reader, scalar};
use crate::scores::RunKey;

/// One trained run of an arm and the model that answers for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Seed, checkpoint, and the arm's axes as they print.
    pub key: RunKey,
    pub model: Model,
}

/// Reads an arm's list of runs.
pub(super) fn read_all(
    reader: &mut Reader,
    value: &Value,
    path: &Path,
    arm: &str,
    models: &BTreeMap<String, Model>,
    names: &[String],
) -> Vec<Run> {
    let Value::Sequence(items) = value else {
        reader.wrong_kind(value, path, "here stands a list of runs: `- { seed: 1, checkpoint: 3, model: ... }`");
        return Vec::new();
    };
    let mut runs: Vec<Run> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = path.index(index);
        let Some(run) = read(reader, item, path.clone(), arm, models, names) else { continue };
        if runs.iter().any(|other| other.key == run.key) {
            let help = "runs of one arm differ in seed, checkpoint or an axis";
            reader.error_at_value(&path, format!("`{arm}` has this run twice"), help);
        }
        runs.push(run);
    }
    runs
}

fn read(
    reader: &mut Reader,
    value: &Value,
    path: Path,
    arm: &str,
    models: &BTreeMap<String, Model>,
    names: &[String],
) -> Option<Run> {
    let mut section = reader.section(value, path, "a run")?;
    let mut number =
        |reader: &mut Reader, key| section.take(key).and_then(|(value, path)| reader.whole(value, &path, 0, u64::MAX));
    let (seed, checkpoint) = (number(reader, "seed"), number(reader, "checkpoint"));
    let model = section.demand(reader, "model", "name a model of `models:`, or write one here");

    // Whatever else a run has is an axis of its arm: the spec knows which there are.
    let mut axes = BTreeMap::new();
    for (axis, value, path) in section.rest() {
        match scalar(value) {
            Some(value) => {
                axes.insert(axis, value);
            }
            None => {
                reader.wrong_kind(value, &path, &format!("here stands the run's value on the axis `{axis}`"));
            }
        }
    }
    let key = RunKey { seed, checkpoint, axes };

    let (value, path) = model?;
    let model = match value {
        Value::String(name) => {
            if !names.contains(name) {
                reader.unknown_model(&path, name, names);
            }
            models.get(name)?.clone()
        }
        inline => Model::read(reader, inline, path, &name_of(arm, &key))?,
    };
    Some(Run { key, model })
}

fn name_of(arm: &str, key: &RunKey) -> String {
    let numbers = [("seed", key.seed), ("checkpoint", key.checkpoint)];
    let numbers = numbers.into_iter().filter_map(|(name, number)| Some(format!("{name} {}", number?)));
    let axes = key.axes.iter().map(|(axis, value)| format!("{axis} {value}"));
    let parts: Vec<String> = numbers.chain(axes).collect();
    if parts.is_empty() { arm.to_owned() } else { format!("{arm} ({})", parts.join(", ")) }
}
