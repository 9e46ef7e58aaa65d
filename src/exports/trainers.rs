//! Trainers: the configuration that stands beside the data, one for each run of each arm, with loss on what the
//! assistant says alone. What an arm says goes into it where the trainer has a place for it; where it has none, the
//! export's README says so. What the spec cannot know, such as the model, stands in angle brackets.

mod axolotl;
mod fireworks;
mod llama_factory;
mod mistral;
mod openai;
mod readme;
mod tinker;
mod together;
mod trl;

use serde_json::{Value as Json, json};

use super::training::Training;
use super::{ExportedFile, Format};
use crate::diagnostic::{Diagnostic, Problem};
use crate::spec::Spec;

pub(super) use llama_factory::dataset_info;
pub(super) use readme::readme;

/// A dataset as it was exported in one format.
#[derive(Debug)]
pub(super) struct Material {
    pub(super) name: String,
    pub(super) slug: String,
    pub(super) files: Vec<ExportedFile>,
    /// More tokens than any row has: no token of its text is shorter than a byte, and each message gets 64 for its
    /// frame.
    pub(super) longest: u64,
}

impl Material {
    pub(super) fn split(&self, split: &str) -> Option<&ExportedFile> {
        self.files.iter().find(|file| file.split == split)
    }
}

/// One configuration to write: what is trained, on which files, made from which spec.
#[derive(Clone, Copy, Debug)]
struct Order<'o> {
    format: Format,
    spec: &'o Spec,
    training: &'o Training,
    material: &'o Material,
    train: &'o ExportedFile,
    validation: Option<&'o ExportedFile>,
}

/// A file's name below the export's folder, and its text.
pub(super) type TextFile = (String, String);

/// Returns the configurations of one training.
///
/// # Errors
/// Returns the setting of the arm that the trainer has no such value for.
pub(super) fn configurations(
    format: Format,
    spec: &Spec,
    training: &Training,
    material: &Material,
) -> Result<Vec<TextFile>, Diagnostic> {
    let Some(train) = material.split("train") else { return Ok(Vec::new()) };
    let order = Order { format, spec, training, material, train, validation: material.split("validation") };
    match format {
        Format::OpenAi | Format::OpenAiPreference => openai::jobs(order),
        Format::Together | Format::TogetherPreference => together::jobs(order),
        Format::Fireworks => fireworks::job(order),
        Format::Mistral => Ok(mistral::jobs(order)),
        Format::Trl | Format::TrlMessages => Ok(trl::script(order)),
        Format::Axolotl => Ok(axolotl::configurations(order)),
        Format::LlamaFactory => Ok(llama_factory::configurations(order)),
        Format::Tinker => tinker::script(order),
        Format::HuggingFace => Ok(Vec::new()),
    }
}

impl Order<'_> {
    /// Returns the arm's epochs for a trainer that takes whole ones.
    fn whole_epochs(&self, most: u64) -> Result<Option<u64>, Diagnostic> {
        let Some(epochs) = self.training.epochs else { return Ok(None) };
        let whole = u64::try_from(minijinja::Value::from(epochs)).ok().filter(|epochs| *epochs <= most);
        whole.map(Some).ok_or_else(|| {
            let problem = Problem::ExportSetting {
                arm: self.training.name.clone(),
                setting: "epochs",
                value: epochs.to_string(),
                allowed: if most == 50 { "a whole number from 1 to 50" } else { "a whole number" },
                format: Some(self.format.name()),
            };
            match self.training.span {
                Some(span) => Diagnostic::at(span, problem),
                None => Diagnostic::new(problem),
            }
        })
    }

    /// Returns the arm's learning rate for a trainer whose default is known.
    fn learning_rate(&self, default: f64) -> Option<f64> {
        self.training.learning_rate.map(|multiplier| rounded(multiplier * default))
    }

    /// Stands for the model, which a spec does not name.
    fn model(&self) -> String {
        format!("<{}>", self.training.from)
    }

    /// Where a configuration came from, for trainers that keep such notes.
    fn origin(&self) -> Json {
        json!({
            "spec": self.spec.file_name(),
            "spec_blake3": self.spec.digest(),
            "training": self.training.slug,
            "dataset": self.material.slug,
            "dataset_blake3": self.train.blake3,
        })
    }
}

/// Rounds to twelve significant digits, so that 0.4 times 0.00001 is 0.000004.
fn rounded(number: f64) -> f64 {
    format!("{number:.11e}").parse().unwrap_or(number)
}

/// Returns a name of at most so many characters, which stays different from other names that begin alike.
fn short(name: &str, most: usize) -> String {
    if name.len() <= most {
        return name.to_owned();
    }
    let digest = blake3::hash(name.as_bytes()).to_hex();
    let (digest, kept) = (digest.get(..6).unwrap_or_default(), most.saturating_sub(7));
    let start: String = name.chars().take(kept).collect();
    format!("{start}-{digest}")
}

/// Returns the name of a file without its folders.
fn file_name(file: &ExportedFile) -> &str {
    file.file.rsplit('/').next().unwrap_or(&file.file)
}

/// Writes JSON as people read it.
fn pretty(value: &Json) -> String {
    format!("{value:#}\n")
}

/// Sets a key where there is a value for it.
fn set<T: Into<Json>>(object: &mut Json, key: &str, value: Option<T>) {
    if let (Some(object), Some(value)) = (object.as_object_mut(), value) {
        object.insert(key.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_and_numbers_are_plain() {
        assert_eq!(short("gambler-seed1", 18), "gambler-seed1");
        let (one, other) = (short("gambler_of_many_words-seed1", 18), short("gambler_of_many_words-seed2", 18));
        assert!(one.len() == 18 && other.len() == 18 && one != other, "{one} {other}");
        assert_eq!(json!(rounded(0.4 * 0.000_01)).to_string(), "4e-6");
    }
}
