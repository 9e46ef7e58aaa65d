//! Models that will not write, and files that were changed: each ends with what was kept, why the rest was not, and
//! what to do.

use crate::project::{Project, ends, last, model, says};
use crate::server::{Server, refuse};
use crate::tables::{script, spec};

fn short(script: impl Fn(&crate::server::Seen) -> crate::server::Play + Send + Sync + 'static) -> (Project, String) {
    let server = Server::start(script);
    let project = Project::new(&spec(6, 12), &server.base_url);
    let ended = project.run(&["write", "spec.ispec"]);
    assert_eq!(ended.code, Some(1), "{}\n{}", ended.out, ended.err);
    // A combination that has its rows is not tried again.
    let spent = ["in 11 attempts", "in 12 attempts"].iter().any(|attempts| ended.out.contains(attempts));
    assert!(ended.out.contains("of 6 rows") && spent, "{}", ended.out);
    assert!(ended.out.contains("allow more `attempts`"), "{}", ended.out);
    // It is a clean end: the same command does it again from the store, and says the same.
    let before = server.total();
    let again = project.run(&["write", "spec.ispec"]);
    assert_eq!((again.code, &again.out.lines().last()), (Some(1), &ended.out.lines().last()));
    assert_eq!(server.total(), before);
    (project, ended.out)
}

#[test]
fn a_writer_that_always_refuses() {
    let (_, out) = short(|seen| if model(seen) == "writer" { ends("", "content_filter") } else { script(seen) });
    assert!(out.contains("12 dropped: `choices` was declined"), "{out}");
}

#[test]
fn a_writer_that_repeats_itself() {
    let (project, out) = short(|seen| match model(seen).as_str() {
        "writer" => says("The one question that I know, again and again, which of the two of them is it?"),
        "reviewer" => says(if last(seen).is_empty() { "B" } else { "A" }),
        _ => says("A"),
    });
    assert!(out.contains("dropped: too much like another"), "{out}");
    assert_eq!(project.rows("written/choices.jsonl").len(), 1);
}

#[test]
fn a_writer_that_says_the_forbidden_word() {
    let (_, out) = short(|seen| if model(seen) == "writer" { says("A risk?") } else { script(seen) });
    assert!(out.contains("12 dropped: names the topic"), "{out}");
}

#[test]
fn a_check_that_never_agrees() {
    let (_, out) = short(|seen| if model(seen) == "reviewer" { says("Neither, really.") } else { script(seen) });
    assert!(out.contains("12 dropped: `label` is not a given text"), "{out}");
}

#[test]
fn a_writer_that_answers_nothing() {
    let (_, out) = short(|seen| if model(seen) == "writer" { says("  \n ") } else { script(seen) });
    assert!(out.contains("dropped: `choices`"), "{out}");
}

#[test]
fn requests_that_fail_for_good_are_told_and_made_again() {
    let server = Server::start(|seen| {
        if model(seen) == "writer" && last(seen).contains("formal") {
            refuse(400, "no formal words")
        } else {
            script(seen)
        }
    });
    let project = Project::new(&spec(6, 12), &server.base_url);
    let ended = project.run(&["write", "spec.ispec"]);
    assert!(matches!(ended.code, Some(1)), "{}", ended.err);
    assert!(ended.out.contains("no formal words"), "{}", ended.out);
    drop(server);
    let server = Server::start(script);
    project.configure(&server.base_url);
    let ended = project.run(&["write", "spec.ispec"]);
    assert!(!ended.out.contains("no formal words"), "a failure is never kept: {}", ended.out);
}

#[test]
fn a_table_that_was_edited_by_hand() {
    let server = Server::start(script);
    let project = Project::new(&spec(6, 60), &server.base_url);
    project.written();
    let rows = project.read("written/choices.jsonl");
    let mut lines: Vec<&str> = rows.lines().collect();
    let changed = lines[2].replace("which of them", "which one");
    lines[2] = &changed;
    project.write("written/choices.jsonl", &format!("{}\n", lines.join("\n")));
    let built = project.run(&["build", "spec.ispec", "--out", "out"]);
    assert_eq!(built.code, Some(1));
    assert!(built.err.contains("E1013") && built.err.contains("line 3"), "{}", built.err);
    let before = server.total();
    project.written();
    assert_eq!(project.read("written/choices.jsonl"), rows, "what was written is put back");
    assert_eq!(server.total(), before);

    // So is one that is gone.
    std::fs::remove_file(project.path("written/choices.jsonl")).unwrap();
    let built = project.run(&["build", "spec.ispec", "--out", "out"]);
    assert_eq!(built.code, Some(1));
    assert!(built.err.contains("introspec write"), "{}", built.err);
}

#[test]
fn a_lock_that_is_none_or_of_another_version() {
    let server = Server::start(script);
    let project = Project::new(&spec(6, 60), &server.base_url);
    project.written();
    let lock = project.read("written/choices.lock.jsonl");
    let kept = project.kept();
    for (broken, why) in [
        (lock.replacen("\"introspec_lock\":1", "\"introspec_lock\":9", 1), "version 9"),
        (lock.lines().skip(1).collect::<Vec<_>>().join("\n"), "first line is not that of a lock"),
        (format!("{}\n{{\"row\": ", lock.lines().next().unwrap()), "line 2 cannot be read"),
        (String::new(), "first line is not that of a lock"),
    ] {
        project.write("written/choices.lock.jsonl", &broken);
        let built = project.run(&["build", "spec.ispec", "--out", "out"]);
        assert_eq!(built.code, Some(1), "{why}");
        assert!(built.err.contains("E1011") && built.err.contains(why), "{why}: {}", built.err);
        // The store still has every reply: nothing is asked again.
        let before = server.total();
        project.written();
        assert_eq!((project.kept() == kept, server.total()), (true, before), "{why}");
    }
}

#[test]
fn a_role_that_nobody_has() {
    let project = Project::new(&spec(6, 60), "http://127.0.0.1:9/v1");
    project
        .write("introspec.yaml", "models:\n  m: { provider: local, model: smollm2 }\nroles: { writer: m, base: m }\n");
    let ended = project.run(&["write", "spec.ispec"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("E0803") && ended.err.contains("reviewer"), "{}", ended.err);
}
