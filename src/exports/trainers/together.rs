use serde_json::json;

use super::{Order, TextFile, file_name, pretty, set, short};
use crate::diagnostic::Diagnostic;
use crate::exports::Format;

/// The default of the together package.
const LEARNING_RATE: f64 = 0.000_01;

/// `POST /v1/fine-tunes`, one body a run.
pub(super) fn jobs(order: Order<'_>) -> Result<Vec<TextFile>, Diagnostic> {
    let epochs = order.whole_epochs(u64::MAX)?;
    let method = if order.format == Format::TogetherPreference {
        json!({ "method": "dpo" })
    } else {
        json!({ "method": "sft", "train_on_inputs": false })
    };
    let job = |(run, seed): (String, Option<u64>)| {
        let mut body = json!({
            "model": order.model(),
            "training_file": format!("<the id of {}>", file_name(order.train)),
        });
        let validation = order.validation.map(|file| format!("<the id of {}>", file_name(file)));
        set(&mut body, "n_evals", validation.is_some().then_some(1));
        set(&mut body, "validation_file", validation);
        set(&mut body, "n_epochs", epochs);
        set(&mut body, "n_checkpoints", order.training.checkpoints);
        set(&mut body, "learning_rate", order.learning_rate(LEARNING_RATE));
        set(&mut body, "random_seed", seed);
        set(&mut body, "suffix", Some(short(&run, 40)));
        set(&mut body, "training_method", Some(method.clone()));
        (format!("jobs/{run}.json"), pretty(&body))
    };
    Ok(order.training.runs().into_iter().map(job).collect())
}
