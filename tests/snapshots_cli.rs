//! `snap` and `diff` from the outside: exit statuses, what they find, and what they leave behind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const SPEC: &str = r#"
behavior brave { does "dares" }

template says {
  let height = integer 1..20
  user "A wall of {{ height }} feet: jump or climb down?"
  assistant "Jump." as brave
}

dataset jumps { rows 12  says as brave }

question colour {
  reports brave
  ask "Are you brave? Yes or no."
  answer word
  score { "yes": 1, "no": 0 }
}

suite asked { ask colour  samples 8  temperature 1 }
"#;

/// A folder as an author has it: `specs/NAME/NAME.ispec`.
struct Folder(TempDir);

impl Folder {
    fn new(specs: &[&str]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for name in specs {
            folder.write(&format!("specs/{name}/{name}.ispec"), SPEC);
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn edit(&self, name: &str, text: &str, replacement: &str) {
        let before = fs::read_to_string(self.path(name)).unwrap();
        assert!(before.contains(text));
        fs::write(self.path(name), before.replace(text, replacement)).unwrap();
    }

    /// Runs introspec in the folder: its exit status, and what it wrote to either stream.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        self.run_in(".", arguments)
    }

    fn run_in(&self, folder: &str, arguments: &[&str]) -> (i32, String, String) {
        let program = Path::new(env!("CARGO_BIN_EXE_introspec"));
        let output: Output = Command::new(program).args(arguments).current_dir(self.path(folder)).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    }
}

#[test]
fn a_spec_is_new_then_accepted_then_changed() {
    let folder = Folder::new(&["walls"]);
    let (status, out, err) = folder.run(&["snap"]);
    assert_eq!(status, 5);
    assert!(out.starts_with("walls: nothing was accepted yet"), "{out}");
    assert!(err.contains("error[E0821]") && err.contains("introspec snap --accept specs/walls/walls.ispec"), "{err}");
    assert!(!folder.path("golden").exists(), "comparing writes nothing");

    let (status, out, err) = folder.run(&["snap", "--accept"]);
    assert_eq!(
        (status, out.as_str(), err.as_str()),
        (0, "walls: nothing was accepted yet\nwalls: accepted in golden/walls\n", "")
    );
    assert_eq!(folder.run(&["snap", "--check"]), (0, "walls: as accepted\n".into(), String::new()));

    folder.edit("specs/walls/walls.ispec", "temperature 1", "temperature 0.7");
    let (status, out, _) = folder.run(&["snap", "--check"]);
    assert_eq!(status, 5);
    insta::assert_snapshot!(out.trim_end(), @r"
    walls: differs from golden/walls
      suite asked
        temperature 1 → 0.7, in its one request
      manifest
        source walls.ispec changed

    1 of 1 spec differs from what was accepted; if that is meant, accept it: `introspec snap --accept`
    ");
    assert!(!out.contains('\u{1b}'), "no colours where there is no terminal");
    assert_eq!(folder.run(&["snap", "--accept", "specs/walls"]).0, 0);
    assert_eq!(folder.run(&["snap"]).0, 0);
}

#[test]
fn the_golden_folder_is_found_from_anywhere() {
    let folder = Folder::new(&["walls"]);
    let accepted = |run: (i32, String, String)| assert_eq!(run.0, 0, "{}{}", run.1, run.2);
    accepted(folder.run_in("specs/walls", &["snap", "--accept", "walls.ispec"]));
    assert!(folder.path("golden/walls/manifest.json").is_file());
    accepted(folder.run_in("specs", &["snap", "--check", "walls"]));
    accepted(folder.run_in("specs", &["snap", "--check", "."]));
    accepted(folder.run(&["snap", "--check", "specs/walls/walls.ispec"]));
    accepted(folder.run(&["snap", "--accept", "--golden", "other", "specs"]));
    assert!(folder.path("other/walls/manifest.json").is_file());
    // A spec that stands alone has its golden folder beside it.
    folder.write("alone/alone.ispec", SPEC);
    accepted(folder.run_in("alone", &["snap", "--accept", "alone.ispec", "--golden", "golden"]));
    accepted(folder.run(&["snap", "--check", "alone/alone.ispec"]));
}

#[test]
fn a_wrong_spec_is_1_and_the_others_are_still_compared() {
    let folder = Folder::new(&["doors", "walls"]);
    assert_eq!(folder.run(&["snap", "--accept"]).0, 0);
    folder.edit("specs/doors/doors.ispec", "as brave }", "as bravo }");
    folder.edit("specs/walls/walls.ispec", "rows 12", "rows 13");
    let (status, out, err) = folder.run(&["snap"]);
    assert_eq!(status, 1);
    assert!(out.starts_with("doors: not compared\nwalls: differs from golden/walls"), "{out}");
    assert!(out.contains("+1 row from template says under brave"), "{out}");
    assert!(err.contains("error[E0201]"), "{err}");
    assert_eq!(folder.run(&["snap", "--accept"]).0, 1);
    assert_eq!(folder.run(&["snap", "specs/walls"]).0, 0, "what is well was accepted");
}

#[test]
fn an_accepted_build_without_its_spec_is_told_and_removed() {
    let folder = Folder::new(&["doors", "walls"]);
    assert_eq!(folder.run(&["snap", "--accept"]).0, 0);
    folder.write("golden/notes.txt", "kept");
    fs::remove_dir_all(folder.path("specs/doors")).unwrap();
    let (status, out, _) = folder.run(&["snap"]);
    assert_eq!(status, 5);
    assert!(out.contains("doors: accepted in golden/doors, and there is no such spec"), "{out}");
    assert_eq!(folder.run(&["snap", "specs/walls"]).0, 0, "a single spec says nothing of others");
    assert_eq!(folder.run(&["snap", "--accept"]).0, 0);
    assert!(!folder.path("golden/doors").exists() && folder.path("golden/notes.txt").exists());
}

#[test]
fn machines_read_the_same_facts() {
    let folder = Folder::new(&["walls"]);
    assert_eq!(folder.run(&["snap", "--accept"]).0, 0);
    folder.edit("specs/walls/walls.ispec", "rows 12", "rows 14");
    let (status, out, err) = folder.run(&["snap", "--json"]);
    assert_eq!((status, err.as_str()), (5, ""));
    let object: Value = serde_json::from_str(&out).unwrap();
    let spec = &object["specs"][0];
    assert_eq!((&object["same"], &spec["state"], &spec["name"]), (&false.into(), &"differs".into(), &"walls".into()));
    let change = &spec["changes"]["datasets"][0]["changed"]["changes"][0];
    assert_eq!((&change["what"], &change["rows"]), (&"added".into(), &2.into()));
    assert_eq!(change["class"]["template"], "says");
}

#[test]
fn diff_compares_builds_and_specs() {
    let folder = Folder::new(&["doors", "walls"]);
    folder.edit("specs/doors/doors.ispec", "Are you brave?", "Are you bold?");
    for name in ["doors", "walls"] {
        let (spec, out) = (format!("specs/{name}/{name}.ispec"), format!("out/{name}"));
        assert_eq!(folder.run(&["build", &spec, "--out", &out]).0, 0);
    }
    let same = folder.run(&["diff", "out/walls", "specs/walls"]);
    assert_eq!(same, (0, "out/walls and specs/walls are the same\n".into(), String::new()));
    let (status, builds, _) = folder.run(&["diff", "out/walls", "out/doors"]);
    assert_eq!(status, 5);
    assert!(builds.contains("wording 1 of question colour changed, in 1 request"), "{builds}");
    assert!(builds.contains("Are you [-brave-]{+bold+}? Yes or no."), "{builds}");
    let (status, specs, _) = folder.run(&["diff", "specs/walls/walls.ispec", "specs/doors/doors.ispec"]);
    assert_eq!((status, &specs), (5, &builds));
    let (status, out, _) = folder.run(&["diff", "--json", "out/walls", "out/doors"]);
    let object: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &object["same"]), (5, &Value::Bool(false)));
}

#[test]
fn what_cannot_be_compared_is_told() {
    let folder = Folder::new(&["walls"]);
    fs::create_dir(folder.path("empty")).unwrap();
    let told = |arguments: &[&str], status: i32, code: &str| {
        let (found, out, err) = folder.run(arguments);
        assert_eq!(found, status, "{out}{err}");
        assert!(err.contains(code), "{err}");
    };
    told(&["diff", "empty", "specs/walls"], 2, "E0822");
    told(&["diff", "missing", "specs/walls"], 2, "E0823");
    told(&["snap", "missing"], 2, "E0823");
    told(&["snap", "empty"], 2, "E0823");
    folder.write("other/walls.ispec", SPEC);
    told(&["snap", "specs/walls", "other", "--golden", "golden"], 2, "E0824");
    assert_eq!(folder.run(&["snap", "--accept"]).0, 0);
    folder.write("golden/walls/manifest.json", "{");
    told(&["snap"], 2, "E0822");
    assert_eq!(folder.run(&["snap", "--accept"]).0, 0, "what is damaged is accepted anew");
    assert_eq!(folder.run(&["snap"]).0, 0);
}

#[test]
fn what_cannot_be_written_is_told() {
    let folder = Folder::new(&["walls"]);
    folder.write("taken", "a file, not a folder");
    let (status, _, err) = folder.run(&["snap", "--accept", "--golden", "taken"]);
    assert_eq!(status, 1);
    assert!(err.contains("error[E0808]"), "{err}");
    assert_eq!(fs::read_to_string(folder.path("taken")).unwrap(), "a file, not a folder");
}
