//! What a model cannot serve is told before the first request, at the question that needs it.

use crate::project::{Project, SPEC, colours, said};
use crate::server::Server;

/// Runs a spec against a model with these settings; nothing may be asked.
fn refused(spec: &str, settings: &str) -> String {
    let server = Server::start(colours);
    let project = Project::new(spec, &format!("base_url: \"{}\", model: m, {settings}", server.base_url));
    let output = project.run("out", &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(server.total(), 0, "nothing is asked");
    said(&output)
}

#[test]
fn a_temperature_that_is_too_high_names_the_question_and_its_line() {
    let hot = SPEC.replace("samples 4 }\n\narm", "samples 4  temperature 1.5 }\n\narm");
    let shown = refused(&hot, "provider: anthropic");
    assert!(shown.contains("E0880") && shown.contains("takes no temperature above 1"), "{shown}");
    assert!(shown.contains("spec.ispec:4") && shown.contains("`colour`") && shown.contains("`letter`"), "{shown}");

    let shown = refused(&hot, "provider: chat, can: { temperature: false }");
    assert!(shown.contains("a temperature of its own"), "{shown}");
}

#[test]
fn a_system_prompt_that_nobody_takes_names_the_question() {
    let shown = refused(SPEC, "provider: chat, can: { system: false }");
    assert!(shown.contains("E0880") && shown.contains("takes no system prompt"), "{shown}");
    assert_eq!(shown.matches("E0880").count(), 2, "each question once: {shown}");
}

#[test]
fn a_question_that_no_model_can_read_as_probabilities_is_sampled() {
    let server = Server::start(|seen| {
        assert_eq!(seen.body.get("logprobs"), None);
        colours(seen)
    });
    let settings = "provider: chat, can: { logprobs: 0 }";
    let project = Project::new(SPEC, &format!("base_url: \"{}\", model: m, {settings}", server.base_url));
    let output = project.run("out", &[]);
    assert!(matches!(output.status.code(), Some(0 | 3 | 4)), "{}", said(&output));
    assert!(server.total() > 0);
}

#[test]
fn a_proxy_of_the_environment_is_used_and_not_for_this_machine() {
    let server = Server::start(colours);
    let proxy = server.base_url.trim_end_matches("/v1");
    let nowhere = [("HTTP_PROXY", "http://127.0.0.1:9"), ("http_proxy", "http://127.0.0.1:9")];
    for (base_url, proxies) in [
        ("http://model.invalid/v1", [("HTTP_PROXY", proxy), ("http_proxy", proxy)]),
        (server.base_url.as_str(), nowhere),
    ] {
        let before = server.total();
        let project = Project::new(SPEC, &format!("provider: chat, base_url: \"{base_url}\", model: m"));
        let none = [("NO_PROXY", ""), ("no_proxy", "")];
        let output = project.run("out", &[&proxies[..], &none].concat());
        assert!(matches!(output.status.code(), Some(0 | 3 | 4)), "{base_url}: {}", said(&output));
        assert!(server.total() > before, "{base_url}");
    }
}
