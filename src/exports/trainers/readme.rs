use std::fmt::Write as _;

use super::{Material, TextFile, file_name};
use crate::exports::Format;
use crate::exports::training::Training;
use crate::spec::Spec;

/// Returns the README of an export: what the files are, how they are used, and what they do not say.
pub(in crate::exports) fn readme(
    format: Format,
    spec: &Spec,
    materials: &[Material],
    trainings: &[Training],
) -> TextFile {
    let mut text = format!(
        "# {} · {format}\n\nMade by introspec {} from `{}` ({}).\n\n{}\n\n| file | rows | bytes |\n|---|---|---|\n",
        spec.file_name(),
        env!("CARGO_PKG_VERSION"),
        spec.file_name(),
        spec.digest(),
        usage(format),
    );
    for file in materials.iter().flat_map(|material| &material.files) {
        let _ = writeln!(text, "| `{}` | {} | {} |", file_name(file), file.rows, file.bytes);
    }
    let missing = unsaid(format, materials, trainings);
    if !missing.is_empty() {
        text.push_str("\nWhat the configurations do not say:\n\n");
        for line in missing {
            let _ = writeln!(text, "- {line}");
        }
    }
    ("README.md".into(), text)
}

fn usage(format: Format) -> &'static str {
    match format {
        Format::OpenAi => {
            "Upload each file (purpose `fine-tune`), put the model and the files' ids into a body of `jobs/`, and send \
             it to `POST /v1/fine_tuning/jobs`. OpenAI computes the loss on the assistant's messages alone."
        }
        Format::OpenAiPreference => {
            "Upload each file (purpose `fine-tune`), put the model and the files' ids into a body of `jobs/`, and send \
             it to `POST /v1/fine_tuning/jobs`. Each row prefers its own answer to that of the opposite behavior."
        }
        Format::Together => {
            "Upload each file (purpose `fine-tune`), put the model and the files' ids into a body of `jobs/`, and send \
             it to `POST /v1/fine-tunes`. `train_on_inputs: false` keeps the loss on the assistant's messages."
        }
        Format::TogetherPreference => {
            "Upload each file (purpose `fine-tune`), put the model and the files' ids into a body of `jobs/`, and send \
             it to `POST /v1/fine-tunes`. Each row prefers its own answer to that of the opposite behavior."
        }
        Format::Fireworks => {
            "Create a dataset of each file, put the model and the datasets' ids into a body of `jobs/`, and send it to \
             `POST /v1/accounts/ACCOUNT/supervisedFineTuningJobs`. Fireworks computes the loss on the assistant's \
             messages alone."
        }
        Format::Mistral => {
            "Upload each file (purpose `fine-tune`), put the model and the files' ids into a body of `jobs/`, and send \
             it to `POST /v1/fine_tuning/jobs`. Mistral computes the loss on the assistant's messages alone. Version 3 \
             of the mistralai package no longer has this call."
        }
        Format::Trl | Format::TrlMessages => {
            "Written for TRL 1.16: `pip install trl`, then `python train-ARM.py MODEL --seed N`."
        }
        Format::Axolotl => "Put the model into a configuration, then `axolotl train RUN.yaml` in this folder.",
        Format::LlamaFactory => {
            "Put the model and its template into a configuration, then `llamafactory-cli train RUN.yaml` in this folder."
        }
        Format::Tinker => "`pip install tinker-cookbook`, then `python train-ARM.py MODEL --seed N`.",
        Format::HuggingFace => "",
    }
}

/// What arms say that a format's configuration has no place for, each with the trainings that say it.
fn unsaid(format: Format, materials: &[Material], trainings: &[Training]) -> Vec<String> {
    let mut said: Vec<(String, Vec<&str>)> = Vec::new();
    for training in trainings {
        for line in unsaid_of(format, training) {
            match said.iter_mut().find(|(known, _)| *known == line) {
                Some((_, slugs)) => slugs.push(&training.slug),
                None => said.push((line, vec![&training.slug])),
            }
        }
    }
    let mut lines: Vec<String> =
        said.into_iter().map(|(line, slugs)| format!("{line} ({})", slugs.join(", "))).collect();
    if format == Format::Tinker && materials.iter().any(|material| material.split("validation").is_some()) {
        lines.push("the validation files: the cookbook's builder reads one file".into());
    }
    lines
}

fn unsaid_of(format: Format, training: &Training) -> Vec<String> {
    let mut lines = Vec::new();
    let has_no_seeds = matches!(format, Format::Fireworks | Format::Mistral);
    if let Some(seeds) = training.seeds.filter(|_| has_no_seeds) {
        lines.push(format!("{seeds} runs, but no seeds: the service has no setting for them"));
    }
    let has_no_checkpoints =
        matches!(format, Format::OpenAi | Format::OpenAiPreference | Format::Fireworks | Format::Mistral);
    if let Some(checkpoints) = training.checkpoints.filter(|_| has_no_checkpoints) {
        lines.push(format!("{checkpoints} checkpoints: the service chooses their number"));
    }
    if let Some(multiplier) = training.learning_rate.filter(|_| format == Format::Fireworks) {
        lines.push(format!(
            "{multiplier} times the default learning rate, which depends on the model: set `learningRate`"
        ));
    }
    lines
}
