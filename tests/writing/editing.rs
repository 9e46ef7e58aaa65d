//! What an edit of the spec asks again: what hangs on it, and nothing else.

use std::collections::BTreeSet;

use crate::project::Project;
use crate::server::Server;
use crate::tables::{script, spec};

/// The digests of the requests that a lock holds.
fn digests(project: &Project) -> BTreeSet<String> {
    let rows = project.rows("written/choices.lock.jsonl");
    let asked = rows.iter().skip(1).flat_map(|row| row["asked"].as_array().unwrap().clone());
    asked.map(|asked| asked["digest"].as_str().unwrap().to_owned()).collect()
}

/// How many requests came since then.
fn since(server: &Server, before: usize) -> usize {
    server.total() - before
}

#[test]
fn one_prompt_asks_again_what_hangs_on_it() {
    let server = Server::start(script);
    let project = Project::new(&spec(12, 60), &server.base_url);
    project.written();
    let (before, known) = (server.total(), digests(&project));
    assert_eq!(before, known.len());

    // The reviewer's prompt: only the reviewer, once for each attempt, and for what the new labels make necessary.
    project.edit("Label this.", "Give the label.");
    let told = project.run(&["build", "spec.ispec", "--out", "out"]);
    assert_eq!(told.code, Some(1));
    assert!(told.err.contains("E1012") && told.err.contains("the prompt of `label` is another one"), "{}", told.err);
    project.written();
    let fresh = digests(&project).difference(&known).count();
    assert_eq!(since(&server, before), fresh, "the questions are kept, and what `base` said of them");
    let relabelled = server.counts().iter().filter(|(body, _)| body.to_string().contains("Give the label.")).count();
    let of_writer = |seen: &Server| seen.counts().iter().filter(|(body, _)| body["model"] == "writer").count();
    assert!(relabelled > 12 && fresh < relabelled + 3 * of_writer(&server), "{relabelled} labels, {fresh} in all");
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
    let known = digests(&project);
    project.edit(
        "drop near",
        "drop where {{ 'a' in prompt and 'b' in prompt and 'c' in prompt }} because \"three letters\"\n  drop near",
    );
    let ended = project.run(&["write", "spec.ispec"]);
    assert!(ended.out.contains("dropped: three letters"), "{}", ended.out);
    let fresh = digests(&project).difference(&known).count();
    assert!(fresh > 0);
    assert_eq!(since(&server, before), fresh, "only what the new attempts need");
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
