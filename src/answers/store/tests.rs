use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::answers::reading::Reading;
use crate::answers::{Answer, Ask, Identity, Usage};
use crate::requests::{Message, Read, Role, Sampling};

fn ask(content: &str) -> Ask {
    Ask {
        messages: vec![Message { role: Role::User, content: content.to_owned() }],
        read: Read::Samples,
        sampling: Sampling { samples: 1, temperature: 1.0, max_tokens: 8, seed: 0 },
        place: String::new(),
    }
}

fn identity() -> Arc<Identity> {
    let text = |text: &str| text.to_owned();
    Arc::new(Identity { provider: text("p"), address: text("a"), model: text("m"), parameters: text("{}") })
}

fn entry(store: &Store, ask: &Ask, text: &str) -> Entry {
    let reading = Reading::samples(ask, &identity());
    let claimed = store.claims().claim(reading.digest, 0..1).pop().expect("a claim");
    let timing = Timing { attempt: 1, started_ms: 0, took_ms: 0 };
    let answers = vec![Answer::Text { text: text.to_owned() }];
    let (thinking, usage) = (Vec::new(), Usage::default());
    Entry::Answered(AnsweredCall { reading, claimed, answers, thinking, usage, timing, item: None })
}

fn put(store: &Store, entry: Entry) -> Result<(), StoreError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(store.inbox().put(entry))
}

fn has(path: &Path, ask: &Ask) -> bool {
    let answered = Answers::open(path).expect("a store").answers(ask, &identity()).expect("answers");
    matches!(answered.samples.as_slice(), [Some(Ok(_))])
}

#[test]
fn a_full_disk_is_an_error_and_what_was_committed_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("answers.sqlite");
    let connection = schema::open(&path).expect("a store");
    // A store that may have no more pages fails exactly as a full disk does.
    connection.pragma_update(None, "max_page_count", 60).expect("a limit");
    let store = Store::with(&path, connection, "").expect("a store");

    put(&store, entry(&store, &ask("small"), "kept")).expect("there is room");
    store.flush().expect("there is room");
    put(&store, entry(&store, &ask("large"), &"x".repeat(1 << 20))).expect("it is only received");
    assert_eq!(store.flush(), Err(StoreError::Full { path: path.clone() }));
    let later = put(&store, entry(&store, &ask("later"), "late"));
    assert_eq!(later, Err(StoreError::Full { path: path.clone() }));
    drop(store);

    assert!(has(&path, &ask("small")));
    assert!(!has(&path, &ask("large")) && !has(&path, &ask("later")));
    let store = Store::open(&path).expect("there is room again");
    put(&store, entry(&store, &ask("large"), "now")).expect("there is room");
    drop(store);
    assert!(has(&path, &ask("large")));
}

#[test]
fn closing_a_store_commits_what_it_has_received() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("answers.sqlite");
    let store = Store::open(&path).expect("a store");
    for number in 0..10 {
        put(&store, entry(&store, &ask(&number.to_string()), "kept")).expect("it is received");
    }
    drop(store);
    assert!((0..10).all(|number| has(&path, &ask(&number.to_string()))));
}

#[test]
fn a_claim_is_held_until_its_answer_is_committed() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("answers.sqlite")).expect("a store");
    let digest = Reading::samples(&ask("a"), &identity()).digest;
    put(&store, entry(&store, &ask("a"), "kept")).expect("it is received");
    store.flush().expect("it is committed");
    assert!(has(store.path(), &ask("a")));
    assert_eq!(store.claims().claim(digest, 0..1).len(), 1);
}
