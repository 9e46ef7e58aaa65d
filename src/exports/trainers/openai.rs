use serde_json::json;

use super::{Order, TextFile, file_name, pretty, set, short};
use crate::diagnostic::Diagnostic;
use crate::exports::Format;

/// `POST /v1/fine_tuning/jobs`, one body a run. The service computes the loss on the assistant's messages alone;
/// a `weight` of 0 would take more of them away.
pub(super) fn jobs(order: Order<'_>) -> Result<Vec<TextFile>, Diagnostic> {
    let mut hyperparameters = json!({});
    set(&mut hyperparameters, "n_epochs", order.whole_epochs(50)?);
    set(&mut hyperparameters, "learning_rate_multiplier", order.training.learning_rate);
    let kind = if order.format == Format::OpenAiPreference { "dpo" } else { "supervised" };
    let job = |(run, seed): (String, Option<u64>)| {
        let mut body = json!({
            "model": order.model(),
            "training_file": format!("<the id of {}>", file_name(order.train)),
        });
        let validation = order.validation.map(|file| format!("<the id of {}>", file_name(file)));
        set(&mut body, "validation_file", validation);
        set(&mut body, "suffix", Some(short(&run, 64)));
        set(&mut body, "seed", seed);
        set(&mut body, "method", Some(json!({ "type": kind, kind: { "hyperparameters": hyperparameters } })));
        set(&mut body, "metadata", Some(order.origin()));
        (format!("jobs/{run}.json"), pretty(&body))
    };
    Ok(order.training.runs().into_iter().map(job).collect())
}
