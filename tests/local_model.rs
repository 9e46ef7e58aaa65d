//! The model in the process, with real weights: what it answers, and where its weights come from.
#![cfg(feature = "local")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

#[path = "local_model/hub.rs"]
mod hub;
#[path = "local_model/locating.rs"]
mod locating;

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use introspec::answers::backend::{Backend as _, Call, Capabilities, Probability, Reply, Want};
use introspec::answers::backends::local::{LocalModel, weights};
use introspec::answers::{Answer, Cause, Failure};
use introspec::requests::{Message, Role};

fn open() -> LocalModel {
    let path = weights::locate("smollm2", Path::new("")).unwrap();
    LocalModel::open(&path).unwrap()
}

/// One model for the tests that do not mind what it has read before.
fn model() -> &'static LocalModel {
    static MODEL: OnceLock<LocalModel> = OnceLock::new();
    MODEL.get_or_init(open)
}

fn ask(text: &str, want: Want) -> Call {
    let messages = vec![Message { role: Role::User, content: text.to_owned() }];
    Call { messages, want, temperature: 1.0, max_tokens: 24, seed: 11 }
}

fn exact(text: &str, continuations: &[&str]) -> Call {
    ask(text, Want::Exact { continuations: continuations.iter().map(|&text| text.to_owned()).collect(), whole: false })
}

async fn answers(model: &LocalModel, call: &Call) -> Vec<Answer> {
    model.call(call).await.unwrap().answers
}

async fn logprobs(model: &LocalModel, call: &Call) -> Vec<f64> {
    match answers(model, call).await.remove(0) {
        Answer::Exact { logprobs } => logprobs,
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_says_what_it_can_do() {
    let Capabilities { probability, several, concurrency, .. } = model().capabilities();
    assert_eq!(probability, Probability::Exact);
    assert!(several);
    assert!((1..=2).contains(&concurrency));
}

#[tokio::test]
async fn it_knows_the_capital_of_france() {
    let mut call = ask("What is the capital of France?", Want::Samples { first: 0, count: 2 });
    call.temperature = 0.0;
    let Reply { answers, usage, .. } = model().call(&call).await.unwrap();
    let Answer::Text { text } = &answers[0] else { panic!("{answers:?}") };
    assert_eq!(text, "The capital of France is Paris.");
    assert_eq!(answers[0], answers[1], "without temperature all samples are the same");
    assert_eq!(usage.prompt_tokens, model().tokenize(&call.messages).unwrap().len() as u64);
    // Seven tokens of text and the end of the turn, twice.
    assert_eq!(usage.completion_tokens, 16);
}

#[tokio::test]
async fn a_sample_is_the_same_in_every_batch() {
    let all = answers(model(), &ask("Name a colour and say why.", Want::Samples { first: 0, count: 21 })).await;
    assert_eq!(all.len(), 21);
    assert!(all.iter().any(|answer| *answer != all[0]), "{all:?}");
    for (first, count) in [(0, 1), (1, 2), (20, 1), (3, 17)] {
        let some = answers(model(), &ask("Name a colour and say why.", Want::Samples { first, count })).await;
        assert_eq!(some, all[first as usize..(first + count) as usize], "samples {first} to {}", first + count);
    }
    let mut later = ask("Name a colour and say why.", Want::Samples { first: 0, count: 2 });
    later.seed += 5;
    assert_eq!(answers(model(), &later).await, all[5..7], "sample k is drawn under the seed plus k");
}

#[tokio::test]
async fn what_was_read_before_changes_no_bit() {
    let (used, fresh) = (open(), open());
    let one = exact("Which is larger, 17 or 71? Think well.", &["17", "71", "Both"]);
    let other =
        exact("Which is larger, 17 or 70 000? Think well, and then answer with the number alone.", &["17", "70"]);
    logprobs(&used, &one).await;
    logprobs(&used, &exact("Which", &["A"])).await;
    let after_others = logprobs(&used, &other).await;
    assert_eq!(after_others, logprobs(&fresh, &other).await);
    assert_eq!(after_others, logprobs(&used, &other).await);
    assert_eq!(logprobs(&used, &one).await, logprobs(&fresh, &one).await);
}

#[tokio::test]
async fn log_probabilities_are_of_one_distribution() {
    let question = "What is the capital of France?";
    let Answer::Top { tokens } = answers(model(), &ask(question, Want::Top { k: 200 })).await.remove(0) else {
        panic!()
    };
    assert_eq!(tokens.len(), 200);
    assert!(tokens.is_sorted_by(|left, right| left.1 >= right.1));
    let sum: f64 = tokens.iter().map(|token| token.1.exp()).sum();
    assert!(sum > 0.9 && sum < 1.0, "{sum}");
    let (first, of_first) = &tokens[0];
    let exact_of_first = logprobs(model(), &exact(question, &[first])).await[0];
    assert!((exact_of_first - of_first).abs() < 1e-9, "{exact_of_first} {of_first}");
}

#[tokio::test]
async fn a_continuation_is_worth_the_sum_of_its_tokens() {
    let question = "What is the capital of France?";
    let greedy = "The capital of France is Paris.";
    let found =
        logprobs(model(), &exact(question, &["The", greedy, "", "Paris", "The capital of France is Rome."])).await;
    assert!(found[0] < 0.0 && found[1] < found[0], "each further token can only lower it: {found:?}");
    assert_eq!(found[2].to_bits(), 0.0_f64.to_bits(), "no token is certain to follow");
    assert!(found[1] > found[4] + 1.0, "Paris is likelier than Rome: {found:?}");
    // However many are asked for together, each is the same.
    let alone = logprobs(model(), &exact(question, &[greedy])).await[0];
    assert!((alone - found[1]).abs() < 1e-4, "{alone} {}", found[1]);

    let prefixes = ["The", "The capital", "The capital of", "The capital of France"];
    let sums = logprobs(model(), &exact(question, &prefixes)).await;
    assert!(sums.is_sorted_by(|shorter, longer| shorter >= longer), "{sums:?}");
}

#[tokio::test]
async fn samples_come_as_often_as_they_are_probable() {
    let question = "Answer with A or B.";
    let mut call = ask(question, Want::Samples { first: 0, count: 400 });
    call.max_tokens = 1;
    let drawn = answers(model(), &call).await;
    let Answer::Top { tokens } = answers(model(), &ask(question, Want::Top { k: 1 })).await.remove(0) else { panic!() };
    let (likeliest, logprob) = &tokens[0];
    let count = drawn.iter().filter(|answer| matches!(answer, Answer::Truncated { text } if text == likeliest)).count();
    let (expected, share) = (logprob.exp(), count as f64 / 400.0);
    let deviation = (expected * (1.0 - expected) / 400.0).sqrt();
    assert!((share - expected).abs() < 4.0 * deviation, "{likeliest}: {share} of the samples at {expected}");
}

#[tokio::test]
async fn the_token_limit_truncates() {
    let mut call = ask("Tell me a long story about a cat.", Want::Samples { first: 0, count: 3 });
    call.max_tokens = 5;
    let Reply { answers, usage, .. } = model().call(&call).await.unwrap();
    assert!(
        answers.iter().all(|answer| matches!(answer, Answer::Truncated { text } if !text.is_empty())),
        "{answers:?}"
    );
    assert_eq!(usage.completion_tokens, 15);
    call.max_tokens = 0;
    let none = model().call(&call).await.unwrap();
    assert_eq!(none.answers, vec![Answer::Truncated { text: String::new() }; 3]);
}

#[tokio::test]
async fn a_prompt_longer_than_the_context_is_refused() {
    let Failure { cause, message, .. } =
        model().call(&ask(&"word ".repeat(9000), Want::Top { k: 1 })).await.unwrap_err();
    assert_eq!(cause, Cause::Rejected);
    assert!(message.contains("the model reads from 1 to 8191"), "{message}");
}

/// A call that nobody waits for any more stops. If it did not, this test would take hours.
#[test]
fn a_dropped_call_stops() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let mut call = ask("Write a very long novel.", Want::Samples { first: 0, count: 2000 });
        call.max_tokens = 8000;
        call.temperature = 2.0;
        assert!(tokio::time::timeout(Duration::from_millis(300), model().call(&call)).await.is_err());
    });
    // Waits for the thread that computes.
    drop(runtime);
}
