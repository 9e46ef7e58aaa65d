//! Texts: how many calls bring them, and when none is made.

use introspec::answers::Answer;
use introspec::requests::Role;
use serde_json::{Value, json};

use crate::desk::{Desk, respondent, texts_of};
use crate::server::{Server, completion, refuse, texts};

#[test]
fn several_samples_come_from_one_call() {
    let server = Server::obliging();
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "sampling: { top_p: 0.9 }"));
    let summary = desk.ask(&model, vec![texts_of("a", 3), texts_of("b", 1)]);

    assert_eq!(desk.texts(&model, &texts_of("a", 3)), ["a/100", "a/101", "a/102"]);
    assert_eq!(desk.texts(&model, &texts_of("b", 1)), ["b/100"]);
    assert_eq!((server.total(), summary.models[0].answers, summary.models[0].done), (2, 4, 2));
    assert_eq!(summary.models[0].usage.prompt_tokens, 14);
    let (body, _) = server.counts().into_iter().find(|(body, _)| body["n"] == 3).expect("one body asks for three");
    assert_eq!(
        body,
        json!({ "model": "m", "messages": [{ "role": "user", "content": "a" }], "n": 3, "temperature": 1.0,
                "top_p": 0.9, "max_tokens": 8, "seed": 100 })
    );
}

#[test]
fn a_server_that_refuses_n_is_asked_for_single_samples() {
    let server = Server::start(|seen| match seen.body.get("n") {
        Some(_) => refuse(400, "Only one completion choice is allowed"),
        None => texts(&seen.body),
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "concurrency: 1"));
    desk.ask(&model, vec![texts_of("a", 3), texts_of("b", 2)]);

    assert_eq!(desk.texts(&model, &texts_of("a", 3)), ["a/100", "a/101", "a/102"]);
    assert_eq!(desk.texts(&model, &texts_of("b", 2)), ["b/100", "b/101"]);
    // One refusal, then three singles and two singles, each once.
    assert_eq!(server.total(), 6);
    assert!(server.counts().iter().all(|(_, times)| *times == 1));
}

#[test]
fn a_server_that_gives_fewer_choices_is_asked_for_the_rest() {
    let server = Server::start(|seen| {
        let mut single = seen.body.clone();
        single.as_object_mut().unwrap().remove("n");
        texts(&single)
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "concurrency: 1"));
    desk.ask(&model, vec![texts_of("a", 3), texts_of("b", 2)]);

    assert_eq!(desk.texts(&model, &texts_of("a", 3)), ["a/100", "a/101", "a/102"]);
    assert_eq!(desk.texts(&model, &texts_of("b", 2)), ["b/100", "b/101"]);
    assert_eq!(server.counts().iter().filter(|(body, _)| body["n"].is_u64()).count(), 1);
}

#[test]
fn more_samples_than_a_call_may_have_are_split() {
    let server = Server::obliging();
    let (mut desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    desk.options.samples_per_call = 64;
    desk.ask(&model, vec![texts_of("a", 130)]);

    let mut counts: Vec<u64> = server.counts().iter().map(|(body, _)| body["n"].as_u64().unwrap_or(1)).collect();
    counts.sort_unstable();
    assert_eq!(counts, [2, 64, 64]);
    assert_eq!(desk.texts(&model, &texts_of("a", 130))[129], "a/229");
}

#[test]
fn a_second_run_asks_nothing_and_a_third_sample_asks_one_more() {
    let server = Server::obliging();
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    let asks = |samples| (0..40).map(|i| texts_of(&i.to_string(), samples)).collect::<Vec<_>>();
    desk.ask(&model, asks(2));
    assert_eq!(server.total(), 40);

    let again = desk.ask(&model, asks(2));
    assert_eq!((server.total(), again.models[0].known, again.models[0].answers), (40, 40, 0));

    desk.ask(&model, asks(3));
    assert_eq!(server.total(), 80);
    assert_eq!(desk.texts(&model, &texts_of("7", 3)), ["7/100", "7/101", "7/102"]);
    let single = server.counts().into_iter().filter(|(body, _)| body["seed"] == 102 && body["n"].is_null()).count();
    assert_eq!(single, 40);
}

#[test]
fn another_address_is_another_model_unless_it_has_an_identity() {
    let (first, second) = (Server::obliging(), Server::obliging());
    let desk = Desk::new();
    for settings in ["", "identity: ours"] {
        desk.ask(&respondent(&first.base_url, settings), vec![texts_of("a", 1)]);
        desk.ask(&respondent(&second.base_url, settings), vec![texts_of("a", 1)]);
    }
    assert_eq!((first.total(), second.total()), (2, 1));
}

#[test]
fn what_changes_a_request_changes_its_key() {
    let server = Server::obliging();
    let desk = Desk::new();
    let base = texts_of("a", 1);
    let mut asks = vec![base.clone(); 5];
    asks[1].sampling.seed = 7;
    asks[2].sampling.temperature = 0.5;
    asks[3].sampling.max_tokens = 9;
    asks[4].messages[0].role = Role::System;
    desk.ask(&respondent(&server.base_url, ""), asks);
    desk.ask(&respondent(&server.base_url, "sampling: { top_p: 0.5 }"), vec![base]);
    assert_eq!(server.total(), 6);
    assert!(server.counts().iter().all(|(_, times)| *times == 1));
}

#[test]
fn the_same_ask_is_sent_once_even_while_it_is_under_way() {
    let server = Server::obliging();
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    let same = || (0..300).map(|i| texts_of(&(i % 10).to_string(), 2)).collect::<Vec<_>>();
    let summary = desk.run(vec![(&model, same()), (&model, same())]).unwrap();
    assert_eq!(server.total(), 10);
    let ended: Vec<u64> = summary.models.iter().map(|model| model.known + model.done).collect();
    assert_eq!(ended, [300, 300]);
}

#[test]
fn refusals_and_cut_off_texts_are_answers_of_their_own() {
    let server = Server::start(|seen| {
        let message = |content: Value, refusal: Value| json!({ "content": content, "refusal": refusal });
        let (message, reason) = match seen.body["messages"][0]["content"].as_str().unwrap() {
            "field" => (message(Value::Null, json!("I will not")), "stop"),
            "filter" => (message(json!(""), Value::Null), "content_filter"),
            "long" => (message(json!("once upon"), Value::Null), "length"),
            _ => (message(json!("fine"), json!("")), "stop"),
        };
        completion(&[json!({ "index": 0, "message": message, "finish_reason": reason })])
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    let asks = ["field", "filter", "long", "text"].map(|prompt| texts_of(prompt, 1));
    desk.ask(&model, asks.to_vec());
    let answers = asks.map(|ask| desk.answers(&model, &ask).samples[0].clone().unwrap().unwrap());
    assert_eq!(
        answers,
        [
            Answer::Refusal { text: "I will not".into() },
            Answer::Refusal { text: String::new() },
            Answer::Truncated { text: "once upon".into() },
            Answer::Text { text: "fine".into() },
        ]
    );
}
