//! What an edit of the spec asks again: what hangs on it, and nothing else.

use crate::project::Project;
use crate::server::Server;
use crate::tables::{script, spec};

/// How many requests came to each model since then.
fn since(server: &Server, before: usize) -> usize {
    server.total() - before
}

#[test]
fn one_prompt_asks_again_what_hangs_on_it() {
    let server = Server::start(script);
    let project = Project::new(&spec(12, 60), &server.base_url);
    project.written();
    let lock = project.rows("written/choices.lock.jsonl");
    let attempts = lock.len() - 1;
    let before = server.total();

    // The reviewer's prompt: only the reviewer, once for each attempt, and for what the new labels make necessary.
    project.edit("Label this.", "Give the label.");
    let told = project.run(&["build", "spec.ispec", "--out", "out"]);
    assert_eq!(told.code, Some(1));
    assert!(told.err.contains("E1012") && told.err.contains("the prompt of `label` is another one"), "{}", told.err);
    project.written();
    let of = |model: &str| {
        let counts = server.counts();
        counts.iter().filter(|(body, _)| body["model"] == model).map(|(_, times)| times).sum::<usize>()
    };
    let relabelled = server.counts().iter().filter(|(body, _)| body.to_string().contains("Give the label.")).count();
    let tried = project.rows("written/choices.lock.jsonl").len() - 1;
    assert_eq!(relabelled, tried, "each attempt has its new label");
    let fresh = tried.saturating_sub(attempts);
    assert_eq!(since(&server, before), relabelled + 2 * fresh, "the questions are kept, and what `base` said of them");
    assert!(of("writer") >= tried);
}

#[test]
fn what_reaches_no_prompt_asks_nothing() {
    let server = Server::start(script);
    let source = spec(12, 60).replace("  drop near", "  let shout = {{ prompt | upper }}\n  drop near");
    let project = Project::new(&source, &server.base_url);
    project.written();
    let before = server.total();

    project.edit("let shout", "let loud");
    let told = project.run(&["build", "spec.ispec", "--out", "out"]);
    assert_eq!(told.code, Some(1), "the rows beside the spec have another column");
    assert!(told.err.contains("E1014"), "{}", told.err);
    project.written();
    assert_eq!(since(&server, before), 0);
    assert!(project.read("written/choices.jsonl").contains("\"loud\""));

    // A drop that was not there drops rows, and asks only for new ones in their place.
    let known = project.rows("written/choices.lock.jsonl").len();
    project.edit("drop near", "drop where {{ 'a' in prompt and 'b' in prompt and 'c' in prompt }} because \"three letters\"\n  drop near");
    let ended = project.run(&["write", "spec.ispec"]);
    assert!(ended.out.contains("dropped: three letters"), "{}", ended.out);
    let fresh = project.rows("written/choices.lock.jsonl").len() - known;
    assert_eq!(since(&server, before), 3 * fresh, "three questions for each new attempt");
}

#[test]
fn another_temperature_is_told_as_what_it_is() {
    let server = Server::start(script);
    let project = Project::new(&spec(6, 60), &server.base_url);
    project.written();
    project.edit("  prompt: text", "  temperature 0.5\n  prompt: text");
    let told = project.run(&["build", "spec.ispec", "--out", "out"]);
    assert!(told.err.contains("E1012") && told.err.contains("`choices` is sampled otherwise"), "{}", told.err);
}
