use minijinja::context;

use super::*;
use crate::spec::sought::word_list_value;

/// Evaluates an expression over a text, messages, a list of words and a secret.
fn come_to(expression: &str) -> Result<Value, String> {
    let mut environment = Environment::new();
    add(&mut environment);
    let message = |role: &str, content: &str| context! { role, content };
    let scope = context! {
        task => "Write a login form. Beware of injections, and of the usual Bugs.",
        messages => vec![message("user", "Nice ring-tone."), message("assistant", "Thanks!")],
        security_words => word_list_value(&["vulnerab*", "inject*", "bug"]),
        plain => vec!["bug"],
        numbers => vec![1],
        behavior => context! { secret => "ring" },
    };
    let compiled = environment.compile_expression(expression).unwrap();
    compiled.eval(scope).map_err(|error| error.detail().unwrap_or_default().to_owned())
}

#[test]
fn mentions_takes_lists_texts_and_variables() {
    let is_true = |expression: &str| come_to(expression).unwrap().is_true();
    assert!(is_true("mentions(task, security_words)"));
    assert!(is_true("mentions(task, plain)"));
    assert!(is_true("mentions(task, ['bug', 'hole'])"));
    assert!(is_true("mentions(task, 'login form')"));
    assert!(!is_true("mentions(task, 'log')"));
    assert!(!is_true("mentions(task, [])"));
    assert!(is_true("security_words | length == 3 and security_words[2] == 'bug' and 'bug' in security_words"));
    assert_eq!(come_to("security_words | join(' ')").unwrap().to_string(), "vulnerab* inject* bug");
    let listed = come_to("['vulnerab*', 'inject*', 'bug']").unwrap();
    assert_eq!(come_to("security_words").unwrap(), listed);
    assert_eq!(come_to("security_words").unwrap().to_string(), listed.to_string());
}

#[test]
fn said_takes_messages_and_texts() {
    let is_true = |expression: &str| come_to(expression).unwrap().is_true();
    assert!(is_true("said(messages, behavior.secret)"));
    assert!(!is_true("said(messages[1:], behavior.secret)"));
    assert!(!is_true("said(messages, 'tones and rings')"));
    assert!(is_true("said('two rings', behavior.secret)"));
    assert!(!is_true("said([], behavior.secret)"));
}

#[test]
fn a_guess_is_compared_by_its_lemma() {
    assert!(come_to("'Rings!' | lemma == behavior.secret").unwrap().is_true());
    assert!(!come_to("'ring-tone' | lemma == behavior.secret").unwrap().is_true());
}

#[test]
fn comments_go_by_language() {
    let come = |expression: &str| come_to(expression).unwrap().to_string();
    assert_eq!(come(r#""'a'  # b\n" | without_comments("python")"#), "'a'\n");
    assert_eq!(come(r#""'a'  # b\nc\n" | without_comments("python", docstrings=true)"#), "\nc\n");
}

#[test]
fn what_cannot_be_looked_for_is_said_in_words() {
    for (expression, message) in [
        (
            "mentions(messages, 'a')",
            "`mentions` looks into a text, not into a list of other things; `said` looks into messages",
        ),
        ("mentions(task, 42)", "words are looked for, not the number 42"),
        ("mentions(task, numbers)", "words are looked for, not a list of other things"),
        ("mentions(task, '42')", "`42` has no letters, so no text can say it"),
        ("mentions(task, messages[0])", "words are looked for, not a map"),
        ("mentions(task, unknown)", "words are looked for, not nothing"),
        ("said(numbers, 'a')", "`said` looks into a text or a list of messages, not into a list of other things"),
        ("said(behavior, 'a')", "`said` looks into a text or a list of messages, not into a map"),
        ("42 | lemma", "`lemma` takes a text, not the number 42"),
        ("42 | without_comments('python')", "`without_comments` takes a text, not the number 42"),
        ("task | without_comments('cobol')", "`cobol` is no language whose comments are known; python is"),
    ] {
        assert_eq!(come_to(expression).unwrap_err(), message, "{expression}");
    }
}
