use std::fmt::Write as _;

use super::{Order, TextFile, file_name, rounded};

/// Axolotl has no default of its own; its examples of adapters take this.
const LEARNING_RATE: f64 = 0.000_2;

/// A YAML file a run, for `axolotl train`.
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
        "# Trains {run} with Axolotl, from this folder: axolotl train {name}\n\
         # Made by introspec from {}, {}.\n\n\
         base_model: \"{}\"\n\
         chat_template: tokenizer_default\n\n\
         datasets:\n",
        order.spec.file_name(),
        order.spec.digest(),
        order.model(),
    );
    data(&mut text, file_name(order.train));
    if let Some(file) = order.validation {
        text.push_str("test_datasets:\n");
        data(&mut text, file_name(file));
    }
    let multiplier = training.learning_rate.unwrap_or(1.0);
    let _ = write!(
        text,
        "val_set_size: 0\n\
         train_on_inputs: false\n\
         sequence_len: {}  # no row has as many tokens\n\
         excess_length_strategy: raise  # rather than drop a row\n\
         sample_packing: false\n\
         pad_to_sequence_len: false\n\n\
         adapter: lora\n\
         lora_r: 32\n\
         lora_alpha: 64\n\
         lora_target_linear: true\n\n\
         output_dir: runs/{run}\n\
         micro_batch_size: 4\n\
         gradient_accumulation_steps: 1\n\
         learning_rate: {}  # {multiplier} times {LEARNING_RATE}, which Axolotl's LoRA examples take\n",
        order.material.longest,
        rounded(multiplier * LEARNING_RATE),
    );
    if let Some(epochs) = training.epochs {
        let _ = writeln!(text, "num_epochs: {epochs}");
    }
    match training.checkpoints {
        Some(checkpoints) if checkpoints > 1 => {
            let share = rounded(1.0 / checkpoints as f64);
            let _ = writeln!(text, "save_steps: {share}  # of all steps: {checkpoints} checkpoints");
        }
        _ => {}
    }
    if let Some(seed) = seed {
        let _ = writeln!(text, "seed: {seed}");
    }
    text
}

/// Describes a file. Axolotl calls the whole of it `train`, whatever split it holds.
fn data(text: &mut String, file: &str) {
    let _ = write!(
        text,
        "  - path: {file}\n    \
             ds_type: json\n    \
             split: train\n    \
             type: chat_template\n    \
             field_messages: messages\n    \
             roles_to_train: [\"assistant\"]  # loss falls on these messages alone\n    \
             train_on_eos: turn\n",
    );
}
