use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::{Material, Order, TextFile, file_name, pretty, rounded};
use crate::exports::ExportedFile;

/// The default of transformers' `TrainingArguments`, which LLaMA-Factory keeps.
const LEARNING_RATE: f64 = 0.000_05;

/// The name of a file in `dataset_info.json`.
fn entry(material: &Material, file: &ExportedFile) -> String {
    format!("{}.{}", material.slug, file.split)
}

/// Returns `dataset_info.json`: every file, with the tags of its messages.
///
/// The format is `sharegpt`, with the tags of chat messages. LLaMA-Factory has a format `openai` too, whose converter puts
/// "detailed thinking off" into the system prompt of every row.
pub(in crate::exports) fn dataset_info(materials: &[Material]) -> TextFile {
    let mut info = Map::new();
    for material in materials {
        for file in &material.files {
            let described = json!({
                "file_name": file_name(file),
                "formatting": "sharegpt",
                "columns": { "messages": "messages" },
                "tags": {
                    "role_tag": "role",
                    "content_tag": "content",
                    "user_tag": "user",
                    "assistant_tag": "assistant",
                    "system_tag": "system",
                },
            });
            info.insert(entry(material, file), described);
        }
    }
    ("dataset_info.json".into(), pretty(&Json::Object(info)))
}

/// A YAML file a run, for `llamafactory-cli train`.
pub(super) fn configurations(order: Order<'_>) -> Vec<TextFile> {
    let text = |(run, seed): (String, Option<u64>)| {
        let name = format!("{run}.yaml");
        (name.clone(), configuration(order, &run, &name, seed))
    };
    order.training.runs().into_iter().map(text).collect()
}

fn configuration(order: Order<'_>, run: &str, name: &str, seed: Option<u64>) -> String {
    let training = order.training;
    let mut text = format!(
        "# Trains {run} with LLaMA-Factory, from this folder: llamafactory-cli train {name}\n\
         # Made by introspec from {}, {}.\n\n\
         model_name_or_path: \"{}\"\n\
         template: \"<the template of that model>\"\n\
         stage: sft\n\
         do_train: true\n\
         finetuning_type: lora\n\n\
         dataset_dir: .\n\
         dataset: {}\n",
        order.spec.file_name(),
        order.spec.digest(),
        order.model(),
        entry(order.material, order.train),
    );
    if let Some(file) = order.validation {
        let _ = writeln!(text, "eval_dataset: {}\neval_strategy: epoch", entry(order.material, file));
    }
    let _ = write!(
        text,
        "train_on_prompt: false  # loss falls on the assistant's messages alone,\n\
         mask_history: false     # and on each of them\n\
         cutoff_len: {}  # no row has as many tokens\n\
         packing: false\n\n\
         output_dir: runs/{run}\n\
         report_to: none\n\
         per_device_train_batch_size: 4\n",
        order.material.longest,
    );
    if let Some(multiplier) = training.learning_rate {
        let rate = rounded(multiplier * LEARNING_RATE);
        let _ = writeln!(text, "learning_rate: {rate}  # {multiplier} times {LEARNING_RATE}, the trainer's default");
    }
    if let Some(epochs) = training.epochs {
        // YAML reads `3` as a whole number, and transformers wants a float.
        let _ = writeln!(text, "num_train_epochs: {epochs:?}");
    }
    if let Some(checkpoints) = training.checkpoints.filter(|checkpoints| *checkpoints > 1) {
        let share = rounded(1.0 / checkpoints as f64);
        let _ = writeln!(text, "save_strategy: steps\nsave_steps: {share}  # of all steps: {checkpoints} checkpoints");
    }
    if let Some(seed) = seed {
        let _ = writeln!(text, "seed: {seed}");
    }
    text
}
