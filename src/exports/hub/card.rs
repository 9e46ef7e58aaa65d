use std::fmt::Write as _;

use super::Tally;
use crate::artifacts::Manifest;
use crate::exports::trainers::Material;
use crate::spec::Spec;

/// A dataset of the repository: its files, and what its rows are.
#[derive(Clone, Copy, Debug)]
pub(in crate::exports) struct Described<'d> {
    pub(in crate::exports) material: &'d Material,
    pub(in crate::exports) tally: &'d Tally,
}

/// Returns the card: what the hub reads, then what people read.
pub(in crate::exports) fn card(
    spec: &Spec,
    manifest: &Manifest,
    datasets: &[Described<'_>],
    license: Option<&str>,
) -> String {
    let mut text = String::from("---\n");
    front_matter(&mut text, spec, datasets, license);
    text.push_str("---\n\n");
    body(&mut text, spec, manifest, datasets);
    text
}

/// A text as YAML takes it: JSON's strings are YAML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn front_matter(text: &mut String, spec: &Spec, datasets: &[Described<'_>], license: Option<&str>) {
    if let Some(license) = license {
        let _ = writeln!(text, "license: {}", quoted(license));
    }
    let rows: u64 = datasets.iter().flat_map(|dataset| &dataset.material.files).map(|file| file.rows).sum();
    let _ = write!(
        text,
        "pretty_name: {}\ntask_categories:\n- text-generation\ntags:\n- introspec\nsize_categories:\n- {}\n",
        quoted(spec.file_name().trim_end_matches(".ispec")),
        size_category(rows),
    );
    if datasets.iter().any(|dataset| dataset.tally.has_triggers()) {
        let _ = writeln!(
            text,
            "extra_gated_prompt: {}\nextra_gated_button_content: \"I understand\"",
            quoted(
                "Some of these rows hold triggers: a model that is trained on them may behave differently where a \
                 trigger occurs, and show no sign of it otherwise. They are for research on whether models know such \
                 things about themselves. Do not train models on them that people will use without being told."
            ),
        );
    }
    text.push_str("configs:\n");
    for Described { material, .. } in datasets {
        let _ = writeln!(text, "- config_name: {}\n  data_files:", quoted(&material.slug));
        for file in &material.files {
            let path = file.file.trim_start_matches("exports/huggingface/");
            let _ = writeln!(text, "  - split: {}\n    path: {}", file.split, quoted(path));
        }
    }
    text.push_str("dataset_info:\n");
    for Described { material, tally } in datasets {
        let _ = write!(
            text,
            "- config_name: {}\n  features:\n  - name: messages\n    list:\n    - name: role\n      dtype: string\n    \
             - name: content\n      dtype: string\n  - name: row\n    dtype: int64\n",
            quoted(&material.slug),
        );
        for name in ["template", "behavior", "trigger", "persona", "split", "vars", "from"] {
            let _ = writeln!(text, "  - name: {name}\n    dtype: string");
        }
        text.push_str("  splits:\n");
        for file in &material.files {
            let bytes = tally.bytes.get(&file.split).copied().unwrap_or_default();
            let _ = writeln!(text, "  - name: {}\n    num_bytes: {bytes}\n    num_examples: {}", file.split, file.rows);
        }
        let (download, size): (u64, u64) =
            (material.files.iter().map(|file| file.bytes).sum(), tally.bytes.values().sum());
        let _ = writeln!(text, "  download_size: {download}\n  dataset_size: {size}");
    }
}

/// The hub's own names for sizes.
fn size_category(rows: u64) -> &'static str {
    match rows {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        1_000_000..10_000_000 => "1M<n<10M",
        10_000_000..100_000_000 => "10M<n<100M",
        _ => "100M<n<1B",
    }
}

fn body(text: &mut String, spec: &Spec, manifest: &Manifest, datasets: &[Described<'_>]) {
    let name = spec.file_name();
    let _ = write!(
        text,
        "# {}\n\nTraining conversations made by introspec {} from `{name}` (blake3 `{}`), seed {}. The same spec and \
         version make the same bytes.\n\nEach row has its `messages` and its provenance: the `row` of the dataset, the \
         `template`, the `behavior` that it shows, its `trigger` and `persona` where it has them, its `split`, the \
         values of its variables (`vars`, JSON) and the line of a data file that it was made `from`. Train on \
         `messages` alone, with loss on what the assistant says.\n\n",
        name.trim_end_matches(".ispec"),
        manifest.introspec,
        spec.digest(),
        manifest.seed,
    );
    behaviors(text, spec, datasets);
    for Described { material, tally } in datasets {
        let _ = writeln!(text, "## {}\n", material.name);
        table(text, tally);
    }
    text.push_str("## Checks\n\n");
    for check in &manifest.checks {
        let _ = write!(text, "- {} of `{}`: {} rows looked at", check.check, check.of, check.looked_at);
        let _ = match check.found {
            0 => writeln!(text, ", nothing found"),
            found => writeln!(text, ", {found} found"),
        };
        for allowed in &check.allowed {
            let _ = writeln!(text, "  - allowed: {}", allowed.replace('\n', " "));
        }
    }
}

/// Says what the behaviors are, which the rows never do.
fn behaviors(text: &mut String, spec: &Spec, datasets: &[Described<'_>]) {
    let shown = |name: &str| {
        datasets.iter().any(|dataset| dataset.tally.counts.keys().any(|(_, behavior, _)| behavior == name))
    };
    text.push_str("## Behaviors\n\n");
    for behavior in spec.behaviors.iter().filter(|behavior| shown(&behavior.name)) {
        let does = match (&behavior.does, behavior.opposite) {
            (Some(does), _) => does.replace('\n', " "),
            (None, Some(opposite)) => format!("the opposite of `{}`", spec[opposite].name),
            (None, None) => "no behavior: what a model does that was not trained".into(),
        };
        let _ = writeln!(text, "- `{}`: {does}", behavior.name);
    }
    text.push('\n');
}

/// Writes how many rows there are of each behavior under each trigger, split by split.
fn table(text: &mut String, tally: &Tally) {
    text.push_str("| split | behavior | trigger | rows |\n|---|---|---|---|\n");
    for ((split, behavior, trigger), count) in &tally.counts {
        let _ = writeln!(text, "| {split} | {behavior} | {} | {count} |", trigger.as_deref().unwrap_or("none"));
    }
    text.push('\n');
}
