use std::fmt::Write as _;

use super::{Order, TextFile, file_name};
use crate::exports::Format;

/// A script that runs as it stands, given a model: one an arm, its runs chosen by `--seed`.
pub(super) fn script(order: Order<'_>) -> Vec<TextFile> {
    let training = order.training;
    let name = format!("train-{}.py", training.slug);
    let (loss, note) = if order.format == Format::Trl {
        ("completion_only_loss=True", "Loss falls on the completion alone.")
    } else {
        (
            "assistant_only_loss=True",
            "Loss falls on the assistant's messages alone. The model's chat template has to mark them with\n\
             {% generation %}; TRL knows the templates of some models, and refuses others.",
        )
    };
    let seeds = training.seeds.map_or_else(String::new, |seeds| format!(", choices=range(1, {})", seeds + 1));
    let mut settings = String::new();
    if let Some(epochs) = training.epochs {
        let _ = writeln!(settings, "    num_train_epochs={epochs},");
    }
    if let Some(multiplier) = training.learning_rate {
        let _ = writeln!(settings, "    learning_rate={multiplier} * SFTConfig.learning_rate,  # times TRL's default");
    }
    match training.checkpoints {
        Some(checkpoints) if checkpoints > 1 => {
            let _ = writeln!(settings, "    save_strategy=\"steps\",");
            let _ = writeln!(settings, "    save_steps=1 / {checkpoints},  # of all steps");
        }
        _ => settings.push_str("    save_strategy=\"no\",  # the last model is saved below\n"),
    }
    let validation = order.validation.map(|file| format!(", \"validation\": str(here / \"{}\")", file_name(file)));
    let evaluates = if order.validation.is_some() { "    eval_strategy=\"epoch\",\n" } else { "" };
    let text = format!(
        r#""""Trains {slug} on {train} with TRL: python {name} MODEL [--seed N] [--out DIR]

{note}
Made by introspec from {spec}, {digest}.
"""

import argparse
from pathlib import Path

from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

here = Path(__file__).resolve().parent
parser = argparse.ArgumentParser(description="Train {slug}.")
parser.add_argument("model", help="{from}: a folder, or a name on the hub")
parser.add_argument("--seed", type=int, default=1{seeds})
parser.add_argument("--out", type=Path, default=Path("runs"))
arguments = parser.parse_args()
out = arguments.out / f"{slug}-seed{{arguments.seed}}"

files = {{"train": str(here / "{train}"){validation}}}
data = load_dataset("json", data_files=files)
config = SFTConfig(
    output_dir=str(out),
    seed=arguments.seed,
    {loss},
    max_length=None,  # nothing is cut off
    packing=False,
{settings}{evaluates}    report_to="none",
)
trainer = SFTTrainer(
    model=arguments.model,
    args=config,
    train_dataset=data["train"],
    eval_dataset=data.get("validation"),
)
trainer.train()
trainer.save_model(str(out))
"#,
        slug = training.slug,
        from = training.from,
        train = file_name(order.train),
        validation = validation.unwrap_or_default(),
        spec = order.spec.file_name(),
        digest = order.spec.digest(),
    );
    vec![(name, text)]
}
