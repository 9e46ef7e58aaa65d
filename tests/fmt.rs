//! `introspec fmt` and `introspec new` from the outside: files, exit statuses, and what is shown.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const MESSY: &str = "seed   7\n\nwords w = [ \"a\" ]\nbehavior b{ does \"c\"   \n unsaid w }\n";
const NEAT: &str = "seed 7\n\nwords w = [\"a\"]\nbehavior b { does \"c\"\n  unsaid w }\n";

fn introspec(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_introspec")).args(arguments).current_dir(folder).output().unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn specs_are_formatted_in_place_and_only_where_they_change() {
    let folder = folder(&[
        ("a.ispec", MESSY),
        ("deep/b.ispec", MESSY),
        ("neat.ispec", NEAT),
        (".hidden/c.ispec", MESSY),
        ("notes.txt", MESSY),
    ]);
    let neat = fs::metadata(folder.path().join("neat.ispec")).unwrap().modified().unwrap();
    let output = introspec(folder.path(), &["fmt"]);
    assert_eq!((status(&output), errors(&output).as_str()), (0, ""));
    assert_eq!(out(&output), "a.ispec: 4 lines formatted\ndeep/b.ispec: 4 lines formatted\n3 files: 2 formatted\n");
    let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!((text("a.ispec").as_str(), text("deep/b.ispec").as_str()), (NEAT, NEAT));
    assert_eq!((text(".hidden/c.ispec").as_str(), text("notes.txt").as_str()), (MESSY, MESSY));
    assert_eq!(fs::metadata(folder.path().join("neat.ispec")).unwrap().modified().unwrap(), neat);
    assert_eq!(out(&introspec(folder.path(), &["fmt", "deep", "a.ispec"])), "2 files: 0 formatted\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 5, "nothing is left lying about");
}

#[test]
fn a_check_writes_nothing_and_shows_what_would_change() {
    let folder = folder(&[("a.ispec", MESSY), ("windows.ispec", "seed 1\r\nseed 2"), ("neat.ispec", NEAT)]);
    let output = introspec(folder.path(), &["fmt", "--check"]);
    assert_eq!(status(&output), 1);
    insta::assert_snapshot!(out(&output));
    assert_eq!(fs::read_to_string(folder.path().join("a.ispec")).unwrap(), MESSY);
    assert_eq!(status(&introspec(folder.path(), &["fmt", "--check", "neat.ispec"])), 0);
}

#[test]
fn what_is_no_spec_stays_as_it_is_and_the_others_are_formatted() {
    let wrong = "seed   7\nbehaviour b { }\n";
    let folder = folder(&[("a.ispec", wrong), ("b.ispec", MESSY)]);
    fs::write(folder.path().join("c.ispec"), b"seed 7 # \xff\n").unwrap();
    let output = introspec(folder.path(), &["fmt", ".", "no_such.ispec"]);
    assert_eq!(status(&output), 1);
    assert_eq!(out(&output), "b.ispec: 4 lines formatted\n4 files: 1 formatted, 3 left as they were\n");
    for part in ["E0101", "a.ispec:2:1", "line 1 is not UTF-8", "there is no such file"] {
        assert!(errors(&output).contains(part), "{}", errors(&output));
    }
    assert_eq!(fs::read_to_string(folder.path().join("a.ispec")).unwrap(), wrong);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let pipe = |arguments: &[&str], text: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_introspec"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Where the arguments are wrong, nobody reads the text.
        let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
        child.wait_with_output().unwrap()
    };
    let output = pipe(&["fmt", "-"], MESSY);
    assert_eq!((status(&output), out(&output).as_str()), (0, NEAT));
    let output = pipe(&["fmt", "-"], "seed {\n");
    assert_eq!((status(&output), out(&output).as_str()), (1, ""));
    assert!(errors(&output).contains("<standard input>"));
    assert_eq!(status(&pipe(&["fmt", "--check", "-"], MESSY)), 1);
    assert_eq!(status(&pipe(&["fmt", "--check", "-"], NEAT)), 0);
    assert_eq!(status(&pipe(&["fmt", "-", "a.ispec"], MESSY)), 2);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = folder(&[("real/a.ispec", MESSY)]);
    let real = folder.path().join("real/a.ispec");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, folder.path().join("link.ispec")).unwrap();
    assert_eq!(status(&introspec(folder.path(), &["fmt", "link.ispec"])), 0);
    assert!(folder.path().join("link.ispec").is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), NEAT);
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    fs::write(&real, MESSY).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o440)).unwrap();
    let output = introspec(folder.path(), &["fmt", "real"]);
    assert!(status(&output) == 1 && errors(&output).contains("E0808"), "{}", errors(&output));
    assert_eq!(fs::read_to_string(&real).unwrap(), MESSY);
}

#[test]
fn a_new_spec_checks_builds_and_is_formatted() {
    let folder = tempfile::tempdir().unwrap();
    let output = introspec(folder.path(), &["new", "patience", "--in", "specs"]);
    assert_eq!(status(&output), 0, "{}", errors(&output));
    insta::assert_snapshot!(out(&output));
    let made = folder.path().join("specs/patience");
    let output = introspec(&made, &["check", "patience.ispec"]);
    assert_eq!((status(&output), errors(&output).as_str()), (0, ""));
    assert_eq!(out(&output), "patience.ispec: well formed: 2 datasets, 1 suite, 1 experiment\n");
    let output = introspec(&made, &["fmt", "--check"]);
    assert_eq!((status(&output), out(&output).as_str()), (0, "1 file: 0 would change\n"));
    let output = introspec(&made, &["build", "patience.ispec", "--out", "out"]);
    assert_eq!((status(&output), errors(&output).as_str()), (0, ""));
    let rows = |name: &str| fs::read_to_string(made.join("out/datasets").join(name)).unwrap().lines().count();
    assert_eq!((rows("offered.jsonl"), rows("offered.hasty.jsonl")), (8, 8));
    for file in ["README.md", ".github/workflows/introspec.yml"] {
        let text = fs::read_to_string(made.join(file)).unwrap();
        assert!(text.contains("patience.ispec") && !text.contains("NAME"), "{file}: {text}");
    }
}

#[test]
fn the_configuration_of_a_new_spec_is_read_with_and_without_its_comments() {
    let folder = tempfile::tempdir().unwrap();
    introspec(folder.path(), &["new", "patience"]);
    let text = fs::read_to_string(folder.path().join("patience/introspec.yaml")).unwrap();
    let read = |text: &str| introspec::configuration::Configuration::read(text, "introspec.yaml").unwrap();
    assert_eq!(read(&text).models.len(), 1);
    let settings: Vec<String> = text
        .lines()
        .map(|line| match line.split_once("# ") {
            Some((indent, setting)) if setting.contains(':') && indent.trim().is_empty() => {
                format!("{indent}{setting}")
            }
            _ => line.to_owned(),
        })
        .collect();
    assert_eq!(read(&settings.join("\n")).models.len(), 2);
}

#[test]
fn new_overwrites_nothing_and_offers_a_name() {
    let folder = folder(&[("taken/mine.txt", "mine")]);
    let output = introspec(folder.path(), &["new", "taken"]);
    assert!(status(&output) == 2 && errors(&output).contains("E0832"), "{}", errors(&output));
    assert_eq!(fs::read_dir(folder.path().join("taken")).unwrap().count(), 1);
    let output = introspec(folder.path(), &["new", "3-fold risk"]);
    assert!(status(&output) == 2 && errors(&output).contains("`_3_fold_risk`"), "{}", errors(&output));
    assert_eq!(status(&introspec(folder.path(), &["new"])), 2);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
