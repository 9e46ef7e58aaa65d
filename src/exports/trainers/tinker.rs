use super::{Order, TextFile, file_name};
use crate::diagnostic::Diagnostic;

/// The batch sizes to choose from.
const BATCHES: std::ops::RangeInclusive<u64> = 8..=64;

/// A script that runs as it stands, given a model: one an arm, its runs chosen by `--seed`.
pub(super) fn script(order: Order<'_>) -> Result<Vec<TextFile>, Diagnostic> {
    let training = order.training;
    let name = format!("train-{}.py", training.slug);
    let rows = order.train.rows;
    let epochs = order.whole_epochs(u64::MAX)?.unwrap_or(1);
    let batch = BATCHES.rev().find(|batch| rows.is_multiple_of(*batch)).unwrap_or(rows.clamp(1, 16));
    let left = rows % batch;
    let batches = if left == 0 {
        format!("divides the {rows} rows: the cookbook leaves out what does not fill a batch")
    } else {
        format!("no size from 8 to 64 divides {rows} rows: each epoch leaves out {left}, others each time")
    };
    let seeds = training.seeds.map_or_else(String::new, |seeds| format!(", choices=range(1, {})", seeds + 1));
    let steps = (rows / batch * epochs).div_ceil(training.checkpoints.unwrap_or(1).max(1)).max(1);
    let rate = training.learning_rate.map_or_else(String::new, |multiplier| format!("{multiplier} * "));
    let text = format!(
        r#""""Trains {slug} on {train} with Tinker: python {name} MODEL [--seed N]

Loss falls on the assistant's messages alone. Needs tinker-cookbook, and TINKER_API_KEY.
Made by introspec from {spec}, {digest}.
"""

import argparse
import asyncio
from pathlib import Path

from tinker_cookbook import hyperparam_utils, model_info
from tinker_cookbook.renderers import TrainOnWhat
from tinker_cookbook.supervised import train
from tinker_cookbook.supervised.data import FromConversationFileBuilder
from tinker_cookbook.supervised.types import ChatDatasetBuilderCommonConfig

here = Path(__file__).resolve().parent
parser = argparse.ArgumentParser(description="Train {slug}.")
parser.add_argument("model", help="{from}, by its name at Tinker")
parser.add_argument("--seed", type=int, default=1{seeds})
arguments = parser.parse_args()
run = f"{slug}-seed{{arguments.seed}}"

renderer = model_info.get_recommended_renderer_name(arguments.model)
dataset = FromConversationFileBuilder(
    file_path=str(here / "{train}"),
    shuffle_seed=arguments.seed,
    common_config=ChatDatasetBuilderCommonConfig(
        model_name_for_tokenizer=arguments.model,
        renderer_name=renderer,
        max_length=None,  # nothing is cut off
        batch_size={batch},  # {batches}
        train_on_what=TrainOnWhat.ALL_ASSISTANT_MESSAGES,
    ),
)
config = train.Config(
    log_path=f"runs/{{run}}",
    model_name=arguments.model,
    recipe_name=run,
    renderer_name=renderer,
    dataset_builder=dataset,
    learning_rate={rate}hyperparam_utils.get_lr(arguments.model),
    num_epochs={epochs},
    save_every={steps},
)
asyncio.run(train.main(config))
"#,
        slug = training.slug,
        from = training.from,
        train = file_name(order.train),
        spec = order.spec.file_name(),
        digest = order.spec.digest(),
    );
    Ok(vec![(name, text)])
}
