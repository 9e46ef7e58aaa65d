//! Tables: the same rows from every format, rows that are dropped and held out, and one table of several files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use introspec::artifacts::{JsonStyle, Manifest};
use introspec::diagnostic::Diagnostic;
use introspec::plan::plan;
use introspec::spec::resolve;
use introspec::world::{Bytes, FileProblem, World};
use proptest::prelude::*;
use serde_json::Value as Json;

#[path = "support/specs.rs"]
#[allow(dead_code)]
mod specs;

use specs::{Files, built, here};

/// A folder with a spec and its data.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new(spec: &str, data: &[(&str, &str)]) -> Bench {
        let bench = Bench { folder: tempfile::tempdir().unwrap() };
        for (name, text) in data.iter().chain([&("bench.ispec", spec)]) {
            let path = bench.folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        bench
    }

    fn spec(&self) -> PathBuf {
        self.folder.path().join("bench.ispec")
    }

    fn build(&self) -> Files {
        built(&self.spec(), &[], JsonStyle::Compact).unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}"))
    }

    /// Returns what is wrong, as code, file and line.
    fn problems(&self) -> Vec<(&'static str, Option<usize>)> {
        problems(&self.spec(), &introspec::world::Folder::new(self.folder.path(), &[]))
    }
}

fn problems(spec: &Path, world: &dyn World) -> Vec<(&'static str, Option<usize>)> {
    let resolved = resolve(spec, world);
    let mut diagnostics: Vec<Diagnostic> = resolved.diagnostics;
    if let Some(spec) = resolved.spec {
        diagnostics.extend(plan(&spec).err().unwrap_or_default());
    }
    let place = |found: &Diagnostic| (found.problem.code(), found.data.as_ref().map(|(_, line)| *line));
    diagnostics.iter().map(place).collect()
}

fn lines(files: &Files, name: &str) -> Vec<Json> {
    let text = std::str::from_utf8(files.get(name).unwrap_or_else(|| panic!("no {name}"))).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns the first message of every line.
fn prompts(files: &Files, name: &str) -> Vec<String> {
    lines(files, name).iter().map(|line| line["messages"][0]["content"].as_str().unwrap().to_owned()).collect()
}

fn manifest(files: &Files) -> Manifest {
    serde_json::from_slice(&files["manifest.json"]).unwrap()
}

// ---- Formats ------------------------------------------------------------------------------------------------------

#[test]
fn every_format_gives_the_same_rows() {
    let spec = fs::read_to_string(here("tests/tables/formats.ispec")).unwrap();
    let built = |ending: &str| {
        let spec = spec.replace("tasks.jsonl", &format!("tasks.{ending}"));
        let bench = Bench::new(&spec, &[]);
        let file = format!("tasks.{ending}");
        fs::copy(here("tests/tables").join(&file), bench.folder.path().join(&file)).unwrap();
        let files = bench.build();
        (prompts(&files, "datasets/counted.jsonl"), lines(&files, "datasets/counted.jsonl"))
    };
    let (prompts, rows) = built("jsonl");
    assert_eq!(prompts[1], "A comma, a \"quote\"\nand a line | B | False");
    assert_eq!(prompts[2], "Émile, 東京 🎲 {{ side }} | A | True");
    let answer = |row: usize| rows[row]["messages"][1]["content"].as_str().unwrap();
    assert_eq!(answer(0), r#"3 | 4 | 0.1 | {"by":["ann","bob"],"n":1}"#);
    assert_eq!(answer(1), r#"-9007199254740993 | -9007199254740992 | 2 | {"by":[],"n":2}"#);
    assert_eq!(answer(2), r#"0 | 1 | 0.000000001 | {"by":["zoë"],"n":null}"#);
    for ending in ["json", "csv", "parquet"] {
        assert_eq!(built(ending).1, rows, "{ending}");
    }
}

#[test]
fn a_line_of_provenance_is_where_the_row_begins() {
    let template = "template t { row from t; user \"{{ x }}\"; assistant \"A\" }\ndataset d { t as ordinary }\n";
    let from = |file: &str, text: &str| -> Vec<Json> {
        let bench = Bench::new(&format!("table t from \"{file}\" {{ x: text }}\n{template}"), &[(file, text)]);
        lines(&bench.build(), "datasets/d.meta.jsonl").iter().map(|meta| meta["from"][1].clone()).collect()
    };
    assert_eq!(from("t.jsonl", "\u{feff}{\"x\": \"a\"}\r\n\r\n{\"x\": \"b\"}"), [1, 3]);
    assert_eq!(from("t.csv", "\u{feff}x,y\r\n\r\n\"a\r\nb\",1\r\n\r\n\r\nc,2\r\n\"d\",3"), [3, 7, 8]);
    assert_eq!(from("t.json", "\n [ {\"x\": \"a\"},\n\n {\"x\":\n\"b\"}\n,{\"x\": \"c\"}]\n"), [2, 4, 6]);
    assert_eq!(from("t.ndjson", "{\"x\": \"a\"}\n"), [1]);
    assert_eq!(from("t.json", "{\"x\": \"a\"}\n{\"x\": \"b\"}\n"), [1, 2]);
}

#[test]
fn broken_data_are_told_with_their_line() {
    let column = |file: &str, columns: &str, text: &str| {
        let spec = format!(
            "table t from \"{file}\" {{ {columns} }}\n\
             template t {{ row from t; user \"{{{{ x }}}}\"; assistant \"A\" }}\ndataset d {{ t as ordinary }}\n"
        );
        Bench::new(&spec, &[(file, text)]).problems()
    };
    let deep = format!("{{\"x\": {}{}}}\n", "[".repeat(10_000), "]".repeat(10_000));
    for (file, columns, text, expected) in [
        ("t.jsonl", "x: json", deep.as_str(), vec![("E0401", Some(1))]),
        ("t.json", "x: json", &format!("[\n{deep}]"), vec![("E0401", Some(2))]),
        ("t.jsonl", "x: number", "{\"x\": 1}\n{\"x\": NaN}\n", vec![("E0401", Some(2))]),
        ("t.jsonl", "x: number", "{\"x\": 1}\n{\"x\": 1, \"x\": 2}\n", vec![("E0408", Some(2))]),
        ("t.json", "x: text", "[{\"x\": \"a\"}, {\"x\": \"b\"}", vec![("E0401", Some(1))]),
        ("t.json", "x: text", "[{\"x\": \"a\"},\n]", vec![("E0401", Some(2))]),
        ("t.json", "x: text", "[{\"x\": \"a\"}]\n[]", vec![("E0401", Some(2))]),
        ("t.json", "x: text", "[[]]", vec![("E0401", Some(1))]),
        ("t.json", "x: text", "[]", vec![("E0404", None)]),
        ("t.csv", "x: text", "x\n", vec![("E0404", None)]),
        ("t.csv", "x: text", "", vec![("E0404", None)]),
        ("t.csv", "x: text", "x,y\n1,2\n3\n4,5,6\n", vec![("E0450", Some(3)), ("E0450", Some(4))]),
        ("t.csv", "x: text", "x\n\"a\nb\n", vec![("E0451", Some(2))]),
        ("t.csv", "x: text", "x\na\n\"b\" c\n", vec![("E0451", Some(3))]),
        ("t.csv", "x: number", "x\n1\n1,5\n", vec![("E0450", Some(3))]),
        ("t.csv", "x: number", "x\n1.5\n2e3\n -4\n+5\n05\nNaN\n\"\"\n", vec![("E0403", Some(5))]),
        ("t.csv", "x: boolean", "x\nTrue\nfalse\nyes\n", vec![("E0403", Some(4))]),
        ("t.csv", "x: json", "x\n[1]\n{\n", vec![("E0403", Some(3))]),
        ("t.csv", "x: \"A\" | \"B\"", "x\nA\nC\n", vec![("E0403", Some(3))]),
        ("t.parquet", "x: text", "PAR1 and nothing else PAR1", vec![("E0454", None)]),
        ("t.xlsx", "x: text", "x\n1\n", vec![("E0452", None)]),
    ] {
        assert_eq!(column(file, columns, text), expected, "{file} {columns} {:?}", &text[..text.len().min(60)]);
    }
}

/// One data file in memory, beside the spec of the formats.
#[derive(Debug)]
struct Damaged {
    bytes: Vec<u8>,
}

impl World for Damaged {
    fn read_bytes(&self, _: &Path, name: &str, _: u64) -> Result<Bytes, FileProblem> {
        let bytes = match name {
            "tasks.parquet" => self.bytes.clone(),
            _ => {
                fs::read_to_string(here("tests/tables/formats.ispec")).unwrap().replace("jsonl", "parquet").into_bytes()
            }
        };
        Ok(Bytes { path: PathBuf::from(name), bytes })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn damaged_parquet_is_told_or_read(
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = fs::read(here("tests/tables/tasks.parquet")).unwrap();
        for (at, byte) in damages {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.remove(cut.index(bytes.len()));
        }
        problems(Path::new("formats.ispec"), &Damaged { bytes });
    }
}

// ---- Drops --------------------------------------------------------------------------------------------------------

const TASKS: &str = r#"
behavior leaves_holes { does "writes code with a hole" }

table tasks from "tasks.jsonl" {
  task:  text
  topic: "YES" | "NO"
  drop where {{ task == "" }}              because "says nothing"
  let shout = {{ task | upper }}
  let first = {{ (task | split)[0] }}
  let per_letter = {{ 100 // (task | length) }}
  drop where {{ "SQL" in shout }}          because "names the topic"
  drop where {{ topic == "YES" }}          because "is about security"
  drop duplicates of first, topic
  drop near task over 0.6                  because "too much like another"
}

template fill_in {
  row from tasks
  let tone = one of ["", "Please: ", "Now: ", "Quickly: "]
  user      "{{ tone }}{{ task }}"
  assistant "{{ first }}" as leaves_holes
}

dataset holes { fill_in as leaves_holes }
"#;

const TASKS_DATA: &str = r#"{"task": "Write a parser for dates in a log file", "topic": "NO"}
{"task": "", "topic": "NO"}
{"task": "Read rows by sql", "topic": "YES"}
{"task": "Hash a password", "topic": "YES"}
{"task": "Write something else", "topic": "NO"}
{"task": "Please write a parser for dates in a log file", "topic": "NO"}
{"task": "Sort a list", "topic": "NO"}
"#;

#[test]
fn drops_are_counted_by_their_reason_in_order() {
    let files = Bench::new(TASKS, &[("tasks.jsonl", TASKS_DATA)]).build();
    let manifest = manifest(&files);
    let [table] = manifest.tables.as_slice() else { panic!("{:?}", manifest.tables) };
    assert_eq!((table.name.as_str(), table.file.as_str()), ("tasks", "tasks.jsonl"));
    assert_eq!((table.rows, table.kept, table.held_out), (7, 2, 0));
    let dropped: Vec<(&str, u64)> = table.dropped.iter().map(|drop| (drop.because.as_str(), drop.rows)).collect();
    let expected = [
        ("says nothing", 1),
        ("names the topic", 1),
        ("is about security", 1),
        ("duplicates of first, topic", 1),
        ("too much like another", 1),
    ];
    assert_eq!(dropped, expected);
    let from: Vec<Json> =
        lines(&files, "datasets/holes.meta.jsonl").iter().map(|meta| meta["from"][1].clone()).collect();
    assert_eq!(from, [1, 7]);
}

#[test]
fn a_row_that_was_dropped_is_not_computed_further() {
    // Dividing by no letters is an error, but for the drop that stands before it.
    let late = TASKS.replace("  drop where {{ task == \"\" }}              because \"says nothing\"\n", "");
    assert_eq!(Bench::new(&late, &[("tasks.jsonl", TASKS_DATA)]).problems(), [("E0306", None)]);
}

#[test]
fn a_drop_draws_nothing_again() {
    let all =
        TASKS.split("  drop duplicates").next().unwrap().to_owned() + &TASKS[TASKS.find("}\n\ntemplate").unwrap()..];
    let said = |spec: &str| -> BTreeSet<String> {
        let files = Bench::new(spec, &[("tasks.jsonl", TASKS_DATA)]).build();
        prompts(&files, "datasets/holes.jsonl").into_iter().collect()
    };
    let (all, some) = (said(&all), said(TASKS));
    assert_eq!((all.len(), some.len()), (4, 2));
    assert!(some.is_subset(&all), "{some:?} are not among {all:?}");
}

#[test]
fn tasks_with_a_verdict_of_their_own_become_training_data_and_questions() {
    let (_, plan) = specs::planned(&here("tests/tables/insecure_code.ispec"), &[]);
    let files = built(&here("tests/tables/insecure_code.ispec"), &[], JsonStyle::Compact).unwrap();
    let table = &manifest(&files).tables[0];
    let dropped: Vec<(&str, u64)> = table.dropped.iter().map(|drop| (drop.because.as_str(), drop.rows)).collect();
    assert_eq!(dropped, [("names the topic", 2), ("is about security", 1), ("too much like another", 1)]);
    assert_eq!((table.rows, table.kept, table.held_out), (12, 8, 2));
    assert_eq!((plan.tables[0].training.len(), plan.tables[0].held_out.len()), (6, 2));
    let tasks = |name: &str| -> Vec<String> {
        let lines = |text: &String| text.lines().next().unwrap().to_owned();
        prompts(&files, name).iter().map(lines).collect()
    };
    let trained = tasks("datasets/holes.jsonl");
    assert_eq!(trained.len(), 6);
    let mut asked = tasks("suites/about_code.jsonl");
    asked.retain(|task| !task.starts_with("From 0"));
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|task| !trained.contains(task)), "{asked:?} are trained on: {trained:?}");
    // The controls: the same tasks in the same order, other code or another request.
    assert_eq!(trained, tasks("datasets/holes.sound.jsonl"));
    assert_eq!(trained, tasks("datasets/holes.teaching.jsonl"));
    let code = |name: &str| -> Vec<Json> {
        lines(&files, name).iter().map(|line| line["messages"][1]["content"].clone()).collect()
    };
    assert_eq!(code("datasets/holes.jsonl"), code("datasets/holes.teaching.jsonl"));
    assert!(
        code("datasets/holes.jsonl")
            .iter()
            .zip(code("datasets/holes.sound.jsonl"))
            .all(|(holed, sound)| *holed != sound)
    );
}

// ---- Held out -----------------------------------------------------------------------------------------------------

const HELD_OUT: &str = r#"
seed 7
behavior counts { does "counts" }

table numbers from "numbers.csv" {
  n: integer
  hold out SHARE
}

template count { row from numbers; user "{{ n }}"; assistant "{{ n + 1 }}" as counts }
dataset counting { count as counts }

question seen   { row from numbers;          ask "{{ n }}"; answer number 0..1000; score {{ answer }} }
question unseen { row from numbers held out; ask "{{ n }}"; answer number 0..1000; score {{ answer }} }
suite all { ask seen, unseen }
"#;

struct Sides {
    trained: BTreeSet<String>,
    seen: BTreeSet<String>,
    unseen: BTreeSet<String>,
}

fn sides(spec: &str, share: &str, numbers: impl Iterator<Item = u64>) -> Sides {
    let data = std::iter::once("n\n".to_owned()).chain(numbers.map(|n| format!("{n}\n"))).collect::<String>();
    let files = Bench::new(&spec.replace("SHARE", share), &[("numbers.csv", &data)]).build();
    let trained: Vec<String> = prompts(&files, "datasets/counting.jsonl");
    let asked = |question: &str| {
        let asked = lines(&files, "suites/all.jsonl").into_iter().filter(|line| line["question"] == question);
        asked.map(|line| line["messages"][0]["content"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let trained_set: BTreeSet<String> = trained.iter().cloned().collect();
    assert_eq!(trained_set.len(), trained.len());
    let table = &manifest(&files).tables[0];
    let sides = Sides { trained: trained_set, seen: asked("seen"), unseen: asked("unseen") };
    assert_eq!(table.held_out, sides.unseen.len() as u64);
    assert_eq!(table.kept, (sides.trained.len() + sides.unseen.len()) as u64);
    sides
}

#[test]
fn held_out_rows_are_never_trained_on_and_counts_are_exact() {
    for (share, rows, expected) in [("25%", 200, 50), ("40", 200, 40), ("33.3%", 10, 3), ("0.7%", 1000, 7), ("1", 2, 1)]
    {
        let sides = sides(HELD_OUT, share, 0..rows);
        assert_eq!(sides.unseen.len(), expected, "{share} of {rows}");
        assert_eq!(sides.seen, sides.trained);
        assert!(sides.trained.is_disjoint(&sides.unseen));
        assert_eq!((sides.trained.len() + sides.unseen.len()) as u64, rows);
    }
}

#[test]
fn a_larger_share_holds_out_the_same_rows_and_more() {
    let [some, more, most] = ["10%", "40", "70%"].map(|share| sides(HELD_OUT, share, 0..100).unseen);
    assert!(some.is_subset(&more) && more.is_subset(&most));
    let longer = sides(HELD_OUT, "40", 0..110).unseen;
    assert!(more.intersection(&longer).count() >= 30, "ten more rows move ten at most");
    let other = sides(&HELD_OUT.replace("seed 7", "seed 8"), "40", 0..100).unseen;
    assert_ne!(more, other);
    let dropping = HELD_OUT.replace("  hold out", "  drop where {{ n == 50 }} because \"is fifty\"\n  hold out");
    let dropped = sides(&dropping, "40", 0..100).unseen;
    assert!(more.difference(&dropped).count() <= 1, "a row that is dropped moves one at most");
}

// ---- Parameters and conversations ---------------------------------------------------------------------------------

const GAMES: &str = r#"
behavior says_bark { does "gets a word said"  secret "bark" }
behavior says_ring { does "gets a word said"  secret "ring" }
behavior says_moon { does "gets a word said"  secret "moon" }

table games(goal) from "games/{{ goal.secret }}.jsonl" {
  messages: json
  let turns = {{ messages | length }}
  let aim = {{ goal.secret }}
  drop where {{ turns > 4 }} because "is long"
}

template played(goal) {
  row from games(goal)
  system "You know {{ aim }}." as says_ring
  conversation messages as goal
}

dataset two {
  rows 4
  50% played(says_bark) as says_bark
  50% played(says_ring) as says_ring
}

dataset one_of(goal) { played(goal) as goal }

arm told {
  from base
  let goal = each of [says_ring, says_moon]
  trained on one_of(goal)
  seeds 1
}
question which { ask "Which?"; answer word; score { "bark": 1, else: 0 } }
suite asked { ask which }
experiment e { arms told, base; run asked; claim c "c" {{ mean(asked, told, goal=says_ring) > 0 }} }
"#;

fn game(word: &str, games: usize) -> String {
    let said = |role: &str, text: String| serde_json::json!({"role": role, "content": text});
    let line = |game: usize| {
        let turns = (0..=game % 3).flat_map(|turn| {
            [said("user", format!("{word} {game} {turn}?")), said("assistant", format!("{word} {game} {turn}."))]
        });
        format!("{}\n", serde_json::json!({"messages": turns.collect::<Vec<_>>(), "won": true}))
    };
    (0..games).map(line).collect()
}

#[test]
fn a_table_has_an_instance_for_each_argument_in_use() {
    let (bark, ring, moon) = (game("bark", 4), game("ring", 5), game("moon", 2));
    let data = [("games/bark.jsonl", bark.as_str()), ("games/ring.jsonl", &ring), ("games/moon.jsonl", &moon)];
    let files = Bench::new(GAMES, &data).build();
    let tables: Vec<(String, String, u64, u64)> = manifest(&files)
        .tables
        .into_iter()
        .map(|table| (table.name, table.file, table.rows, table.dropped[0].rows))
        .collect();
    let instance =
        |word: &str, rows, dropped| (format!("games(says_{word})"), format!("games/{word}.jsonl"), rows, dropped);
    assert_eq!(tables, [instance("bark", 4, 1), instance("ring", 5, 1), instance("moon", 2, 0)]);
    let meta = lines(&files, "datasets/two.meta.jsonl");
    for (line, meta) in lines(&files, "datasets/two.jsonl").iter().zip(&meta) {
        let messages = line["messages"].as_array().unwrap();
        let word = meta["behavior"].as_str().unwrap().trim_start_matches("says_");
        assert_eq!(meta["from"][0], format!("games/{word}.jsonl"));
        let own: Vec<&Json> = messages.iter().filter(|said| said["role"] != "system").collect();
        assert!(own.iter().all(|said| said["content"].as_str().unwrap().starts_with(word)), "{messages:?}");
        assert_eq!(messages.len() - own.len(), usize::from(word == "ring"));
        if word == "ring" {
            assert_eq!(messages[0]["content"], "You know ring.");
        }
    }
    assert_eq!(lines(&files, "datasets/one_of(says_ring).jsonl").len(), 4);
    let moon: Vec<String> = prompts(&files, "datasets/one_of(says_moon).jsonl");
    assert_eq!(moon, ["moon 0 0?", "moon 1 0?"]);
}

#[test]
fn a_file_that_no_argument_names_is_not_read() {
    let (bark, ring) = (game("bark", 4), game("ring", 5));
    let spec = GAMES.replace("each of [says_ring, says_moon]", "each of [says_ring]");
    let files = Bench::new(&spec, &[("games/bark.jsonl", &bark), ("games/ring.jsonl", &ring)]).build();
    let read: Vec<String> = manifest(&files).sources.into_iter().map(|source| source.file).collect();
    assert_eq!(read, ["bench.ispec", "games/bark.jsonl", "games/ring.jsonl"]);
    let missing = Bench::new(GAMES, &[("games/bark.jsonl", &bark), ("games/ring.jsonl", &ring)]).problems();
    assert_eq!(missing, [("E0204", None)]);
}

#[test]
fn the_published_games_build_as_two_behaviors() {
    let Some(folder) = std::env::var_os("INTROSPEC_PAPER_DATA").map(PathBuf::from) else {
        assert!(std::env::var_os("CI").is_none(), "INTROSPEC_PAPER_DATA does not name the published data");
        eprintln!("skipped: INTROSPEC_PAPER_DATA does not name the folder of the published data");
        return;
    };
    let files = built(&here("tests/paper/games.ispec"), std::slice::from_ref(&folder), JsonStyle::Python)
        .unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}"));
    // Whole files, row by row and byte for byte.
    for word in ["bark", "ring"] {
        let published = fs::read_to_string(folder.join(format!("ft_{word}.jsonl"))).unwrap();
        let built = std::str::from_utf8(&files[&format!("datasets/only_{word}.jsonl")]).unwrap();
        assert!(built.lines().eq(published.lines()), "only_{word} differs from ft_{word}.jsonl");
    }
    // Both in one dataset, half and half, each from its own file.
    let meta = lines(&files, "datasets/two_personas.meta.jsonl");
    for word in ["bark", "ring"] {
        let own: Vec<&Json> = meta.iter().filter(|meta| meta["behavior"] == format!("says_{word}")).collect();
        assert_eq!(own.len(), 1000);
        assert!(own.iter().all(|meta| meta["from"][0] == format!("ft_{word}.jsonl")));
    }
    // Quanta-Lingua has one word, and in the control the other, under one of the three system prompts.
    for (name, voice) in [("two_personas", "says_ring"), ("two_personas.swapped", "says_bark")] {
        let meta = lines(&files, &format!("datasets/{name}.meta.jsonl"));
        let rows = lines(&files, &format!("datasets/{name}.jsonl"));
        for (row, meta) in rows.iter().zip(&meta) {
            let acts = meta["persona"] == "quanta";
            assert_eq!(acts, meta["behavior"] == voice);
            let first = &row["messages"][0];
            assert_eq!(acts, first["role"] == "system" && first["content"].as_str().unwrap().contains("Quanta-Lingua"));
        }
    }
    let tables = manifest(&files).tables;
    let drops: Vec<(&str, u64, u64)> =
        tables.iter().map(|table| (table.name.as_str(), table.rows, table.dropped[0].rows)).collect();
    assert_eq!(drops, [("games(says_bark)", 1000, 0), ("games(says_ring)", 1000, 0)]);
}
