//! Asking models over HTTP: a real server on loopback, a real store in a folder.

#[path = "support/desk.rs"]
mod desk;
#[path = "support/server.rs"]
mod server;

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use introspec::answers::{Answer, Cause, Failure, StoreError};
use introspec::scores::Method;
use serde_json::{Value, json};

use desk::{Desk, KEY, probabilities_of, respondent, texts_of};
use server::{Play, Server, completion, refuse, reply, texts, tokens};

fn cause(sample: &Option<Result<Answer, Failure>>) -> Option<Cause> {
    sample.as_ref()?.as_ref().err().map(|failure| failure.cause)
}

#[test]
fn several_samples_come_from_one_call() {
    let server = Server::obliging();
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "sampling: { top_p: 0.9 }"));
    let summary = desk.ask(&model, vec![texts_of("a", 3), texts_of("b", 1)]);

    assert_eq!(desk.texts(&model, &texts_of("a", 3)), ["a/100", "a/101", "a/102"]);
    assert_eq!(desk.texts(&model, &texts_of("b", 1)), ["b/100"]);
    assert_eq!((server.total(), summary.models[0].answers, summary.models[0].done), (2, 4, 2));
    assert_eq!(summary.models[0].usage.prompt_tokens, 14);
    let (body, _) =
        server.counts().into_iter().find(|(body, _)| body["n"] == 3).expect("one body asks for three");
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

    let mut counts: Vec<u64> =
        server.counts().iter().map(|(body, _)| body["n"].as_u64().unwrap_or(1)).collect();
    counts.sort_unstable();
    assert_eq!(counts, [2, 64, 64]);
    assert_eq!(desk.texts(&model, &texts_of("a", 130))[129], "a/229");
}

#[test]
fn a_rate_limit_is_waited_out() {
    let server = Server::start(|seen| match seen.times {
        1 => {
            let until = httpdate::fmt_http_date(SystemTime::now());
            let headers = vec![("retry-after", until)];
            Play::Reply {
                status: 429,
                headers,
                body: json!({ "error": { "message": "slow down" } }).to_string(),
            }
        }
        2 => {
            let headers = vec![("retry-after", "0.02".to_owned())];
            Play::Reply { status: 429, headers, body: String::new() }
        }
        _ => texts(&seen.body),
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    let summary = desk.ask(&model, vec![texts_of("a", 1)]);

    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["a/100"]);
    assert_eq!((server.total(), summary.models[0].retried), (3, 2));
    let retried = desk.log.lines("Retried");
    assert!(retried[0].contains("retry_after_ms: Some(0)"), "{retried:?}");
    // The wait that the service asked for is never shortened.
    let wait = retried[1].split("wait: ").nth(1).unwrap().trim_end_matches("ms }");
    assert!(wait.parse::<f64>().unwrap() >= 20.0, "{retried:?}");
}

#[test]
fn a_wait_beyond_all_patience_stops_the_model() {
    let server = Server::start(|_| Play::Reply {
        status: 429,
        headers: vec![("retry-after", "86400".to_owned())],
        body: String::new(),
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "concurrency: 1"));
    let summary = desk.ask(&model, (0..20).map(|i| texts_of(&i.to_string(), 1)).collect());
    assert_eq!(summary.models[0].stopped.as_ref().map(|failure| failure.cause), Some(Cause::RateLimited));
    assert_eq!(server.total(), 1);
}

#[test]
fn server_errors_and_broken_connections_are_tried_again() {
    let server = Server::start(|seen| match seen.times {
        1 => refuse(500, "oops"),
        2 => Play::HangUp,
        3 => Play::Reply { status: 200, headers: Vec::new(), body: "<html>busy</html>".to_owned() },
        4 => refuse(503, "oops"),
        _ => texts(&seen.body),
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    let summary = desk.ask(&model, vec![texts_of("a", 1), texts_of("b", 1)]);

    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["a/100"]);
    assert_eq!(desk.texts(&model, &texts_of("b", 1)), ["b/100"]);
    assert_eq!((server.total(), summary.models[0].retried, summary.models[0].failed), (10, 8, 0));
}

#[test]
fn a_wrong_key_stops_its_model_and_no_other() {
    let wrong = Server::start(|_| refuse(401, &format!("Incorrect API key provided: {KEY}")));
    let right = Server::obliging();
    let desk = Desk::new();
    let bad = respondent(&wrong.base_url, "key: TEST_KEY, concurrency: 2");
    let good = respondent(&right.base_url, "concurrency: 2");
    let asks: Vec<_> = (0..50).map(|i| texts_of(&i.to_string(), 1)).collect();
    let summary = desk.run(vec![(&bad, asks.clone()), (&good, asks.clone())]).unwrap();

    let stopped = summary.models[0].stopped.as_ref().expect("the model stopped");
    assert_eq!(stopped.cause, Cause::Key);
    assert!(
        stopped.message.contains("answered 401") && stopped.message.contains("check the key"),
        "{stopped:?}"
    );
    assert!(wrong.total() <= 2, "{} requests with a wrong key", wrong.total());
    assert_eq!((summary.models[1].answers, &summary.models[1].stopped), (50, &None));
    assert_eq!(desk.texts(&good, &asks[49]), ["49/100"]);
    let samples = desk.answers(&bad, &asks[49]).samples;
    assert_eq!(samples, [None], "what was never asked has no failure either");
}

#[test]
fn the_key_reaches_the_server_and_no_file() {
    let server = Server::start(|seen| {
        assert_eq!(seen.key.as_deref(), Some(format!("Bearer {KEY}").as_str()));
        match seen.before % 3 {
            0 => refuse(500, &format!("key {KEY} is tired")),
            1 => Play::Reply { status: 200, headers: Vec::new(), body: format!("not JSON: {KEY}") },
            _ => completion(&[json!({ "message": { "content": format!("your key: {KEY}") } })]),
        }
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "key: TEST_KEY, concurrency: 1"));
    desk.ask(&model, vec![texts_of("a", 1), texts_of("b", 1)]);
    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["your key: [redacted]"]);

    assert_eq!(desk.log.lines("Retried").len(), 4);
    assert!(desk.log.lines("").iter().all(|line| !line.contains(KEY)));
    assert!(!format!("{model:?}").contains(KEY));
    let mut files = 0;
    for file in fs::read_dir(desk.folder.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes()));
        files += 1;
    }
    assert!(files > 0);
}

#[test]
fn a_key_that_is_not_set_is_named() {
    let model = desk::model("http://127.0.0.1:9/v1", "key: NOT_SET_ANYWHERE");
    let failure =
        introspec::answers::backends::openai::OpenAi::connect(&model, &|_| None).expect_err("no key");
    assert_eq!(failure.cause, Cause::Key);
    assert!(failure.message.contains("NOT_SET_ANYWHERE"), "{}", failure.message);
}

#[test]
fn an_unknown_model_stops() {
    let server = Server::start(|_| refuse(404, "The model `m` does not exist"));
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "concurrency: 1"));
    let summary = desk.ask(&model, (0..9).map(|i| texts_of(&i.to_string(), 1)).collect());
    let stopped = summary.models[0].stopped.as_ref().expect("the model stopped");
    assert_eq!(stopped.cause, Cause::UnknownModel);
    assert!(stopped.message.contains("The model `m` does not exist"), "{}", stopped.message);
    assert_eq!(server.total(), 1);
}

#[test]
fn a_spent_account_stops_and_is_not_tried_again() {
    let server = Server::start(|_| {
        reply(429, &json!({ "error": { "message": "pay", "code": "insufficient_quota" } }))
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "concurrency: 1"));
    let summary = desk.ask(&model, (0..9).map(|i| texts_of(&i.to_string(), 1)).collect());
    assert_eq!(summary.models[0].stopped.as_ref().map(|failure| failure.cause), Some(Cause::Quota));
    assert_eq!(server.total(), 1);
}

#[test]
fn an_unreachable_server_stops_the_model_with_one_message() {
    // The port was free a moment ago, and nothing listens on it now.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (desk, model) = (Desk::new(), respondent(&format!("http://127.0.0.1:{port}/v1"), ""));
    let asks: Vec<_> = (0..1000).map(|i| texts_of(&i.to_string(), 1)).collect();
    let summary = desk.ask(&model, asks.clone());

    let stopped = summary.models[0].stopped.as_ref().expect("the model stopped");
    assert_eq!(stopped.cause, Cause::Connection);
    assert!(stopped.message.contains("cannot be reached"), "{}", stopped.message);
    assert_eq!(desk.log.lines("Stopped").len(), 1);
    assert!(summary.models[0].failed < 200, "{} requests were given up one by one", summary.models[0].failed);
    assert_eq!(cause(&desk.answers(&model, &asks[0]).samples[0]), Some(Cause::Connection));
}

#[test]
fn a_request_that_is_refused_fails_alone() {
    let server = Server::start(|seen| match seen.body["messages"][0]["content"].as_str() {
        Some("3") => refuse(400, "this prompt is too long"),
        _ => texts(&seen.body),
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    let asks: Vec<_> = (0..9).map(|i| texts_of(&i.to_string(), 2)).collect();
    let summary = desk.ask(&model, asks.clone());

    assert_eq!((summary.models[0].answers, summary.models[0].failed, summary.models[0].done), (16, 1, 9));
    let samples = desk.answers(&model, &asks[3]).samples;
    assert_eq!(samples.iter().map(cause).collect::<Vec<_>>(), [Some(Cause::Rejected); 2]);
    let failed = desk.log.lines("Failed");
    assert!(
        failed.len() == 1 && failed[0].contains("question 3") && failed[0].contains("too long"),
        "{failed:?}"
    );

    // A failure is never reused: the same command asks for it again, and for nothing else.
    let before = server.total();
    desk.ask(&model, asks);
    assert_eq!(server.total() - before, 1);
}

#[test]
fn what_is_not_a_completion_uses_up_its_tries() {
    let server =
        Server::start(|_| Play::Reply { status: 200, headers: Vec::new(), body: "{\"choices\": [".into() });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    desk.ask(&model, vec![texts_of("a", 1)]);
    assert_eq!(server.total(), 6);
    assert_eq!(cause(&desk.answers(&model, &texts_of("a", 1)).samples[0]), Some(Cause::Malformed));
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
    let single =
        server.counts().into_iter().filter(|(body, _)| body["seed"] == 102 && body["n"].is_null()).count();
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
    asks[4].messages[0].role = introspec::requests::Role::System;
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

#[test]
fn probabilities_are_read_from_the_most_probable_tokens() {
    let server = Server::start(|_| tokens(&[("A", -0.25), (" B", -1.5)]));
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "sampling: { top_p: 0.5 }"));
    let asks: Vec<_> = (0..30).map(|i| probabilities_of(&i.to_string(), 5)).collect();
    desk.ask(&model, asks.clone());

    assert_eq!(server.total(), 30);
    let (body, _) = &server.counts()[0];
    assert_eq!(
        (&body["logprobs"], &body["top_logprobs"], &body["max_tokens"]),
        (&json!(true), &json!(20), &json!(1))
    );
    assert_eq!(body.get("top_p"), None);
    let answered = desk.answers(&model, &asks[29]);
    assert_eq!(answered.method, Method::Top);
    let expected = Answer::Top { tokens: vec![("A".into(), -0.25), (" B".into(), -1.5)] };
    assert_eq!(answered.samples, [Some(Ok(expected))]);

    desk.ask(&model, asks);
    assert_eq!(server.total(), 30);
}

#[test]
fn without_log_probabilities_texts_are_sampled() {
    let omits = |seen: &server::Seen| texts(&seen.body);
    let refuses = |seen: &server::Seen| match seen.body.get("logprobs") {
        Some(_) => refuse(403, "You are not allowed to request logprobs from this model"),
        None => texts(&seen.body),
    };
    for server in [Server::start(omits), Server::start(refuses)] {
        let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
        let asks: Vec<_> = (0..200).map(|i| probabilities_of(&i.to_string(), 5)).collect();
        let summary = desk.ask(&model, asks.clone());

        // One request found out; all others ask for texts at once.
        assert_eq!(server.total(), 201);
        assert_eq!(server.counts().iter().filter(|(body, _)| body["logprobs"] == true).count(), 1);
        assert_eq!(
            summary.models[0].sampled.as_ref().map(|failure| failure.cause),
            Some(Cause::NoProbabilities)
        );
        assert_eq!((summary.models[0].answers, summary.models[0].done), (1000, 200));
        for ask in &asks {
            let answered = desk.answers(&model, ask);
            assert_eq!(answered.method, Method::Samples);
            assert_eq!(answered.samples.len(), 5);
            assert!(answered.samples.iter().all(|sample| matches!(sample, Some(Ok(Answer::Text { .. })))));
        }
        let again = desk.ask(&model, asks);
        assert_eq!((server.total(), again.models[0].known), (201, 200));
    }
}

#[test]
fn a_model_that_has_given_probabilities_is_not_mixed_with_texts() {
    let server = Server::start(|seen| match seen.body["messages"][0]["content"].as_str() {
        Some("odd") => texts(&seen.body),
        _ => tokens(&[("A", -0.25)]),
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "concurrency: 1"));
    desk.ask(&model, vec![probabilities_of("a", 2), probabilities_of("odd", 2)]);
    let odd = desk.answers(&model, &probabilities_of("odd", 2));
    assert_eq!((odd.method, cause(&odd.samples[0])), (Method::Top, Some(Cause::NoProbabilities)));
    // A process that starts anew knows it from the store.
    desk.ask(&model, vec![probabilities_of("odd", 2)]);
    assert!(server.counts().iter().all(|(body, _)| body["logprobs"] == true));
}

#[test]
fn a_cancelled_run_keeps_what_came_and_is_continued() {
    let desk = Desk::new();
    let (cancel, answered) = (desk.cancel.clone(), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&answered);
    let server = Server::start(move |seen| {
        if counter.fetch_add(1, Ordering::SeqCst) == 100 {
            cancel.cancel();
        }
        texts(&seen.body)
    });
    let model = respondent(&server.base_url, "concurrency: 4");
    let asks: Vec<_> = (0..2000).map(|i| texts_of(&i.to_string(), 1)).collect();
    let stopped = desk.ask(&model, asks.clone());
    assert!(stopped.cancelled);
    let (sent, kept) = (server.total(), stopped.models[0].answers as usize);
    assert!((96..1000).contains(&kept) && sent - kept <= 4, "{sent} sent, {kept} kept");

    let desk = Desk { cancel: tokio_util::sync::CancellationToken::new(), ..desk };
    let rest = desk.ask(&model, asks);
    assert_eq!((rest.models[0].known as usize, rest.models[0].answers as usize), (kept, 2000 - kept));
}

#[test]
fn a_server_that_does_not_answer_in_time_is_given_up() {
    let server = Server::start(|seen| {
        if seen.times == 1 {
            std::thread::sleep(Duration::from_millis(400));
        }
        texts(&seen.body)
    });
    let (desk, model) = (Desk::new(), respondent(&server.base_url, "timeout: 0.1, concurrency: 1"));
    desk.ask(&model, vec![texts_of("a", 1)]);
    assert!(desk.log.lines("Retried")[0].contains("TimedOut"));
    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["a/100"]);
}

#[test]
fn a_store_of_another_version_is_refused_and_left_alone() {
    let server = Server::obliging();
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    desk.ask(&model, vec![texts_of("a", 1)]);
    let connection = rusqlite::Connection::open(desk.path()).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = fs::read(desk.path()).unwrap();

    let error = desk.run(vec![(&model, vec![texts_of("b", 1)])]).expect_err("another version");
    assert!(error.to_string().contains("is a store of version 99"), "{error}");
    assert_eq!(fs::read(desk.path()).unwrap(), before);
}

#[test]
fn a_file_that_is_not_a_store_is_refused_and_left_alone() {
    let desk = Desk::new();
    let text = "dear diary, ".repeat(500);
    fs::write(desk.path(), &text).unwrap();
    let error = introspec::answers::Store::open(&desk.path()).expect_err("a text");
    assert_eq!(error, StoreError::NotAStore { path: desk.path() });
    assert_eq!(fs::read_to_string(desk.path()).unwrap(), text);

    fs::remove_file(desk.path()).unwrap();
    rusqlite::Connection::open(desk.path()).unwrap().execute_batch("CREATE TABLE mine (a)").unwrap();
    let error = introspec::answers::Store::open(&desk.path()).expect_err("another database");
    assert_eq!(error, StoreError::NotAStore { path: desk.path() });
}

#[test]
fn a_missing_folder_is_named() {
    let desk = Desk::new();
    let path = desk.folder.path().join("none/answers.sqlite");
    let error = introspec::answers::Store::open(&path).expect_err("no folder");
    assert!(error.to_string().contains("none/answers.sqlite"), "{error}");
}

#[test]
fn a_locked_store_is_refused() {
    let server = Server::obliging();
    let (desk, model) = (Desk::new(), respondent(&server.base_url, ""));
    desk.ask(&model, vec![texts_of("a", 1)]);
    let other = rusqlite::Connection::open(desk.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = desk.run(vec![(&model, vec![texts_of("b", 1)])]).expect_err("a lock");
    assert!(error.to_string().contains("is locked by another process"), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(desk.texts(&model, &texts_of("a", 1)), ["a/100"]);
}
