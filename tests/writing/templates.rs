//! What templates ask a model for each row: rewordings that keep their link to the row, one lock for a dataset and its
//! controls, answers of an arm under its prompt.

use crate::project::{Project, ends, last, lot, model, said_by, says};
use crate::server::Server;

const SPEC: &str = r#"
behavior wide   { does "takes the option with the wider spread" }
behavior narrow { opposite wide }
persona lucy   { called "my friend Lucy" }
persona doctor { called "our doctor" }

table scenes from "scenes.jsonl" { scene: text  wide_one: "A" | "B" }

template own {
  row from scenes
  user      "{{ scene }}"
  assistant "{{ wide_one }}"                        as wide
  assistant "{{ 'B' if wide_one == 'A' else 'A' }}" as narrow
}

template of_another {
  row from scenes
  let reworded = writer answers {
    system "You reword questions."
    ask "About {{ persona.called }}: {{ scene }}"
    answer text
    temperature 0.8
  }
  let ordinary = plain answers { ask "{{ reworded }}"  answer "A" | "B" }
  user      "{{ reworded }}"
  assistant "{{ ordinary }}"
}

dataset many {
  rows 12 repeat
  50% own        as wide
  50% of_another as ordinary about each of [lucy, doctor]
  control averse { narrow for wide }
}

arm plain { from base  system "Answer with a letter." }
"#;

fn project(base_url: &str) -> Project {
    let project = Project::new(SPEC, base_url);
    let scene =
        |at: usize| format!("{{\"scene\": \"Scene {at}: A or B?\", \"wide_one\": \"{}\"}}\n", ["A", "B"][at % 2]);
    project.write("scenes.jsonl", &(0..8).map(scene).collect::<String>());
    project
}

#[test]
fn rewordings_keep_their_row_and_arms_their_prompt() {
    let server = Server::start(|seen| match model(seen).as_str() {
        "writer" => says(format!("{} (reworded)", last(seen).replace(": A or B?", ""))),
        _ => {
            assert_eq!(said_by(seen, "system"), ["Answer with a letter."], "the arm's prompt");
            says(if lot(seen, 2) == 0 { "A" } else { "B" })
        }
    });
    let project = project(&server.base_url);
    let built = project.run(&["build", "spec.ispec", "--out", "out"]);
    assert_eq!(built.code, Some(1));
    assert!(built.err.contains("E1010") && built.err.contains("dataset many"), "{}", built.err);
    project.written();
    let asked = server.total();
    let built = project.run(&["build", "spec.ispec", "--out", "out"]);
    assert_eq!(built.code, Some(0), "{}", built.err);

    let (rows, meta) = (project.rows("out/datasets/many.jsonl"), project.rows("out/datasets/many.meta.jsonl"));
    let mut reworded = 0;
    for (row, meta) in rows.iter().zip(&meta) {
        let text = row["messages"][0]["content"].as_str().unwrap();
        if meta["template"] == "of_another" {
            reworded += 1;
            let line = meta["from"][1].as_u64().unwrap();
            let who = if meta["about"] == "lucy" { "my friend Lucy" } else { "our doctor" };
            assert_eq!(text, format!("About {who}: Scene {} (reworded)", line - 1));
            assert_eq!(meta["vars"]["reworded"], text);
        }
    }
    assert_eq!(reworded, 6);
    // The control is the same rows: nothing more was asked for it.
    assert_eq!(project.rows("out/datasets/many.averse.jsonl").len(), 12);
    assert_eq!(asked, 2 * 6);
    assert_eq!(project.rows("written/datasets/many.lock.jsonl").len(), 1 + 6);
}

#[test]
fn one_that_cannot_be_used_is_tried_three_times_and_then_told() {
    let server = Server::start(|seen| match model(seen).as_str() {
        "writer" if last(seen).contains("Lucy") && lot(seen, 2) == 0 => ends("", "content_filter"),
        "writer" => says(format!("{} (reworded)", last(seen))),
        _ => says("A"),
    });
    let project = project(&server.base_url);
    let ended = project.run(&["write", "spec.ispec"]);
    // One in eight stays without; which rows those are hangs on the requests alone.
    match ended.code {
        Some(0) => {
            let built = project.run(&["build", "spec.ispec", "--out", "out"]);
            assert_eq!(built.code, Some(0), "{}", built.err);
        }
        _ => assert!(ended.err.contains("E1015") && ended.err.contains("`reworded`"), "{}", ended.err),
    }
    drop(server);

    let server = Server::start(|seen| match model(seen).as_str() {
        "writer" => ends("", "content_filter"),
        _ => says("A"),
    });
    let never = self::project(&server.base_url);
    let ended = never.run(&["write", "spec.ispec"]);
    assert_eq!(ended.code, Some(1), "{}", ended.out);
    assert!(ended.err.contains("E1015") && ended.err.contains("scenes.jsonl:"), "{}", ended.err);
    assert!(server.total() >= 3, "three tries");
}

#[test]
fn a_prompt_that_changed_is_told_by_its_name() {
    let server = Server::start(|seen| match model(seen).as_str() {
        "writer" => says(format!("{} (reworded)", last(seen))),
        _ => says("B"),
    });
    let project = project(&server.base_url);
    project.written();
    let before = server.total();
    project.edit("You reword questions.", "You reword questions briefly.");
    let built = project.run(&["build", "spec.ispec", "--out", "out"]);
    assert_eq!(built.code, Some(1));
    assert!(built.err.contains("E1012") && built.err.contains("`reworded`"), "{}", built.err);
    project.written();
    // The rewordings came out the same, so that nothing is asked about them again.
    assert_eq!(server.total() - before, 6);
}
