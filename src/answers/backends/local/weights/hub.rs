//! Files of Hugging Face repositories.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use hf_hub::Cache;
use hf_hub::api::sync::{Api, ApiBuilder};

use super::progress::Progress;
use super::{WeightsError, cache};

/// Finds `ORG/REPO/FILE` in the cache that Hugging Face's own tools use, or fetches it. `model` is the name as
/// it was given.
pub(super) fn locate(model: &str, name: &str) -> Result<PathBuf, WeightsError> {
    let bad_name = || WeightsError::HubName { model: model.to_owned() };
    let mut parts = name.splitn(3, '/');
    let (Some(organisation), Some(repository), Some(file)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(bad_name());
    };
    let part_is_plain =
        |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '?', '#', '%', ' ']);
    let plain = [organisation, repository].into_iter().chain(file.split('/')).all(part_is_plain);
    if !plain || !file.to_ascii_lowercase().ends_with(".gguf") {
        return Err(bad_name());
    }

    let repository = format!("{organisation}/{repository}");
    let folder = hub_cache()?;
    if let Some(path) = folder.model(repository.clone()).get(file) {
        return Ok(path);
    }
    let failed = |detail: String| WeightsError::Hub { model: model.to_owned(), detail };
    let api = api(folder).map_err(|error| failed(error.to_string()))?;
    // The library has assertions on what a server answers; a server must not end this program.
    let fetched = catch_unwind(AssertUnwindSafe(|| {
        api.model(repository).download_with_progress(file, Progress::new(model, None))
    }));
    match fetched {
        Ok(fetched) => fetched.map_err(|error| failed(error.to_string())),
        Err(_) => Err(failed("the server's answer was not understood".to_owned())),
    }
}

fn api(cache: Cache) -> Result<Api, hf_hub::api::sync::ApiError> {
    let mut builder = ApiBuilder::from_cache(cache).with_progress(false).with_retries(3);
    if let Ok(endpoint) = std::env::var("HF_ENDPOINT") {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/').to_owned());
    }
    if let Ok(token) = std::env::var("HF_TOKEN") {
        builder = builder.with_token(Some(token.trim().to_owned()).filter(|token| !token.is_empty()));
    }
    builder.build()
}

/// The folder of Hugging Face's own tools, so that a file which is on the machine is not fetched again. Where
/// `INTROSPEC_CACHE` is set, everything goes there.
fn hub_cache() -> Result<Cache, WeightsError> {
    let own = std::env::var_os("INTROSPEC_CACHE").is_some_and(|folder| !folder.is_empty());
    let theirs = std::env::var_os("HF_HOME").is_some() || directories::BaseDirs::new().is_some();
    if own || !theirs { Ok(Cache::new(cache()?.join("hub"))) } else { Ok(Cache::from_env()) }
}
