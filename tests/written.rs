//! What models wrote for the specs under `specs/`: from the recorded replies, `introspec write` makes the same files
//! again, without a network.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "support/specs.rs"]
#[allow(dead_code)]
mod specs;

use specs::{Files, files, here};

#[test]
fn every_recording_writes_what_is_kept() {
    let recorded = recorded_specs();
    assert!(recorded.len() > 3, "too few specs have a recording: {recorded:?}");
    for name in recorded {
        let folder = tempfile::tempdir().expect("a folder");
        let all = folder.path().join("specs");
        copy(&here("specs"), &all, &all.join(&name).join("written"));
        let own = all.join(&name);
        let said = Command::new(env!("CARGO_BIN_EXE_introspec"))
            .arg("write")
            .arg(own.join(format!("{name}.ispec")))
            .arg("--include")
            .arg(&all)
            .arg("--config")
            .arg(own.join("recorded.yaml"))
            .output()
            .expect("the program");
        assert!(said.status.success(), "{name}: {}", String::from_utf8_lossy(&said.stderr));
        let (kept, made) = (kept(&here("specs").join(&name)), kept(&own));
        assert!(!kept.is_empty(), "{name}: nothing is kept");
        let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&kept), names(&made), "{name}");
        for (file, bytes) in &kept {
            assert!(Some(bytes) == made.get(file), "{name}: {file} is not written again as it is kept");
        }
    }
}

/// Returns the specs that have a recording.
fn recorded_specs() -> Vec<String> {
    let folders = fs::read_dir(here("specs")).expect("a folder of specs").map(|entry| entry.expect("an entry").path());
    let mut names: Vec<String> = folders
        .filter(|folder| folder.join("recorded.yaml").is_file())
        .filter_map(|folder| Some(folder.file_name()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    names
}

/// Returns what is kept of a spec: all but the store, which is not in version control.
fn kept(spec: &Path) -> Files {
    let mut kept = files(&spec.join("written"));
    kept.retain(|name, _| Path::new(name).extension().is_some_and(|ending| ending == "jsonl"));
    kept
}

/// Copies a folder, all but `except`.
fn copy(from: &Path, to: &Path, except: &Path) {
    for (name, bytes) in files(from) {
        let path: PathBuf = to.join(name);
        if path.starts_with(except) {
            continue;
        }
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        fs::write(path, bytes).expect("a file is written");
    }
}
