use serde_json::json;

use super::{Order, TextFile, file_name, pretty, set, short};
use crate::diagnostic::Diagnostic;

/// `POST /v1/accounts/ACCOUNT/supervisedFineTuningJobs`. It takes no seed, so that an arm's runs share one body but
/// for the name, which numbers them.
pub(super) fn job(order: Order<'_>) -> Result<Vec<TextFile>, Diagnostic> {
    let epochs = order.whole_epochs(u64::MAX)?;
    let job = |(run, _): (String, Option<u64>)| {
        let mut body = json!({
            "displayName": run,
            "dataset": format!("<the id of {}>", file_name(order.train)),
        });
        let validation = order.validation.map(|file| format!("<the id of {}>", file_name(file)));
        set(&mut body, "evaluationDataset", validation);
        // Otherwise a part of the training data may be held back, and the shares are no longer those of the spec.
        set(&mut body, "evalAutoCarveout", Some(false));
        set(&mut body, "baseModel", Some(order.model()));
        set(&mut body, "outputModel", Some(identifier(&run)));
        set(&mut body, "epochs", epochs);
        (format!("jobs/{run}.json"), pretty(&body))
    };
    Ok(order.training.runs().into_iter().map(job).collect())
}

/// Fireworks names things with small letters, digits and hyphens.
fn identifier(run: &str) -> String {
    short(&run.to_lowercase().replace(['_', '.'], "-"), 60)
}
