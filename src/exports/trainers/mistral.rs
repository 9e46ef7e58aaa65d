use serde_json::json;

use super::{Order, TextFile, file_name, pretty, set, short};

/// The default of Mistral's `CompletionTrainingParameters`.
const LEARNING_RATE: f64 = 0.000_1;

/// `POST /v1/fine_tuning/jobs`, which takes epochs as any number and no seed.
pub(super) fn jobs(order: Order<'_>) -> Vec<TextFile> {
    let mut hyperparameters = json!({});
    set(&mut hyperparameters, "epochs", order.training.epochs);
    set(&mut hyperparameters, "learning_rate", order.learning_rate(LEARNING_RATE));
    let job = |(run, _): (String, Option<u64>)| {
        let mut body = json!({
            "model": order.model(),
            "job_type": "completion",
            "training_files": [{ "file_id": format!("<the id of {}>", file_name(order.train)), "weight": 1 }],
        });
        let validation = order.validation.map(|file| json!([format!("<the id of {}>", file_name(file))]));
        set(&mut body, "validation_files", validation);
        set(&mut body, "hyperparameters", Some(hyperparameters.clone()));
        set(&mut body, "suffix", Some(short(&run, 18)));
        set(&mut body, "auto_start", Some(false));
        (format!("jobs/{run}.json"), pretty(&body))
    };
    order.training.runs().into_iter().map(job).collect()
}
