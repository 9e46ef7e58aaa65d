//! A recorded run is the same run again, without a server.

use std::fs;

use crate::project::{Project, SPEC, colours, said};
use crate::server::{Server, refuse};

/// Runs a spec against a server, which is gone afterwards, and returns the project.
fn recorded(script: fn(&crate::server::Seen) -> crate::server::Play) -> Project {
    let server = Server::start(script);
    let project = Project::new(SPEC, &format!("provider: openai, base_url: \"{}\", model: m", server.base_url));
    let output = project.run("first", &[]);
    assert!(matches!(output.status.code(), Some(0 | 3 | 4)), "{}", said(&output));
    project
}

#[test]
fn a_recorded_run_gives_the_same_report_from_a_store_and_from_lines() {
    let project = recorded(colours);
    project.export("first", "recorded.jsonl");
    for (from, out) in [("first/answers.sqlite", "second"), ("recorded.jsonl", "third")] {
        project.configure(&format!("provider: replay, from: {from}, model: m"));
        let output = project.run(out, &[]);
        assert!(matches!(output.status.code(), Some(0 | 3 | 4)), "{from}: {}", said(&output));
        for file in ["results.json", "scores.jsonl", "report.html"] {
            let of = |run: &str| fs::read_to_string(project.path(run).join(file)).unwrap();
            assert_eq!(of("first"), of(out), "{from}: {file}");
        }
    }
}

#[test]
fn a_recorded_failure_is_a_failure_again() {
    let project = recorded(|seen| {
        if seen.body["messages"].to_string().contains("Blue or red?") {
            refuse(400, "this prompt is too long")
        } else {
            colours(seen)
        }
    });
    project.export("first", "recorded.jsonl");
    let first = project.results("first");
    for (from, out) in [("first/answers.sqlite", "second"), ("recorded.jsonl", "third")] {
        project.configure(&format!("provider: replay, from: {from}, model: m"));
        let output = project.run(out, &[]);
        assert!(matches!(output.status.code(), Some(0 | 3 | 4)), "{from}: {}", said(&output));
        assert_eq!(first, project.results(out), "{from}");
    }
    assert!(first["cells"].to_string().contains("\"error\":4"), "{}", first["cells"]);
    // What failed is in the report with its cause, in the service's words.
    let notes = first["notes"].to_string();
    assert!(notes.contains("count as errors: 2 rejected (") && notes.contains("this prompt is too long"), "{notes}");
}

#[test]
fn an_answer_that_was_never_recorded_is_an_error_that_names_the_request() {
    let project = recorded(colours);
    let more = SPEC.replace("Blue or red? Answer with one word.", "Green or grey? Answer with one word.");
    fs::write(project.path("spec.ispec"), more).unwrap();
    project.configure("provider: replay, from: first/answers.sqlite, model: m");
    let output = project.run("second", &[]);
    let shown = said(&output);
    let results = project.results("second").to_string();
    let named = "the recorded run has no answer to this request (sample 1 is not there): Green or grey?";
    assert!(shown.contains(named) || results.contains(named), "{shown}\n{results}");
}

#[test]
fn a_file_that_holds_no_such_model_is_told_at_once() {
    let project = recorded(colours);
    for (settings, why) in [
        ("from: first/answers.sqlite, model: another", "holds no answers of `another`"),
        ("from: nowhere.sqlite, model: m", "nowhere.sqlite"),
        ("from: spec.ispec, model: m", "line 2"),
        ("from: first/answers.sqlite, model: m, thinking: true", "holds no answers of `m` with these settings"),
    ] {
        project.configure(&format!("provider: replay, {settings}"));
        let output = project.run("second", &[]);
        assert_eq!(output.status.code(), Some(6), "{settings}: {}", said(&output));
        assert!(said(&output).contains("E0882") && said(&output).contains(why), "{settings}: {}", said(&output));
    }
}
